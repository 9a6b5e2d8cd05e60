// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: a mute that cannot lie. Method: random presses over every period, frame and pre-roll, and an encoder that keeps
// what it is handed. What is said muted is negative, all else positive; the fader keeps signs.

import Core
import Testing
import Voice

@Suite("Mute") struct MuteTests {
  struct Plan {
    let period: Int
    let frame: Int
    let preRoll: Int
    let mode: TalkMode
  }

  static let plans: [Plan] = [240, 480, 960].flatMap { period in
    [480, 960].flatMap { frame in
      [(0, TalkMode.open), (0, .push), (70, .push), (300, .halfDuplex)].map { preRoll, mode in
        Plan(period: period, frame: frame, preRoll: preRoll, mode: mode)
      }
    }
  }

  @Test("muted, every sample handed to the encoder is zero, and what was said muted is never handed to it")
  func property() {
    for plan in Self.plans {
      var heard = 0
      for seed in 0..<10 { heard += run(plan, seed: UInt64(seed)) }
      #expect(heard > 0, "period \(plan.period), frame \(plan.frame), pre-roll \(plan.preRoll): nothing was ever heard")
    }
  }

  /// Answers how many frames with sound in them there were.
  private func run(_ plan: Plan, seed: UInt64) -> Int {
    let what = "seed \(seed), period \(plan.period), frame \(plan.frame), pre-roll \(plan.preRoll), \(plan.mode)"
    var random = Randomness(seed: seed)
    let seen = Seen()
    var side = EngineTests.makeSide(seen, period: plan.period, frame: plan.frame)
    _ = side.commands.push(.setSending(true))
    _ = side.commands.push(
      .setTalkRules(TalkRules(mode: plan.mode, releaseTailMilliseconds: 40, preRollMilliseconds: plan.preRoll)))
    var (captured, played) = (PCMFrame(), PCMFrame())
    // Where in the frame the first press falls is chance too.
    var (muted, wasMuted, talking) = (false, false, false)
    var heard = 0
    for round in 0..<200 {
      if random.chance(percent: 4) { muted.toggle() }
      if random.chance(percent: 8) {
        talking.toggle()
        _ = side.commands.push(.setTalking(talking))
      }
      side.mute.set(muted)
      captured.count = plan.period
      // The period in hand at the end of a mute was said muted.
      let sign: Int16 = muted || wasMuted ? -1 : 1
      for index in 0..<plan.period { captured.samples[index] = sign * Int16(10_000 + index) }
      let (frames, resets) = (seen.frames.count, seen.resets.count)
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero)
      if muted != wasMuted {
        #expect(seen.resets.count > resets && seen.resets[resets] == frames, "\(what), round \(round): no reset")
      }
      for frame in seen.frames[frames...] {
        var (least, most): (Int16, Int16) = (0, 0)
        for index in 0..<frame.count {
          least = min(least, frame.samples[index])
          most = max(most, frame.samples[index])
        }
        if least < 0 { Issue.record("\(what), round \(round): what was said muted went out") }
        if muted, most != 0 { Issue.record("\(what), round \(round): not silent") }
        if most > 0 { heard += 1 }
      }
      while side.captured.pop() != nil {}
      wasMuted = muted
    }
    #expect(seen.frames.count == 200 * plan.period / plan.frame, "\(what): frames flow")
    return heard
  }

  @Test("what was said into the mute is measured, and what was said before it is not taken for it")
  func level() {
    let seen = Seen()
    var side = EngineTests.makeSide(seen, period: 480, frame: 960)
    var (captured, played) = (PCMFrame(), PCMFrame())
    var levels: [Int32] = []
    for round in 0..<60 {
      side.mute.set(round >= 15 && round < 45)
      captured = PCMFrame(count: 480)
      if round < 20 || round >= 30 { for index in 0..<480 { captured.samples[index] = index % 2 == 0 ? 3277 : -3277 } }
      // Loud, then muted and loud for 50 ms, then muted and still, then muted and loud, then loud.
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero + .milliseconds(round * 10))
      while let report = side.reports.pop() { if report.cycles > 1 { levels.append(report.mutedLevelCentibels) } }
    }
    #expect(levels.map { $0 > -4500 } == [false, true, false, true, false, false], "\(levels)")
  }
}
