// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One connection to one far side: ICE, DTLS-SRTP, RTP and RTCP as one machine without I/O.
//
//                    ┌───────────── Connection ─────────────┐
//   datagram ──►  demultiplex ──► ICEAgent                  │
//   (RFC 7983)       ├──────────► SecureChannel (handshake) │
//                    └─ unprotect ─► RTCP ─► reports        │
//                                └─► RTPSession ──► EncodedFrame
//   EncodedFrame ──► RTPSession ──► protect ──► datagram
//
// QUESTIONS  state, statistics, counters, selectedPair, remoteFingerprint
// HANDLE     handle(_:at:), handleTimeout(at:)
// COMMANDS   addLocalAddress, endLocalAddresses, addServer, createOffer, setRemoteOffer, createAnswer, setRemoteAnswer,
//            addRemoteCandidate, endRemoteCandidates, send, close
// POLL       pollTransmit(into:at:), pollEvent(), pollReport(), pollTimeout()
//
// After every handle and every command: pollTransmit until false, pollEvent until nil, then pollTimeout. A running call
// (handle of media and checks, send, timeouts) does not allocate; setting up and ending one may.
//
// LEFT OUT: more than one media section, ICE restart, TURN (the seam is the agent's), data channels.

public import Core
import ICE
import RTP
import SDP

/// What a connection tells its owner.
public enum ConnectionEvent: Sendable {
  /// A local candidate: the value of an `a=candidate` line, without `a=`.
  case localCandidate(String)
  /// No more local candidates will come.
  case gatheringComplete
  /// The state changed.
  case stateChanged(ConnectionState)
  /// The far side said that its voice ends (RTCP BYE). The connection may stay up, and another voice may follow.
  case voiceEnded
  /// The connection is over because of this; `.stateChanged(.failed)` follows.
  case failed(PeerError)
}

/// One connection to one far side.
public struct Connection<Channel: SecureChannel & ~Copyable>: ~Copyable {
  /// The connection's state.
  public private(set) var state = ConnectionState.new
  /// What was dropped, and why.
  public internal(set) var counters = ConnectionCounters()

  /// What the far side's certificate must be, by its description; nil before that was set. The handshake proves it.
  public internal(set) var remoteFingerprint: Fingerprint?

  let configuration: ConnectionConfiguration
  let clock: WallClock
  let fingerprint: Fingerprint
  var agent: ICEAgent
  var channel: Channel
  var session: RTPSession?
  var sendsVoice = false
  /// Whether the descriptions let the far side's voice come in; false before the connection is up.
  public internal(set) var receivesVoice = false
  var negotiation: Negotiation
  var events: [ConnectionEvent] = []
  /// DTLS that came before its pair was validated.
  var early = EarlyHandshake()
  var handshake = Handshake.waiting
  /// Whether a report has come that `pollReport` has not told of.
  var reportIsNew = false
  /// Whether the goodbye still has to be sent.
  var goodbye = Goodbye.none

  /// How far the secure channel is.
  enum Handshake: BitwiseCopyable {
    case waiting
    case running
    case established
    case over
  }

  /// What is left to be said when a connection ends.
  enum Goodbye: BitwiseCopyable {
    case none
    case reportDue
    case alertDue
    case said
  }

  /// A connection that has not begun. Allocates.
  ///
  /// - Parameters:
  ///   - identity: our certificate and key.
  ///   - randomness: a stream of its own.
  ///   - clock: what wall-clock time it is, for sender reports.
  public init(
    configuration: ConnectionConfiguration, identity: Channel.Identity, randomness: consuming Randomness,
    clock: WallClock, at now: Instant
  ) {
    self.configuration = configuration
    self.clock = clock
    fingerprint = Channel.fingerprint(of: identity)
    agent = ICEAgent(
      configuration: ICEConfiguration(
        allowsLoopback: configuration.allowsLoopback, expectsServers: configuration.expectsServers),
      role: .controlling, randomness: randomness.split(), at: now)
    channel = Channel(identity: identity)
    negotiation = Negotiation(
      fingerprint: fingerprint, randomness: randomness, packetTimeMilliseconds: configuration.frameMilliseconds)
    negotiation.parameters.opus.maxAverageBitrate = configuration.bitrateMax
    negotiation.parameters.usernameFragment = agent.localCredentials.usernameFragment
    negotiation.parameters.password = agent.localCredentials.password
  }

