// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The linear part of the canceller: a partitioned-block frequency-domain Kalman filter (Enzner and Vary 2006; partitioned
// form Kuech, Mabande and Enzner 2014), 34 partitions of 10 ms.
//
// Each bin of each partition has a weight W and the variance P of its error. P falls as the filter learns and rises by
// a process noise that is strong at the start, weak while somebody speaks nearby and stronger where the path changed.
// Whether the path changed is read off the correlation of what is left with the estimate (`misfit`): a filter that fits
// leaves something unrelated to its estimate, whoever speaks.

import Core

/// Subtracts the echo that the reference predicts. Owned by the audio thread.
struct KalmanFilter: ~Copyable {
  /// How many partitions of 160 samples the path has.
  static let partitions = 34
  /// How many floats a plane of 161 bins takes.
  static let stride = 164
  /// How many floats of memory a filter takes, its transform aside.
  static let memoryCount = 6 * partitions * stride + 9 * stride + 3 * 320 + partitions * 4 + 64

  private static let constrained = 6

  // Smoothed products for the misfit.
  private var leftEstimate: Float = 0
  private var estimateEstimate: Float = 0
  private var leftLeft: Float = 0
  private var heardPower: Float = 0
  private var playedPower: Float = 0
  private var newest = 0
  private var nextConstrained = 0
  private var blocksLearnt = 0

  /// How wrong the filter is: 0 fits, 1 not at all.
  private(set) var misfit: Float = 0
  /// Weights were kept for `recall`.
  private(set) var hasKept = false
  /// The correlation of what is left with the estimate over the estimate's power; about 0 where it fits.
  private(set) var correlation: Float = 0

  private let memory: FloatMemory
  let xRe: Floats
  let xIm: Floats
  let wRe: Floats
  let wIm: Floats
  let variance: Floats
  private let eRe: Floats
  private let eIm: Floats
  private let yRe: Floats
  private let yIm: Floats
  /// The power of the error that the filter expects of itself, for each bin.
  let expected: Floats
  private let unexplained: Floats
  private let gain: Floats
  private let time: Floats
  private let window: Floats
  private let prior: Floats
  private let kept: UnsafeMutablePointer<SIMD4<UInt32>>

  /// A filter over `memory` of `memoryCount` floats that knows nothing.
  init(memory: consuming FloatMemory) {
    let plane = Self.partitions * Self.stride
    var parts = FloatParts(of: memory)
    xRe = parts.take(plane)
    xIm = parts.take(plane)
    wRe = parts.take(plane)
    wIm = parts.take(plane)
    variance = parts.take(plane)
    eRe = parts.take(Self.stride)
    eIm = parts.take(Self.stride)
    yRe = parts.take(Self.stride)
    yIm = parts.take(Self.stride)
    expected = parts.take(Self.stride)
    unexplained = parts.take(Self.stride)
    gain = parts.take(Self.stride)
    time = parts.take(320)
    window = parts.take(320)
    prior = parts.take(Self.partitions)
    kept = UnsafeMutableRawPointer(parts.take(plane)).assumingMemoryBound(to: SIMD4<UInt32>.self)
    self.memory = memory
    reset()
  }

  /// Takes a block of 160 samples of the aligned reference and of the microphone; writes what it estimates and what is
  /// left. `isActive` says that the reference is loud enough to learn from, `noise` how fast the path is thought to
  /// change.
  mutating func process(
    reference: Floats, microphone: Floats, estimate: Floats, left: Floats, isActive: Bool, noise: Float,
    transform: borrowing FourierTransform
  ) {
    window.copy(from: window + 160, count: 160)
    (window + 160).copy(from: reference, count: 160)
    newest = newest == 0 ? Self.partitions - 1 : newest - 1
    transform.forward(window, xRe + newest * Self.stride, xIm + newest * Self.stride)
    filter()
    transform.inverse(yRe, yIm, time)
    var index = 0
    while index < 40 {
      let value = (time + 160).fours[index]
      estimate.fours[index] = value
      left.fours[index] = microphone.fours[index] - value
      index += 1
    }
    time.clear(160)
    (time + 160).copy(from: left, count: 160)
    transform.forward(time, eRe, eIm)
    guard isActive else { return }
    blocksLearnt += 1
    measureMisfit(estimate, left)
    heardPower = 0.95 * heardPower + 0.05 * microphone.energy(160)
    playedPower = 0.95 * playedPower + 0.05 * reference.energy(160)
    learn(noise: noise)
    constrain(transform)
  }

