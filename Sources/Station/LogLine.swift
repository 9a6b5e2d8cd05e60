// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a station has to say for the log.

/// How much a line matters.
public enum LineWeight: Sendable, BitwiseCopyable {
  /// Something does not work.
  case warning
  /// What one wants to know about.
  case notice
  /// What goes on.
  case information
}

/// One line for the log: no secrets, no line ends.
public struct LogLine: Sendable {
  /// How much it matters.
  public let weight: LineWeight
  /// What happened.
  public let text: String

  init(_ weight: LineWeight, _ text: String) {
    self.weight = weight
    self.text = text
  }
}
