// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The gain of the logarithmic spectral amplitude estimator (Ephraim and Malah 1985), from a table.

import Core

/// The factor e^(E1(v) / 2) for v of 2^−14 ... 16, eight steps an octave, interpolated: within 0.1 %.
struct LogSpectralGain: ~Copyable {
  /// How many floats of memory it takes.
  static let memoryCount = 8 * 18 + 4
  private static let firstBits: UInt32 = (127 - 14) << 23
  private let memory: FloatMemory
  private let table: Floats

  /// A table over `memory` of `memoryCount` floats; computes it.
  init(memory: consuming FloatMemory) {
    table = memory.floats.baseAddress.unsafelyUnwrapped
    self.memory = memory
    for index in 0...8 * 18 {
      let value = Double(Float(bitPattern: Self.firstBits + UInt32(index) << 20))
      table[index] = Float(Maths.exponential(0.5 * Self.integral(value)))
    }
  }

  /// The gain for a prior and a posterior ratio of speech to noise.
  @inline(__always)
  func gain(prior: Float, posterior: Float) -> Float {
    let wiener = prior / (1 + prior)
    let v = min(15.9, max(0.000_062, wiener * posterior))
    let bits = v.bitPattern - Self.firstBits
    let index = Int(bits >> 20)
    let part = Float(bits & 0xF_FFFF) * (1 / 1_048_576)
    return wiener * (table[index] + part * (table[index + 1] - table[index]))
  }

  /// The exponential integral E1.
  private static func integral(_ value: Double) -> Double {
    if value < 1.5 {
      var sum = -0.5772156649015329 - Maths.logarithm(value)
      var term = 1.0
      for index in 1..<30 {
        term *= -value / Double(index)
        sum -= term / Double(index)
      }
      return sum
    }
    var fraction = 0.0
    var index = 60.0
    while index > 0 {
      fraction = index / (1 + index / (value + fraction))
      index -= 1
    }
    return Maths.exponential(-value) / (value + fraction)
  }
}
