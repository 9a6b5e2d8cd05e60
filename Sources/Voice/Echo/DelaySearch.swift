// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How late the echo comes: the place of the greatest correlation between what was played and what is heard, in a
// generalised cross-correlation with partial whitening (Knapp and Carter 1976), over 0 ... 350 ms.
//
// It runs at 4 kHz: the last 512 ms played against the last 120 ms heard, twelve blocks apart. One search is spread over
// five of these blocks, so that none of them does much more than the others.

import Core

/// Looks for the echo's delay. Owned by the audio thread.
struct DelaySearch: ~Copyable {
  /// What a search found.
  struct Finding {
    /// The delay, in samples at 16 kHz.
    var lag: Float
    /// The correlation's greatest value over its root mean square.
    var peak: Float
    /// The value at the delay asked for, over the greatest one.
    var atPresent: Float
  }

  private static let span = 2048
  private static let heard = 480
  private static let lags = 1400
  private static let firstBin = 52
  private static let lastBin = 920
  private static let stride = 1028
  /// How many floats of memory a search takes, its transform aside.
  static let memoryCount = 2 * 192 + 32 + 2 * span + 2 * span + 8 * stride + 64

  private let memory: FloatMemory
  private let transform: FourierTransform
  private let taps: Floats
  private let playedTail: Floats
  private let heardTail: Floats
  private let played: Floats
  private let mic: Floats
  private let time: Floats
  private let aRe: Floats
  private let aIm: Floats
  private let mRe: Floats
  private let mIm: Floats
  private let sRe: Floats
  private let sIm: Floats
  private let powerA: Floats
  private let powerM: Floats
  private var block = 0
  private var isRunning = false
  /// Whether a newer place shall be found sooner, at the price of more errors.
  var isUrgent = false

  /// A search over `memory` of `memoryCount` floats with a transform of 2,048.
  init(memory: consuming FloatMemory, transform: consuming FourierTransform) {
    precondition(transform.size == Self.span, "the delay search needs the long transform")
    var parts = FloatParts(of: memory)
    taps = parts.take(32)
    playedTail = parts.take(192)
    heardTail = parts.take(192)
    played = parts.take(Self.span)
    mic = parts.take(Self.heard)
    time = parts.take(Self.span)
    aRe = parts.take(Self.stride)
    aIm = parts.take(Self.stride)
    mRe = parts.take(Self.stride)
    mIm = parts.take(Self.stride)
    sRe = parts.take(Self.stride)
    sIm = parts.take(Self.stride)
    powerA = parts.take(Self.stride)
    powerM = parts.take(Self.stride)
    self.memory = memory
    self.transform = transform
    for index in 0..<32 {
      let at = Double(index) - 15.5
      let window = 0.54 + 0.46 * Maths.cosine(Maths.pi * at / 16)
      taps[index] = Float(Maths.sine(2 * Maths.pi * 0.115 * at) / (Maths.pi * at) * window)
    }
  }

  /// Takes a block of 160 samples of either side; a finding comes once in twelve blocks, if there was enough to hear.
  /// `present` is the delay in use, in samples.
  mutating func process(reference: Floats, microphone: Floats, present: Float) -> Finding? {
    thin(reference, playedTail, played, Self.span)
    thin(microphone, heardTail, mic, Self.heard)
    defer { block = (block + 1) % 12 }
    switch block {
    case 0:
      isRunning = played.energy(Self.span) > 1e-5 * Float(Self.span)
      guard isRunning else { return nil }
      transform.forward(played, aRe, aIm)
      time.clear(Self.span - Self.heard)
      (time + Self.span - Self.heard).copy(from: mic, count: Self.heard)
    case 1 where isRunning: transform.forward(time, mRe, mIm)
    case 2 where isRunning: smooth()
    case 3 where isRunning:
      whiten()
      transform.inverse(mRe, mIm, time)
    case 4 where isRunning: return find(present: present)
    default: break
    }
    return nil
  }

  /// Adds every fourth sample, low-passed, to the end of `line`.
  private func thin(_ block: Floats, _ tail: Floats, _ line: Floats, _ count: Int) {
    tail.copy(from: tail + 160, count: 32)
    (tail + 32).copy(from: block, count: 160)
    line.copy(from: line + 40, count: count - 40)
    let end = line + (count - 40)
    var index = 0
    while index < 40 {
      var sum = Four.zero
      var tap = 0
      while tap < 8 {
        sum += taps.fours[tap] * tail.four(at: 4 * index + 4 + 4 * tap)
        tap += 1
      }
      end[index] = sum.total
      index += 1
    }
  }

  /// Lets what was heard until now count for little: the delay may have jumped.
  func hurry() {
    var index = 0
    while index < Self.stride / 4 {
      sRe.fours[index] *= 0.1
      sIm.fours[index] *= 0.1
      powerA.fours[index] *= 0.1
      powerM.fours[index] *= 0.1
      index += 1
    }
  }

  private func smooth() {
    let keep: Float = isUrgent ? 0.5 : 0.75
    var index = Self.firstBin / 4
    while index <= Self.lastBin / 4 {
      let ar = aRe.fours[index]
      let ai = aIm.fours[index]
      let mr = mRe.fours[index]
      let mi = mIm.fours[index]
      sRe.fours[index] = keep * sRe.fours[index] + (mr * ar + mi * ai)
      sIm.fours[index] = keep * sIm.fours[index] + (mi * ar - mr * ai)
      powerA.fours[index] = keep * powerA.fours[index] + (ar * ar + ai * ai)
      powerM.fours[index] = keep * powerM.fours[index] + (mr * mr + mi * mi)
      index += 1
    }
  }

  private func whiten() {
    mRe.clear(Self.stride)
    mIm.clear(Self.stride)
    var floor: Float = 0
    var index = Self.firstBin
    while index <= Self.lastBin {
      floor += powerA[index] * powerM[index]
      index += 1
    }
    floor = floor / Float(Self.lastBin - Self.firstBin) * 1e-4 + 1e-18
    index = Self.firstBin
    while index <= Self.lastBin {
      // The power of −0.4 by halving exponents: within four percent, which a weight may be off.
      let bits = Float((powerA[index] * powerM[index] + floor).bitPattern)
      let weight = Float(bitPattern: UInt32(1.4 * 127 * 8_388_608 - 0.4 * bits))
      mRe[index] = sRe[index] * weight
      mIm[index] = sIm[index] * weight
      index += 1
    }
  }

  private func find(present: Float) -> Finding? {
    var best = 0
    var highest: Float = 0
    var sum: Float = 0
    var index = 0
    while index < Self.lags {
      let value = abs(time[index])
      sum += value * value
      if value > highest {
        highest = value
        best = index
      }
      index += 1
    }
    guard highest > 0, sum.isFinite else { return nil }
    var lag = Float(best)
    if best > 0 {
      let before = abs(time[best - 1])
      let after = abs(time[best + 1])
      let bend = before - 2 * highest + after
      if bend < 0 { lag += 0.5 * (before - after) / bend }
    }
    var there: Float = 0
    let middle = Int(present / 4 + 0.5)
    index = max(0, middle - 1)
    while index <= min(Self.lags - 1, middle + 1) {
      there = max(there, abs(time[index]))
      index += 1
    }
    return Finding(
      lag: 4 * lag, peak: highest / (sum / Float(Self.lags)).squareRoot(), atPresent: there / highest)
  }

  /// Forgets what it heard.
  mutating func reset() {
    sRe.clear(Self.stride)
    sIm.clear(Self.stride)
    powerA.clear(Self.stride)
    powerM.clear(Self.stride)
    block = 0
    isUrgent = false
  }
}
