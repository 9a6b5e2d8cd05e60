// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What goes into the panel and what comes out of it.

public import Core

/// An edge of a button's line, as the kernel saw it.
public struct LineEdge: Sendable, BitwiseCopyable {
  /// Which line: its index among the panel's lines.
  public var line: Int
  /// Whether the line is active (pressed) from here on; polarity has been dealt with.
  public var isActive: Bool
  /// When the kernel saw it, by the monotonic clock.
  public var instant: Instant
  /// The kernel's number of the edge on this line, from 1; a gap tells of lost edges. 0: the line's level was read, no edge seen.
  public var sequence: UInt32

  /// The edge of `line`.
  public init(line: Int, isActive: Bool, instant: Instant, sequence: UInt32) {
    self.line = line
    self.isActive = isActive
    self.instant = instant
    self.sequence = sequence
  }
}

/// What a person did with a button; `button` is its index among the panel's buttons.
public enum PanelEvent: Equatable, Sendable, BitwiseCopyable {
  /// The button begins to be pressed, in its way: a talk or latching button until `released`, any other once.
  case pressed(button: Int)
  /// A talk or latching button is let go.
  case released(button: Int)
  /// The line has been active for `Limits.stuckButtonMilliseconds`: a person does not press so long.
  case stuck(line: Int)
  /// A line that was stuck is free again.
  case freed(line: Int)
  /// The kernel lost edges of the line; its state was taken from what it is now.
  case edgesLost(line: Int)
}
