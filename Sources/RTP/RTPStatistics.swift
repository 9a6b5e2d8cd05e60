// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is known about the two streams of a session.

public import Core

/// Counters and measures of both directions. Counters are totals since the session began.
public struct RTPStatistics: Sendable, BitwiseCopyable {
  /// Packets sent.
  public var packetsSent: UInt64 = 0
  /// Payload bytes sent.
  public var octetsSent: UInt64 = 0
  /// Packets received, of any source, with the agreed payload type.
  public var packetsReceived: UInt64 = 0
  /// Payload bytes received.
  public var octetsReceived: UInt64 = 0
  /// Packets that did not come.
  public var packetsLost: UInt64 = 0
  /// The fraction of packets that did not come, in the last report interval, 0 ... 255 in 256ths.
  public var fractionLost: UInt8 = 0
  /// The interarrival jitter of what we receive (RFC 3550 section 6.4.1).
  public var jitter = Instant.Span.zero
  /// Packets that came late.
  public var packetsLate: UInt64 = 0
  /// Packets that came twice.
  public var packetsDuplicate: UInt64 = 0
  /// Copies of earlier frames sent (RFC 2198).
  public var copiesSent: UInt64 = 0
  /// Copies of earlier frames received.
  public var copiesReceived: UInt64 = 0
  /// Copies of packets that had come.
  public var copiesDuplicate: UInt64 = 0
  /// Packets that did not come and whose copy did.
  public var packetsRecovered: UInt64 = 0
  /// Packets refused: malformed, of another payload type, too large.
  public var packetsRefused: UInt64 = 0
  /// How often the far side's numbers started anew.
  public var restarts: UInt64 = 0
  /// How often another source took over.
  public var sourceChanges: UInt64 = 0
  /// Reports sent.
  public var reportsSent: UInt64 = 0
  /// Control packets received and understood.
  public var controlReceived: UInt64 = 0
  /// Control packets refused.
  public var controlRefused: UInt64 = 0
  /// The fraction of our packets that the far side missed in its last report's interval, in 256ths; nil before its
  /// first report.
  public var remoteFractionLost: UInt8?
  /// How many of our packets the far side missed, by its own count; negative when duplicates outnumber losses.
  public var remotePacketsLost: Int32 = 0
  /// The jitter of our packets at the far side; nil before its first report.
  public var remoteJitter: Instant.Span?
  /// The far side's last VoIP metrics about our packets; nil when none were agreed on, or before the first.
  public var remoteMetrics: VoIPMetrics?
  /// The last round trip measured through reports; nil before the first.
  public var roundTrip: Instant.Span?

  /// Nothing yet.
  public init() {}

  /// `fractionLost` in percent, 0 ... 100, rounded.
  public var percentLost: Int { (Int(fractionLost) * 100 + 128) / 256 }

  /// `remoteFractionLost` in percent, 0 ... 100, rounded; nil before the far side's first report.
  public var remotePercentLost: Int? { remoteFractionLost.map { (Int($0) * 100 + 128) / 256 } }
}
