// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The clock of sound that has no sound card.

public import Core

/// Absolute deadlines a period apart on the monotonic clock, for devices that never wait: files, tones, nothing. Waking
/// late does not shift the ones to come; being late by more than a bound skips periods and counts them.
///
/// Order of calls: `start`, then `nextDeadline` once a period; sleep until what it answers.
public struct AudioPace: Sendable, BitwiseCopyable {
  /// Most periods that are made up for by not sleeping; beyond them periods are skipped.
  public static let latePeriodsMax = 4

  /// Periods skipped, as a total.
  public private(set) var missedPeriods: UInt64 = 0
  /// The period in thirds of a nanosecond: a sample at 48 kHz is 62,500 of them, so that nothing is ever rounded away.
  private let periodThirds: Int64
  private var deadline = Instant.zero
  private var remainderThirds: Int64 = 0

  /// A pace of `periodSamples` samples at 48 kHz.
  public init(periodSamples: Int) {
    precondition(periodSamples > 0 && periodSamples <= Limits.periodSamplesMax, "a pace's period is out of bounds")
    periodThirds = Int64(periodSamples) * 62_500
  }

  /// Begins `at`; the first deadline lies a period later.
  public mutating func start(at now: Instant) {
    deadline = now
    remainderThirds = 0
  }

  /// The next deadline, which may lie in the past by at most `latePeriodsMax` periods. `at` is now.
  public mutating func nextDeadline(at now: Instant) -> Instant {
    advance(by: 1)
    let lateThirds = (now - deadline).nanoseconds * 3
    if lateThirds > periodThirds * Int64(Self.latePeriodsMax) {
      let missed = lateThirds / periodThirds
      missedPeriods += UInt64(missed)
      advance(by: missed)
    }
    return deadline
  }

  private mutating func advance(by periods: Int64) {
    let thirds = remainderThirds + periodThirds * periods
    deadline += Instant.Span(nanoseconds: thirds / 3)
    remainderThirds = thirds % 3
  }
}
