// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The contents of sender and receiver reports (RFC 3550 section 6.4).
//
//   sender information:  | SSRC | NTP time: 8 | RTP time | packets sent | octets sent |
//   report block:        | SSRC | lost: 1, cumulative: 3 | extended highest | jitter | LSR | DLSR |

public import Core

/// What a sender says about its own stream (RFC 3550 section 6.4.1).
public struct SenderReport: Equatable, Sendable, BitwiseCopyable {
  /// The sender.
  public var ssrc: UInt32
  /// When the report was sent, by the sender's wall clock.
  public var time: NTPTime
  /// The same moment on the sender's media clock.
  public var timestamp: RTPTimestamp
  /// Packets sent, modulo 2³².
  public var packetCount: UInt32
  /// Payload bytes sent, modulo 2³².
  public var octetCount: UInt32

  /// A sender's information.
  public init(ssrc: UInt32, time: NTPTime, timestamp: RTPTimestamp, packetCount: UInt32, octetCount: UInt32) {
    self.ssrc = ssrc
    self.time = time
    self.timestamp = timestamp
    self.packetCount = packetCount
    self.octetCount = octetCount
  }

  /// Size on the wire, the source included.
  static let byteCount = 24

  /// The information in the first 24 bytes of `bytes`, which are there.
  init(_ bytes: ByteView) {
    ssrc = bytes.uint32(at: 0)
    time = NTPTime(value: UInt64(bytes.uint32(at: 4)) << 32 | UInt64(bytes.uint32(at: 8)))
    timestamp = RTPTimestamp(bytes.uint32(at: 12))
    packetCount = bytes.uint32(at: 16)
    octetCount = bytes.uint32(at: 20)
  }

  func write(to writer: inout ByteWriter) {
    writer.uint32(ssrc)
    writer.uint64(time.value)
    writer.uint32(timestamp.value)
    writer.uint32(packetCount)
    writer.uint32(octetCount)
  }
}

/// What a receiver says about one source (RFC 3550 section 6.4.1).
public struct ReportBlock: Equatable, Sendable, BitwiseCopyable {
  /// The source.
  public var ssrc: UInt32
  /// The fraction of packets lost since the report before, in 256ths.
  public var fractionLost: UInt8
  /// Packets lost since the beginning, −2²³ ... 2²³ − 1.
  public var cumulativeLost: Int32
  /// The highest sequence number, extended.
  public var extendedHighest: UInt32
  /// The interarrival jitter, in the source's timestamp units.
  public var jitter: UInt32
  /// The middle 32 bits of the last sender report's time (LSR); 0 when there was none.
  public var lastSenderReport: UInt32
  /// The time since that report came, in 1/65,536 s (DLSR).
  public var delaySinceLastSenderReport: UInt32

  /// A block.
  public init(
    ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighest: UInt32, jitter: UInt32,
    lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.cumulativeLost = cumulativeLost
    self.extendedHighest = extendedHighest
    self.jitter = jitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  /// Size on the wire.
  static let byteCount = 24

  /// The block in the first 24 bytes of `bytes`, which are there.
  init(_ bytes: ByteView) {
    ssrc = bytes.uint32(at: 0)
    let lost = bytes.uint32(at: 4)
    fractionLost = UInt8(lost >> 24)
    cumulativeLost = Int32(bitPattern: lost << 8) >> 8
    extendedHighest = bytes.uint32(at: 8)
    jitter = bytes.uint32(at: 12)
    lastSenderReport = bytes.uint32(at: 16)
    delaySinceLastSenderReport = bytes.uint32(at: 20)
  }

  func write(to writer: inout ByteWriter) {
    writer.uint32(ssrc)
    writer.uint8(fractionLost)
    writer.uint24(UInt32(bitPattern: cumulativeLost))
    writer.uint32(extendedHighest)
    writer.uint32(jitter)
    writer.uint32(lastSenderReport)
    writer.uint32(delaySinceLastSenderReport)
  }

  /// The round trip that this block tells the sender of the report it answers (RFC 3550 section 6.4.1): `now` − LSR −
  /// DLSR.
  ///
  /// nil when it answers no report, or when the sum is not a round trip: more than a minute, or below zero by more than
  /// the 50 ms that rounding and clock drift excuse (which then count as zero).
  public func roundTrip(receivedAt now: NTPTime) -> Instant.Span? {
    guard lastSenderReport != 0 else { return nil }
    let units = Int32(bitPattern: now.middle &- lastSenderReport &- delaySinceLastSenderReport)
    guard units >= -Self.excusedUnits, units <= 60 * 65_536 else { return nil }
    return .ntpShort(UInt32(max(0, units)))
  }

  private static let excusedUnits: Int32 = 3277
}

/// The blocks of one report.
public struct ReportBlocks: Sendable {
  private let bytes: ByteView

  init(_ bytes: ByteView) { self.bytes = bytes }

  /// How many there are, 0 ... 31.
  public var count: Int { bytes.count / ReportBlock.byteCount }

  /// The block at `index`, 0 ..< count.
  public subscript(index: Int) -> ReportBlock { ReportBlock(bytes.dropFirst(index * ReportBlock.byteCount)) }

  /// The block about the source `ssrc`, or nil.
  public func block(about ssrc: UInt32) -> ReportBlock? {
    for index in 0..<count where self[index].ssrc == ssrc { return self[index] }
    return nil
  }
}
