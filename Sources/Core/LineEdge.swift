// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the adapter of GPIO lines tells the panel.

/// An edge of a button's line, as the kernel saw it.
public struct LineEdge: Sendable, BitwiseCopyable {
  /// Which line: its index among the panel's lines.
  public var line: Int
  /// Whether the line is active (pressed) from here on; polarity has been dealt with.
  public var isActive: Bool
  /// When the kernel saw it, by the monotonic clock.
  public var instant: Instant
  /// The kernel's number of the edge on this line, from 1; a gap tells of lost edges. 0: the line's level was read, no
  /// edge was seen.
  public var sequence: UInt32

  /// The edge of `line`.
  public init(line: Int, isActive: Bool, instant: Instant, sequence: UInt32) {
    self.line = line
    self.isActive = isActive
    self.instant = instant
    self.sequence = sequence
  }
}
