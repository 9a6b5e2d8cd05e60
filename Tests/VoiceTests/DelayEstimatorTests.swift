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

  @Test("it begins at 10 ms and falls to 5 on a quiet network")
  func quiet() {
    var estimator = DelayEstimator()
    #expect(estimator.targetSamples == 480)
    #expect(Self.feed(&estimator, from: 0, Array(repeating: 0, count: 49)) == 10)
    #expect(Self.feed(&estimator, from: 49, Array(repeating: 0, count: 60)) == 5)
  }

  @Test("it rises with the first late packets and falls slowly when they stop")
  func rises() {
    var estimator = DelayEstimator()
    _ = Self.feed(&estimator, from: 0, Array(repeating: 0, count: 300))
    let risen = Self.feed(&estimator, from: 300, [40, 30, 20, 40, 30, 20, 10, 40, 0])
    #expect(risen >= 24)
    let held = Self.feed(&estimator, from: 309, Array(repeating: 0, count: 400))
    #expect(held == risen, "the delay falls before five seconds have passed")
    let falling = Self.feed(&estimator, from: 709, Array(repeating: 0, count: 150))
    #expect(falling < risen)
    #expect(Self.feed(&estimator, from: 859, Array(repeating: 0, count: 400)) == 5)
  }

  @Test("one in fifty may be late, one stall is ignored, a second one within ten seconds is believed")
  func stalls() {
    var estimator = DelayEstimator()
    let rare = (0..<500).map { $0 % 60 == 7 ? 30 : 0 }
    #expect(Self.feed(&estimator, from: 0, Array(repeating: 0, count: 200)) == 5)
    #expect(Self.feed(&estimator, from: 200, rare) == 5)
    #expect(Self.feed(&estimator, from: 700, [200, 190, 180, 170] + Array(repeating: 0, count: 96)) == 5)
    #expect(Self.feed(&estimator, from: 800, [200]) == 200)
    let later = Self.feed(&estimator, from: 801, Array(repeating: 0, count: 4000))
    #expect(later == 5)
  }

  @Test("drift between the clocks is no lateness")
  func drift() {
    for partsPerMillion in [-100, 100] {
      var estimator = DelayEstimator()
      var worst: Int64 = 0
      for index in 0..<60_000 {
        let sent = Int64(index) * 480
        let transit = 5000 + sent * Int64(partsPerMillion) / 1_000_000
        let late = estimator.observe(transit: transit, arrival: sent + transit)
        worst = max(worst, late)
      }
      #expect(worst <= 48, "\(partsPerMillion) ppm")
      #expect(estimator.targetSamples == 240, "\(partsPerMillion) ppm")
    }
  }
}
