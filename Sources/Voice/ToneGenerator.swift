// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A sine without a mathematics library: a 32-bit phase and a polynomial.

public import Core

/// A sine of a fixed frequency and size. The phase is an integer, so neither drifts however long it runs.
public struct ToneGenerator: Sendable, BitwiseCopyable {
  private var phase: UInt32 = 0
  private let step: UInt32
  private let amplitude: Double

  /// A tone of `hertz` (0 ... 24,000) whose RMS is at `level` (a full-scale sine is −301; louder ones are brought down
  /// to it).
  public init(hertz: Int, level: SoundLevel) {
    let bounded = UInt64(max(0, min(hertz, Limits.sampleRate / 2)))
    step = UInt32(truncatingIfNeeded: (bounded << 32 + UInt64(Limits.sampleRate / 2)) / UInt64(Limits.sampleRate))
    // 10^(dB/20) = 2^(dB * 0.16609640474); whole powers by halving, the rest by the series of the exponential.
    let exponent = Double(min(level.hundredths, -301) + 301) / 100 * 0.166_096_404_744
    amplitude = level <= .silence ? 0 : 32_767 * Self.powerOfTwo(exponent)
  }

  /// Overwrites the `frame.count` samples of `frame` with the tone, going on where the last call ended.
  public mutating func fill(_ frame: inout PCMFrame) {
    let count = frame.count
    var samples = frame.samples.mutableSpan
    for index in 0..<count { samples[index] = Int16(nextSample()) }
  }

  /// The next sample, −32,767 ... 32,767.
  mutating func nextSample() -> Double { next() * amplitude }

  /// The next value of the sine, −1 ... 1.
  mutating func next() -> Double {
    defer { phase &+= step }
    return Self.sine(phase)
  }

  /// The sine of `phase`, a whole circle being 2³². Its error is below 1e−7.
  static func sine(_ phase: UInt32) -> Double {
    // Fold into a quarter circle either side of 0, then the Taylor series up to x^11.
    let signed = Int32(bitPattern: phase)
    let folded = signed > 0x4000_0000 || signed < -0x4000_0000 ? Int32.min &- signed : signed
    let x = Double(folded) * (3.141_592_653_589_793 / 2_147_483_648)
    let square = x * x
    var sum = 1.0 / 39_916_800
    sum = 1.0 / 362_880 - square * sum
    sum = 1.0 / 5040 - square * sum
    sum = 1.0 / 120 - square * sum
    sum = 1.0 / 6 - square * sum
    return x * (1 - square * sum)
  }

  /// 2 to the power of `exponent`, −1,000 ... 0.
  static func powerOfTwo(_ exponent: Double) -> Double {
    var result = 1.0
    var rest = exponent
    while rest < -0.5 {
      result *= 0.5
      rest += 1
    }
    let x = rest * 0.693_147_180_559_945
    return result * (1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6))))))
  }
}
