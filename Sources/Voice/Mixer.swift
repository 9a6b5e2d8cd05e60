// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Adds talkers up and brings the sum softly into 16 bits.

public import Core

/// Sums periods in 32 bits. Sums up to 7/8 of full scale pass unchanged; larger ones are bent so that they never reach
/// full scale.
///
/// The bend is t + r (x - t) / (x - t + r) with t = 28,672 and r = 4,095: it begins with slope 1, so it adds no edge,
/// and needs no memory, so it adds no delay.
public struct Mixer: ~Copyable {
  /// Samples that were bent, ever.
  public private(set) var limitedSamples: UInt64 = 0
  private var sums = InlineArray<960, Int32>(repeating: 0)
  private static let threshold: Int32 = 28_672
  private static let range: Int32 = 4095

  /// An empty mixer.
  public init() {}

  /// Begins a new period.
  public mutating func clear() { sums = InlineArray(repeating: 0) }

  /// Adds `samples` (at most 960), the first to the first of the period.
  public mutating func add(_ samples: UnsafeMutableBufferPointer<Int16>) {
    precondition(samples.count <= Limits.periodSamplesMax, "a mixed period is too long")
    var totals = sums.mutableSpan
    for index in 0..<samples.count { totals[index] += Int32(samples[index]) }
  }

  /// Changes the first `count` sums on the fader's way to `target`.
  mutating func scale(count: Int, by fader: inout Fader, to target: Int32) {
    guard !fader.isUnity(target) else { return }
    var totals = sums.mutableSpan
    for index in 0..<count {
      let scaled = Int64(totals[index]) * Int64(fader.next(to: target)) / Int64(Fader.unity)
      totals[index] = Int32(truncatingIfNeeded: scaled)
    }
  }

  /// Writes the first `frame.count` sums, limited, to `frame`.
  public mutating func write(to frame: inout PCMFrame) {
    let count = frame.count
    let totals = sums.span
    var samples = frame.samples.mutableSpan
    var limited: UInt64 = 0
    for index in 0..<count {
      let sum = totals[index]
      if sum > Self.threshold {
        samples[index] = Int16(truncatingIfNeeded: Self.bend(sum))
        limited += 1
      } else if sum < 0 - Self.threshold {
        samples[index] = Int16(truncatingIfNeeded: 0 - Self.bend(0 - sum))
        limited += 1
      } else {
        samples[index] = Int16(truncatingIfNeeded: sum)
      }
    }
    limitedSamples += limited
  }

  private static func bend(_ sum: Int32) -> Int32 {
    let excess = Int64(sum - threshold)
    return threshold + Int32(truncatingIfNeeded: excess * Int64(range) / (excess + Int64(range)))
  }
}
