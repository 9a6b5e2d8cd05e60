// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole calls in virtual time: services with their engines, a network between them, and signaling as values.
//
//   device ─► Engine ─ rings ─ VOIPService ─┐                   ┌─ VOIPService ─ rings ─ Engine ─► device
//                                 │         ├─ SimulatedNetwork ┤        │
//                                 │         └───────────────────┘        │
//                                 └──── offer, answer, candidates ───────┘
//
// Every step goes to the earliest of: a datagram's arrival, a message of the signaling, a service's timeout, a device's
// period. All chance is drawn from one seed, which a failing test prints. More steps within a virtual millisecond than
// anything real needs end the run, and `isStuck` says so.

public import Core
public import Peer
public import VOIP
public import Voice

/// How a virtual call is set up.
public struct VirtualCallPlan: Sendable {
  /// What all chance is drawn from.
  public var seed: UInt64
  /// What the network does to datagrams.
  public var conditions = SimulatedNetwork.Conditions()
  /// Samples a device period.
  public var periodSamples = 480
  /// Samples a voice frame.
  public var frameSamples = 960
  /// When each side's voice goes out.
  public var talk = TalkRules()
  /// How much later than the one before each side's periods come.
  public var phase = Instant.Span.microseconds(3_700)
  /// How much faster the other sides' devices run than the first one's.
  public var driftPartsPerMillion = 0
  /// What each side says.
  public var sources: [VirtualSource] = [.tone(hertz: 440), .tone(hertz: 700)]
  /// Whether sides have an IPv4 address, 10.0.0.1 and up.
  public var usesIPv4 = true
  /// Whether sides have an IPv6 address, fd00::1 and up.
  public var usesIPv6 = false
  /// The servers that the services are told of; their names are never resolved unless the test does.
  public var iceServers: [ICEServer] = []
  /// How long a description or candidate is on its way.
  public var signalingDelay = Instant.Span.zero
  /// When set, sockets are bound only so long after they are asked for, and candidates follow the descriptions.
  public var trickleDelay: Instant.Span?
  /// Whether the offer arrives with another certificate's fingerprint.
  public var forgesFingerprint = false
  /// Lines of descriptions that begin so do not arrive, as if the other side did not know of them; empty: all do.
  public var leavesOut = ""
  /// How many bits a second each side's voice takes at most.
  public var bitrate = 32_000
  /// Steps within a virtual millisecond that are still believed.
  public var stepsPerMillisecondMax = 2_000

  /// Two tones of 440 and 700 Hz over a clean network of 1 ms, 10 ms periods, 20 ms frames.
  public init(seed: UInt64) { self.seed = seed }
}

/// Both ends of one connection of a virtual call.
public struct VirtualLink: Sendable {
  /// The side that offered.
  public let caller: Int
  /// Its connection.
  public let callerID: ConnectionID
  /// The side that answered.
  public let callee: Int
  /// Its connection; nil until the offer has arrived.
  public internal(set) var calleeID: ConnectionID?
}

/// Services in a room without time. Owned by one thread.
public final class VirtualCall<
  Channel: SecureChannel & ~Copyable, Encoder: VoiceEncoder & ~Copyable, Decoder: VoiceDecoder & ~Copyable
