// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A gain that never jumps.

import Core

/// A gain between silence and unchanged, which moves to where it is wanted sample by sample.
struct Fader: Sendable, BitwiseCopyable {
  /// The gain that changes nothing.
  static let unity: Int32 = 32_768
  /// The gain of the last sample, 0 ... unity.
  private(set) var gain: Int32
  private static let step = (unity + Int32(Limits.fadeSamples) - 1) / Int32(Limits.fadeSamples)

  /// A fader at `gain`.
  init(gain: Int32) { self.gain = gain }

  /// The gain of a volume, 0 ... 100 percent: its square, so that steps sound alike; 50 percent are −12 dB.
  static func gain(percent: Int) -> Int32 {
    let bounded = Int32(max(0, min(100, percent)))
    return bounded * bounded * unity / 10_000
  }

  /// Whether `target` is reached and changes nothing.
  func isUnity(_ target: Int32) -> Bool { gain == target && gain == Self.unity }

  /// The next sample's gain on the way to `target`.
  mutating func next(to target: Int32) -> Int32 {
    if gain < target { gain = min(target, gain + Self.step) } else { gain = max(target, gain - Self.step) }
    return gain
  }

  /// Changes `samples` on the way to `target`.
  mutating func apply(to target: Int32, _ samples: UnsafeMutableBufferPointer<Int16>) {
    guard !isUnity(target) else { return }
    for index in samples.indices {
      // Towards zero: a shift would leave −1 of a faded −1.
      samples[index] = Int16(truncatingIfNeeded: Int32(samples[index]) * next(to: target) / Self.unity)
    }
  }
}
