// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How long packets are under way on three kinds of network, made from a seed; and the least delay that would do.
//
//   lan    0.3 ms and exponential jitter of 0.15 ms; one packet in 500 takes up to 3 ms more
//   wifi   1.5 ms and exponential jitter of 1.5 ms; each 2.5 s in the mean (exponential) the channel is blocked for 50 to
//          70 ms, and what was sent meanwhile comes at its end, 0.3 ms apart
//   mobile 35 ms, moving by up to 15 ms up and down over 30 s; the scheduler's grant takes 0 to 8 ms (uniform), one packet
//          in ten is repeated by the radio (8 ms more); each 8 s in the mean a cell changes: nothing comes for 60 to
//          120 ms, then everything
//
// Packets stay in order on all of them. The figures are in the range that is published for such networks; none is a
// recording.

import Core

package enum NetworkKind: String, CaseIterable {
  case lan, wifi, mobile
}

package struct NetworkTrace {
  /// For each packet: from its timestamp to its arrival, in samples at 48 kHz.
  package let transits: [Int]
  package let frameSamples: Int

  /// A trace that was made by hand.
  package init(transits: [Int], frameSamples: Int) { (self.transits, self.frameSamples) = (transits, frameSamples) }

  package init(_ kind: NetworkKind, seconds: Int, frameSamples: Int = 480, seed: UInt64) {
    var random = Randomness(seed: seed)
    var transits: [Int] = []
    // All in milliseconds.
    let frame = Double(frameSamples) / 48
    var last = 0.0
    var (blockedFrom, blockedUntil) = (Double.infinity, 0.0)
    func wait(_ mean: Double, _ random: inout Randomness) -> Double { mean * Self.exponential(&random) }
    let between = kind == .wifi ? 2500.0 : 8000.0
    if kind != .lan { blockedFrom = wait(between, &random) }
    let phase = random.unit()
    for index in 0..<seconds * 48_000 / frameSamples {
      let sent = Double(index) * frame
      var arrival = sent
      switch kind {
      case .lan:
        arrival += 0.3 + wait(0.15, &random)
        if random.below(500) == 0 { arrival += 3 * random.unit() }
      case .wifi: arrival += 1.5 + wait(1.5, &random)
      case .mobile:
        arrival += 35 + 15 * Self.wave(sent / 30_000 + phase) + 8 * random.unit()
        if random.below(10) == 0 { arrival += 8 }
      }
      if arrival >= blockedFrom, arrival > blockedUntil {
        blockedUntil = blockedFrom + (kind == .wifi ? 50 + 20 * random.unit() : 60 + 60 * random.unit())
      }
      if arrival >= blockedFrom {
        if arrival < blockedUntil {
          arrival = blockedUntil
        } else {
          blockedFrom = blockedUntil + wait(between, &random)
        }
      }
      arrival = max(arrival, last + (kind == .lan ? 0.01 : 0.3))
      last = arrival
      transits.append(Int((arrival - sent) * 48))
    }
    self.transits = transits
    self.frameSamples = frameSamples
  }

  /// The oracle: the least delay, kept all the time and counted from the fastest packet of all, for which one packet in a
  /// hundred comes too late. In samples.
  package var leastDelay: Int {
    let sorted = transits.sorted()
    return sorted[sorted.count - 1 - sorted.count / 100] - sorted[0]
  }

  /// −ln of a number in 0 ..< 1, by the doublings it takes and three terms of a series.
  private static func exponential(_ random: inout Randomness) -> Double {
    var left = 1 - random.unit()
    var value = 0.0
    while left < 0.75 {
      left *= 1.333_333_333_333_333_3
      value += 0.287_682_072_451_780_9
    }
    let rest = 1 - left
    return value + rest * (1 + rest * (0.5 + rest / 3))
  }

  /// A smooth wave of period 1 between −1 and 1, of parabolas.
  private static func wave(_ turn: Double) -> Double {
    let place = turn - turn.rounded(.down)
    let half = place < 0.5 ? place * 2 : place * 2 - 1
    let value = 4 * half * (1 - half)
    return place < 0.5 ? value : 0 - value
  }
}
