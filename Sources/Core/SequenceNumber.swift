// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sequence numbers that wrap.

/// A 16-bit sequence number with serial arithmetic: half the circle is before, half after (RFC 3550 appendix A.1).
public struct SequenceNumber: Hashable, Sendable, BitwiseCopyable {
  /// The number on the wire.
  public var value: UInt16

  /// The sequence number `value`.
  public init(_ value: UInt16) { self.value = value }

  /// The next one.
  public var next: SequenceNumber { SequenceNumber(value &+ 1) }

  /// How far `self` lies after `other`, −32,768 ... 32,767.
  public func distance(from other: SequenceNumber) -> Int { Int(Int16(bitPattern: value &- other.value)) }
}

/// A 32-bit RTP timestamp with serial arithmetic, in samples at 48 kHz (RFC 3550 section 5.1, RFC 7587 section 4.1).
public struct RTPTimestamp: Hashable, Sendable, BitwiseCopyable {
  /// The number on the wire.
  public var value: UInt32

  /// The timestamp `value`.
  public init(_ value: UInt32) { self.value = value }

  /// The timestamp `samples` later.
  public func advanced(by samples: Int) -> RTPTimestamp { RTPTimestamp(value &+ UInt32(truncatingIfNeeded: samples)) }

  /// How many samples `self` lies after `other`, −2³¹ ... 2³¹ − 1.
  public func distance(from other: RTPTimestamp) -> Int { Int(Int32(bitPattern: value &- other.value)) }
}
