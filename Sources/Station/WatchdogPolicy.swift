// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When the service manager's watchdog is fed: only by an audio thread that moves.
//
// DESIGN. A sign of life is due every half of the manager's interval. When it is due, the count of the audio thread's
// cycles is taken, and a short while later taken again: only a count that has moved meanwhile feeds. So the last sign
// of life comes at most `watchdogLookMilliseconds` after the thread froze, and a healthy program wakes up twice for
// each. A thread that stands still is looked at again and again: if it was only late, all is well.
//
// Where no sound is meant to run there is nothing that could move, and the loop thread's own turn is the sign of life.
// A sound card that is missing is no frozen thread: its cycle goes on by timer, so the count moves.

public import Core

/// Decides when to feed the watchdog. Order of calls: `handleTimeout` when `pollTimeout` has come; it answers whether
/// to feed now.
public struct WatchdogPolicy: Sendable {
  private let period: Instant.Span
  private var due: Instant
  /// The count at the first look of this period; nil before it.
  private var seen: UInt64?
  /// Looks in a row at which the audio thread stood still.
  public private(set) var stillLooks = 0

  /// A policy for a manager that waits for `interval`, which begins `at` now.
  public init(interval: Instant.Span, at now: Instant) {
    period = interval / 2
    due = now + period
  }

  /// When the owner has to come back.
  public func pollTimeout() -> Instant { due }

  /// Whether the audio thread has stood still for longer than a look: the manager is about to end us.
  public var isStill: Bool { stillLooks > 1 }

  /// The time has come. `progress` counts the audio thread's cycles; nil: no sound is meant to run. Answers whether to
  /// feed now.
  public mutating func handleTimeout(progress: UInt64?, at now: Instant) -> Bool {
    guard now >= due else { return false }
    guard let progress else { return feed(at: now) }
    guard let seen else {
      self.seen = progress
      due = now + .milliseconds(Limits.watchdogLookMilliseconds)
      return false
    }
    if progress != seen { return feed(at: now) }
    stillLooks += 1
    due = now + .milliseconds(Limits.watchdogLookMilliseconds)
    return false
  }

  private mutating func feed(at now: Instant) -> Bool {
    seen = nil
    stillLooks = 0
    due = now + period
    return true
  }
}
