// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When a sound card that is not there is tried again.

public import Core

/// Waits that double from Limits.soundReopenMillisecondsFirst to Limits.soundReopenMillisecondsMax, for ever. A card that
/// worked for Limits.soundSettledMilliseconds begins with the first wait again; one that goes at once does not.
///
/// Order of calls: when `isDue`, try, then `opened` or `failed`; `lost` when an opened one went away.
public struct ReopenPolicy: Sendable, BitwiseCopyable {
  private var due: Instant
  private var openedAt: Instant?
  private var waitMilliseconds = Limits.soundReopenMillisecondsFirst

  /// Due `at` once.
  public init(at now: Instant) { due = now }

  /// When to try; never while it is open.
  public func pollTimeout() -> Instant { openedAt == nil ? due : .never }

  /// Whether to try now.
  public func isDue(at now: Instant) -> Bool { openedAt == nil && due <= now }

  /// It is open.
  public mutating func opened(at now: Instant) { openedAt = now }

  /// It could not be opened.
  public mutating func failed(at now: Instant) {
    due = now + .milliseconds(waitMilliseconds)
    waitMilliseconds = min(2 * waitMilliseconds, Limits.soundReopenMillisecondsMax)
  }

  /// It was open and went away.
  public mutating func lost(at now: Instant) {
    if let openedAt, now - openedAt >= .milliseconds(Limits.soundSettledMilliseconds) {
      waitMilliseconds = Limits.soundReopenMillisecondsFirst
    }
    openedAt = nil
    failed(at: now)
  }
}
