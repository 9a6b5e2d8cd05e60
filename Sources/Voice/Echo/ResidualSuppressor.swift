// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the subtraction left of the echo, and steady noise, held down in one go (sqrt-Hann windows of 20 ms, 10 ms apart).
//
//   left, estimate --> spectra --> noise floor --> echo left over --> near speech? --> gain of each bin --> sound
//
// The echo that is left is the estimate, held for the room's decay, times a leakage learnt in 22 bands while only the far
// side speaks. Before the filter is trusted it is what the filter expects of its own error, scaled by a coupling that is
// learnt downwards in a few blocks: so a near talker is heard through from the first word.

import Core

/// Holds down residual echo and noise. Owned by the audio thread.
struct ResidualSuppressor: ~Copyable {
  /// How late a block comes out, in samples at 16 kHz.
  static let delaySamples = 160
  /// How many floats of memory a suppressor takes, its parts aside.
  static let memoryCount = 12 * KalmanFilter.stride + 6 * 320 + 12 * 24 + 64
  private static let bands = 22

  /// What a block is told by the rest of the canceller.
  struct Situation {
    /// Far speech is played, or was a moment ago.
    var isFarActive: Bool
    /// How wrong the filter is, 0 ... 1.
    var misfit: Float
    /// The estimate may be believed.
    var isTrusted: Bool
    /// The filter was good once: far more than it leaves is near speech.
    var wasGood: Bool
    /// Noise is held down as well.
    var holdsNoise: Bool
    /// Echo is held down.
    var holdsEcho: Bool
  }

  /// How likely somebody speaks nearby, 0 ... 1.
  private(set) var near: Float = 0
  /// The mean gain of the bins of 4 ... 8 kHz.
  private(set) var upperGain: Float = 1

  private let memory: FloatMemory
  private var noise: NoiseFloor
  private let table: LogSpectralGain
  private let window: Floats
  private let leftFrame: Floats
  private let estimateFrame: Floats
  private let time: Floats
  private let tail: Floats
  private let eRe: Floats
  private let eIm: Floats
  private let yRe: Floats
  private let yIm: Floats
  private let heard: Floats
  private let estimate: Floats
  private let held: Floats
  private let echo: Floats
  private let clean: Floats
  private let gain: Floats
  private let leakage: Floats
  private let coupling: Floats
  private let leakSum: Floats
  private let heldSum: Floats
  private let bandLeft: Floats
  private let bandHeld: Floats
  private let bandNoise: Floats
  private let bandExpected: Floats
  private var hold = 0
  private var chance: UInt32 = 1

  /// A suppressor over `memory` of `memoryCount` floats.
  init(memory: consuming FloatMemory, noise: consuming NoiseFloor, table: consuming LogSpectralGain) {
    let stride = KalmanFilter.stride
    var parts = FloatParts(of: memory)
    window = parts.take(320)
    leftFrame = parts.take(320)
    estimateFrame = parts.take(320)
    time = parts.take(320)
    tail = parts.take(160)
    eRe = parts.take(stride)
    eIm = parts.take(stride)
    yRe = parts.take(stride)
    yIm = parts.take(stride)
    heard = parts.take(stride)
    estimate = parts.take(stride)
    held = parts.take(stride)
    echo = parts.take(stride)
    clean = parts.take(stride)
    gain = parts.take(stride)
    leakage = parts.take(24)
    coupling = parts.take(24)
    leakSum = parts.take(24)
    heldSum = parts.take(24)
    bandLeft = parts.take(24)
    bandHeld = parts.take(24)
    bandNoise = parts.take(24)
    bandExpected = parts.take(24)
    self.memory = memory
    self.noise = noise
    self.table = table
    reset()
  }

  /// The first bin of each band.
  @inline(__always)
  private static func edge(_ band: Int) -> Int {
    switch band {
    case 0...6: 2 * band
    case 7: 15
    case 8: 18
    case 9: 22
    case 10: 26
    case 11: 31
    case 12: 36
    case 13: 42
    case 14: 49
    case 15: 57
    case 16: 66
    case 17: 76
    case 18: 88
    case 19: 102
    case 20: 118
    case 21: 138
    default: 161
    }
  }

