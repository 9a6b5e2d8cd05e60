// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: the milliseconds that the project promises. Method: virtual time and the samples played; what a processor takes
// is not in it, and `make bench` shows that.

import Core
import Peer
import SelfTest
import Testing
import VOIP
import Voice

@Suite("Time to the first word, and from mouth to ear")
struct TimingTests {
  /// 10 ms periods and frames over a network of 1 ms.
  private static func plan(phaseMilliseconds: Int) -> VirtualCallPlan {
    var plan = VirtualCallPlan(seed: 1)
    plan.frameSamples = 480
    plan.phase = .milliseconds(phaseMilliseconds) + .microseconds(100)
    return plan
  }

  @Test("from the answer to the first audio no more than 60 ms pass, whenever the periods come", arguments: 0..<10)
  func firstAudio(phaseMilliseconds: Int) throws {
    for frameSamples in [480, 960] {
      var plan = Self.plan(phaseMilliseconds: phaseMilliseconds)
      plan.frameSamples = frameSamples
      let call = try makeRealCall(plan)
      // The sound devices run before the call comes, at no round time.
      call.run(until: ms(203))
      _ = try #require(call.place(from: 0, to: 1))
      call.run(until: ms(600))
      for side in 0...1 {
        let span = call.sides[side].played.firstSound() - ms(203)
        #expect(span <= .milliseconds(60), "side \(side), frames of \(frameSamples): \(span.microseconds) us")
      }
    }
  }

  @Test("speech is 45 ms from mouth to ear at most, with frames of 10 ms", arguments: [0, 3, 5, 8])
  func mouthToEar(phaseMilliseconds: Int) throws {
    var plan = Self.plan(phaseMilliseconds: phaseMilliseconds)
    plan.sources = [.speech, .silence]
    let call = try makeRealCall(plan)
    _ = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(4_000))
    let (captured, played) = (call.sides[0].captured, call.sides[1].played)
    let range = 96_000..<144_000
    let (samples, alike) = lag(of: played.samples, behind: captured.samples, over: range, atMost: 4_800)
    #expect(alike > 0.9, "the speech heard is not the speech spoken: \(alike)")
    let span = VOIPTests.mouthToEar(captured, played, over: range, lag: samples)
    #expect(span <= .milliseconds(45), "\(span.microseconds) us, \(samples) samples")
    #expect(span >= .milliseconds(10), "sooner than a frame lasts: \(span.microseconds) us")
  }

  @Test("speech over 5 % loss and 20 ms of jitter is still the speech spoken")
  func speechOverJitter() throws {
    var plan = Self.plan(phaseMilliseconds: 4)
    plan.frameSamples = 960
    plan.conditions.lossPercent = 5
    plan.conditions.delay = .milliseconds(30)
    plan.conditions.jitter = .milliseconds(20)
    plan.sources = [.speech, .speech]
    let call = try makeRealCall(plan)
    _ = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(6_000))
    for (from, to) in [(0, 1), (1, 0)] {
      // Long enough for pauses, short enough for one playout delay.
      let (samples, alike) = lag(
        of: call.sides[to].played.samples, behind: call.sides[from].captured.samples, over: 200_000..<224_000,
        atMost: 12_000)
      #expect(alike > 0.8, "from \(from): \(alike) at \(samples) samples")
    }
  }

  @Test("a device that runs 200 ppm fast or slow costs no more than a frame now and then", arguments: [-200, 200])
  func drift(partsPerMillion: Int) throws {
    var plan = VirtualCallPlan(seed: 5)
    plan.driftPartsPerMillion = partsPerMillion
    let (call, _, _) = try placePlainCall(plan, until: ms(20_000))
    let found = complaints(about: call, from: ms(15_000), to: ms(20_000))
    #expect(found.isEmpty, "\(found)")
    let delay = call.sides[1].report.talkers[0].playoutDelaySamples
    #expect(delay < 60 * 48, "the playout delay grew to \(delay) samples")
  }
}
