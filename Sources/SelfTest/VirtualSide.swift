// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One machine of a virtual call: a whole service and a whole engine over the four rings, and a sound device that keeps
// what went through it.

public import Core
public import Peer
public import VOIP
public import Voice

/// One machine of a `VirtualCall`. A class so that the table of sides need not move its service.
public final class VirtualSide<
  Channel: SecureChannel & ~Copyable, Encoder: VoiceEncoder & ~Copyable, Decoder: VoiceDecoder & ~Copyable
> {
  /// The service. Change it by `VirtualCall.with`, which deals with what follows.
  public internal(set) var service: VOIPService<Channel>
  /// Where the captured sound comes from.
  public var source: VirtualSource
  /// What the device captured.
  public internal(set) var captured: VirtualSound
  /// What the device played.
  public internal(set) var played: VirtualSound
  /// What the service said, and when.
  public internal(set) var events: [(at: Instant, event: VOIPEvent)] = []
  /// When the last datagram left; `.never` before the first.
  public internal(set) var lastSent = Instant.never
  /// When the last RTP or RTCP datagram left; `.never` before the first.
  public internal(set) var lastMediaSent = Instant.never
  /// When the last packet with the marker bit left, a talkspurt's first; `.never` before the first.
  public internal(set) var lastTalkspurtSent = Instant.never
  /// Whether datagrams to this side vanish.
  public var isDeaf = false
  /// Whether the loop thread is held up: neither the doorbell nor datagrams nor time reach the service meanwhile.
  public var isHeldUp = false
  /// Whether the sound is kept; switched off for long calls.
  public var keepsSound = true

  var engine: Engine<Encoder, Decoder, NoCanceller>
  var deadline = Instant.zero
  var nextCycle: Instant
  var portsUsed: UInt16 = 0
  let addresses: [IPAddress]
  private let periodLength: Instant.Span
  private var input: PCMFrame
  private var output: PCMFrame

  init(
    number: Int, plan: VirtualCallPlan, identity: Channel.Identity, randomness: Randomness, encoder: consuming Encoder,
    makeDecoder: () -> Decoder
  ) {
    let capturedRing = Ring<EncodedFrame>(capacity: Limits.capturedRingSlots)
    let receivedRing = Ring<EncodedFrame>(capacity: Limits.receivedRingSlots)
    let commandRing = Ring<VoiceCommand>(capacity: Limits.commandRingSlots)
    let reportRing = Ring<VoiceReport>(capacity: Limits.reportRingSlots)
    let mute = MuteBit()
    engine = Engine(
      periodSamples: plan.periodSamples, frameSamples: plan.frameSamples, encoder: encoder, canceller: NoCanceller(),
      ends: .init(
        captured: capturedRing.takeProducer(), received: receivedRing.takeConsumer(),
        commands: commandRing.takeConsumer(), reports: reportRing.takeProducer(), mute: mute),
      makeDecoder: makeDecoder)
    service = VOIPService(
      configuration: VOIPConfiguration(
        iceServers: plan.iceServers, processing: .none, frameSamples: plan.frameSamples, bitrate: plan.bitrate,
        talk: plan.talk),
      identity: identity,
      rings: VOIPRings(
        captured: capturedRing.takeConsumer(), received: receivedRing.takeProducer(),
        commands: commandRing.takeProducer(), reports: reportRing.takeConsumer(), mute: mute),
      randomness: randomness, wallClock: NTPTime(unixSeconds: 1_700_000_000, nanoseconds: 0), at: .zero)
    source = number < plan.sources.count ? plan.sources[number] : .silence
    let drift = number == 0 ? 0 : Int64(plan.driftPartsPerMillion)
    let length = Instant.Span.samples(plan.periodSamples).nanoseconds
    periodLength = Instant.Span(nanoseconds: length - length * drift / 1_000_000)
    nextCycle = .zero + plan.phase * number
    captured = VirtualSound(periodSamples: plan.periodSamples, periodLength: periodLength)
    played = VirtualSound(periodSamples: plan.periodSamples, periodLength: periodLength)
    input = PCMFrame(count: plan.periodSamples)
    output = PCMFrame(count: plan.periodSamples)
    var addresses: [IPAddress] = []
    if plan.usesIPv4 { addresses.append(.v4(10, 0, 0, UInt8(truncatingIfNeeded: number + 1))) }
    if plan.usesIPv6 { addresses.append(IPAddress(v6High: 0xFD00_0000_0000_0000, low: UInt64(number + 1))) }
    self.addresses = addresses
  }

  /// Runs the period that is due; answers whether the doorbell rings.
  func cycle(at now: Instant) -> Bool {
    input.count = captured.periodSamples
    source.fill(&input)
    if keepsSound { captured.append(input, at: now) }
    let frames = engine.cycle(captured: &input, played: &output, at: now)
    if keepsSound { played.append(output, at: now) }
    nextCycle += periodLength
    return frames > 0 || engine.hasNews
  }
}

// MARK: Questions

extension VirtualSide where Channel: ~Copyable, Encoder: ~Copyable, Decoder: ~Copyable {
  /// What the engine did so far.
  public var report: VoiceReport { engine.currentReport }
  /// The service in a few words.
  public var state: VOIPState { service.state }

  /// The connection's state, or nil when there is no such connection.
  public func connectionState(of id: ConnectionID) -> ConnectionState? { service.connectionState(of: id) }
  /// The connection's figures, or nil when there is no such connection.
  public func statistics(of id: ConnectionID) -> ConnectionStatistics? { service.statistics(of: id) }
  /// How good the connection sounds.
  public func quality(of id: ConnectionID) -> Int { service.connectionQuality(of: id) }

  /// When the connection first had the state; `.never` when it had not.
  public func instant(of state: ConnectionState, of id: ConnectionID) -> Instant {
    for entry in events {
      if case .connectionStateChanged(id, state) = entry.event { return entry.at }
    }
    return .never
  }

  /// The states that the connection went through.
  public func states(of id: ConnectionID) -> [ConnectionState] {
    var states: [ConnectionState] = []
    for entry in events {
      if case .connectionStateChanged(let other, let state) = entry.event, other == id { states.append(state) }
    }
    return states
  }

  /// Why the connection failed; nil when nothing was said.
  public func failure(of id: ConnectionID) -> PeerError? {
    for entry in events {
      if case .error(.connection(let error), id) = entry.event { return error }
    }
    return nil
  }
}
