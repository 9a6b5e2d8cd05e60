// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: the quality is the documented formula, falls with every impairment, and does not flicker. Method: rows, sweeps,
// and totals of a talker in virtual time.

import Core
import Testing
import VOIP

@Suite("Connection quality")
struct ConnectionQualityTests {
  /// A row of the documentation's table.
  struct Row: CustomTestStringConvertible, Sendable {
    let loss: Int
    let burst: Int
    let path: Int
    let buffer: Int
    let stretched: Int
    let quality: Int
    let limit: QualityLimit?

    init(
      _ loss: Int, _ burst: Int, _ path: Int, _ buffer: Int, _ stretched: Int, _ quality: Int, _ limit: QualityLimit?
    ) {
      (self.loss, self.burst, self.path, self.buffer) = (loss, burst, path, buffer)
      (self.stretched, self.quality, self.limit) = (stretched, quality, limit)
    }

    var impairments: Impairments {
      var impairments = Impairments()
      impairments.residualLossPerMille = loss
      impairments.burstPercent = burst
      impairments.pathMilliseconds = path
      impairments.bufferMilliseconds = buffer
      impairments.stretchedPerMille = stretched
      return impairments
    }

    var testDescription: String { "loss \(loss), bursts \(burst), \(path) + \(buffer) ms, stretched \(stretched)" }
  }

  //      loss burst path buffer stretched
  @Test(
    "the table of the documentation",
    arguments: [
      Row(0, 100, 30, 10, 0, 99, nil),
      Row(0, 100, 30, 40, 0, 98, nil),
      Row(10, 100, 30, 40, 0, 94, nil),
      Row(30, 100, 30, 40, 0, 87, .loss),
      Row(50, 100, 40, 60, 0, 80, .loss),
      Row(100, 100, 40, 60, 0, 68, .loss),
      Row(100, 300, 40, 60, 0, 62, .loss),
      Row(200, 100, 40, 60, 0, 52, .loss),
      Row(0, 100, 40, 60, 200, 89, .jitter),
      Row(0, 100, 40, 250, 0, 79, .jitter),
      Row(0, 100, 200, 100, 0, 78, .delay),
      Row(200, 100, 200, 100, 0, 33, .loss),
      Row(1_000, 100, 200, 100, 0, 1, .loss),
    ])
  func table(row: Row) {
    #expect(ConnectionQuality.value(row.impairments) == row.quality)
    #expect(ConnectionQuality.limit(row.impairments) == row.limit)
  }

  @Test("more of any impairment never makes it better, and it stays within 1 and 100")
  func monotonic() {
    var chance = Randomness(seed: 5)
    for round in 0..<2_000 {
      var one = Impairments()
      one.residualLossPerMille = chance.below(1_001)
      one.burstPercent = 100 + chance.below(500)
      one.pathMilliseconds = chance.below(800)
      one.bufferMilliseconds = chance.below(500)
      one.stretchedPerMille = chance.below(400)
      let base = ConnectionQuality.value(one)
      #expect(base >= 1 && base <= 100)
      let more: [WritableKeyPath<Impairments, Int>] = [
        \.residualLossPerMille, \.burstPercent, \.pathMilliseconds, \.bufferMilliseconds, \.stretchedPerMille,
      ]
      for path in more {
        var other = one
        other[keyPath: path] += 1 + chance.below(200)
        #expect(ConnectionQuality.value(other) <= base, "seed 5, round \(round): \(one) and \(other)")
      }
    }
  }

  /// A talker whose totals grow by rows, a report each 100 ms.
  struct Line {
    var meter = QualityMeter(frameSamples: 960)
    var report = TalkerReport()
    var network = QualityMeter.Network()
    var now = Instant.zero
    var shown: [Int] = []

    init() { network.pathMilliseconds = 40 }

    /// Goes on for `seconds`; of each second's 50 frames so many are made up, corrected, or played from copies.
    mutating func run(_ seconds: Int, concealed: Int = 0, recovered: Int = 0, copies: Int = 0, runs: Int? = nil) {
      for tenth in 0..<seconds * 10 {
        now = now + .milliseconds(100)
        report.playoutDelaySamples = 40 * 48
        report.playedFrames += 5
        if tenth % 10 == 0 {
          report.concealedSamples += UInt64(concealed * 960)
          report.concealedRuns += UInt64(runs ?? concealed)
          report.recoveredSamples += UInt64(recovered * 960)
          report.copiesPlayed += UInt64(copies)
        }
        meter.follow(report, network, at: now)
        if let quality = meter.quality, shown.last != quality { shown.append(quality) }
      }
    }
  }

  @Test("loss that copies made good costs nothing, error correction a fifth, concealment all")
  func residual() {
    var copied = Line()
    copied.network.lossPerMille = 100
    copied.run(12, copies: 5)
    #expect(copied.meter.impairments.residualLossPerMille == 0)
    #expect(copied.meter.quality ?? 0 >= 97)
    var corrected = Line()
    corrected.network.lossPerMille = 100
    corrected.run(12, recovered: 5)
    #expect((18...24).contains(corrected.meter.impairments.residualLossPerMille), "\(corrected.meter.impairments)")
    var made = Line()
    made.network.lossPerMille = 100
    made.run(12, concealed: 5)
    #expect((90...112).contains(made.meter.impairments.residualLossPerMille), "\(made.meter.impairments)")
    #expect(made.meter.impairments.burstPercent == 100)
    var bursts = Line()
    bursts.run(12, concealed: 6, runs: 2)
    #expect(bursts.meter.impairments.burstPercent > 230, "\(bursts.meter.impairments)")
    #expect(bursts.meter.quality ?? 100 < made.meter.quality ?? 0)
  }

  @Test("trouble shows within a second, is forgotten in fifteen, and a steady call shows one number")
  func time() {
    var line = Line()
    line.run(30)
    #expect(line.shown == [98])
    line.run(1, concealed: 10)
    #expect(line.meter.quality ?? 100 < 90)
    line.run(15)
    #expect(line.meter.quality ?? 0 >= 96)
    // Once the quality rises it does not fall again while nothing happens.
    #expect(line.shown.dropFirst(2).elementsEqual(line.shown.dropFirst(2).sorted()), "\(line.shown)")
  }

  @Test("steady loss of two in a hundred moves the number by little, and never by one")
  func hysteresis() {
    var line = Line()
    line.run(20, concealed: 1)
    line.shown.removeAll()
    line.run(60, concealed: 1)
    #expect(line.shown.count <= 1 || (line.shown.max() ?? 0) - (line.shown.min() ?? 0) <= 4, "\(line.shown)")
    for (left, right) in zip(line.shown, line.shown.dropFirst()) { #expect(abs(left - right) >= 2) }
  }

  @Test("an outage that is silence to the jitter buffer is told by the packets' numbers")
  func outage() {
    var line = Line()
    line.run(5)
    line.run(1, concealed: 6)
    line.network.lossPerMille = 400
    line.run(1)
    #expect(line.meter.impairments.residualLossPerMille == 400)
    #expect(line.meter.quality ?? 100 < 45)
  }

  @Test("a talker that begins anew is no step back")
  func restart() {
    var line = Line()
    line.run(5, concealed: 1)
    line.report = TalkerReport()
    line.run(5)
    #expect(line.meter.quality ?? 0 > 90)
  }
}
