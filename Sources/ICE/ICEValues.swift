// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What an agent is told, and what it says of itself.

public import Core

/// Which side nominates (RFC 8445 section 6.1.1).
public enum ICERole: Sendable, BitwiseCopyable {
  /// Nominates: the offerer, and always the side of a lite one.
  case controlling
  /// Follows the nomination.
  case controlled
}

/// The state of an agent.
public enum ICEState: UInt8, Sendable, BitwiseCopyable {
  /// The far side's credentials are not known yet.
  case new
  /// Pairs are being checked; none is valid yet.
  case checking
  /// A pair is valid and may be sent on; none is nominated yet.
  case connected
  /// A pair is nominated.
  case completed
  /// The far side has been silent for a while, see `ICEConfiguration`; sending goes on for now.
  case disconnected
  /// No pair became valid in time (RFC 8863), or consent expired (RFC 7675): nothing is sent any more.
  case failed
  /// The owner ended it.
  case closed
}

/// What an agent is told at its beginning; the timing values are for tests and odd networks.
public struct ICEConfiguration: Sendable, BitwiseCopyable {
  /// Whether loopback addresses are candidates too, on both sides: for tests and demonstrations on one machine.
  public var allowsLoopback = false
  /// Whether STUN servers will still be added: gathering is then complete only after `endServers`.
  public var expectsServers = false
  /// Ta after the first checks (RFC 8445 section 14.2), and the Ta of the formula for RTO (section 14.3).
  ///
  /// 20 ms instead of the RFC's default of 50: our checks of 120 bytes are then 48 kbit/s, no more than the voice that
  /// follows.
  public var pacing = Instant.Span.milliseconds(20)
  /// Ta for the first `hastyChecks` new transactions: the RFC's lower bound, so that every pair of two sides with four
  /// addresses each is under way within 80 ms, and the one that works is found at once on a LAN.
  public var hastyPacing = Instant.Span.milliseconds(5)
  /// How many new checks, and how many new requests to servers, are paced by `hastyPacing`.
  public var hastyChecks = 16
  /// The first RTO of checks and of requests to STUN servers (RFC 8445 section 14.3 wants at least 500 ms).
  public var retransmissionTimeout = Instant.Span.milliseconds(500)
  /// A check under way is sent again when the far side's check arrives on its pair, but not more often than this.
  public var triggerInterval = Instant.Span.milliseconds(50)
  /// How long a STUN server is waited for: a public one that is silent for 5 s stays silent, and the end of candidates
  /// waits for it. Shorter than RFC 8489 section 6.2.1 has it.
  public var gatheringTimeout = Instant.Span.seconds(5)
  /// The least time before failing (RFC 8863 section 4).
  public var patience = Instant.Span.milliseconds(39_500)
  /// Bounds of the wait for better pairs once one is valid: four of its round trips, within these.
  public var nominationPatienceMin = Instant.Span.milliseconds(10)
  /// The upper bound of that wait.
  public var nominationPatienceMax = Instant.Span.milliseconds(200)
  /// Mean time between consent checks, drawn anew each time from 0.8 ... 1.2 of it (RFC 7675 section 5.1).
  public var consentInterval = Instant.Span.seconds(5)
  /// When consent expires, after the last answered check (RFC 7675 section 5.1).
  public var consentExpiry = Instant.Span.seconds(30)
  /// How long the nominated pair must have been silent before another one that the far side nominates replaces it: more than
  /// the longest interval between consent checks, whose answers would be heard.
  public var moveAfter = Instant.Span.milliseconds(6_500)
  /// When the state becomes `.disconnected`: so long after anything authentic was heard, more than two of the longest intervals.
  public var disconnectedAfterSilence = Instant.Span.milliseconds(12_500)
  /// When it becomes so although the far side's checks are heard: so long after it last answered one of ours. Four checks or
  /// more have then gone unanswered, which 5 % loss does once in hours.
  public var disconnectedAfter = Instant.Span.seconds(25)

  /// The values above; loopback only when asked for.
  public init(allowsLoopback: Bool = false, expectsServers: Bool = false) {
    self.allowsLoopback = allowsLoopback
    self.expectsServers = expectsServers
  }
}

/// The way datagrams go: from a bound socket to a far endpoint.
public struct ICEPath: Sendable, BitwiseCopyable, Equatable {
  /// The bound socket (a base).
  public var local: Endpoint
  /// The far endpoint, with the scope of `local` when it is link-local.
  public var remote: Endpoint

  /// A path.
  public init(local: Endpoint, remote: Endpoint) {
    self.local = local
    self.remote = remote
  }
}

