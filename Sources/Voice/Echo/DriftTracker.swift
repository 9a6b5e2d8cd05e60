// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How far the two clocks drift apart, read off the filter itself (the family of Pawig, Enzner and Vary 2010): where its
// first partitions turn in phase like a delay, the echo moves, and the reference is read faster or slower.

import Core

/// Follows the drift between the loudspeaker's clock and the microphone's. Owned by the audio thread.
struct DriftTracker: ~Copyable {
  private static let bins = 84
  private static let firstBin = 6
  private static let partitions = 3
  /// How many floats of memory a tracker takes.
  static let memoryCount = 2 * partitions * KalmanFilter.stride + 2 * KalmanFilter.stride

  /// How much faster than one sample a sample the reference is read.
  private(set) var rate = 0.0
  /// The last shift in samples that was believed; rises the filter's process noise.
  private(set) var lastShift: Float = 0

  private let memory: FloatMemory
  private let oldRe: Floats
  private let oldIm: Floats
  private let cRe: Floats
  private let cIm: Floats
  private var hasOld = false
  private var active = 0
  private var blocks = 0
  private var updates = 0

  /// A tracker over `memory` of `memoryCount` floats that knows of no drift.
  init(memory: consuming FloatMemory) {
    var parts = FloatParts(of: memory)
    oldRe = parts.take(Self.partitions * KalmanFilter.stride)
    oldIm = parts.take(Self.partitions * KalmanFilter.stride)
    cRe = parts.take(KalmanFilter.stride)
    cIm = parts.take(KalmanFilter.stride)
    self.memory = memory
  }

  /// Looks at the filter after a block; every 40 blocks with far speech the rate follows.
  mutating func process(_ filter: borrowing KalmanFilter, isActive: Bool, isTrusted: Bool) {
    blocks += 1
    if isActive { active += 1 }
    guard active >= 40 else { return }
    if hasOld, isTrusted, blocks < 400 { follow(filter) }
    let count = Self.partitions * KalmanFilter.stride
    oldRe.copy(from: filter.wRe, count: count)
    oldIm.copy(from: filter.wIm, count: count)
    hasOld = isTrusted
    active = 0
    blocks = 0
  }

  private mutating func follow(_ filter: borrowing KalmanFilter) {
    var oldPower: Float = 0
    var newPower: Float = 0
    var bin = Self.firstBin
    while bin <= Self.firstBin + Self.bins {
      var re: Float = 0
      var im: Float = 0
      var partition = 0
      while partition < Self.partitions {
        let place = partition * KalmanFilter.stride + bin
        let a = filter.wRe[place]
        let b = filter.wIm[place]
        let c = oldRe[place]
        let d = oldIm[place]
        re += a * c + b * d
        im += b * c - a * d
        oldPower += c * c + d * d
        newPower += a * a + b * b
        partition += 1
      }
      cRe[bin] = re
      cIm[bin] = im
      bin += 1
    }
    var best: Float = 0
    var bestTotal: Float = 0
    var step = -16
    while step <= 16 {
      let total = aligned(Float(step) / 8).total
      if total > bestTotal {
        bestTotal = total
        best = Float(step) / 8
      }
      step += 1
    }
    let fine = aligned(best)
    let power = (oldPower * newPower).squareRoot()
    guard power > 0, fine.total / power > 0.6, fine.weight > 0 else { return }
    let shift = best - fine.slope / fine.weight
    guard abs(shift) < 2 else { return }
    lastShift = shift
    let share = updates < 6 ? 0.8 : 0.4
    rate = min(3e-4, max(-3e-4, rate - share * Double(shift) / Double(blocks * 160)))
    updates += 1
  }

  /// The products turned back by `shift` samples: their sum, and sums for the slope of the phase that is left.
  private func aligned(_ shift: Float) -> (total: Float, slope: Float, weight: Float) {
    let angle = 2 * Maths.pi / 320 * Double(shift)
    let stepRe = Float(Maths.cosine(angle))
    let stepIm = Float(Maths.sine(angle))
    var re = Float(Maths.cosine(angle * Double(Self.firstBin)))
    var im = Float(Maths.sine(angle * Double(Self.firstBin)))
    var total: Float = 0
    var slope: Float = 0
    var weight: Float = 0
    var bin = Self.firstBin
    while bin <= Self.firstBin + Self.bins {
      let a = cRe[bin] * re - cIm[bin] * im
      let b = cRe[bin] * im + cIm[bin] * re
      total += a
      // What is left of the phase is small, so the imaginary part stands for it.
      let omega = Float(2 * Maths.pi / 320) * Float(bin)
      slope += omega * b
      weight += omega * omega * abs(a)
      let next = re * stepRe - im * stepIm
      im = re * stepIm + im * stepRe
      re = next
      bin += 1
    }
    return (total, slope, weight)
  }

  /// The reference cannot be read any younger: no faster than it is played.
  mutating func hold() { rate = min(0, rate) }

  /// The path was moved by other means: what was seen before says nothing.
  mutating func restart() {
    hasOld = false
    active = 0
    blocks = 0
    lastShift = 0
  }

  /// Forgets the drift too.
  mutating func reset() {
    restart()
    rate = 0
    updates = 0
  }
}