> {
  /// A side of such a call.
  public typealias Side = VirtualSide<Channel, Encoder, Decoder>

  private enum Message {
    case offer(link: Int, String)
    case answer(link: Int, String)
    case candidate(link: Int, toCallee: Bool, String)
    case sockets(side: Int, ConnectionID)
  }

  /// How it was set up.
  public let plan: VirtualCallPlan
  /// What time it is.
  public private(set) var now = Instant.zero
  /// The network between the sides.
  public var network: SimulatedNetwork
  /// The sides.
  public private(set) var sides: [Side] = []
  /// The connections that `place` made.
  public private(set) var links: [VirtualLink] = []
  /// Errors that signaling met, in order.
  public private(set) var refusals: [VOIPError] = []
  /// Whether the run was ended because it did not come to rest.
  public private(set) var isStuck = false
  /// Steps so far.
  public private(set) var steps = 0

  private var routes: [(endpoint: Endpoint, side: Int, id: ConnectionID)] = []
  private var messages: [(at: Instant, message: Message)] = []
  private var datagram = Datagram()
  private var stepsThisMillisecond = 0
  private var millisecond = 0

  /// One side for each of `identities`, with enabled microphones and no connections.
  public init(
    plan: VirtualCallPlan, identities: [Channel.Identity], makeEncoder: () -> Encoder, makeDecoder: () -> Decoder
  ) {
    self.plan = plan
    var randomness = Randomness(seed: plan.seed)
    network = SimulatedNetwork(conditions: plan.conditions, randomness: randomness.split())
    for number in identities.indices {
      let side = Side(
        number: number, plan: plan, identity: identities[number], randomness: randomness.split(),
        encoder: makeEncoder(), makeDecoder: makeDecoder)
      side.service.enableMicrophone()
      sides.append(side)
    }
    for number in sides.indices { drain(number) }
  }

  // MARK: Commands

  /// Lets `caller` offer a connection to `callee`, who answers at once; answers the link's index, or nil when the
  /// caller's service refused (`refusals`).
  @discardableResult
  public func place(from caller: Int, to callee: Int) -> Int? {
    let side = sides[caller]
    do throws(VOIPError) {
      let id = try side.service.createConnection(roomID: "test", userID: "callee", at: now)
      let link = links.count
      links.append(VirtualLink(caller: caller, callerID: id, callee: callee, calleeID: nil))
      drain(caller)
      var offer = try side.service.createOffer(on: id, at: now)
      if plan.forgesFingerprint { offer = SelfTest.forgingFingerprint(offer) }
      post(.offer(link: link, SelfTest.leavingOut(plan.leavesOut, offer)), after: plan.signalingDelay)
      drain(caller)
      return link
    } catch {
      refusals.append(error)
      return nil
    }
  }

  /// Changes a side's service, and deals with what follows from it.
  @discardableResult
  public func with<Result, Failure: Error>(
    _ side: Int, _ body: (inout VOIPService<Channel>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(&sides[side].service)
    drain(side)
    return result
  }

  /// Lets time pass until `end`.
  public func run(until end: Instant) {
    while !isStuck {
      let next = nextInstant
      guard next <= end else { break }
      now = max(now, next)
      step()
      watchForLivelock()
    }
    if !isStuck { now = max(now, end) }
  }

  /// Lets time pass for `span`.
  public func run(for span: Instant.Span) { run(until: now + span) }

  // MARK: Steps

  private var nextInstant: Instant {
    var next = min(network.nextArrival, messages.first?.at ?? .never)
    for side in sides {
      next = min(next, side.nextCycle)
      if !side.isHeldUp { next = min(next, side.deadline) }
    }
    return next
  }

  /// Does one thing that is due.
  private func step() {
    if let message = messages.first, message.at <= now {
      messages.removeFirst()
      return take(message.message)
    }
    if network.receive(into: &datagram, at: now) { return deliver() }
    for number in sides.indices {
      let side = sides[number]
      if side.nextCycle <= now {
        let rings = side.cycle(at: now)
        guard rings, !side.isHeldUp else { return }
        side.service.handleDoorbell(at: now)
        return drain(number)
      }
      if side.deadline <= now, !side.isHeldUp {
        side.service.handleTimeout(at: now)
        return drain(number)
      }
    }
  }

  private func watchForLivelock() {
    steps += 1
    let current = now.nanoseconds / 1_000_000
    if current != Int64(millisecond) {
      millisecond = Int(current)
      stepsThisMillisecond = 0
    }
    stepsThisMillisecond += 1
    if stepsThisMillisecond > plan.stepsPerMillisecondMax { isStuck = true }
  }

  private func deliver() {
    for route in routes where route.endpoint == datagram.local {
      let side = sides[route.side]
      guard !side.isDeaf, !side.isHeldUp else { return }
      side.service.handle(&datagram, on: route.id, at: now)
      return drain(route.side)
    }
  }

  /// Takes out what a side has to say, until it waits.
  private func drain(_ number: Int) {
    let side = sides[number]
    for _ in 0..<plan.stepsPerMillisecondMax {
      switch side.service.pollOutput(into: &datagram, at: now) {
      case .transmit:
        side.lastSent = now
        if datagram.count > 1, (128...191).contains(datagram.bytes[0]) {
          side.lastMediaSent = now
          // The header is not encrypted. 192 ... 223 are the types of RTCP (RFC 5761 section 4).
          if datagram.bytes[1] >= 224 { side.lastTalkspurtSent = now }
        }
        network.send(datagram, at: now)
      case .event(let event):
        side.events.append((now, event))
        note(event, of: number)
      case .timeout(let deadline):
        side.deadline = deadline
        return
      }
    }
    isStuck = true
  }

  private func note(_ event: VOIPEvent, of number: Int) {
    switch event {
    case .socketsWanted(let id):
      if let delay = plan.trickleDelay {
        post(.sockets(side: number, id), after: delay)
      } else {
        bind(number, id)
      }
    case .socketsDone(let id): routes.removeAll { $0.side == number && $0.id == id }
    case .localCandidate(let id, let candidate): signal(candidate, from: number, id)
    case .gatheringComplete(let id): signal("", from: number, id)
    case .microphoneWanted, .resolve, .connectionStateChanged, .remoteAudio, .error: break
    }
  }

  private func bind(_ number: Int, _ id: ConnectionID) {
    let side = sides[number]
    for address in side.addresses {
      let base = Endpoint(address, port: 4_000 + side.portsUsed)
      side.portsUsed += 1
      routes.append((base, number, id))
      side.service.addLocalAddress(base, on: id, at: now)
    }
    side.service.endLocalAddresses(on: id, at: now)
  }

  // MARK: Signaling

  private func post(_ message: Message, after span: Instant.Span) {
    let at = now + span
    let place = messages.firstIndex { at < $0.at } ?? messages.count
    messages.insert((at, message), at: place)
  }

  private func signal(_ candidate: String, from number: Int, _ id: ConnectionID) {
    guard plan.trickleDelay != nil else { return }
    for index in links.indices {
      let link = links[index]
      if link.caller == number, link.callerID == id {
        post(.candidate(link: index, toCallee: true, candidate), after: plan.signalingDelay)
      } else if link.callee == number, link.calleeID == id {
        post(.candidate(link: index, toCallee: false, candidate), after: plan.signalingDelay)
      }
    }
  }

  private func take(_ message: Message) {
    do throws(VOIPError) {
      switch message {
      case .offer(let link, let offer): try take(offer: offer, link)
      case .answer(let link, let answer):
        let caller = links[link].caller
        defer { drain(caller) }
        try sides[caller].service.setRemoteAnswer(answer, on: links[link].callerID, at: now)
      case .candidate(let index, let toCallee, let candidate):
        let link = links[index]
        guard let id = toCallee ? link.calleeID : link.callerID else { return }
        let side = toCallee ? link.callee : link.caller
        defer { drain(side) }
        try sides[side].service.addRemoteCandidate(candidate, on: id, at: now)
      case .sockets(let side, let id):
        bind(side, id)
        drain(side)
      }
    } catch { refusals.append(error) }
  }

  private func take(offer: String, _ link: Int) throws(VOIPError) {
    let callee = links[link].callee
    let side = sides[callee]
    defer { drain(callee) }
    let id = try side.service.createConnection(roomID: "test", userID: "caller", at: now)
    links[link].calleeID = id
    drain(callee)
    try side.service.setRemoteDescription(.offer, offer, on: id, at: now)
    let answer = try side.service.createAnswer(on: id, at: now)
    post(.answer(link: link, answer), after: plan.signalingDelay)
  }
}

extension SelfTest {
  /// The description without the lines that begin with `beginning`; whole when that is empty.
  static func leavingOut(_ beginning: String, _ description: String) -> String {
    guard !beginning.isEmpty else { return description }
    let unwanted = Array(beginning.utf8)
    var bytes: [UInt8] = []
    var line: [UInt8] = []
    for byte in description.utf8 {
      line.append(byte)
      guard byte == 0x0A else { continue }
      if Array(line.prefix(unwanted.count)) != unwanted { bytes += line }
      line = []
    }
    return String(decoding: bytes + line, as: UTF8.self)
  }

  /// The description with one digit of its fingerprint changed.
  public static func forgingFingerprint(_ description: String) -> String {
    var bytes = Array(description.utf8)
    let name = Array("a=fingerprint:sha-256 ".utf8)
    for start in 0..<max(0, bytes.count - name.count) where Array(bytes[start..<start + name.count]) == name {
      let digit = start + name.count
      bytes[digit] = bytes[digit] == 0x30 ? 0x31 : 0x30
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
