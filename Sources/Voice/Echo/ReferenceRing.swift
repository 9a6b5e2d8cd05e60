// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the loudspeaker played, for a second, and reading it at any place between two samples: the loudspeaker's clock and
// the microphone's are not one.
//
// A 16-tap windowed sinc in 32 steps between samples, interpolated. Within a block the place between two samples moves by
// less than 0.05: the block is read with the filter of its begin and with that of its end, and faded from one to the other.

import Core

/// The reference's ring, 16,384 samples at 16 kHz. Owned by the audio thread.
struct ReferenceRing: ~Copyable {
  /// How many samples it holds.
  static let size = 16_384
  private static let mirror = 512
  private static let steps = 32
  /// How many floats of memory a ring takes.
  static let memoryCount = size + mirror + (steps + 1) * 16 + 2 * 16 + 2 * 320

  /// How many samples were written so far.
  private(set) var written = 0

  private let memory: FloatMemory
  private let ring: Floats
  private let table: Floats
  private let taps: Floats
  private let rows: Floats

  /// A ring over `memory` of `memoryCount` floats, as if silence had been played; computes its filters.
  init(memory: consuming FloatMemory) {
    var parts = FloatParts(of: memory)
    ring = parts.take(Self.size + Self.mirror)
    table = parts.take((Self.steps + 1) * 16)
    taps = parts.take(16)
    rows = parts.take(640)
    self.memory = memory
    for step in 0...Self.steps {
      let fraction = Double(step) / Double(Self.steps)
      for tap in 0..<16 {
        let time = Double(tap - 7) - fraction
        let window = Maths.cosine(Maths.pi * time / 17)
        let sinc = abs(time) < 1e-9 ? 1 : Maths.sine(Maths.pi * time) / (Maths.pi * time)
        table[16 * step + tap] = Float(sinc * window * window)
      }
    }
  }

  /// Adds a block of 160 samples.
  mutating func write(_ samples: Floats) {
    var place = written & (Self.size - 1)
    var index = 0
    while index < 160 {
      ring[place] = samples[index]
      if place < Self.mirror { ring[place + Self.size] = samples[index] }
      place = (place + 1) & (Self.size - 1)
      index += 1
    }
    written += 160
  }

  /// Reads `count` samples (a multiple of 4, at most 320) into `out`, the last of which would be the youngest were `lag` 0; each is
  /// `1 + rate` samples after the one before. `lag` is 8 ... 10,000, `rate` within ±0.0003.
  func read(_ out: Floats, count: Int, lag: Double, rate: Double) {
    let start = Double(written - count) - lag
    let end = start + Double(count) * rate
    if rate == 0 {
      filter(out, count, at: start)
      return
    }
    filter(rows, count, at: start)
    filter(rows + 320, count, at: end)
    let step = 1 / Float(count)
    var weight = Four(0, 1, 2, 3) * step
    var index = 0
    while index < count / 4 {
      let first = rows.fours[index]
      out.fours[index] = first + weight * ((rows + 320).fours[index] - first)
      weight += 4 * step
      index += 1
    }
  }

  private func filter(_ out: Floats, _ count: Int, at position: Double) {
    var whole = Int(position)
    if Double(whole) > position { whole -= 1 }
    let scaled = Float(position - Double(whole)) * Float(Self.steps)
    let step = min(Self.steps - 1, Int(scaled))
    let part = scaled - Float(step)
    let low = table + 16 * step
    var index = 0
    while index < 4 {
      taps.fours[index] = low.fours[index] + part * ((low + 16).fours[index] - low.fours[index])
      index += 1
    }
    let from = ring + ((whole - 7) & (Self.size - 1))
    index = 0
    while index < count {
      var sum = Four.zero
      var tap = 0
      while tap < 16 {
        sum += taps[tap] * from.four(at: index + tap)
        tap += 1
      }
      out.put(sum, at: index)
      index += 4
    }
  }

  /// Forgets what was played.
  mutating func reset() { ring.clear(Self.size + Self.mirror) }
}
