// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a sound check plays: chirps to find the way back by, and noise with the spectrum and rhythm of speech.
//
//   0 s     0.5 s          1.5 s  2.1 s  2.7 s      4 s                            9 s      9.6 s
//   settle  noise floor    chirp  chirp  chirp      speech-shaped noise            tail

import Core

/// The sound that a sound check plays, the same every time. All places are in samples at 48 kHz.
enum SoundCheckSignal {
  static let floorStart = 24_000
  static let chirpStart = 72_000
  static let chirpSpacing = 28_800
  static let chirpCount = 3
  static let chirpSamples = 12_000
  static let noiseStart = 192_000
  static let noiseEnd = 432_000
  static let end = 460_800
  /// The longest way back that is looked for: 550 ms.
  static let delayMax = 26_400

  /// All of it, `end` samples. Allocates.
  static func make() -> [Int16] {
    var samples = [Int16](repeating: 0, count: end)
    let chirp = chirp()
    for number in 0..<chirpCount {
      for index in 0..<chirpSamples {
        samples[chirpStart + number * chirpSpacing + index] = Int16((chirp[index] * 8_192).rounded())
      }
    }
    addNoise(&samples)
    return samples
  }

  /// One chirp from 300 to 3,400 Hz with soft ends, between −1 and 1.
  static func chirp() -> [Float] {
    let length = Double(chirpSamples) / 48_000
    return (0..<chirpSamples).map { index in
      let time = Double(index) / 48_000
      let phase = 2 * Maths.pi * (300 * time + 3_100 * time * time / (2 * length))
      let edge = min(1, Double(min(index, chirpSamples - 1 - index)) / 960)
      return Float(Maths.sine(phase) * edge)
    }
  }

  /// White noise through a low-pass at 500 Hz and a high-pass at 100 Hz, in syllables of a quarter of a second, at
  /// −20 dBFS.
  private static func addNoise(_ samples: inout [Int16]) {
    var chance = Randomness(seed: 0x5EED)
    var noise = [Float](repeating: 0, count: noiseEnd - noiseStart)
    var (low, slow): (Float, Float) = (0, 0)
    var sum: Float = 0
    for index in noise.indices {
      low += 0.0634 * (Float(chance.unit()) - 0.5 - low)
      slow += 0.013 * (low - slow)
      // The syllables are a raised sine of 4 Hz that never is silent.
      let rhythm = Float(0.6 + 0.4 * Maths.sine(2 * Maths.pi * 4 * Double(index) / 48_000))
      noise[index] = (low - slow) * rhythm
      sum += noise[index] * noise[index]
    }
    let gain = 3_276.8 / (sum / Float(noise.count)).squareRoot()
    for index in noise.indices {
      samples[noiseStart + index] = Int16(max(-32_000, min(32_000, (noise[index] * gain).rounded())))
    }
  }
}
