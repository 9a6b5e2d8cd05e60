// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Makes held sound shorter or longer without changing its pitch.
//
//   shorter by a lag    ... played | a b c d e f ...   ->   played | (a→d) e f ...      one lag is left out
//   longer by a lag     ... x y z  | a b c ...         ->   x y z  | (a→x) y z a b c ...     one lag is heard twice
//
// WSOLA (Verhelst and Roelands 1993) with one join an operation: the lag is the one at which the sound is most like
// itself, by normalised correlation, first on sums of six samples (8 kHz) and then to the nearest two samples. The join
// is cross-faded. Both work in place: the memory in front of the held samples holds what was just played.
//
// The search costs 81 lags of 60 products at most and allocates nothing; its figures are floats, for they are ratios.

import Core

/// Operations on samples of which the first held one is at `start`, with `Limits.stretchLagSamplesMax` played ones
/// before it.
enum TimeStretch {
  /// The sound that is compared: 7.5 ms, three quarters of a deep voice's pitch period.
  static var windowSamples: Int { 360 }
  private static var fadeSamples: Int { 240 }
  private static var decimation: Int { 6 }
  private static var decimatedMax: Int { 180 }

  /// A lag and how alike the sound is at it.
  struct Match {
    var lag: Int
    /// The normalised correlation, −1 ... 1, times its own size: the sign is kept, no root is needed.
    var likeness: Float
  }

  /// The lag in `least ... most` at which what is held is most like what comes a lag later (`ahead`), or what was played
  /// a lag before. Nil when there is not sound enough for the least lag.
  static func match(
    _ memory: borrowing SampleMemory, at start: Int, held: Int, least: Int, most: Int, ahead: Bool
  ) -> Match? {
    let bound = min(most, Limits.stretchLagSamplesMax)
    let most = ahead ? min(bound, held - windowSamples) : bound
    guard held >= windowSamples, most >= least else { return nil }
    // Decimated from the earliest sample that any lag needs.
    let from = ahead ? start : start - most / decimation * decimation
    let count = (windowSamples + most) / decimation
    precondition(count <= decimatedMax, "a stretch looks too far")
    var coarse = InlineArray<180, Float>(repeating: 0)
    let source = memory.part(from, count: count * decimation)
    for index in 0..<count {
      var sum: Int32 = 0
      for step in 0..<decimation { sum &+= Int32(source[index * decimation + step]) }
      coarse[index] = Float(sum)
    }
    let window = windowSamples / decimation
    let lags = most / decimation
    let fixed = ahead ? 0 : lags
    var best = Match(lag: 0, likeness: -2)
    var lag = max(1, (least + decimation - 1) / decimation)
    while lag <= lags {
      let likeness = likeness(coarse, fixed, ahead ? lag : lags - lag, window)
      if likeness > best.likeness { best = Match(lag: lag, likeness: likeness) }
      lag += 1
    }
    guard best.lag > 0 else { return Match(lag: least, likeness: -1) }
    return refine(memory, start, best.lag * decimation, least: least, most: most, ahead: ahead)
  }

  /// Leaves `lag` samples out of the `held` ones at `start`; answers where the rest begins.
  static func shorten(_ memory: borrowing SampleMemory, at start: Int, held: Int, by lag: Int) -> Int {
    precondition(lag > 0 && lag < held && lag <= Limits.stretchLagSamplesMax, "a stretch's lag is out of bounds")
    let fade = min(fadeSamples, held - lag)
    let samples = memory.part(start, count: lag + fade)
    var index = fade - 1
    while index >= 0 {
      samples[lag + index] = mixed(samples[index], samples[lag + index], index, fade)
      index -= 1
    }
    // What was played goes on in front of the rest.
    let played = Limits.stretchLagSamplesMax
    copy(memory, from: start - played, to: start - played + lag, count: played)
    return start + lag
  }

  /// Plays the last `lag` samples before `start` again; answers where the held ones then begin.
  static func lengthen(_ memory: borrowing SampleMemory, at start: Int, held: Int, by lag: Int) -> Int {
    precondition(lag > 0 && lag <= Limits.stretchLagSamplesMax, "a stretch's lag is out of bounds")
    let fade = min(fadeSamples, held)
    let samples = memory.part(start - lag, count: lag + fade)
    for index in 0..<fade { samples[index] = mixed(samples[lag + index], samples[index], index, fade) }
    return start - lag
  }

  /// Copies samples within the memory; the two places may overlap.
  static func copy(_ memory: borrowing SampleMemory, from: Int, to: Int, count: Int) {
    // As bytes: one by one, samples cost fifteen instructions each.
    UnsafeMutableRawBufferPointer(memory.part(to, count: count))
      .copyMemory(from: UnsafeRawBufferPointer(memory.part(from, count: count)))
  }

  private static func refine(
    _ memory: borrowing SampleMemory, _ start: Int, _ near: Int, least: Int, most: Int, ahead: Bool
  ) -> Match {
    let first = max(least, near - decimation)
    let last = min(most, near + decimation)
    let from = ahead ? start : start - last
    let samples = memory.part(from, count: windowSamples + last)
    let fixed = ahead ? 0 : last
    var best = Match(lag: first, likeness: -2)
    var lag = first
    while lag <= last {
      let other = ahead ? lag : last - lag
      var (product, here, there): (Float, Float, Float) = (0, 0, 0)
      var index = 0
      while index < windowSamples {
        let (a, b) = (Float(samples[fixed + index]), Float(samples[other + index]))
        product += a * b
        here += a * a
        there += b * b
        index += 2
      }
      let likeness = ratio(product, here, there)
      if likeness > best.likeness { best = Match(lag: lag, likeness: likeness) }
      lag += 2
    }
    return best
  }

  private static func likeness(_ coarse: borrowing InlineArray<180, Float>, _ a: Int, _ b: Int, _ count: Int) -> Float {
    let values = coarse.span
    var (product, here, there): (Float, Float, Float) = (0, 0, 0)
    for index in 0..<count {
      let (x, y) = (values[a + index], values[b + index])
      product += x * y
      here += x * x
      there += y * y
    }
    return ratio(product, here, there)
  }

  private static func ratio(_ product: Float, _ here: Float, _ there: Float) -> Float {
    guard here > 0, there > 0 else { return here == there ? 1 : 0 }
    let square = product / here * (product / there)
    return product < 0 ? 0 - square : square
  }

  private static func mixed(_ old: Int16, _ new: Int16, _ index: Int, _ fade: Int) -> Int16 {
    Int16(truncatingIfNeeded: (Int(old) * (fade - index) + Int(new) * index) / fade)
  }
}
