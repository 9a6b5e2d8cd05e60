// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A gate of one bit. The speaker's is one; the microphone's is `TalkGate`.

public import Core

/// Lets a period through, or zeroes it.
public struct Gate: Sendable, BitwiseCopyable {
  /// Whether periods are zeroed.
  public private(set) var isMuted = false

  /// An open gate.
  public init() {}

  /// Closes or opens the gate; answers whether that was a change.
  public mutating func setMuted(_ muted: Bool) -> Bool {
    guard muted != isMuted else { return false }
    isMuted = muted
    return true
  }

  /// Zeroes every sample of `frame` when the gate is closed.
  public func apply(to frame: inout PCMFrame) {
    guard isMuted else { return }
    let count = frame.count
    var samples = frame.samples.mutableSpan
    for index in 0..<count { samples[index] = 0 }
  }
}
