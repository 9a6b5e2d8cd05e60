// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Takes away what is below speech: direct current and rumble, 3 dB at 38 Hz where 16,000 samples are a second.

/// A first-order high-pass filter.
struct HighPass {
  private var input: Float = 0
  private var output: Float = 0

  /// Filters `count` samples in place.
  mutating func process(_ samples: Floats, count: Int) {
    var x1 = input
    var y1 = output
    var index = 0
    while index < count {
      let x = samples[index]
      y1 = x - x1 + 0.985 * y1
      x1 = x
      samples[index] = y1
      index += 1
    }
    input = x1
    // What is nearly nothing would stay a number that processors are slow with.
    output = abs(y1) < 1e-15 ? 0 : y1
  }
}
