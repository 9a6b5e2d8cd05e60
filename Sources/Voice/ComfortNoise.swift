// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is heard while a talker sends nothing: noise like the talker's own background, so that the line is not dead.
//
// The background is learnt from quiet frames: its mean square, and the correlation of neighbouring samples, which sets
// a first-order filter over white noise (the spectrum's tilt; RFC 3389 describes the general case). It is never louder
// than −45 dBFS. After ten seconds without a packet it fades away within two: then there really is nobody.

import Core

/// One talker's comfort noise. Never allocates.
struct ComfortNoise: BitwiseCopyable {
  private var square: Float = 0
  private var tilt: Float = 0
  private var state: Float = 0
  private var noise: UInt32 = 0x1234_5678
  private var madeSamples = 0
  private var factor: Float = 0

  private static let squareMax: Float = 33_950
  private static let learnt = 120
  private static let unfaded = 480_000
  private static let faded = 576_000

  /// Learns from a quiet frame, of which at most the first 2.5 ms are looked at.
  mutating func learn(_ samples: UnsafeMutableBufferPointer<Int16>) {
    let count = min(samples.count, Self.learnt)
    guard count > 1 else { return }
    var (power, neighbours): (Float, Float) = (0, 0)
    var last: Float = 0
    for index in 0..<count {
      let sample = Float(samples[index])
      power += sample * sample
      neighbours += sample * last
      last = sample
    }
    let found = power / Float(count)
    square += (min(found, Self.squareMax) - square) / (found < square ? 4 : 16)
    if power > 0 { tilt += (max(-0.9, min(0.9, neighbours / power)) - tilt) / 16 }
  }

  /// A silence begins, or a packet was played in it.
  mutating func begin() {
    madeSamples = 0
    // The filter's own gain is taken out; white noise of 16 bits has a mean square of 2^30 / 3.
    factor = (square * (1 - tilt * tilt) * 3).squareRoot() / 32_768
  }

  /// The next sample.
  mutating func next() -> Int16 {
    guard factor > 0 else { return 0 }
    noise = noise &* 1_664_525 &+ 1_013_904_223
    state = tilt * state + factor * Float(Int32(bitPattern: noise) >> 16)
    guard madeSamples > Self.unfaded else {
      madeSamples += 1
      return Int16(max(-32_000, min(32_000, state)))
    }
    let left = Float(max(0, Self.faded - madeSamples)) / Float(Self.faded - Self.unfaded)
    if madeSamples < Self.faded { madeSamples += 1 }
    return Int16(max(-32_000, min(32_000, state * left)))
  }
}
