// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a connection is told, and what it says of itself.

public import Core
import ICE

/// The state of a connection, as browsers name it (W3C WebRTC section 4.4.3).
public enum ConnectionState: UInt8, Sendable, BitwiseCopyable {
  /// Nothing has been tried.
  case new
  /// Checks or the handshake are under way.
  case connecting
  /// Voice can flow.
  case connected
  /// The far side has not answered for a while, and may come back. Voice still goes out: perhaps only one direction is
  /// broken, and consent holds (RFC 7675).
  case disconnected
  /// It is over, because of an error.
  case failed
  /// It is over, because one side ended it.
  case closed

  /// Whether voice may be sent: connected, or disconnected for now.
  public var isUp: Bool { self == .connected || self == .disconnected }

  /// The state in one word.
  public var text: String {
    switch self {
    case .new: "new"
    case .connecting: "connecting"
    case .connected: "connected"
    case .disconnected: "disconnected"
    case .failed: "failed"
    case .closed: "closed"
    }
  }
}

/// Which way voice is to flow in a connection that we offer.
public enum VoiceDirection: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Ours goes out, and the far side's comes in.
  case bothWays
  /// Ours goes out only: we publish (RFC 9725).
  case onlySends
  /// The far side's comes in only: we play.
  case onlyReceives
}

/// What a connection is told at its beginning.
public struct ConnectionConfiguration: Sendable {
  /// Whether loopback addresses are candidates too.
  public var allowsLoopback: Bool
  /// How long a voice frame is, in milliseconds: 10 or 20.
  public var frameMilliseconds: Int
  /// How many bits of Opus a second the far side is asked to send at most, 6,000 ... 510,000.
  public var bitrateMax: Int
  /// Whether STUN servers will still be added, until `endServers`.
  public var expectsServers: Bool

  /// Frames of `frameMilliseconds`; no loopback and no more servers unless said otherwise.
  public init(
    frameMilliseconds: Int = 20, allowsLoopback: Bool = false, expectsServers: Bool = false, bitrateMax: Int = 32_000
  ) {
    self.bitrateMax = bitrateMax
    self.expectsServers = expectsServers
    self.frameMilliseconds = frameMilliseconds
    self.allowsLoopback = allowsLoopback
  }
}

/// Datagrams that a connection dropped, by reason, and what it did otherwise. All are totals.
public struct ConnectionCounters: Sendable, BitwiseCopyable {
  /// No protocol we know starts with these bytes.
  public var unknownDatagrams: UInt64 = 0
  /// DTLS from a pair that no check has validated, with no room to keep it.
  public var unvalidatedHandshakes: UInt64 = 0
  /// Media that came before the keys.
  public var earlyMedia: UInt64 = 0
  /// Media whose tag was wrong.
  public var refusedMedia: UInt64 = 0
  /// Media seen before.
  public var replayedMedia: UInt64 = 0
  /// RTP or RTCP that was authentic and malformed.
  public var malformedMedia: UInt64 = 0
  /// RTP of a payload type that was not negotiated.
  public var foreignPayloads: UInt64 = 0
  /// Candidates of the far side that could not be used: malformed, TCP, a `.local` name, too many.
  public var unusableCandidates: UInt64 = 0
  /// Frames that could not be sent: no pair, no keys, or too large.
  public var unsentFrames: UInt64 = 0

  /// No drops.
  public init() {}
}

/// A connection's figures. Totals since the media keys were in place, unless said otherwise.
public struct ConnectionStatistics: Sendable, BitwiseCopyable {
  /// RTP packets sent.
  public var packetsSent: UInt64 = 0
  /// Payload bytes sent, copies and their headers included.
  public var octetsSent: UInt64 = 0
  /// RTP packets received.
  public var packetsReceived: UInt64 = 0
  /// RTP packets that did not come.
  public var packetsLost: UInt64 = 0
  /// RTP packets that came after a later one.
  public var packetsLate: UInt64 = 0
  /// RTP packets that came twice.
  public var packetsDuplicate: UInt64 = 0
  /// What did not come in the last report interval, per mille of what was expected.
  public var recentLossPerMille = 0
  /// Interarrival jitter of what comes (RFC 3550 section 6.4.1).
  public var jitter = Instant.Span.zero
  /// What the far side missed in its last report interval, per mille.
  public var remoteLossPerMille = 0
  /// Jitter of our packets at the far side; nil before its first report.
  public var remoteJitter: Instant.Span?
  /// Copies of earlier frames sent (RFC 2198).
  public var copiesSent: UInt64 = 0
  /// Copies of earlier frames received.
  public var copiesReceived: UInt64 = 0
  /// Copies of packets that had come.
  public var copiesDuplicate: UInt64 = 0
  /// RTP packets that did not come and whose copy did.
  public var packetsRecovered: UInt64 = 0
  /// Which share of what the far side misses it misses in runs of two packets and more, per mille; nil when it does not
  /// say (RFC 3611).
  public var remoteBurstPerMille: Int?
  /// How long our packets wait in the far side's jitter buffer; nil when it does not say.
  public var remoteBuffer: Instant.Span?
  /// The last round trip: measured by reports, before the first of them by checks; nil before both.
  public var roundTripTime: Instant.Span?
  /// What was dropped, and why.
  public var counters = ConnectionCounters()

  /// No figures yet.
  public init() {}
}

/// One end of the pair of candidates that a connection uses.
public struct PairedCandidate: Sendable {
  /// `host`, `srflx`, `prflx` or `relay` (RFC 8839 section 5.1).
  public let type: String
  /// The address and port, as signaled.
  public let endpoint: Endpoint

  init(_ candidate: Candidate) {
    type = ByteView(UnsafeRawPointer(candidate.kind.word.utf8Start), count: candidate.kind.word.utf8CodeUnitCount)
      .text()
    endpoint = candidate.endpoint
  }
}
