// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What comes out of the panel.

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
  /// The kernel lost edges of the line: a press may have gone unseen. Its state is what it is now.
  case edgesLost(line: Int)
}
