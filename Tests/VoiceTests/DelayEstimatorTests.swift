// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How the wanted delay follows what the network does.

import Core
import Testing
import Voice

@Suite struct DelayEstimatorTests {
  /// Feeds packets each 10 ms from `first`, `late` milliseconds late each; answers the target in milliseconds.
  static func feed(_ estimator: inout DelayEstimator, from first: Int, _ late: [Int]) -> Int {
    for (index, late) in late.enumerated() {
      let sent = Int64(first + index) * 480
      _ = estimator.observe(transit: Int64(late * 48), arrival: sent + Int64(late * 48))
    }
    return estimator.targetSamples / 48
  }

  @Test("it begins at 10 ms and falls to 4 on a quiet network")
  func quiet() {
    var estimator = DelayEstimator()
    #expect(estimator.targetSamples == 480)
    #expect(Self.feed(&estimator, from: 0, Array(repeating: 0, count: 49)) == 10)
    #expect(Self.feed(&estimator, from: 49, Array(repeating: 0, count: 250)) == 4)
  }

  @Test("it rises with the first late packets, remembers a burst for seconds, and has forgotten it after ten")
  func rises() {
    var estimator = DelayEstimator()
    _ = Self.feed(&estimator, from: 0, Array(repeating: 0, count: 300))
    let risen = Self.feed(&estimator, from: 300, Array(repeating: 40, count: 20))
    #expect(risen == 44)
    #expect(Self.feed(&estimator, from: 320, Array(repeating: 0, count: 500)) == 44)
    #expect(Self.feed(&estimator, from: 820, Array(repeating: 0, count: 500)) == 4)
  }

  @Test("a pause forgets no delay")
  func pause() {
    var estimator = DelayEstimator()
    _ = Self.feed(&estimator, from: 0, (0..<300).map { $0 % 10 == 0 ? 40 : 0 })
    #expect(Self.feed(&estimator, from: 6000, [0, 0, 0]) == 44)
  }

  @Test("one in eighty may be late, one stall is ignored, a second one within seven seconds is believed")
  func stalls() {
    var estimator = DelayEstimator()
    let rare = (0..<500).map { $0 % 100 == 7 ? 30 : 0 }
    #expect(Self.feed(&estimator, from: 0, Array(repeating: 0, count: 300)) == 4)
    #expect(Self.feed(&estimator, from: 300, rare) == 4)
    #expect(Self.feed(&estimator, from: 800, [200, 190, 180, 170] + Array(repeating: 0, count: 96)) == 4)
    #expect(Self.feed(&estimator, from: 900, [200]) == 200)
    let later = Self.feed(&estimator, from: 901, Array(repeating: 0, count: 1000))
    #expect(later == 4)
  }

  @Test("drift between the clocks is no lateness")
  func drift() {
    for partsPerMillion in [-200, 200] {
      var estimator = DelayEstimator()
      var worst: Int64 = 0
      for index in 0..<60_000 {
        let sent = Int64(index) * 480
        let transit = 5000 + sent * Int64(partsPerMillion) / 1_000_000
        let late = estimator.observe(transit: transit, arrival: sent + transit)
        worst = max(worst, late)
      }
      #expect(worst <= 48, "\(partsPerMillion) ppm")
      #expect(estimator.targetSamples == 192, "\(partsPerMillion) ppm")
    }
  }
}
