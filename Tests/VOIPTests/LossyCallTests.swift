// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: any call over any network that lets enough through is heard both ways. Method: hundreds of calls in virtual
// time, each with a network drawn from its seed, judged from the samples played.

import Core
import Peer
import SelfTest
import Testing
import VOIP
import Voice

@Suite("Calls over bad networks")
struct LossyCallTests {
  /// A network, frame size and signaling drawn from `seed`.
  private static func plan(seed: UInt64) -> VirtualCallPlan {
    var chance = Randomness(seed: seed)
    var plan = VirtualCallPlan(seed: seed)
    plan.conditions.lossPercent = chance.below(11)
    plan.conditions.duplicatePercent = chance.below(11)
    plan.conditions.reorderPercent = chance.below(6)
    plan.conditions.delay = .milliseconds(1 + chance.below(120))
    plan.conditions.jitter = .milliseconds(chance.below(25))
    plan.frameSamples = chance.chance(percent: 50) ? 480 : 960
    plan.periodSamples = [240, 480, 960][chance.below(3)]
    plan.phase = .microseconds(chance.below(20_000))
    plan.signalingDelay = .milliseconds(chance.below(200))
    plan.usesIPv6 = chance.chance(percent: 50)
    if chance.chance(percent: 50) { plan.trickleDelay = .milliseconds(chance.below(300)) }
    return plan
  }

  /// A tone's pitch is bent where its sound is made up, and whole frames are silent at times.
  private static func judge(_ found: [String], _ plan: VirtualCallPlan, _ states: [ConnectionState]) {
    #expect(found.isEmpty, "seed \(plan.seed): \(found.joined(separator: "; ")); \(states); \(plan.conditions)")
  }

  @Test("two hundred and forty calls with the plain twins are heard both ways", arguments: 0..<24)
  func plain(ten: Int) throws {
    for number in 0..<10 {
      let plan = Self.plan(seed: UInt64(1_000 + ten * 10 + number))
      let (call, link, _) = try placePlainCall(plan, until: ms(3_500))
      let states = call.sides[0].states(of: link.callerID)
      Self.judge(complaints(about: call, from: ms(2_500), to: ms(3_500), hertz: 60, hundredths: 300), plan, states)
    }
  }

  @Test("twenty-four calls with the real handshake, encryption and codec are heard both ways", arguments: 0..<8)
  func real(three: Int) throws {
    for number in 0..<3 {
      let plan = Self.plan(seed: UInt64(2_000 + three * 3 + number))
      let call = try makeRealCall(plan)
      let link = try #require(call.place(from: 0, to: 1))
      call.run(until: ms(4_500))
      let states = call.sides[0].states(of: call.links[link].callerID)
      Self.judge(complaints(about: call, from: ms(3_500), to: ms(4_500), hertz: 60, hundredths: 300), plan, states)
    }
  }

  @Test("the same seed gives the same call, sample by sample")
  func repeatable() throws {
    let plan = Self.plan(seed: 7)
    let (first, _, _) = try placePlainCall(plan, until: ms(1_500))
    let (second, _, _) = try placePlainCall(plan, until: ms(1_500))
    #expect(first.steps == second.steps)
    #expect(first.sides[1].played.samples == second.sides[1].played.samples)
  }

  @Test("a network that is cut for two seconds brings the voice back")
  func interruption() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 11), until: ms(1_000))
    call.network.isCut = true
    call.run(until: ms(3_000))
    call.network.isCut = false
    call.run(until: ms(5_000))
    let found = complaints(about: call, from: ms(4_000), to: ms(5_000))
    #expect(found.isEmpty, "\(found)")
    #expect(call.sides[1].played.level(from: ms(1_500), to: ms(3_000)) < .init(hundredths: -9000))
    #expect(call.sides[0].states(of: link.callerID) == [.connecting, .connected])
  }
}
