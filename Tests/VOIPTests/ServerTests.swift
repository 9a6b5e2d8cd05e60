// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Names of STUN servers: looked up beside the call, never before it.

import Core
import Peer
import SelfTest
import Testing
import VOIP

@Suite("ICE servers")
struct ServerTests {
  private static func plan(_ seed: UInt64, servers: Int = 1) -> VirtualCallPlan {
    var plan = VirtualCallPlan(seed: seed)
    plan.iceServers = (0..<servers).map { ICEServer(host: "stun\($0).example") }
    return plan
  }

  /// The indices that were asked for.
  private static func asked(_ call: PlainCall) -> [Int] {
    call.sides[0].events.compactMap { if case .resolve(let index) = $0.event { index } else { nil } }
  }

  private static func completions(_ call: PlainCall) -> Int {
    call.sides[0].events.count { if case .gatheringComplete = $0.event { true } else { false } }
  }

  @Test("a name that is never resolved delays neither candidates nor the call")
  func neverResolved() throws {
    let (call, link, _) = try placePlainCall(Self.plan(1), until: ms(1_000))
    #expect(Self.asked(call) == [0])
    #expect(call.sides[0].instant(of: .connected, of: link.callerID) <= ms(20))
    #expect(Self.completions(call) == 0, "more candidates may still come")
    let knows = call.sides[0].service.knowsServers
    #expect(!knows)
  }

  @Test("a look-up that fails is counted and told, ends gathering, and the next connection asks again")
  func failed() throws {
    let (call, link, _) = try placePlainCall(Self.plan(2, servers: 2), until: ms(500))
    #expect(Self.asked(call) == [0, 1])
    call.with(0) { $0.serverUnresolved(index: 0, at: call.now) }
    #expect(Self.completions(call) == 0)
    call.with(0) { $0.serverUnresolved(index: 1, at: call.now) }
    #expect(Self.completions(call) == 1)
    #expect(call.sides[0].state.failedLookups == 2)
    let errors = call.sides[0].events.count {
      if case .error(.serverUnresolved, nil) = $0.event { true } else { false }
    }
    #expect(errors == 2)
    #expect(call.sides[0].connectionState(of: link.callerID) == .connected)
    _ = try #require(call.place(from: 0, to: 1))
    #expect(Self.asked(call) == [0, 1, 0, 1])
    call.with(0) {
      $0.serverResolved(index: 0, to: [Endpoint(.v4(192, 0, 2, 1), port: 3478)], at: call.now)
      $0.serverResolved(index: 1, to: [Endpoint(.v4(192, 0, 2, 2), port: 3478)], at: call.now)
    }
    let knows = call.sides[0].service.knowsServers
    #expect(knows)
    call.run(until: ms(1_000))
    _ = try #require(call.place(from: 0, to: 1))
    #expect(Self.asked(call) == [0, 1, 0, 1], "what is resolved is not asked for again")
  }

  @Test("a server that never answers is given up, and the call is up meanwhile")
  func silentServer() throws {
    let call = makePlainCall(Self.plan(3))
    let index = try #require(call.place(from: 0, to: 1))
    call.with(0) { $0.serverResolved(index: 0, to: [Endpoint(.v4(192, 0, 2, 1), port: 3478)], at: call.now) }
    call.run(until: ms(10_000))
    #expect(call.sides[0].instant(of: .connected, of: call.links[index].callerID) <= ms(20))
    #expect(Self.completions(call) == 1)
  }

  @Test("servers that become known in the middle of a call are looked up, asked, and end gathering once more")
  func addedLate() throws {
    let (call, link, _) = try placePlainCall(Self.plan(5), until: ms(100))
    call.with(0) { $0.serverUnresolved(index: 0, at: call.now) }
    #expect(Self.completions(call) == 1)
    let named = (0..<9).map { ICEServer(host: "stun\($0).example") }
    var (hasAdded, again) = (false, true)
    call.with(0) {
      hasAdded = $0.addICEServers(named, on: link.callerID)
      again = $0.addICEServers(named, on: link.callerID)
    }
    #expect(hasAdded && !again)
    // One of them was known, and there are at most four.
    #expect(Self.asked(call) == [0, 1, 2, 3])
    call.with(0) { $0.serverUnresolved(index: 1, at: call.now) }
    call.with(0) { $0.serverUnresolved(index: 2, at: call.now) }
    #expect(Self.completions(call) == 1)
    call.with(0) { $0.serverResolved(index: 3, to: [Endpoint(.v4(192, 0, 2, 1), port: 3478)], at: call.now) }
    call.run(until: ms(10_000))
    #expect(Self.completions(call) == 2)
    #expect(call.sides[0].connectionState(of: link.callerID) == .connected)
  }

  @Test("without servers gathering is over as soon as the sockets are there")
  func noServers() throws {
    let (call, _, _) = try placePlainCall(VirtualCallPlan(seed: 4), until: ms(10))
    #expect(Self.asked(call).isEmpty)
    #expect(Self.completions(call) == 1)
  }
}
