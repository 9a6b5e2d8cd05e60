// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Calls between two whole stations, from the button to the goodbye, with losses in between.

import Config
import Core
import Station
import Testing

@Suite("Two stations")
struct StationTests {
  @Test("a button calls, the other side rings, a button answers, a button hangs up")
  func wholeCall() {
    let pair = StationPair()
    pair.command(0, .call([]))
    pair.run(milliseconds: 2_000)
    #expect(pair.states == [.calling, .ringing])
    pair.command(1, .answer)
    pair.run(until: [.connected, .connected], seconds: 1)
    #expect(pair.remembered[0]?.isPlaced == true && pair.remembered[1]?.isPlaced == false)
    pair.command(1, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 1)
    #expect(pair.tones == [[.ringback, .connected], [.ring, .connected]])
    #expect(pair.remembered[0] == nil && pair.remembered[1] == nil)
    for side in pair.call.sides {
      let connections = side.service.connections
      #expect(connections.isEmpty)
    }
    pair.run(milliseconds: 4_000)
    #expect(!pair.stations[0].hasPlacedCalls && pair.webs[1].sessionCount == 0)
  }

  @Test("a call that is refused, busy or not answered is reported with its tone and not placed again")
  func refused() {
    let pair = StationPair { $0.call.ringTimeoutSeconds = 5 }
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 100)
    pair.command(1, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 1)
    pair.command(1, .setDoNotDisturb(true))
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 100)
    #expect(pair.states == [.idle, .idle])
    pair.isReachable = false
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 100)
    #expect(pair.tones[0] == [.ringback, .busy, .ringback, .busy, .ringback, .error])
    #expect(pair.stations[0].model.pollTimeout() == .never)
  }

  @Test("a call that the network loses comes back by itself once the network does, without ringing")
  func lost() {
    let pair = StationPair()
    pair.command(0, .call([]))
    pair.run(milliseconds: 100)
    pair.command(1, .answer)
    pair.run(until: [.connected, .connected], seconds: 1)
    pair.call.network.isCut = true
    pair.isReachable = false
    pair.run(milliseconds: 40_000)
    #expect(pair.states == [.reconnecting, .reconnecting])
    #expect(pair.tones[0].last == .lost && pair.tones[1].last == .lost)
    pair.call.network.isCut = false
    pair.isReachable = true
    pair.run(until: [.connected, .connected], seconds: 31)
    #expect(pair.tones[1] == [.ring, .connected, .lost, .connected])
  }

  @Test("two that press call at the same moment are in one call, without ringing")
  func glare() {
    let pair = StationPair()
    pair.command(0, .call([]))
    pair.command(1, .call([]))
    pair.run(until: [.connected, .connected], seconds: 2)
    pair.run(milliseconds: 5_000)
    #expect(pair.states == [.connected, .connected])
    for side in pair.call.sides {
      let connections = side.service.connections
      #expect(connections.count == 1)
    }
    #expect(!pair.stations[1].hasPlacedCalls)
  }

  @Test("who ends the program says goodbye, and the call that it placed stays remembered")
  func ending() {
    let pair = StationPair { $0.call.answer = .auto }
    pair.command(0, .call([]))
    pair.run(until: [.connected, .connected], seconds: 1)
    pair.call.with(0) { pair.stations[0].hangUpAll(web: &pair.webs[0], service: &$0, at: pair.now) }
    pair.run(milliseconds: 1_000)
    #expect(!pair.stations[0].hasPlacedCalls)
    #expect(pair.states[1] == .idle && pair.remembered[0]?.peer == "zulu" && pair.remembered[1] == nil)
  }
}
