// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How unevenly packets arrive (RFC 3550 section 6.4.1 and appendix A.8).

public import Core

/// The estimate of appendix A.8, in sixteenths of a sample, all in whole numbers.
public struct InterarrivalJitter: Sendable, BitwiseCopyable {
  private var scaled: UInt32 = 0
  private var lastTransit: UInt32 = 0
  private var hasTransit = false

  /// No estimate yet.
  public init() {}

  /// The estimate in samples at 48 kHz.
  public var samples: UInt32 { scaled >> 4 }

  /// Takes in a packet that carried `timestamp` and arrived `at`.
  public mutating func update(timestamp: RTPTimestamp, at: Instant) {
    let transit = (at - .zero).samples48k &- timestamp.value
    defer { (lastTransit, hasTransit) = (transit, true) }
    guard hasTransit else { return }
    let difference = min(Int32(bitPattern: transit &- lastTransit).magnitude, Self.differenceSamplesMax)
    scaled = scaled &+ difference &- ((scaled &+ 8) >> 4)
  }

  /// Forgets the last packet's transit time, because the next one's timestamp starts anew; the estimate stays.
  public mutating func restart() { hasTransit = false }

  /// One packet moves the estimate by at most a sixteenth of ten seconds, so that a jump of the timestamp passes.
  private static let differenceSamplesMax: UInt32 = 480_000
}

extension Instant.Span {
  /// The length in units of 1/65,536 s, as reports carry delays; at most what 32 bits hold (RFC 3550 section 6.4.1).
  var ntpShort: UInt32 {
    let micros = max(0, nanoseconds / 1_000)
    return UInt32(clamping: micros / 1_000_000 * 65_536 + micros % 1_000_000 * 65_536 / 1_000_000)
  }

  /// The length of `units` of 1/65,536 s.
  static func ntpShort(_ units: UInt32) -> Self { Self(nanoseconds: Int64(units) * 1_953_125 / 128) }

  /// The length of `count` samples at 48 kHz; unlike `samples` it takes any 32-bit count on any board.
  static func samples48k(_ count: UInt32) -> Self { Self(nanoseconds: Int64(count) * 62_500 / 3) }
}
