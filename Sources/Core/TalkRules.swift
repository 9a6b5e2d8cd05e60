// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When this side's voice goes out, as the engine is told.

/// When this side's voice goes out.
public struct TalkRules: Hashable, Sendable, BitwiseCopyable {
  /// The mode.
  public var mode: TalkMode
  /// How long the voice still goes out once talk is let go, in milliseconds.
  public let releaseTailMilliseconds: Int
  /// How much of what was said before the press goes out too, in milliseconds. The voice is late by as much, and the
  /// tail longer.
  public let preRollMilliseconds: Int

  /// The given rules; times are brought into 0 ... `Limits.talkTailMillisecondsMax` and 0 ...
  /// `Limits.talkPreRollMillisecondsMax`.
  public init(mode: TalkMode = .open, releaseTailMilliseconds: Int = 200, preRollMilliseconds: Int = 0) {
    self.mode = mode
    self.releaseTailMilliseconds = max(0, min(releaseTailMilliseconds, Limits.talkTailMillisecondsMax))
    self.preRollMilliseconds = max(0, min(preRollMilliseconds, Limits.talkPreRollMillisecondsMax))
  }
}
