// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How much delay a talker's packets need: what the network did lately, and what it may do again.
//
// DESIGN. A packet's transit is its arrival less its timestamp, in samples; only differences mean something, because
// the two clocks have unlike origins. The fastest packet of the last seconds is the yardstick (so drift between the
// clocks is followed), and a packet's lateness is its transit less that. The target is the lateness that at most 2 % of
// the remembered packets exceeded, plus a margin; until fifty are remembered none may exceed it. It rises at once and
// falls by 20 ms a second, and not before it held for 5 s; raised again soon, it holds twice as long, up to 20 s.
//
// Stalls (lateness of 128 ms and more) are remembered apart, or one Wi-Fi roam would cost seconds of delay. One alone
// is ignored. A second one within 10 s, or one that lasts longer than half a second, lifts the target to the worst seen
// until 10 s have passed without. (In the spirit of the delay manager and peak detector of WebRTC's NetEq; the figures
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
  private var remembered = 0
  private var nextPlace = 0

  private var lastArrival: Int64 = .min
  private var lastRise: Int64 = .min
  private var holdSamples = Self.holdSamplesMin
  private var stallStart: Int64 = .min
  private var stallLast: Int64 = .min
  private var stallWorst: Int64 = 0
  private var stallsBelieved = false
  private var fallRemainder: Int64 = 0

  private static let warmUpPackets = 50
  private static let lateOneIn = 50
  private static let holdSamplesMin: Int64 = 240_000
  private static let holdSamplesMax: Int64 = 960_000
  private static let stallMemorySamples: Int64 = 480_000
  private static let stallGapSamples: Int64 = 24_000
  private static let fallDivisor: Int64 = 50
  private static let risenSamples = 480

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
      remember(UInt8(truncatingIfNeeded: milliseconds))
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

  private mutating func remember(_ milliseconds: UInt8) {
    if remembered == Limits.jitterHistoryPackets {
      histogram[Int(history[nextPlace])] -= 1
    } else {
      remembered += 1
    }
    history[nextPlace] = milliseconds
    histogram[Int(milliseconds)] += 1
    nextPlace = (nextPlace + 1) % Limits.jitterHistoryPackets
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
      if goal - targetSamples >= Self.risenSamples {
        let again = lastRise != .min && arrival &- lastRise < holdSamples * 2
        holdSamples = again ? min(holdSamples * 2, Self.holdSamplesMax) : Self.holdSamplesMin
        lastRise = arrival
      }
      targetSamples = goal
    } else if lastRise == .min || arrival &- lastRise >= holdSamples {
      let fall = min(elapsed, Int64(Limits.sampleRate)) + fallRemainder
      fallRemainder = fall % Self.fallDivisor
      targetSamples = max(goal, targetSamples - Int(fall / Self.fallDivisor))
    }
  }

  /// The least lateness, to the next millisecond, that at most one in fifty remembered packets exceeded.
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
