// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: what a network loses is heard all the same as far as copies reach, and copies cost nothing where nothing is
// lost. Method: the policy by rows; whole calls with the real codec in virtual time, each with a network drawn from its
// seed, and the counters of both ends.

import Core
import Peer
import SelfTest
import Testing
import VOIP
import Voice

@Suite("Redundancy")
struct RedundancyTests {
  // MARK: The policy

  /// Reports of one far side, one each 2.5 s: loss per mille, bursts per mille (−1: not told), buffer ms, round trip ms,
  /// and what follows: distance and the encoder's bitrate.
  typealias Row = (loss: Int, burst: Int, buffer: Int, roundTrip: Int, distance: Int, bitrate: Int)
  static let courses: [(what: String, rows: [Row])] = [
    ("nothing is lost", [(0, -1, 0, 20, 0, 32_000), (10, -1, 0, 20, 0, 32_000)]),
    ("one report of 3 % is chance, two are not", [(30, -1, 0, 20, 0, 32_000), (30, -1, 0, 20, 1, 16_000)]),
    ("5 % at once", [(50, -1, 0, 20, 1, 16_000)]),
    (
      "off after 20 s without loss",
      [(80, -1, 0, 20, 1, 16_000)] + Array(repeating: (0, -1, 0, 20, 1, 16_000), count: 7) + [(0, -1, 0, 20, 0, 32_000)]
    ),
    ("a browser tells of no bursts", [(100, -1, 0, 20, 1, 16_000), (100, -1, 0, 20, 1, 16_000)]),
    ("random loss between intercoms", [(100, 190, 30, 20, 1, 16_000)]),
    (
      "much random loss between intercoms: copies of some, until it is less",
      [
        (140, 190, 30, 20, 1, 16_000), (200, 190, 30, 20, 1, 16_000), (140, 190, 30, 20, 1, 16_000),
        (200, 190, 30, 20, 1, 16_000), (200, 190, 30, 20, 2, 20_250),
        (120, 190, 30, 20, 2, 20_250), (120, 190, 30, 20, 2, 20_250), (90, 190, 30, 20, 1, 16_000),
      ]
    ),
    ("much loss, and a browser", [(200, -1, 0, 20, 1, 16_000)]),
    ("bursts over a short way", [(100, 890, 20, 20, 5, 16_000)]),
    ("few bursts, and a shallow buffer", [(30, 890, 20, 20, 0, 32_000), (30, 890, 20, 20, 1, 16_000)]),
    ("few bursts, and a buffer that holds them", [(30, 890, 70, 20, 0, 32_000), (30, 890, 70, 20, 3, 16_000)]),
    (
      "bursts over a long way",
      [(100, 890, 20, 300, 1, 16_000), (100, 890, 90, 300, 1, 16_000), (100, 890, 90, 300, 4, 16_000)]
    ),
    (
      "between 40 and 60 % of bursts all stays",
      [
        (100, 500, 20, 20, 1, 16_000), (100, 700, 20, 20, 1, 16_000),
        (100, 500, 20, 20, 5, 16_000), (100, 300, 20, 20, 5, 16_000), (100, 300, 20, 20, 1, 16_000),
      ]
    ),
    (
      "a queue that fills",
      [
        (0, -1, 0, 20, 0, 32_000), (30, -1, 0, 200, 0, 24_000), (0, -1, 0, 400, 0, 24_000),
        (0, -1, 0, 400, 0, 18_000), (0, -1, 0, 250, 0, 18_000),
      ]
    ),
  ]