/// The pair in use, for people and reports; `ICEAgent.path` is for sending.
public struct ICESelectedPair: Sendable, BitwiseCopyable {
  /// Our candidate, as the far side sees it.
  public var local: Candidate
  /// The far side's candidate.
  public var remote: Candidate
  /// The way datagrams go.
  public var path: ICEPath
  /// Whether it is nominated, so that it stays.
  public var isNominated: Bool
}

/// What an agent tells its owner.
public enum ICEEvent: Sendable, BitwiseCopyable {
  /// A candidate of ours to be signalled.
  case localCandidate(Candidate)
  /// There will be no more candidates of ours; signalled as end-of-candidates.
  case gatheringComplete
  /// The state changed.
  case stateChanged(ICEState)
  /// From now on this pair is sent on.
  case pairSelected(ICESelectedPair)
  /// No check was answered for 30 s: sending has to stop, and only new credentials bring it back (RFC 7675 section
  /// 5.1).
  case consentExpired
}

/// What became of a datagram.
public enum ICEResult: Sendable, BitwiseCopyable, Equatable {
  /// It was STUN, and ours.
  case consumed
  /// It is no STUN message.
  case notForUs
  /// It was dropped, and counted.
  case refused(ICERefusal)
}

/// Why a datagram was dropped.
public enum ICERefusal: Sendable, BitwiseCopyable, Equatable {
  /// It is a broken STUN message.
  case malformed
  /// It came by a socket we do not know, or is of a method we do not speak.
  case unexpected
  /// USERNAME or MESSAGE-INTEGRITY is missing (400).
  case incomplete
  /// USERNAME is not ours, or MESSAGE-INTEGRITY is wrong (401).
  case unauthenticated
  /// An attribute that must be understood is not (420).
  case unknownAttribute
  /// The role was in conflict, and the far side has to change (487).
  case roleConflict
  /// It answers nothing that we asked, or too late.
  case unknownTransaction
  /// It is an error that nobody vouched for.
  case unvouchedError
  /// The agent has failed or is closed.
  case over
}

/// What an agent did and dropped. All are totals.
public struct ICECounters: Sendable, BitwiseCopyable {
  /// Checks sent, retransmissions included, consent checks not.
  public var checksSent: UInt64 = 0
  /// Checks that went well.
  public var checksAnswered: UInt64 = 0
  /// Authentic checks received.
  public var checksReceived: UInt64 = 0
  /// Answers sent to requests, errors included.
  public var responsesSent: UInt64 = 0
  /// Consent checks sent.
  public var consentChecksSent: UInt64 = 0
  /// Consent checks answered.
  public var consentChecksAnswered: UInt64 = 0
  /// Requests sent to STUN servers, retransmissions included.
  public var gatheringRequestsSent: UInt64 = 0
  /// Answers of STUN servers.
  public var gatheringResponses: UInt64 = 0
  /// Requests to STUN servers given up, or answered with an error.
  public var gatheringFailures: UInt64 = 0
  /// Datagrams that are no STUN message.
  public var foreignDatagrams: UInt64 = 0
  /// Broken STUN messages.
  public var malformedMessages: UInt64 = 0
  /// Messages by an unknown socket or of an unknown method.
  public var unexpectedMessages: UInt64 = 0
  /// Requests without USERNAME or MESSAGE-INTEGRITY.
  public var incompleteRequests: UInt64 = 0
  /// Requests with a wrong USERNAME, requests and answers with a wrong MESSAGE-INTEGRITY.
  public var unauthenticatedMessages: UInt64 = 0
  /// Requests with attributes that must be understood and are not.
  public var unknownAttributeRequests: UInt64 = 0
  /// Role conflicts, seen by us or told to us.
  public var roleConflicts: UInt64 = 0
  /// Answers to nothing.
  public var unknownTransactions: UInt64 = 0
  /// Errors without a valid MESSAGE-INTEGRITY; the request goes on.
  public var unvouchedErrors: UInt64 = 0
  /// Answers that could not be queued.
  public var unsentResponses: UInt64 = 0
  /// Local addresses refused: unusable, or too many.
  public var refusedLocalAddresses: UInt64 = 0
  /// Remote candidates refused: unusable, or too many.
  public var refusedRemoteCandidates: UInt64 = 0
  /// Pairs that did not fit, or made room for better ones.
  public var refusedPairs: UInt64 = 0
  /// Events that nobody polled in time.
  public var lostEvents: UInt64 = 0

  /// Nothing yet.
  public init() {}
}
