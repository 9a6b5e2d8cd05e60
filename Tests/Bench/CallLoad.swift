// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A whole call in virtual time inside one process, without a network: what one side sends is handed to the other side
// in the memory that it was written to.
//
//   sound ─► engine ─ rings ─ service ─ datagram ─ service ─ rings ─ engine ─► nowhere
//
// Services as the product has them, DTLS-SRTP and Opus included, periods of 10 ms, frames of 20 ms. The first one is in a
// call with each of the others, whose periods come 3.7 ms after one another. Where sound is processed, each side hears
// its loudspeaker half as loud as it is, one period later.

import Codecs
import Core
import Host
import Peer
import Security
import VOIP
import Voice

/// One of the machines.
private final class CallSide {
  var service: Service
  var engine: VoiceEngine
  /// Its connections: the first side's to each of the others, theirs to the first.
  var ids: [ConnectionID] = []
  var nextCycle: Instant
  var deadline = Instant.zero
  var captured = PCMFrame(count: CallLoad.periodSamples)
  var played = PCMFrame(count: CallLoad.periodSamples)
  var position = 0
  var voicePackets = 0
  let address: Endpoint
  let hearsItself: Bool

  init(number: UInt8, identity: DTLSIdentity, processing: SoundProcessing) {
    let capturedRing = Ring<EncodedFrame>(capacity: Limits.capturedRingSlots)
    let receivedRing = Ring<EncodedFrame>(capacity: Limits.receivedRingSlots)
    let commandRing = Ring<VoiceCommand>(capacity: Limits.commandRingSlots)
    let reportRing = Ring<VoiceReport>(capacity: Limits.reportRingSlots)
    let mute = MuteBit()
    engine = VoiceEngine(
      periodSamples: CallLoad.periodSamples, frameSamples: CallLoad.frameSamples, encoder: OpusEncoder(),
      canceller: KalmanCanceller(periodSamples: CallLoad.periodSamples),
      ends: VoiceEngine.Ends(
        captured: capturedRing.takeProducer(), received: receivedRing.takeConsumer(),
        commands: commandRing.takeConsumer(), reports: reportRing.takeProducer(), mute: mute),
      makeDecoder: { OpusDecoder() })
    service = Service(
      configuration: VOIPConfiguration(iceServers: [], processing: processing, frameSamples: CallLoad.frameSamples),
      identity: identity,
      rings: VOIPRings(
        captured: capturedRing.takeConsumer(), received: receivedRing.takeProducer(),
        commands: commandRing.takeProducer(), reports: reportRing.takeConsumer(), mute: mute),
      randomness: Randomness(seed: UInt64(number)), wallClock: NTPTime(unixSeconds: 1_700_000_000, nanoseconds: 0),
      at: .zero)
    address = Endpoint(.v4(10, 0, 0, number), port: 4_000)
    hearsItself = processing != .none
    nextCycle = .zero + Instant.Span.microseconds(3_700) * Int(number)
    service.enableMicrophone()
  }

  /// What the microphone hears of the loudspeaker.
  func addEcho() {
    guard hearsItself else { return }
    captured.withSamples { heard in
      played.withSamples { echo in
        for index in heard.indices { heard[index] = Int16(clamping: Int32(heard[index]) + Int32(echo[index]) / 2) }
      }
    }
  }
}

/// What a cycle did: each of the two costs much more than all else.
struct CycleKind {
  var encodes = false
  var decodes = false
}

/// Machines in calls.
final class CallLoad {
  static let periodSamples = 480
  static let frameSamples = 960

  private let sound: PreparedSound
  private let plan: CallPlan
  private let caller: CallSide
  private var callees: [CallSide] = []
  private var datagram = Datagram()
  private var now = Instant.zero
  private var isSetUp = false
  /// Whether the caller's cycles go through `benchCycle`, and what each of them did.
  var countsCycles = false
  private(set) var kinds: [CycleKind] = []

  /// A call that `run` sets up.
  init(sound: PreparedSound, plan: CallPlan) {
    self.sound = sound
    self.plan = plan
    kinds.reserveCapacity(60_000)
    do throws(IdentityError) {
      let identity = try DTLSIdentity.make()
      caller = CallSide(number: 1, identity: identity, processing: plan.processing)
      for number in 0..<plan.farSides {
        callees.append(CallSide(number: UInt8(number + 2), identity: identity, processing: plan.processing))
      }
    } catch { preconditionFailure("no certificate could be made") }
  }

  /// Copies that the first side sent.
  var copiesSent: UInt64 { caller.service.statistics(of: caller.ids[0])?.copiesSent ?? 0 }