  @Test("what is sent follows the reports, with hysteresis", arguments: courses)
  func policy(_ course: (what: String, rows: [Row])) {
    var policy = SendingPolicy(bitrateMax: 32_000, frameMilliseconds: 20)
    var now = Instant.zero + .seconds(5)
    for (index, row) in course.rows.enumerated() {
      now += .milliseconds(2_500)
      let report = SendingPolicy.Report(
        lossPerMille: row.loss, roundTrip: .milliseconds(row.roundTrip), burstPerMille: row.burst < 0 ? nil : row.burst,
        buffer: row.burst < 0 ? nil : .milliseconds(row.buffer))
      policy.follow(report, takesCopies: true, at: now)
      #expect(
        policy.distance == row.distance && policy.encoderBitrate == row.bitrate,
        "\(course.what), report \(index): \(policy.distance) \(policy.encoderBitrate)")
    }
  }

  @Test("a far side that knows no copies gets none, and the bitrate comes back slowly")
  func recovery() {
    var policy = SendingPolicy(bitrateMax: 64_000, frameMilliseconds: 20)
    var now = Instant.zero + .seconds(10)
    policy.follow(.init(lossPerMille: 100, roundTrip: .milliseconds(10)), takesCopies: false, at: now)
    #expect(policy.distance == 0 && policy.encoderBitrate == 64_000)
    for _ in 0..<40 {
      now += .milliseconds(2_500)
      policy.follow(.init(lossPerMille: 100, roundTrip: .milliseconds(900)), takesCopies: true, at: now)
    }
    #expect(policy.bitrate == SendingPolicy.bitrates.lowerBound && policy.distance == 0)
    var steps = 0
    while policy.bitrate < 64_000, steps < 100 {
      now += .milliseconds(2_500)
      policy.follow(.init(lossPerMille: 0, roundTrip: .milliseconds(10)), takesCopies: true, at: now)
      steps += 1
    }
    #expect((36...44).contains(steps), "\(steps) reports")
  }

  @Test("where some frames are copied, the bitrate must suffice for in-band FEC and be too low for halves that do")
  func selectiveBitrates() {
    for (bitrate, distance, encoder) in [(24_000, 1, 12_000), (40_000, 2, 24_400), (48_000, 1, 24_000)] {
      var policy = SendingPolicy(bitrateMax: bitrate, frameMilliseconds: 20)
      for seconds in [10, 20] {
        policy.follow(
          .init(lossPerMille: 200, burstPerMille: 100, buffer: .milliseconds(30)), takesCopies: true,
          at: .zero + .seconds(seconds))
      }
      #expect(policy.distance == distance && policy.encoderBitrate == encoder, "\(bitrate)")
      #expect(policy.isSelective == (distance == 2))
    }
  }

  // MARK: Whole calls

  /// A call of a minute with the real codec; what side 1 tells of side 0's voice from 20 s on.
  private static func hear(
    percent: Int, run: Double, seed: UInt64, leavesOut: String = ""
  ) throws -> (lost: UInt64, recovered: UInt64, played: UInt64, late: UInt64, sent: UInt64, delay: Int) {
    var plan = VirtualCallPlan(seed: seed)
    plan.conditions.lossPercent = percent
    plan.conditions.lossRunPackets = run
    plan.conditions.delay = .milliseconds(15)
    plan.sources = [.speech, .speech]
    plan.leavesOut = leavesOut
    let call = try makeRealCall(plan)
    for side in call.sides { side.keepsSound = false }
    let index = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(20_000))
    let link = call.links[index]
    let id = try #require(link.calleeID)
    let before = try #require(call.sides[1].statistics(of: id))
    let playedBefore = call.sides[1].report.talkers[0]
    call.run(until: ms(60_000))
    let after = try #require(call.sides[1].statistics(of: id))
    let played = call.sides[1].report.talkers[0]
    let sent = try #require(call.sides[0].statistics(of: link.callerID)).copiesSent
    return (
      after.packetsLost - before.packetsLost, after.packetsRecovered - before.packetsRecovered,
      played.copiesPlayed - playedBefore.copiesPlayed, played.lateCopies - playedBefore.lateCopies, sent,
      Int(played.targetDelaySamples) / 48
    )
  }

  /// Loss, the mean run, and the least percentages of lost packets whose copy came, and was played.
  static let networks: [(percent: Int, run: Double, came: Int, played: Int)] = [
    // At 20 % only the larger half is copied; the rest is in-band FEC's.
    (5, 1, 90, 85), (10, 1, 85, 80), (20, 1, 45, 42), (5, 3, 75, 65), (10, 3, 70, 60), (20, 3, 55, 45),
  ]

  @Test("of what is lost, most is played from copies", arguments: networks, [UInt64(31), 32, 33])
  func recovered(_ row: (percent: Int, run: Double, came: Int, played: Int), seed: UInt64) throws {
    let heard = try Self.hear(percent: row.percent, run: row.run, seed: seed)
    let came = Int(heard.recovered * 100 / max(heard.lost, 1))
    let played = Int(heard.played * 100 / max(heard.lost, 1))
    #expect(came >= row.came && played >= row.played, "seed \(seed), \(row.percent) % in runs of \(row.run): \(heard)")
  }

  @Test("nothing is sent twice over a clean network, nor to a far side that does not know how")
  func none() throws {
    #expect(try Self.hear(percent: 0, run: 1, seed: 41).sent == 0)
    let heard = try Self.hear(percent: 10, run: 1, seed: 42, leavesOut: "a=rtpmap:63")
    #expect(heard.sent == 0 && heard.recovered == 0)
  }

  @Test("a far side that does not tell of bursts gets copies of the last frame only")
  func browserLike() throws {
    let heard = try Self.hear(percent: 10, run: 3, seed: 43, leavesOut: "a=rtcp-xr")
    let share = heard.recovered * 100 / max(heard.lost, 1)
    // One in three of a run of three.
    #expect((22...45).contains(share), "\(heard)")
  }
}
