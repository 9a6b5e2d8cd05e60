// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The three kinds of time: monotonic (Instant), media (SampleTime, RTPTimestamp), wall (NTPTime). None converts to
// another without a name.

/// A moment of the monotonic clock, in nanoseconds since an origin that only differences are taken from.
///
/// Only `Linux` makes one from a clock; everything else is handed it as the argument `at:`.
public struct Instant: Comparable, Hashable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the origin.
  public var nanoseconds: Int64

  /// A moment `nanoseconds` after the origin.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The origin.
  public static let zero = Instant(nanoseconds: 0)
  /// A moment that never comes.
  public static let never = Instant(nanoseconds: .max)

  /// The earlier of two moments.
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The moment `span` later; stays at `.never` past the end.
  public static func + (moment: Instant, span: Span) -> Instant {
    let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(span.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  /// The moment `span` earlier.
  public static func - (moment: Instant, span: Span) -> Instant {
    Instant(nanoseconds: moment.nanoseconds &- span.nanoseconds)
  }

  /// The time from `right` to `left`.
  public static func - (left: Instant, right: Instant) -> Span {
    Span(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }

  /// Moves the moment by `span`.
  public static func += (moment: inout Instant, span: Span) { moment = moment + span }

  /// A length of monotonic time in nanoseconds. Smaller and cheaper on 32-bit boards than the library's 128-bit
  /// `Duration`.
  public struct Span: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// Nanoseconds; may be negative.
    public var nanoseconds: Int64

    /// A length of `nanoseconds`.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// No time at all.
    public static let zero = Span(nanoseconds: 0)
    /// A length of `count` seconds.
    public static func seconds(_ count: Int) -> Span { Span(nanoseconds: Int64(count) &* 1_000_000_000) }
    /// A length of `count` milliseconds.
    public static func milliseconds(_ count: Int) -> Span { Span(nanoseconds: Int64(count) &* 1_000_000) }
    /// A length of `count` microseconds.
    public static func microseconds(_ count: Int) -> Span { Span(nanoseconds: Int64(count) &* 1_000) }
    /// The time `count` samples last at 48 kHz.
    public static func samples(_ count: Int) -> Span { Span(nanoseconds: Int64(count) &* 62_500 / 3) }

    /// Whole milliseconds, rounded toward zero.
    public var milliseconds: Int { Int(nanoseconds / 1_000_000) }
    /// Whole microseconds, rounded toward zero.
    public var microseconds: Int { Int(nanoseconds / 1_000) }
    /// Seconds as a number with a fraction.
    public var seconds: Double { Double(nanoseconds) / 1e9 }
    /// Whole samples at 48 kHz, rounded toward zero.
    public var samples: Int { Int(nanoseconds / 1_000 * 48 / 1_000) }

    /// The shorter of two lengths.
    public static func < (left: Span, right: Span) -> Bool { left.nanoseconds < right.nanoseconds }
    /// The sum of two lengths.
    public static func + (left: Span, right: Span) -> Span { Span(nanoseconds: left.nanoseconds &+ right.nanoseconds) }
    /// The difference of two lengths.
    public static func - (left: Span, right: Span) -> Span { Span(nanoseconds: left.nanoseconds &- right.nanoseconds) }
    /// A length repeated.
    public static func * (left: Span, right: Int) -> Span { Span(nanoseconds: left.nanoseconds &* Int64(right)) }
    /// A part of a length; `right` is not 0.
    public static func / (left: Span, right: Int) -> Span { Span(nanoseconds: left.nanoseconds / Int64(right)) }
    /// The opposite length.
    public static prefix func - (span: Span) -> Span { Span(nanoseconds: 0 &- span.nanoseconds) }
  }
}

/// A count of samples at 48 kHz since an engine or a file began; never wraps.
public struct SampleTime: Comparable, Hashable, Sendable, BitwiseCopyable {
  /// Samples since the beginning.
  public var samples: Int64

  /// `samples` samples after the beginning.
  public init(samples: Int64) { self.samples = samples }

  /// The earlier of two moments.
  public static func < (left: SampleTime, right: SampleTime) -> Bool { left.samples < right.samples }
  /// The moment `right` samples later.
  public static func + (left: SampleTime, right: Int) -> SampleTime {
    SampleTime(samples: left.samples &+ Int64(right))
  }
}

/// A wall-clock moment as NTP writes it: seconds since 1900 in the upper 32 bits, the fraction in the lower
/// (RFC 3550 section 4).
public struct NTPTime: Hashable, Sendable, BitwiseCopyable {
  /// The 64 bits as they stand in a sender report.
  public var value: UInt64

  /// The moment that the 64 bits of `value` name.
  public init(value: UInt64) { self.value = value }

  /// The moment `seconds` whole seconds and `nanoseconds` (0 ..< 1,000,000,000) after 1970-01-01 UTC.
  public init(unixSeconds seconds: Int64, nanoseconds: Int64) {
    let whole = UInt64(bitPattern: seconds &+ 2_208_988_800) << 32
    value = whole | (UInt64(bitPattern: nanoseconds) << 32) / 1_000_000_000
  }

  /// The middle 32 bits, as "LSR" carries them (RFC 3550 section 6.4.1).
  public var middle: UInt32 { UInt32(truncatingIfNeeded: value >> 16) }

  /// The moment `span` later.
  public func advanced(by span: Instant.Span) -> NTPTime {
    let seconds = span.nanoseconds / 1_000_000_000
    let rest = span.nanoseconds % 1_000_000_000
    return NTPTime(
      value: value &+ UInt64(bitPattern: seconds << 32) &+ UInt64(bitPattern: (rest << 32) / 1_000_000_000))
  }
}