  /// Lets time pass until virtual second `end`; answers whether frames of both sides have been heard by then.
  func run(until end: Int) -> Bool {
    if !isSetUp {
      isSetUp = true
      do throws(VOIPError) { try setUp() } catch { return false }
    }
    let heardBefore = heard
    let end = Instant.zero + .seconds(end)
    while true {
      var next = min(caller.nextCycle, caller.deadline)
      for callee in callees { next = min(next, min(callee.nextCycle, callee.deadline)) }
      guard next < end else { break }
      now = max(now, next)
      step(caller)
      for callee in callees { step(callee) }
    }
    return heard > heardBefore
  }

  /// Frames heard by whoever heard the fewest.
  private var heard: UInt64 {
    var least = UInt64.max
    for index in callees.indices {
      least = min(least, caller.engine.currentReport.talkers[index].playedFrames)
      least = min(least, callees[index].engine.currentReport.talkers[0].playedFrames)
    }
    return least
  }

  private func setUp() throws(VOIPError) {
    for callee in callees {
      let id = try caller.service.createConnection(roomID: "bench", userID: "callee", at: now)
      caller.ids.append(id)
      drain(caller)
      let offer = try caller.service.createOffer(on: id, at: now)
      callee.ids.append(try callee.service.createConnection(roomID: "bench", userID: "caller", at: now))
      drain(callee)
      try callee.service.setRemoteDescription(.offer, offer, on: callee.ids[0], at: now)
      let answer = try callee.service.createAnswer(on: callee.ids[0], at: now)
      try caller.service.setRemoteAnswer(answer, on: id, at: now)
      settle()
    }
  }

  /// Does what is due on `side`.
  private func step(_ side: CallSide) {
    if side.nextCycle <= now {
      side.captured.count = Self.periodSamples
      sound.fill(&side.captured, from: side.position)
      side.addEcho()
      side.position += Self.periodSamples
      side.nextCycle += Instant.Span.samples(Self.periodSamples)
      if cycle(side) > 0 {
        side.service.handleDoorbell(at: now)
        drain(side)
        settle()
      }
    }
    if side.deadline <= now {
      side.service.handleTimeout(at: now)
      drain(side)
      settle()
    }
  }

  private func cycle(_ side: CallSide) -> Int {
    guard countsCycles, side === caller else {
      return side.engine.cycle(captured: &side.captured, played: &side.played, at: now)
    }
    let before = side.engine.currentReport.talkers[0].playedFrames
    let encoded = benchCycle(Unmanaged.passUnretained(self).toOpaque())
    let after = side.engine.currentReport.talkers[0].playedFrames
    kinds.append(CycleKind(encodes: encoded > 0, decodes: after > before))
    return encoded
  }

  /// The caller's cycle, for `benchCycle`.
  func callerCycle() -> Int { caller.engine.cycle(captured: &caller.captured, played: &caller.played, at: now) }

  /// Drains all sides until none has anything to send.
  private func settle() {
    var hasSent = true
    while hasSent {
      hasSent = drain(caller)
      for callee in callees where drain(callee) { hasSent = true }
    }
  }

  /// Hands what `side` sends to whom it is for; answers whether there was anything.
  @discardableResult
  private func drain(_ side: CallSide) -> Bool {
    var hasSent = false
    while true {
      switch side.service.pollOutput(into: &datagram, at: now) {
      case .transmit:
        hasSent = true
        guard !isLost(from: side) else { continue }
        (datagram.local, datagram.remote) = (datagram.remote, datagram.local)
        if side === caller {
          for callee in callees where callee.address == datagram.local {
            callee.service.handle(&datagram, on: callee.ids[0], at: now)
          }
        } else {
          for index in callees.indices where callees[index] === side {
            caller.service.handle(&datagram, on: caller.ids[index], at: now)
          }
        }
      case .event(let event):
        if case .socketsWanted(let id) = event {
          side.service.addLocalAddress(side.address, on: id, at: now)
          side.service.endLocalAddresses(on: id, at: now)
        }
      case .timeout(let instant):
        side.deadline = instant
        return hasSent
      }
    }
  }

  /// Voice packets: RTP's version, and no type of RTCP (RFC 5761 section 4).
  private func isLost(from side: CallSide) -> Bool {
    guard plan.losesEach > 0, datagram.count > 1, (128...191).contains(datagram.bytes[0]),
      !(192...223).contains(datagram.bytes[1])
    else { return false }
    side.voicePackets += 1
    return side.voicePackets % plan.losesEach == 0
  }
}
