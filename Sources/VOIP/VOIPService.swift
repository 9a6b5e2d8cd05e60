// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The public, composable face of the house: a microphone, a speaker, and connections to far sides, without a word about
// signaling, chat, web pages or configuration files.
//
// WHY A ROOM OF ITS OWN. It is what others build on: descriptions and candidates go in and come out as text, datagrams
// as bytes, time as a value. It opens nothing and knows no clock; the room `Host` drives it with sockets and sound.
//
//   captured ring ──► VOIPService ──► Connection … Connection ──► datagrams out
//   received ring ◄──      │      ◄── Connection … Connection ◄── datagrams in
//   commands ring ◄────────┘ talkers, talk, tones reports ring ──► levels, delay, loss
//   mute bit      ◄──
//
// ORDER OF CALLS. Everything happens on the loop thread. After each call that may change something (`handle…`, a
// command), call `pollOutput` until it answers `.timeout`, do what it says, and call `handleTimeout` at that moment at
// the latest. For a call: `enableMicrophone`, `createConnection`, on `.socketsWanted` `addLocalAddress` and
// `endLocalAddresses`; the caller then `createOffer`, `setRemoteAnswer`; the called side `setRemoteDescription`,
// `createAnswer`; both hand on each other's candidates; at the end `closeConnection`.
//
// NOTHING IS ALLOCATED while a call runs: not by `handle(_:on:at:)`, `handleDoorbell`, `handleTimeout` or `pollOutput`.
// Commands that set up and end calls may allocate.

public import Core
public import Peer

/// The service's ends of the four rings that join it to the audio thread, and the bit that it writes.
public struct VOIPRings: ~Copyable {
  var captured: Consumer<EncodedFrame>
  var received: Producer<EncodedFrame>
  var commands: Producer<VoiceCommand>
  var reports: Consumer<VoiceReport>
  let mute: MuteBit

  /// The loop thread's ends, and the microphone's mute, the same as the engine's.
  public init(
    captured: consuming Consumer<EncodedFrame>, received: consuming Producer<EncodedFrame>,
    commands: consuming Producer<VoiceCommand>, reports: consuming Consumer<VoiceReport>, mute: MuteBit
  ) {
    self.captured = captured
    self.received = received
    self.commands = commands
    self.reports = reports
    self.mute = mute
  }
}

/// Voice calls to browsers and other intercoms: microphone, connections, mute, state, level, quality, events.
///
/// Owned by the loop thread. `Channel` is what encrypts: `Security.DTLSSRTPChannel`, or `Peer.ClearChannel` in tests.
public struct VOIPService<Channel: SecureChannel & ~Copyable>: ~Copyable {
  /// What the service was told at its beginning, and the ICE servers added since.
  public internal(set) var configuration: VOIPConfiguration

  var lines: InlineArray<4, Line<Channel>?> = InlineArray(repeating: nil)
  var captured: Consumer<EncodedFrame>
  var received: Producer<EncodedFrame>
  var commands: Producer<VoiceCommand>
  var reports: Consumer<VoiceReport>
  let muteBit: MuteBit
  /// Commands that found the ring full, retried at the next wake: one of each kind, and one for each talker.
  var waitingCommands = WaitingVoiceCommands(filler: .setSending(false))
  var events: [VOIPEvent] = []
  var memory: Memory
  var report = VoiceReport()
  let identity: Channel.Identity
  var randomness: Randomness
  /// How far the name of each of `configuration.iceServers` is.
  var lookups: [Lookup]
  /// Addresses of STUN servers that have been resolved.
  var servers: [Endpoint] = []
  var clock: WallClock
  /// Frames that copies can be made of.
  let sentFrames = SentFrames()
  /// The line whose turn it is to send the captured frame at the head of the ring.
  var captureTurn = 0

  /// How far the look-up of a server's name is.
  enum Lookup: BitwiseCopyable {
    case wanted
    case awaited
    case done
  }

  /// What the service remembers beside its connections.
  struct Memory {
    var microphoneEnabled = false
    var mutes = MuteRequests()
    var talk: TalkRules
    var isTalkPressed = false
    var volumePercent = 100
    var toneNumber: UInt32 = 0
    var isToneWanted = false
    var talksMutedUntil = Instant.zero
    var speakerMuted = false
    var isSending = false
    var expectedLoss = ExpectedLoss()
    /// What the encoder was told; 0 before.
    var encoderBitrate = 0
    var nextNumber: UInt32 = 1
    var deviceDelayMilliseconds = 0
    var failedLookups: UInt64 = 0
    var skippedFrames: UInt64 = 0
    var refusedFrames: UInt64 = 0
  }

