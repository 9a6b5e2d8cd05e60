// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From a line's edges to changes that a person made.
//
// DESIGN. The first edge counts at once and opens a window; edges in the window are bouncing and only prolong it, by
// one window from each, to `Limits.debounceWindowsMax` windows in all. At its end the line's true level wins: if it is
// not what was told, that is told then. So a tap shorter than the window is still a press and a release.
//
//     line   ____|‾|_|‾‾‾‾‾‾‾‾‾‾‾‾‾‾|_|‾|________
//     told   ____|‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾|____________
//     window     [--~~--)           [--~~--)

import Core

/// One line's debouncing. Order of calls: `handleTimeout` when `deadline` has come, before any later edge.
struct Debouncer: BitwiseCopyable {
  /// What was told last.
  private(set) var isActive = false
  /// When the window ends; `.never` while none is open.
  private(set) var deadline = Instant.never
  private let window: Instant.Span
  private var isLineActive = false
  private var deadlineMax = Instant.never

  init(window: Instant.Span) { self.window = window }

  /// Takes `isActive` as what the line is, without a change.
  mutating func begin(isActive: Bool) {
    self.isActive = isActive
    isLineActive = isActive
    deadline = .never
  }

  /// The line is `isActive` from `now` on; answers whether `isActive` changed.
  mutating func handle(isActive: Bool, at now: Instant) -> Bool {
    isLineActive = isActive
    if deadline != .never {
      deadline = min(now + window, deadlineMax)
      return false
    }
    return settle(at: now)
  }

  /// The window is over; answers whether `isActive` changed.
  mutating func handleTimeout(at now: Instant) -> Bool {
    guard deadline <= now else { return false }
    deadline = .never
    return settle(at: now)
  }

  private mutating func settle(at now: Instant) -> Bool {
    guard isLineActive != isActive else { return false }
    isActive = isLineActive
    if window > .zero {
      deadline = now + window
      deadlineMax = now + window * Limits.debounceWindowsMax
    }
    return true
  }
}
