// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Handshakes that must not end well, and bytes that are none.

import Core
import Peer
import Security
import Testing

@Suite("DTLS handshakes that fail")
struct HandshakeFailureTests {
  typealias DTLSPair = Pair<DTLSSRTPChannel>

  @Test("a client retransmits on a schedule that doubles to a plateau, and gives up at a bounded time")
  func schedule() throws {
    let identity = try DTLSIdentity.make()
    var pair = DTLSPair(left: identity, right: identity)
    pair.wire = Wire(lossPercent: 100)
    pair.left.start(role: .client, remoteFingerprint: identity.fingerprint, at: .zero)
    pair.drain()
    let rested = pair.run()
    let moments = pair.sent.map { $0.arrival.nanoseconds / 1_000_000 }
    var expected: [Int64] = [0, 200, 600, 1400]
    while let last = expected.last, last + 1600 < 30_000 { expected.append(last + 1600) }
    let (events, end) = (pair.leftEvents, pair.now)
    #expect(rested)
    #expect(moments == expected)
    #expect(events == ["timeout"])
    #expect(end == .zero + .milliseconds(Limits.dtlsHandshakeMillisecondsMax))
  }

  @Test("a server that hears nothing gives up at the same time, and sends nothing")
  func silence() throws {
    let identity = try DTLSIdentity.make()
    var pair = DTLSPair(left: identity, right: identity)
    pair.right.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
    let rested = pair.run()
    let (events, end, sent) = (pair.rightEvents, pair.now, pair.sent.count)
    #expect(rested && events == ["timeout"] && sent == 0)
    #expect(end == .zero + .milliseconds(Limits.dtlsHandshakeMillisecondsMax))
  }