  // MARK: Handle

  /// Takes in one datagram, decrypting it in place. True when it carried voice, which is then in `frame` (all but the
  /// talker); else `frame` is untouched. Bad bytes are counted and dropped.
  public mutating func handle(_ datagram: inout Datagram, into frame: inout EncodedFrame, at now: Instant) -> Bool {
    guard state != .closed, state != .failed else { return false }
    switch DatagramKind(datagram.bytes) {
    case .stun:
      _ = agent.handle(datagram, at: now)
      settle(at: now)
    case .dtls: handleHandshake(datagram, at: now)
    case .rtp: return handleVoice(&datagram, into: &frame, at: now)
    case .rtcp: handleReports(&datagram, at: now)
    case .unknown: counters.unknownDatagrams += 1
    }
    return false
  }

  /// Takes in that the moment of `pollTimeout` has come; harmless when called early.
  public mutating func handleTimeout(at now: Instant) {
    guard state != .closed, state != .failed else { return }
    if let due = agent.pollTimeout(), due <= now { agent.handleTimeout(at: now) }
    if let due = channel.pollTimeout(), due <= now { channel.handleTimeout(at: now) }
    if state.isUp, let due = session?.pollTimeout(), due <= now { session?.handleTimeout(at: now) }
    settle(at: now)
  }

  // MARK: Poll

  /// Puts the next datagram to be sent into `datagram`, with its endpoints; false when there is none.
  public mutating func pollTransmit(into datagram: inout Datagram, at now: Instant) -> Bool {
    if agent.pollTransmit(into: &datagram) { return true }
    guard let path = agent.path else {
      if goodbye != .none { goodbye = .said }
      return false
    }
    if pollReport(into: &datagram, at: now) || channel.pollTransmit(into: &datagram) {
      datagram.local = path.local
      datagram.remote = path.remote
      return true
    }
    return false
  }

  /// The next event, or nil.
  public mutating func pollEvent() -> ConnectionEvent? {
    events.isEmpty ? nil : events.removeFirst()
  }

  /// Whether a report of the far side has come since the last call, so that the figures are worth a look.
  public mutating func pollReport() -> Bool {
    defer { reportIsNew = false }
    return reportIsNew
  }

  /// When `handleTimeout` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant {
    guard state != .closed, state != .failed else { return .never }
    var earliest = min(agent.pollTimeout() ?? .never, channel.pollTimeout() ?? .never)
    if state.isUp, let due = session?.pollTimeout() { earliest = min(earliest, due) }
    return earliest
  }

  // MARK: Questions

  /// The pair of candidates that voice takes, or took last, ours first; nil when there was none. Allocates.
  public var selectedPair: (local: PairedCandidate, remote: PairedCandidate)? {
    agent.selectedPair.map { (PairedCandidate($0.local), PairedCandidate($0.remote)) }
  }

  // MARK: Within the connection

  /// Looks at what the inner machines have to say, until they are silent.
  mutating func settle(at now: Instant) {
    while let event = agent.pollEvent() { note(event, at: now) }
    startChannelIfReady(at: now)
    feedEarlyHandshake(at: now)
    while let event = channel.pollEvent() { note(event, at: now) }
  }

  mutating func enter(_ next: ConnectionState) {
    guard state != next, state != .closed, state != .failed else { return }
    state = next
    events.append(.stateChanged(next))
  }

  mutating func fail(_ error: PeerError, at now: Instant) {
    guard state != .closed, state != .failed else { return }
    events.append(.failed(error))
    channel.close(at: now)
    enter(.failed)
  }
}
