// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How much delay a talker's packets need: what the network did lately, and what it may do again.
//
// DESIGN. A packet's transit is its arrival less its timestamp, in samples; only differences mean something, because
// the two clocks have unlike origins. The fastest packet of the last 3 s is the yardstick (so drift between the clocks,
// and a way that grows longer, are followed), and a packet's lateness is its transit less that. The target is the
// lateness that at most one in eighty of the packets of the last seven seconds in which any came exceeded, plus a margin
// (a burst lifts it while it lasts, which leaves one in a hundred late); so a burst that touches more is forgotten seven
// seconds later, and a pause forgets nothing. Start-up probes: the target begins low, and until eighty packets are
// remembered none may exceed it. It rises at once; it falls by half of the way in 0.28 s and by 20 ms a second besides,
// so that what is forgotten is gone within ten seconds.
//
// Stalls (lateness of 128 ms and more) are remembered apart, or one Wi-Fi roam would cost seconds of delay. One alone
// is ignored. A second one within 7 s, or one that lasts longer than half a second, lifts the target to the worst seen
// until 7 s have passed without. (In the spirit of the delay manager and peak detector of WebRTC's NetEq; the figures
// are ours.)

import Core

/// Estimates the delay a jitter buffer should aim at. Never allocates.
public struct DelayEstimator: Sendable, BitwiseCopyable {
  /// The delay to aim at, in samples between a packet as fast as the fastest arriving and its being needed.
  public private(set) var targetSamples = Limits.jitterTargetSamplesInitial
  /// The transit of the fastest packet remembered, in samples.
  public private(set) var fastestTransit: Int64 = .max

  private var minima = JitterMinima(repeating: .max)
  private var second: Int64 = .min
  private var history = JitterHistory(repeating: 0)
  private var histogram = JitterHistogram(repeating: 0)
  private var window = JitterWindow(repeating: 0)
  private var windowPlace = 0
  private var windowSecond: Int64 = .min
  private var remembered = 0
  private var nextPlace = 0

  private var lastArrival: Int64 = .min
  private var stallStart: Int64 = .min
  private var stallLast: Int64 = .min
  private var stallWorst: Int64 = 0
  private var stallsBelieved = false
  private var fallRemainder: Int64 = 0

  private static let warmUpPackets = 50
  private static let lateOneIn = 80
  private static let stallMemorySamples: Int64 = 336_000
  private static let stallGapSamples: Int64 = 24_000
  private static let fallSamples: Int64 = 19_200
  private static let fallDivisor: Int64 = 50

  /// An estimator that has seen no packet.
  public init() {}

  /// Takes note of a packet that arrived at `arrival` with `transit`, both in samples at 48 kHz; answers its lateness.
  public mutating func observe(transit: Int64, arrival: Int64) -> Int64 {
    rememberFastest(transit, arrival: arrival)
    let lateness = transit &- fastestTransit
    let milliseconds = lateness / 48
    if milliseconds >= Int64(Limits.jitterHistogramMilliseconds) {
      rememberStall(lateness, arrival: arrival)
    } else {
      remember(UInt8(truncatingIfNeeded: milliseconds), arrival: arrival)
    }
    aim(arrival: arrival)
    return lateness
  }

  private mutating func rememberFastest(_ transit: Int64, arrival: Int64) {
    let now = arrival / Int64(Limits.sampleRate)
    if second == .min { second = now }
    var steps = now &- second
    if steps != 0 {
      // Backward steps cannot come from a monotonic clock; a long pause forgets everything.
      if steps < 0 || steps > Int64(Limits.jitterFastestSeconds) { steps = Int64(Limits.jitterFastestSeconds) }
      while steps > 0 {
        minima[place(now &- steps &+ 1)] = .max
        steps -= 1
      }
      second = now
    }
    minima[place(now)] = min(minima[place(now)], transit)
    fastestTransit = .max
    for index in 0..<Limits.jitterFastestSeconds { fastestTransit = min(fastestTransit, minima[index]) }
  }

  private func place(_ second: Int64) -> Int { Int(UInt64(bitPattern: second) % UInt64(Limits.jitterFastestSeconds)) }

  private mutating func remember(_ milliseconds: UInt8, arrival: Int64) {
    let second = arrival / Int64(Limits.sampleRate)
    if second != windowSecond {
      windowSecond = second
      windowPlace = (windowPlace + 1) % Limits.jitterWindowSeconds
      while window[windowPlace] > 0 { forgetOldest(of: windowPlace) }
    }
    if remembered == Limits.jitterHistoryPackets {
      var oldest = (windowPlace + 1) % Limits.jitterWindowSeconds
      while window[oldest] == 0 { oldest = (oldest + 1) % Limits.jitterWindowSeconds }
      forgetOldest(of: oldest)
    }
    history[nextPlace] = milliseconds
    histogram[Int(milliseconds)] += 1
    window[windowPlace] += 1
    remembered += 1
    nextPlace = (nextPlace + 1) % Limits.jitterHistoryPackets
  }

  /// Forgets the oldest packet, which came in the second at `place`.
  private mutating func forgetOldest(of place: Int) {
    let first = (nextPlace + Limits.jitterHistoryPackets - remembered) % Limits.jitterHistoryPackets
    histogram[Int(history[first])] -= 1
    window[place] -= 1
    remembered -= 1
  }

  private mutating func rememberStall(_ lateness: Int64, arrival: Int64) {
    if stallLast == .min || arrival &- stallLast > Self.stallMemorySamples {
      (stallStart, stallWorst, stallsBelieved) = (arrival, 0, false)
    } else if arrival &- stallLast > Self.stallGapSamples || arrival &- stallStart > Self.stallGapSamples {
      stallsBelieved = true
    }
    stallLast = arrival
    stallWorst = max(stallWorst, lateness)
  }

  private mutating func aim(arrival: Int64) {
    var goal = quantile() + Limits.jitterMarginSamples
    if remembered < Self.warmUpPackets { goal = max(goal, Limits.jitterTargetSamplesInitial) }
    if stallsBelieved, arrival &- stallLast <= Self.stallMemorySamples {
      goal = max(goal, Int(truncatingIfNeeded: min(stallWorst, Int64(Limits.jitterTargetSamplesMax))))
    }
    goal = max(Limits.jitterTargetSamplesMin, min(goal, Limits.jitterTargetSamplesMax))
    let elapsed = lastArrival == .min ? 0 : max(0, arrival &- lastArrival)
    lastArrival = arrival
    if goal >= targetSamples {
      targetSamples = goal
      fallRemainder = 0
    } else {
      let time = min(elapsed, Self.fallSamples)
      let way = Int64(targetSamples - goal) * time + fallRemainder
      fallRemainder = way % Self.fallSamples
      targetSamples = max(goal, targetSamples - Int(way / Self.fallSamples) - Int(time / Self.fallDivisor))
    }
  }

  /// The least lateness, to the next millisecond, that at most one in eighty remembered packets exceeded.
  private func quantile() -> Int {
    var exceeding = remembered / Self.lateOneIn
    let counts = histogram.span
    var milliseconds = Limits.jitterHistogramMilliseconds - 1
    while milliseconds > 0 {
      let here = Int(counts[milliseconds])
      if here > exceeding { break }
      exceeding -= here
      milliseconds -= 1
    }
    return (milliseconds + 1) * 48
  }
}