  private func filter() {
    yRe.clear(Self.stride)
    yIm.clear(Self.stride)
    expected.clear(Self.stride)
    var partition = 0
    while partition < Self.partitions {
      let xr = (xRe + slot(partition)).fours
      let xi = (xIm + slot(partition)).fours
      let wr = (wRe + partition * Self.stride).fours
      let wi = (wIm + partition * Self.stride).fours
      let p = (variance + partition * Self.stride).fours
      let yr = yRe.fours
      let yi = yIm.fours
      let v = expected.fours
      var bin = 0
      while bin < Self.stride / 4 {
        let x = xr[bin]
        let y = xi[bin]
        yr[bin] += x * wr[bin] - y * wi[bin]
        yi[bin] += x * wi[bin] + y * wr[bin]
        v[bin] += p[bin] * (x * x + y * y)
        bin += 1
      }
      partition += 1
    }
    var bin = 0
    while bin < Self.stride / 4 {
      expected.fours[bin] *= 0.5
      bin += 1
    }
  }

  /// Where in the planes of X the spectrum of `partition` blocks ago lies.
  private func slot(_ partition: Int) -> Int {
    let index = newest + partition
    return (index >= Self.partitions ? index - Self.partitions : index) * Self.stride
  }

  private mutating func measureMisfit(_ estimate: Floats, _ left: Floats) {
    var cross = Four.zero
    var index = 0
    while index < 40 {
      cross += estimate.fours[index] * left.fours[index]
      index += 1
    }
    leftEstimate = 0.95 * leftEstimate + 0.05 * cross.total
    estimateEstimate = 0.95 * estimateEstimate + 0.05 * estimate.energy(160)
    leftLeft = 0.95 * leftLeft + 0.05 * left.energy(160)
    correlation = estimateEstimate > 1e-9 ? leftEstimate / estimateEstimate : 0
    let doubt = estimateEstimate > 1e-9 ? 0.18 * (leftLeft / estimateEstimate).squareRoot() : 0
    misfit = min(1, max(0, -2 * (correlation + doubt)))
  }

  private func learn(noise: Float) {
    let isWrong = misfit > 0.05
    // Where far less is heard than was played there is hardly a path to be found.
    let likely = 0.05 * min(1, 0.5 * heardPower / (playedPower + 1e-9))
    var bin = 0
    while bin < Self.stride / 4 {
      let er = eRe.fours[bin]
      let ei = eIm.fours[bin]
      let power = er * er + ei * ei
      let v = expected.fours[bin]
      let new = (power - 0.4 * v).atLeast(0.1 * power)
      let old = unexplained.fours[bin]
      let keep = Four(repeating: 0.9).replacing(with: 0.7, where: new .> old)
      let psi = keep * old + (1 - keep) * new
      unexplained.fours[bin] = psi
      gain.fours[bin] = 1 / (v + psi + 1e-7)
      bin += 1
    }
    var partition = 0
    while partition < Self.partitions {
      let xr = (xRe + slot(partition)).fours
      let xi = (xIm + slot(partition)).fours
      let wr = (wRe + partition * Self.stride).fours
      let wi = (wIm + partition * Self.stride).fours
      let p = (variance + partition * Self.stride).fours
      let er = eRe.fours
      let ei = eIm.fours
      let g = gain.fours
      let quiet = 1e-2 * prior[partition]
      let restart = likely * prior[partition]
      let fade = 1 - noise
      var bin = 0
      while bin < Self.stride / 4 {
        let x = xr[bin]
        let y = xi[bin]
        let mu = p[bin] * g[bin]
        let a = er[bin]
        let b = ei[bin]
        let re = wr[bin] + mu * (x * a + y * b)
        let im = wi[bin] + mu * (x * b - y * a)
        wr[bin] = re
        wi[bin] = im
        let size = re * re + im * im
        let known = fade * p[bin] * (1 - 0.3 * mu * (x * x + y * y))
        var next = known + noise * (size + quiet)
        if isWrong { next = next.atLeast(misfit * (size + restart)) }
        p[bin] = next.atLeast(Four(repeating: 1e-9))
        bin += 1
      }
      partition += 1
    }
  }

  /// Holds some partitions to 160 samples each, in turn.
  private mutating func constrain(_ transform: borrowing FourierTransform) {
    var count = 0
    while count < Self.constrained {
      let re = wRe + nextConstrained * Self.stride
      let im = wIm + nextConstrained * Self.stride
      transform.inverse(re, im, time)
      (time + 160).clear(160)
      transform.forward(time, re, im)
      nextConstrained = nextConstrained + 1 == Self.partitions ? 0 : nextConstrained + 1
      count += 1
    }
  }

