// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When reports go out (RFC 3550 sections 6.2 and 6.3).

public import Core

/// The moments of our reports in a session of two.
///
/// The mean interval is fixed at `Limits.rtcpIntervalMilliseconds`, each one drawn from half to one and a half of it
/// (section 6.3.1), the first from `Limits.rtcpFirstIntervalMilliseconds`. RFC 3550's minimum of five seconds does not
/// bind the feedback profile that browsers use (RFC 4585 section 3), and at this pace both sides together stay below
/// one kbit/s, far inside the five percent that section 6.2 allows. About 0.4 wake-ups a second.
///
/// Left out, because there are only two members: counting members, reconsideration and its compensation by e − 3/2
/// (sections 6.3.3, 6.3.6), back-off of goodbyes (6.3.7), and timing members out (6.3.5: consent freshness does that).
public struct ReportSchedule: Sendable {
  /// When the next report is due.
  public private(set) var due: Instant
  private var randomness: Randomness

  /// A schedule that begins `at`; it draws from a stream of its own.
  public init(randomness: inout Randomness, at: Instant) {
    self.randomness = randomness.split()
    due = at
    due = at + Self.draw(meanMilliseconds: Limits.rtcpFirstIntervalMilliseconds, &self.randomness)
  }

  /// Whether a report is due `at`.
  public func isDue(at: Instant) -> Bool { at >= due }

  /// Takes in that a report goes out `at`, and plans the next one.
  public mutating func advance(at: Instant) {
    due = at + Self.draw(meanMilliseconds: Limits.rtcpIntervalMilliseconds, &randomness)
  }

  private static func draw(meanMilliseconds: Int, _ randomness: inout Randomness) -> Instant.Span {
    .microseconds(meanMilliseconds * 500 + randomness.below(meanMilliseconds * 1000))
  }
}
