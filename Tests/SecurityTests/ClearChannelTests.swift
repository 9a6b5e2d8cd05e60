// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The plain twin keeps the promises of the real channel, beside which it is tested.

import Core
import Peer
import Testing

@Suite("The clear channel")
struct ClearChannelTests {
  typealias ClearPair = Pair<ClearChannel>

  private let one = ClearChannel.Identity(seed: 1)
  private let two = ClearChannel.Identity(seed: 2)

  @Test("two channels meet in both roles and carry packets both ways", arguments: [DTLSRole.client, .server])
  func plain(leftRole: DTLSRole) {
    var pair = ClearPair(left: one, right: two)
    let before = pair.carryRTP(rtpPacket(sequence: 1), from: .left)
    pair.start(leftIs: leftRole, expecting: (one.fingerprint, two.fingerprint))
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    #expect(before.results == [.notReady, .notReady])
    #expect(rested && events.0 == ["established"] && events.1 == ["established"])
    for side in [Side.left, .right] {
      let rtp = pair.carryRTP(rtpPacket(sequence: 7), from: side)
      #expect(rtp.results == [.done, .done] && rtp.plain == rtpPacket(sequence: 7))
      #expect(rtp.wire.count == rtp.plain.count + 10)
      let rtcp = pair.carryRTCP(rtcpPacket(), from: side)
      #expect(rtcp.results == [.done, .done] && rtcp.plain == rtcpPacket())
      #expect(rtcp.wire.count == rtcp.plain.count + 14)
    }
  }

  @Test("channels meet over a wire that loses, doubles and reorders", arguments: 0..<100)
  func badWire(seed: Int) {
    var pair = ClearPair(left: one, right: two, seed: UInt64(seed))
    pair.wire = Wire(lossPercent: 30, duplicatePercent: 30, delayMilliseconds: 20, jitterMilliseconds: 100)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    #expect(rested && events.0 == ["established"] && events.1 == ["established"], "seed \(seed): \(events)")
  }

  @Test("a wrong fingerprint, silence and a goodbye end it as they end the real one")
  func endings() {
    var wrong = ClearPair(left: one, right: two)
    wrong.start(expecting: (one.fingerprint, one.fingerprint))
    _ = wrong.run()
    let wrongEvents = (wrong.leftEvents, wrong.rightEvents)
    #expect(wrongEvents.0 == ["fingerprint mismatch"])

    var silent = ClearPair(left: one, right: two)
    silent.wire.lossPercent = 100
    silent.start(expecting: (one.fingerprint, two.fingerprint))
    let rested = silent.run()
    let (silentEvents, end) = ((silent.leftEvents, silent.rightEvents), silent.now)
    #expect(rested && silentEvents.0 == ["timeout"] && silentEvents.1 == ["timeout"])
    #expect(end == .zero + .milliseconds(Limits.dtlsHandshakeMillisecondsMax))

    var closing = ClearPair(left: one, right: two)
    closing.start(expecting: (one.fingerprint, two.fingerprint))
    _ = closing.run()
    closing.left.close(at: closing.now)
    closing.drain()
    _ = closing.run()
    let closingEvents = (closing.leftEvents, closing.rightEvents)
    let carried = closing.carryRTP(rtpPacket(sequence: 1), from: .right)
    #expect(closingEvents.0 == ["established"] && closingEvents.1 == ["established", "closed by peer"])
    #expect(carried.results == [.notReady, .notReady])
  }

  @Test("a greeting that comes before the server is started waits for it")
  func early() {
    var pair = ClearPair(left: one, right: two)
    pair.left.start(role: .client, remoteFingerprint: two.fingerprint, at: .zero)
    pair.drain()
    let rest = pair.flights
    pair.flights = []
    for flight in rest { pair.deliver(to: .right, flight.bytes) }
    pair.right.start(role: .server, remoteFingerprint: one.fingerprint, at: .zero)
    pair.drain()
    let rested = pair.run()
    let (events, end) = ((pair.leftEvents, pair.rightEvents), pair.now)
    #expect(rested && events.0 == ["established"] && events.1 == ["established"])
    #expect(end < .zero + .milliseconds(50))
  }

  @Test("a packet that was not protected, was changed, was meant for another or comes twice is noticed")
  func packets() {
    var pair = ClearPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    _ = pair.run()
    var bare = Datagram(rtpPacket(sequence: 1))
    let bareResult = pair.right.unprotectRTP(&bare)
    #expect(bareResult == .refused)
    let wire = pair.carryRTP(rtpPacket(sequence: 2), from: .left).wire
    var again = Datagram(wire)
    let againResult = pair.right.unprotectRTP(&again)
    #expect(againResult == .replayed)
    var own = Datagram(wire)
    let ownResult = pair.left.unprotectRTP(&own)
    #expect(ownResult == .refused)
    for bit in 0..<wire.count * 8 {
      var changed = wire
      changed[bit / 8] ^= 1 << (bit % 8)
      var datagram = Datagram(changed)
      let result = pair.right.unprotectRTP(&datagram)
      #expect(result == .refused, "bit \(bit)")
    }
  }

  @Test("arbitrary bytes do nothing")
  func arbitrary() {
    var chance = Randomness(seed: 3)
    var pair = ClearPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    _ = pair.run()
    for _ in 0..<3000 {
      var bytes = (0..<chance.below(60)).map { _ in chance.uint8() }
      if chance.chance(percent: 50) { bytes = Array([22, 67, 76, 82] + bytes) }
      pair.deliver(to: .right, bytes)
      var datagram = Datagram(bytes)
      let result = pair.right.unprotectRTCP(&datagram)
      #expect(result == .refused)
    }
    let events = pair.rightEvents
    #expect(events == ["established"])
  }
}
