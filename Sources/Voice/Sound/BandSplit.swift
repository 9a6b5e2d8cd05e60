// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// 48 kHz sound as a low band at 16 kHz that is worked on, and all the rest, which follows the low band's gain.
//
//   x (48 kHz) -.-> low-pass, each third --> low (16 kHz) --> the work, 160 samples late --> worked
//               |                             '--> 160 samples late ---------------> old       |
//               '--> 541 samples late -----------------> late                                   |
//   out = late * g + low-pass(thrice as dense(worked - old * g))
//
// Where the work changes nothing and g is 1, out is `late` to the last bit, whatever the filters do. The low-pass has 64
// taps (Kaiser): 6 dB down at 7.2 kHz, 60 dB from 8.6 kHz.

import Core

/// Splits sound and joins it again, 480 samples at a time. Owned by the audio thread.
public struct BandSplit: ~Copyable {
  /// By how much `join` gives back later what `split` took, in samples at 48 kHz: the filters' 61, and a block.
  public static let delaySamples = 61 + 480
  /// The filter's taps.
  static let taps = 64
  /// How many floats of memory a split takes.
  static let memoryCount = taps + 3 * 24 + (taps + 480) + 1024 + 480 + 160 + (24 + 160) + 64

  private let memory: FloatMemory
  private let filter: Floats
  private let phases: Floats
  private let dense: Floats
  private let late: Floats
  private let old: Floats
  private let thin: Floats
  private var lastGain: Float = 1

  /// A split over `memory` of `memoryCount` floats; computes its filter.
  init(memory: consuming FloatMemory) {
    var parts = FloatParts(of: memory)
    filter = parts.take(Self.taps)
    phases = parts.take(3 * 24)
    dense = parts.take(Self.taps + 480)
    late = parts.take(1024)
    old = parts.take(160)
    thin = parts.take(24 + 160)
    self.memory = memory
    var sum = 0.0
    for index in 0..<Self.taps {
      let time = Double(index) - 31.5
      let angle = 2 * Maths.pi * 7200 / 48_000 * time
      let window = Self.bessel(5.65 * (1 - (time / 32) * (time / 32)).squareRoot()) / Self.bessel(5.65)
      let value = Maths.sine(angle) / (Maths.pi * time) * window
      filter[index] = Float(value)
      sum += value
    }
    for index in 0..<Self.taps {
      filter[index] /= Float(sum)
      // Laid out backwards: the youngest sample comes last.
      phases[24 * (index % 3) + 23 - index / 3] = 3 * filter[index]
    }
  }

  /// The modified Bessel function of order 0.
  private static func bessel(_ value: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var index = 1.0
    while index < 40 {
      term *= value / (2 * index) * (value / (2 * index))
      sum += term
      index += 1
    }
    return sum
  }

  /// Takes 480 samples at 48 kHz and writes 160 at 16 kHz.
  public mutating func split(_ samples: Floats, _ low: Floats) {
    dense.copy(from: dense + 480, count: Self.taps)
    (dense + Self.taps).copy(from: samples, count: 480)
    var index = 0
    while index < 160 {
      // The filter is the same both ways round.
      let start = 3 * index + 3
      var sum = Four.zero
      var tap = 0
      while tap < Self.taps {
        sum += filter.fours[tap / 4] * dense.four(at: start + tap)
        tap += 4
      }
      low[index] = sum.total
      index += 1
    }
  }

  /// Keeps what was split for `join`; for a side that is joined again.
  public mutating func keep(_ samples: Floats) {
    late.copy(from: late + 480, count: Self.delaySamples)
    (late + Self.delaySamples).copy(from: samples, count: 480)
  }

  /// Writes 480 samples at 48 kHz: `worked` of the block before, and the rest times a gain that goes to `gain`. `low` is
  /// what `split` gave this time.
  public mutating func join(_ worked: Floats, low: Floats, gain: Float, _ samples: Floats) {
    let step = (gain - lastGain) / 160
    thin.copy(from: thin + 160, count: 24)
    var slope = Four(0, 1, 2, 3) * step + lastGain
    var index = 0
    while index < 40 {
      (thin + 24).fours[index] = worked.fours[index] - slope * old.fours[index]
      slope += 4 * step
      index += 1
    }
    old.copy(from: low, count: 160)
    var phase = 0
    while phase < 3 {
      let part = phases + 24 * phase
      index = 0
      while index < 160 {
        var sum = Four.zero
        var tap = 0
        while tap < 24 {
          sum += part[tap] * thin.four(at: index + 1 + tap)
          tap += 1
        }
        let place = 3 * index + phase
        samples[place] = sum[0]
        samples[place + 3] = sum[1]
        samples[place + 6] = sum[2]
        samples[place + 9] = sum[3]
        index += 4
      }
      phase += 1
    }
    slope = Four(0, 1, 2, 3) * (step / 3) + lastGain
    index = 0
    while index < 120 {
      samples.put(samples.four(at: 4 * index) + slope * late.four(at: 4 * index), at: 4 * index)
      slope += 4 * step / 3
      index += 1
    }
    lastGain = gain
  }

  /// Forgets what it heard.
  public mutating func reset() {
    dense.clear(Self.taps + 480)
    late.clear(1024)
    old.clear(160)
    thin.clear(24 + 160)
    lastGain = 1
  }
}