  /// Takes a block of what is left and of what was estimated; `expected` is the filter's own expectation of its error.
  /// Writes the block before, cleaned, to `out`.
  mutating func process(
    left: Floats, estimated: Floats, expected: Floats, _ situation: Situation, out: Floats,
    transform: borrowing FourierTransform
  ) {
    analyse(left, leftFrame, eRe, eIm, transform)
    analyse(estimated, estimateFrame, yRe, yIm, transform)
    var bin = 0
    while bin < 41 {
      let a = eRe.fours[bin]
      let b = eIm.fours[bin]
      let c = yRe.fours[bin]
      let d = yIm.fours[bin]
      heard.fours[bin] = a * a + b * b
      let power = c * c + d * d
      estimate.fours[bin] = power
      held.fours[bin] = power.atLeast(0.5 * held.fours[bin])
      bin += 1
    }
    noise.process(heard, echo: echo)
    if situation.holdsEcho {
      sumBands(expected)
      if situation.isTrusted { learnLeakage(situation) } else { learnCoupling(situation) }
      estimateEcho(expected, situation)
      decideNear(situation)
    } else {
      echo.clear(KalmanFilter.stride)
      near = 0
    }
    weigh(situation)
    transform.inverse(eRe, eIm, time)
    bin = 0
    while bin < 40 {
      out.fours[bin] = tail.fours[bin] + time.fours[bin] * window.fours[bin]
      tail.fours[bin] = (time + 160).fours[bin] * (window + 160).fours[bin]
      bin += 1
    }
  }

  private func analyse(
    _ block: Floats, _ frame: Floats, _ re: Floats, _ im: Floats, _ transform: borrowing FourierTransform
  ) {
    frame.copy(from: frame + 160, count: 160)
    (frame + 160).copy(from: block, count: 160)
    var index = 0
    while index < 80 {
      time.fours[index] = frame.fours[index] * window.fours[index]
      index += 1
    }
    transform.forward(time, re, im)
  }

  private func sumBands(_ expected: Floats) {
    var band = 0
    while band < Self.bands {
      var a: Float = 0
      var b: Float = 0
      var c: Float = 0
      var d: Float = 0
      var bin = Self.edge(band)
      let end = Self.edge(band + 1)
      while bin < end {
        a += heard[bin]
        b += held[bin]
        c += noise.power[bin]
        d += expected[bin]
        bin += 1
      }
      bandLeft[band] = a
      bandHeld[band] = b
      bandNoise[band] = c
      bandExpected[band] = d
      band += 1
    }
  }

  private func learnLeakage(_ situation: Situation) {
    guard situation.isFarActive else { return }
    let isNear = near > 0.3
    var band = 0
    while band < Self.bands {
      let held = bandHeld[band]
      var rest = max(0, bandLeft[band] - bandNoise[band])
      var share: Float = 0.05
      if isNear {
        // Near speech is no leakage: slowly up, and down where it proves too much.
        let expected = leakage[band] * held
        rest = min(rest, 4 * expected)
        share = rest > expected ? 0.0003 : 0.02
      }
      leakSum[band] = leakSum[band] + share * (rest - leakSum[band])
      heldSum[band] = heldSum[band] + share * (held - heldSum[band])
      leakage[band] = min(4, leakSum[band] / (heldSum[band] + 1e-6))
      band += 1
    }
  }

  private func learnCoupling(_ situation: Situation) {
    guard situation.isFarActive else { return }
    var band = 0
    while band < Self.bands {
      let expected = bandExpected[band]
      if expected > 1e-6 {
        let ratio = max(0, bandLeft[band] - bandNoise[band]) / expected
        let old = coupling[band]
        coupling[band] = ratio < old ? old + 0.15 * (ratio - old) : min(8, old + 0.03 * (min(ratio, 4 * old) - old))
      }
      band += 1
    }
  }

