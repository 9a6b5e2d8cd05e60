// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the panel is told of a button.

public import Core

/// A button: what it is for, how it is pressed for that, and on which line. Several may share a line.
public struct PanelButton: Sendable, BitwiseCopyable {
  /// What it is for.
  public var role: ButtonRole
  /// How it is pressed for that. A latching switch knows one way only, and `shutDown` is a long press always.
  public var press: Press
  /// Its line: the index that `LineEdge.line` carries, from 0.
  public var line: Int
  /// How long after an edge further ones are bouncing, from 0; of the buttons on one line the longest counts.
  public var debounceMilliseconds: Int
  /// Whether it stays where it is put, and is not a button that springs back.
  public var isLatching: Bool

  /// A button on `line`.
  public init(
    role: ButtonRole, press: Press = .short, line: Int, debounceMilliseconds: Int = 20, isLatching: Bool = false
  ) {
    precondition(line >= 0, "a button's line is counted from 0")
    precondition(debounceMilliseconds >= 0, "a debounce time is not negative")
    self.role = role
    self.press = press
    self.line = line
    self.debounceMilliseconds = debounceMilliseconds
    self.isLatching = isLatching
  }

  /// Whether it is told when it is let go, too.
  var tellsRelease: Bool { isLatching || role == .talk }

  /// What on its line presses it. A latching switch follows the line itself.
  var trigger: Gestures {
    if role == .shutDown { return .veryLong }
    switch press {
    case .short: return role == .talk ? .down : .short
    case .long: return .long
    case .double: return .double
    }
  }
}