  /// A service without connections.
  ///
  /// - Parameters:
  ///   - identity: our certificate and key, shared by all connections.
  ///   - rings: the loop thread's ends of the rings; the engine has the others.
  ///   - randomness: seeded by the kernel, or by a test.
  ///   - wallClock: the wall-clock time at the moment `at`; sender reports count on from it.
  public init(
    configuration: VOIPConfiguration, identity: Channel.Identity, rings: consuming VOIPRings, randomness: Randomness,
    wallClock: NTPTime, at now: Instant
  ) {
    self.configuration = configuration
    self.identity = identity
    self.randomness = randomness
    lookups = Array(repeating: .wanted, count: configuration.iceServers.count)
    captured = rings.captured
    received = rings.received
    commands = rings.commands
    reports = rings.reports
    muteBit = rings.mute
    memory = Memory(talk: configuration.talk)
    clock = WallClock(time: wallClock, instant: now)
    command(.setTalkRules(configuration.talk))
    command(.setProcessing(configuration.processing))
  }

  // MARK: Handle

  /// Takes in a datagram that arrived on one of the connection's sockets; `datagram.local` and `.remote` say where and
  /// from whom. Its bytes are decrypted in place. Bad bytes are counted and dropped.
  public mutating func handle(_ datagram: inout Datagram, on id: ConnectionID, at now: Instant) {
    guard let line = line(id) else { return }
    guard let slot = received.claim() else {
      var refused = EncodedFrame()
      if line.connection.handle(&datagram, into: &refused, at: now) { memory.refusedFrames += 1 }
      return
    }
    guard line.connection.handle(&datagram, into: &slot.pointee, at: now), line.isHeard else { return }
    if !line.isTalking {
      line.isTalking = true
      events.append(.remoteAudio(line.id, talking: true))
    }
    slot.pointee.talker = line.talker
    received.commit()
    while let slot = received.claim(), line.connection.pollCopy(of: datagram, into: &slot.pointee, at: now) {
      slot.pointee.talker = line.talker
      received.commit()
    }
  }

  /// Takes in that the audio thread rang: captured frames and reports are waiting. Costs little when there are none.
  public mutating func handleDoorbell(at now: Instant) {
    // A frame older than 60 ms would only add delay for the rest of the call (a loop thread held up by something).
    let frames = 60 * 48 / configuration.frameSamples + 1
    let skipped = captured.skip(keeping: frames)
    if skipped > 0 {
      memory.skippedFrames += UInt64(skipped)
      // The frame whose turn it was is gone; the next one goes to every line.
      captureTurn = 0
    }
  }

  /// Takes in that the moment of the last `.timeout` has come; harmless when called early.
  public mutating func handleTimeout(at now: Instant) {
    for index in lines.indices {
      lines[index]?.connection.handleTimeout(at: now)
    }
    followLoss(at: now)
  }

  // MARK: Poll

  /// What to do next: send `datagram`, look at an event, or wait until a moment. Call it until it answers `.timeout`.
  public mutating func pollOutput(into datagram: inout Datagram, at now: Instant) -> VOIPOutput {
    flushCommands()
    drainReports()
    if let id = pollCaptured(into: &datagram, at: now) { return .transmit(id) }
    for index in lines.indices {
      guard let line = lines[index] else { continue }
      if line.connection.pollTransmit(into: &datagram, at: now) { return .transmit(line.id) }
      while let event = line.connection.pollEvent() { note(event, of: line) }
      if line.connection.pollReport() {
        followReport(of: line, at: now)
        followLoss(at: now)
      }
    }
    // Whoever is told that a connection is over may still ask for its figures; then it goes.
    if events.isEmpty { removeClosed() }
    if !events.isEmpty { return .event(events.removeFirst()) }
    return .timeout(nextTimeout(at: now))
  }

  private borrowing func nextTimeout(at now: Instant) -> Instant {
    var earliest = Instant.never
    var hasLines = false
    for index in lines.indices {
      guard let line = lines[index] else { continue }
      hasLines = true
      earliest = min(earliest, line.connection.pollTimeout())
    }
    // Without a connection nobody runs the engine, and nobody hears it.
    if !waitingCommands.isEmpty, hasLines { earliest = min(earliest, now + .milliseconds(10)) }
    return earliest
  }
}