  private func estimateEcho(_ expected: Floats, _ situation: Situation) {
    let weight = situation.wasGood ? 3.5 - 3.4 * near : 0.6
    var band = 0
    while band < Self.bands {
      var bin = Self.edge(band)
      let end = Self.edge(band + 1)
      let share = weight * max(leakage[band], situation.misfit)
      let unknown = situation.isTrusted ? 1.5 - 0.3 * near : 0.6 * coupling[band]
      while bin < end {
        echo[bin] = max(share * held[bin], unknown * expected[bin])
        bin += 1
      }
      band += 1
    }
  }

  private mutating func decideNear(_ situation: Situation) {
    guard situation.isFarActive else {
      hold = 0
      near *= 0.7
      return
    }
    var votes: Float = 0
    let surprise: Float = situation.wasGood ? 7 : 14
    var band = 2
    while band < Self.bands {
      let share = max(leakage[band], situation.misfit)
      var least = max(share * bandHeld[band] * (4 - 2.5 * near), 0.002 * bandHeld[band])
      least = max(least, (situation.isTrusted ? 1 : coupling[band]) * bandExpected[band])
      let bound = surprise / (4 - 2.5 * near) * least + 4 * bandNoise[band]
      if bandLeft[band] > bound { votes += bandLeft[band] > 3 * bound ? 1.5 : 1 }
      band += 1
    }
    if situation.misfit > 0.04, situation.isTrusted { votes = 0 }
    if votes > 0.15 * Float(Self.bands - 2) { hold = 20 } else { hold = max(0, hold - 1) }
    if situation.misfit > 0.04, situation.isTrusted { hold = 0 }
    near = hold > 0 ? near + 0.5 * (1 - near) : 0.7 * near
  }

  private mutating func weigh(_ situation: Situation) {
    let echoFloor: Float = situation.wasGood ? 0.003 + 0.05 * near : 0.15
    let noiseFloor: Float = situation.holdsNoise ? 0.1 : 1
    // Where only the far side speaks, a little more.
    let extra: Float = situation.wasGood && situation.isFarActive ? 0.12 + 0.88 * near : 1
    var upper: Float = 0
    var bin = 0
    while bin <= 160 {
      let power = heard[bin]
      let steady = noise.power[bin]
      let rest = echo[bin]
      let all = (situation.holdsNoise ? steady : 0) + rest + 1e-12
      let posterior = min(1000, power / all)
      let prior = max(0.003, 0.95 * min(1000, clean[bin] / all) + 0.05 * max(0, posterior - 1))
      var value = min(1, table.gain(prior: prior, posterior: posterior))
      clean[bin] = value * value * power
      value = max(value, (noiseFloor * steady + echoFloor * rest) / (steady + rest + 1e-12))
      if rest > steady { value *= extra + (1 - extra) * steady / rest }
      gain[bin] = value
      if bin >= 80 { upper += value }
      // Noise of the room's own level where more than that was taken away.
      let comfort = noiseFloor * noiseFloor * steady - value * value * power
      eRe[bin] = eRe[bin] * value
      eIm[bin] = eIm[bin] * value
      if comfort > 0, situation.holdsEcho, rest > 0.1 * steady {
        let size = (1.5 * comfort).squareRoot() * 4.6566e-10
        chance = chance &* 1_664_525 &+ 1_013_904_223
        eRe[bin] = eRe[bin] + size * Float(Int32(bitPattern: chance))
        chance = chance &* 1_664_525 &+ 1_013_904_223
        eIm[bin] = eIm[bin] + size * Float(Int32(bitPattern: chance))
      }
      bin += 1
    }
    eIm[0] = 0
    eIm[160] = 0
    upperGain = upper / 81
  }

  /// The delay was found anew: what leaked before says nothing.
  func restart() {
    leakage.update(repeating: 0.1, count: 24)
    leakSum.update(repeating: 1e-3, count: 24)
    heldSum.update(repeating: 1e-2, count: 24)
  }

  /// Forgets what it heard.
  mutating func reset() {
    memory.clear()
    restart()
    coupling.update(repeating: 1, count: 24)
    var index = 0
    while index < 320 {
      window[index] = Float(Maths.sine(Maths.pi * (Double(index) + 0.5) / 320))
      index += 1
    }
    noise.reset()
    near = 0
    upperGain = 1
    hold = 0
  }
}
