// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A far side that falls silent (RFC 7675).

import Core
import Peer
import SelfTest
import Testing
import VOIP
import Voice

@Suite("Consent")
struct ConsentTests {
  @Test("30 s after the last answer nothing is sent any more, and the connection has failed for want of consent")
  func expires() throws {
    let (call, link, calleeID) = try placePlainCall(VirtualCallPlan(seed: 1), until: ms(20_000))
    call.network.isCut = true
    for side in call.sides { side.keepsSound = false }
    call.run(until: ms(60_000))
    for (side, id) in [(0, link.callerID), (1, calleeID)] {
      let failed = call.sides[side].instant(of: .failed, of: id)
      // The last answer came up to six seconds, the longest interval of checks, before the cut.
      #expect(failed > ms(43_900) && failed <= ms(50_000), "side \(side) failed at \(failed.nanoseconds) ns")
      #expect(call.sides[side].lastSent <= failed)
      #expect(call.sides[side].lastMediaSent > failed - .milliseconds(30), "the voice stopped before consent did")
      #expect(call.sides[side].states(of: id) == [.connecting, .connected, .disconnected, .failed])
      guard case .consentExpired? = call.sides[side].failure(of: id) else {
        Issue.record("side \(side) failed for another reason")
        continue
      }
      let connections = call.sides[side].service.connections
      #expect(connections.isEmpty)
    }
    #expect(!call.isStuck)
  }

  @Test("a far side that comes back within 30 s is connected again, and heard")
  func comesBack() throws {
    let (call, link, calleeID) = try placePlainCall(VirtualCallPlan(seed: 2), until: ms(1_000))
    call.network.isCut = true
    call.run(until: ms(22_000))
    #expect(call.sides[0].connectionState(of: link.callerID) == .disconnected)
    let quality = call.sides[0].quality(of: link.callerID)
    #expect(quality == 0, "a connection that is not connected has no quality")
    call.network.isCut = false
    call.run(until: ms(32_000))
    for (side, id) in [(0, link.callerID), (1, calleeID)] {
      #expect(call.sides[side].states(of: id) == [.connecting, .connected, .disconnected, .connected])
    }
    let found = complaints(about: call, from: ms(30_000), to: ms(32_000))
    #expect(found.isEmpty, "\(found)")
  }

  @Test("a side that only hears nothing goes on being heard itself until consent expires")
  func oneWay() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 3), until: ms(1_000))
    // Side 0 hears nothing from now on; what it says arrives.
    call.sides[0].isDeaf = true
    call.run(until: ms(22_000))
    #expect(call.sides[0].connectionState(of: link.callerID) == .disconnected)
    let level = call.sides[1].played.level(from: ms(20_000), to: ms(22_000))
    #expect(abs(level.hundredths + 2000) < 150, "the deaf side is heard at \(level.hundredths)")
    call.run(until: ms(40_000))
    let silence = call.sides[1].played.level(from: ms(38_000), to: ms(40_000))
    #expect(silence < SoundLevel(hundredths: -9000), "consent has expired, and there is still sound")
  }

  @Test("a far side that never answers: the connection fails for want of a route, not before 39.5 s")
  func noRoute() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 4))
    let index = try #require(call.place(from: 0, to: 1))
    call.network.isCut = true
    call.run(until: ms(60_000))
    let id = call.links[index].callerID
    #expect(call.sides[0].instant(of: .failed, of: id) >= ms(39_500))
    #expect(call.sides[0].instant(of: .failed, of: id) <= ms(50_000))
    guard case .noRoute? = call.sides[0].failure(of: id) else {
      Issue.record("it failed for another reason")
      return
    }
  }
}