  /// Whether the filter is in its first 6 s of learning.
  var isYoung: Bool { blocksLearnt < 600 }

  /// Whether everything is finite, and small enough to stay so.
  var isSound: Bool { leftLeft < 1e6 && estimateEstimate < 1e6 }

  /// Moves the path by `count` partitions towards the front (where `count` is above 0) and expects it from now on to
  /// begin at the front and to die away.
  mutating func shift(by count: Int) {
    var partition = 0
    while partition < Self.partitions {
      let target = partition * Self.stride
      let from = partition + count
      if from >= 0, from < Self.partitions {
        let source = from * Self.stride
        if count != 0 {
          (wRe + target).copy(from: wRe + source, count: Self.stride)
          (wIm + target).copy(from: wIm + source, count: Self.stride)
          (variance + target).copy(from: variance + source, count: Self.stride)
        }
      } else {
        (wRe + target).clear(Self.stride)
        (wIm + target).clear(Self.stride)
        fill(variance + target, prior[partition])
      }
      partition += 1
    }
    setPrior(flat: false)
  }

  /// Keeps the weights for `recall`, 16 bits of each float: what that loses is 50 dB below them.
  mutating func keep() {
    let half = SIMD4<UInt32>(repeating: 0x8000)
    let high = SIMD4<UInt32>(repeating: 0xFFFF_0000)
    var index = 0
    while index < Self.partitions * Self.stride / 4 {
      let re = unsafeBitCast(wRe.fours[index], to: SIMD4<UInt32>.self) &+ half
      let im = unsafeBitCast(wIm.fours[index], to: SIMD4<UInt32>.self) &+ half
      kept[index] = (re & high) | (im &>> 16)
      index += 1
    }
    hasKept = true
  }

  /// Takes back the weights that were kept, as good as they were: they are right for the path, which comes later or earlier now.
  mutating func recall() {
    let high = SIMD4<UInt32>(repeating: 0xFFFF_0000)
    var index = 0
    while index < Self.partitions * Self.stride / 4 {
      wRe.fours[index] = unsafeBitCast(kept[index] & high, to: Four.self)
      wIm.fours[index] = unsafeBitCast(kept[index] &<< 16, to: Four.self)
      variance.fours[index] = .zero
      index += 1
    }
    doubt(0.05, rest: 0.001)
    leftEstimate = 0
    estimateEstimate = 0
    leftLeft = 0
    misfit = 0
    correlation = 0
  }

  /// Expects every weight to be off by `share` of its power, and by `rest` of what was thought of it at first.
  func doubt(_ share: Float, rest: Float) {
    var partition = 0
    while partition < Self.partitions {
      let wr = (wRe + partition * Self.stride).fours
      let wi = (wIm + partition * Self.stride).fours
      let p = (variance + partition * Self.stride).fours
      let least = Four(repeating: rest * prior[partition])
      var bin = 0
      while bin < 41 {
        p[bin] = p[bin].atLeast(share * (wr[bin] * wr[bin] + wi[bin] * wi[bin]) + least)
        bin += 1
      }
      partition += 1
    }
  }

  /// Replaces the spectrum of `partition` blocks ago by that of 320 samples.
  func replace(_ partition: Int, _ samples: Floats, transform: borrowing FourierTransform) {
    transform.forward(samples, xRe + slot(partition), xIm + slot(partition))
    if partition == 0 { window.copy(from: samples, count: 320) }
  }

  /// How strong the path is thought to be: at first equally likely anywhere, and once the delay is known dying away by 1.2
  /// dB a partition.
  private func setPrior(flat: Bool) {
    var partition = 0
    while partition < Self.partitions {
      prior[partition] = flat ? 0.04 : Float(0.5 * Maths.power(10, -0.12 * Double(partition)))
      partition += 1
    }
  }

  private func fill(_ plane: Floats, _ value: Float) { plane.update(repeating: value, count: Self.stride) }

  /// Forgets everything.
  mutating func reset() {
    memory.clear()
    setPrior(flat: true)
    var partition = 0
    while partition < Self.partitions {
      fill(variance + partition * Self.stride, prior[partition])
      partition += 1
    }
    leftEstimate = 0
    estimateEstimate = 0
    leftLeft = 0
    misfit = 0
    correlation = 0
    heardPower = 0
    playedPower = 0
    blocksLearnt = 0
    hasKept = false
  }
}
