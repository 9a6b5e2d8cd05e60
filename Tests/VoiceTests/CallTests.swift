// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole calls between two engines in virtual time: delay, loss, jitter, drift.

import Core
import Testing
import Voice

@Suite struct CallTests {
  /// Every packet that arrived is accounted for.
  static func addsUp(_ outcome: CallOutcome, _ comment: Comment) {
    let report = outcome.report
    let known =
      report.playedFrames + report.latePackets + report.duplicatePackets + report.discardedPackets
      + report.undecodablePackets + UInt64(outcome.stored)
    #expect(Int(known) == outcome.sent - outcome.lost - outcome.refused, comment)
  }

  @Test("mouth to ear on a quiet network is at most 45 ms with 10 ms periods and frames")
  func mouthToEar() {
    var all: [Int] = []
    for phase in stride(from: 0, to: 10_000, by: 1000) {
      var plan = CallPlan()
      plan.phaseMicroseconds = phase
      let outcome = runCall(plan)
      #expect(outcome.mouthToEar.count == 10, "phase \(phase)")
      #expect(outcome.report.concealedSamples == 0, "phase \(phase)")
      #expect(outcome.report.silentSamples <= 1440, "phase \(phase)")
      Self.addsUp(outcome, "phase \(phase)")
      all += outcome.mouthToEar
    }
    all.sort()
    print("mouth to ear, 10 ms: least \(all[0]), median \(all[all.count / 2]), most \(all[all.count - 1]) us")
    #expect(all[all.count - 1] <= 25_000)
  }

  @Test(
    "mouth to ear with other periods and frames",
    arguments: [(240, 480, 25_000), (480, 960, 35_000), (960, 960, 45_000), (960, 480, 55_000), (240, 960, 35_000)])
  func otherSizes(period: Int, frame: Int, bound: Int) {
    var all: [Int] = []
    for phase in stride(from: 0, to: 20_000, by: 2000) {
      var plan = CallPlan()
      (plan.period, plan.frame, plan.phaseMicroseconds) = (period, frame, phase)
      plan.seconds = 4
      let outcome = runCall(plan)
      // Frames that come in pairs need more delay than is known at first: one is put in.
      #expect(outcome.report.concealedSamples <= (period > frame ? 960 : 0), "phase \(phase)")
      Self.addsUp(outcome, "phase \(phase)")
      all += outcome.mouthToEar
    }
    all.sort()
    print("mouth to ear, \(period)/\(frame): \(all[0]), \(all[all.count / 2]), \(all[all.count - 1]) us")
    #expect(all[all.count - 1] <= bound)
  }

  @Test("what is said is what is heard, sample by sample, but for the plain codec's steps")
  func sound() {
    var plan = CallPlan()
    plan.seconds = 2
    plan.sample = { Int16(truncatingIfNeeded: ($0 * 37) % 20_011 - 10_000) }
    let heard = runCall(plan, keepingSound: true).heard
    let begin = heard.firstIndex { $0 != 0 } ?? 0
    let start = (begin / 480) * 480
    var worst = 0
    // Half a second later the network is known, and the delay falls.
    for index in 120..<23_000 {
      let said = Int(plan.sample(index))
      worst = max(worst, abs(said - Int(heard[start + index])) - abs(said) / 16)
    }
    #expect(worst <= 16, "\(worst)")
  }

  @Test("lost frames are recovered from the next packet once that pays, and made up before", arguments: [3, 10, 20])
  func loss(percent: Int) {
    for seed in UInt64(1)...2 {
      var plan = CallPlan()
      plan.seconds = 30
      plan.seed = seed
      plan.expectedLoss = UInt8(percent)
      plan.phaseMicroseconds = 3000
      plan.way = { _, random in random.chance(percent: percent) ? nil : 200 }
      let outcome = runCall(plan)
      Self.addsUp(outcome, "seed \(seed)")
      #expect(outcome.report.recoveredSamples > 0, "seed \(seed)")
      let missing = UInt64(outcome.lost * 480)
      let recoveredShare = outcome.report.recoveredSamples * 100 / missing
      #expect(recoveredShare >= 60, "seed \(seed): \(recoveredShare) percent")
      #expect(outcome.report.latePackets <= 3, "seed \(seed)")
      #expect(outcome.delays.max() ?? 0 <= 30, "seed \(seed)")
    }
  }

  @Test("without copies in the packets loss costs no delay")
  func lossWithoutCopies() {
    var plan = CallPlan()
    plan.seconds = 30
    plan.seed = 5
    plan.way = { _, random in random.chance(percent: 10) ? nil : 200 }
    let outcome = runCall(plan)
    Self.addsUp(outcome, "seed 5")
    #expect(outcome.delays.suffix(100).max() ?? 99 <= 20, "\(outcome.delays)")
    #expect(outcome.report.recoveredSamples == 0)
  }