  @Test("a far side that stops half-way costs bounded time and datagrams", arguments: 1..<4)
  func halfWay(deliveries: Int) throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    for _ in 0..<deliveries { _ = pair.step() }
    pair.wire.lossPercent = 100
    pair.flights = []
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    let (end, sent) = (pair.now, pair.sent.count)
    #expect(rested)
    // The third delivery is the client's last flight: the server is content, its own last flight is lost.
    #expect(events.0 == ["timeout"] && events.1 == [deliveries < 3 ? "timeout" : "established"], "\(events)")
    #expect(end == .zero + .milliseconds(Limits.dtlsHandshakeMillisecondsMax))
    #expect(sent < 250)
  }

  @Test(
    "a certificate that the description does not name ends the handshake before any key",
    arguments: [Side.left, .right])
  func mismatch(liar: Side) throws {
    let (one, two, other) = (try DTLSIdentity.make(), try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.start(
      expecting: (
        liar == .left ? other.fingerprint : one.fingerprint, liar == .right ? other.fingerprint : two.fingerprint
      ))
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    let carried = (
      pair.carryRTP(rtpPacket(sequence: 1), from: .left), pair.carryRTP(rtpPacket(sequence: 1), from: .right)
    )
    let judge = liar == .left ? events.1 : events.0
    let judged = liar == .left ? events.0 : events.1
    // The judged one learns it by an alert, soon.
    #expect(rested && judge == ["fingerprint mismatch"], "\(events)")
    #expect(judged.first?.hasPrefix("handshake") == true, "\(events)")
    #expect(carried.0.results == [.notReady, .notReady] && carried.1.results == [.notReady, .notReady])
    let end = pair.now
    #expect(end < .zero + .milliseconds(100))
  }

  @Test("a digest of another hash of the right certificate does not pass by its first bytes")
  func wrongHash() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var bytes = [UInt8](repeating: 0, count: 48)
    for index in 0..<32 { bytes[index] = two.fingerprint.bytes[index] }
    let longer = bytes.withByteView { Fingerprint(algorithm: .sha384, bytes: $0) }
    var pair = DTLSPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, try #require(longer)))
    _ = pair.run()
    let events = pair.leftEvents
    #expect(events == ["fingerprint mismatch"])
  }

  @Test("two clients fail at once, two servers at the bounded time")
  func wrongRoles() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    for role in [DTLSRole.client, .server] {
      var pair = DTLSPair(left: one, right: two)
      pair.left.start(role: role, remoteFingerprint: two.fingerprint, at: .zero)
      pair.right.start(role: role, remoteFingerprint: one.fingerprint, at: .zero)
      pair.drain()
      let rested = pair.run()
      let events = (pair.leftEvents, pair.rightEvents)
      let end = pair.now
      let expected = role == .client ? "handshake" : "timeout"
      #expect(rested)
      for side in [events.0, events.1] { #expect(side.count == 1 && side[0].hasPrefix(expected), "\(side)") }
      #expect(role == .server || end < .zero + .milliseconds(100))
    }
  }

  @Test("a far side without our SRTP profile is answered without one")
  func profiles() throws {
    // AES128_CM_HMAC_SHA1_32 and both GCM profiles; the channel's own failure needs a whole foreign handshake.
    let identity = try DTLSIdentity.make()
    var pair = DTLSPair(left: identity, right: identity)
    pair.right.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
    let body = BrowserClientHello.body(profiles: [0x00, 0x02, 0x00, 0x07, 0x00, 0x08])
    pair.deliver(
      to: .right, DTLSRecord.write(type: 22, sequence: 0, DTLSRecord.message(type: 1, sequence: 0, body: body)))
    let hello = try #require(pair.sent.first.map { DTLSRecord.all(in: $0.bytes)[0].fragment })
    #expect(hello[0] == 2)
    #expect(!Array(hello).contains(subsequence: [0x00, 0x0E, 0x00, 0x05]), "no use_srtp in the ServerHello")
  }

  @Test("a server ignores what it cannot read before the ClientHello")
  func noise() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var chance = Randomness(seed: 4)
    var pair = DTLSPair(left: one, right: two)
    pair.right.start(role: .server, remoteFingerprint: one.fingerprint, at: .zero)
    for number in 0..<200 {
      var junk = (0..<chance.below(300)).map { _ in chance.uint8() }
      if !junk.isEmpty { junk[0] = UInt8(20 + chance.below(44)) }
      pair.deliver(to: .right, junk)
      pair.deliver(to: .right, DTLSRecord.write(type: 22, sequence: number, junk))
    }
    pair.deliver(to: .right, DTLSRecord.write(type: 21, sequence: 300, [2, 40]))
    pair.deliver(to: .right, DTLSRecord.write(type: 21, sequence: 301, [1, 0]))
    let (early, sent, dropped) = (pair.rightEvents, pair.sent.count, pair.right.droppedDatagrams)
    #expect(early.isEmpty && sent == 0 && dropped > 100)
    pair.left.start(role: .client, remoteFingerprint: two.fingerprint, at: .zero)
    pair.drain()
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    #expect(rested && events.0 == ["established"] && events.1 == ["established"], "\(events)")
  }

  @Test("changed and invented datagrams in a handshake never trap, and it ends at a bounded time", arguments: 0..<30)
  func mutatedHandshake(seed: Int) throws {
    var chance = Randomness(seed: UInt64(1000 + seed))
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two, seed: UInt64(seed))
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    var steps = 0
    while steps < 3000 {
      if let index = pair.flights.indices.first, chance.chance(percent: 25) {
        var copy = pair.flights[index].bytes
        for _ in 0...chance.below(4) where !copy.isEmpty {
          switch chance.below(3) {
          case 0: copy[chance.below(copy.count)] ^= 1 << chance.below(8)
          case 1: copy.removeLast(chance.below(copy.count))
          default: copy.insert(chance.uint8(), at: chance.below(copy.count))
          }
        }
        pair.deliver(to: pair.flights[index].to, copy)
      }
      guard pair.step() else { break }
      steps += 1
    }
    let events = (pair.leftEvents, pair.rightEvents)
    let end = pair.now
    #expect(steps < 3000, "seed \(seed)")
    #expect(end <= .zero + .milliseconds(Limits.dtlsHandshakeMillisecondsMax + 100), "seed \(seed)")
    #expect(!events.0.isEmpty && !events.1.isEmpty, "seed \(seed): every handshake has a result")
    #expect(!events.0.contains("unavailable") && !events.1.contains("unavailable"), "seed \(seed): \(events)")
  }

  @Test("changed and invented datagrams after the handshake do nothing", arguments: 0..<10)
  func mutatedAfterwards(seed: Int) throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    _ = pair.run()
    let recorded = pair.sent
    var chance = Randomness(seed: UInt64(seed))
    for number in 0..<2000 {
      let flight = recorded[chance.below(recorded.count)]
      var copy = flight.bytes
      if number % 4 == 0 {
        copy = (0..<chance.below(1500)).map { _ in chance.uint8() }
      } else if number % 4 == 1 {
        copy += (0..<chance.below(20)).map { _ in chance.uint8() }
      } else if number % 4 == 2 {
        for _ in 0...chance.below(3) { copy[chance.below(copy.count)] = chance.uint8() }
      }
      pair.deliver(to: flight.to, copy)
      if number % 100 == 0 {
        let carried = pair.carryRTP(rtpPacket(sequence: UInt16(number + 1)), from: .left)
        #expect(carried.results == [.done, .done], "datagram \(number) of seed \(seed)")
      }
    }
    let events = (pair.leftEvents, pair.rightEvents)
    #expect(events.0 == ["established"] && events.1 == ["established"], "seed \(seed): \(events)")
  }

  @Test("a channel that is closed before its start stays closed")
  func closedEarly() throws {
    let identity = try DTLSIdentity.make()
    var pair = DTLSPair(left: identity, right: identity)
    pair.left.close(at: .zero)
    pair.left.start(role: .client, remoteFingerprint: identity.fingerprint, at: .zero)
    pair.drain()
    let (sent, timeout, events) = (pair.sent.count, pair.left.pollTimeout(), pair.leftEvents)
    #expect(sent == 0 && timeout == nil && events.isEmpty)
  }
}

extension Array where Element: Equatable {
  /// Whether `part` stands somewhere in the array.
  func contains(subsequence part: [Element]) -> Bool {
    guard count >= part.count else { return false }
    return (0...count - part.count).contains { Array(self[$0..<$0 + part.count]) == part }
  }
}