  @Test("under jitter the delay grows until few packets are late, and shrinks when it ends")
  func jitter() {
    for seed in UInt64(1)...2 {
      var plan = CallPlan()
      plan.seconds = 60
      plan.seed = seed
      // 10 quiet seconds, 20 with 0 ... 40 ms of jitter, 30 quiet ones.
      plan.way = { number, random in
        let jitter = random.below(40_000)
        return number >= 1000 && number < 3000 ? 200 + jitter : 200
      }
      let outcome = runCall(plan)
      Self.addsUp(outcome, "seed \(seed)")
      let calm = outcome.delays[20..<100].max() ?? 0
      let busy = outcome.delays[120..<280].max() ?? 0
      let again = outcome.delays[500...].max() ?? 0
      print(
        "jitter, seed \(seed): \(calm), \(busy), \(again) ms; late \(outcome.report.latePackets), "
          + "dropped \(outcome.report.discardedPackets), made up \(outcome.report.concealedSamples / 48) ms")
      #expect(calm <= 20 && again <= 20, "seed \(seed)")
      #expect(busy <= 75, "seed \(seed)")
      #expect(outcome.report.latePackets <= 60, "seed \(seed)")
      #expect(outcome.report.concealedSamples <= 48 * 900, "seed \(seed)")
    }
  }

  @Test("a stall of a second leaves no delay behind")
  func stall() {
    var plan = CallPlan()
    plan.seconds = 30
    plan.way = { number, _ in
      // Packets 1000 ... 1099 all come at once, at the end of the stall.
      number >= 1000 && number < 1100 ? (1100 - number) * 10_000 : 200
    }
    let outcome = runCall(plan)
    Self.addsUp(outcome, "stall")
    #expect(outcome.delays[115...].max() ?? 99 <= 40, "\(outcome.delays)")
    #expect(outcome.delays.suffix(100).max() ?? 99 <= 20, "\(outcome.delays)")
  }

  @Test("threads that wake up to 3 ms late cost no sound")
  func lateWakeUps() {
    for phase in stride(from: 0, to: 10_000, by: 2500) {
      var plan = CallPlan()
      plan.seconds = 20
      plan.seed = 3
      plan.phaseMicroseconds = phase
      plan.wakeUpMicroseconds = 3000
      plan.way = { _, random in 200 + random.below(2000) }
      let outcome = runCall(plan)
      Self.addsUp(outcome, "seed 3, phase \(phase)")
      #expect(outcome.report.concealedSamples <= 480, "seed 3, phase \(phase)")
      #expect(outcome.delays[20...].max() ?? 99 <= 21, "seed 3, phase \(phase): \(outcome.delays)")
    }
  }

  @Test("stalls of 60 ms each second, as of Wi-Fi, are learnt after the first few")
  func wireless() {
    var plan = CallPlan()
    plan.seconds = 30
    plan.seed = 4
    plan.sample = { $0 % 24_000 < 12_000 ? Int16($0 % 480 * 20) : 0 }
    plan.way = { number, random in
      let since = number % 100
      return since < 6 ? (6 - since) * 10_000 + 200 : 200 + random.below(3000)
    }
    let outcome = runCall(plan)
    Self.addsUp(outcome, "seed 4")
    print(
      "stalls of 60 ms: late \(outcome.report.latePackets), made up \(outcome.report.concealedSamples / 48) ms, "
        + "delay \(outcome.delays.suffix(100).max() ?? 0) ms")
    // Six packets of each hundred come late; at most one in fifty may be given up.
    #expect(outcome.report.latePackets <= 45)
    #expect(outcome.delays.suffix(100).max() ?? 999 <= 140)
  }

  @Test("a far side that stops sending for a while comes back with the least delay")
  func stopsSending() {
    var plan = CallPlan()
    plan.seconds = 12
    plan.sends = { $0 < 3000 || $0 >= 8000 }
    let outcome = runCall(plan)
    Self.addsUp(outcome, "stop")
    #expect(outcome.delays.suffix(30).max() ?? 99 <= 20, "\(outcome.delays)")
    #expect(outcome.mouthToEar.suffix(3).max() ?? 99_000 <= 20_000)
    #expect(outcome.report.concealedSamples == 4800)
  }

  @Test("reordering within the delay costs nothing, duplicates are counted")
  func reorder() {
    var plan = CallPlan()
    plan.seconds = 30
    plan.seed = 9
    plan.way = { number, random in number % 5 == 0 ? 14_000 + random.below(3000) : 200 }
    let outcome = runCall(plan)
    Self.addsUp(outcome, "seed 9")
    #expect(outcome.report.latePackets <= 2)
    #expect(outcome.report.playedFrames >= 2980)
  }
}
