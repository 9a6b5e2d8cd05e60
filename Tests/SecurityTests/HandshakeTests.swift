// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole handshakes over a simulated wire, in virtual time.

import Core
import Peer
import Security
import Testing

@Suite("DTLS handshakes")
struct HandshakeTests {
  typealias DTLSPair = Pair<DTLSSRTPChannel>

  @Test("two channels agree on keys in both roles, and carry packets both ways", arguments: [DTLSRole.client, .server])
  func plain(leftRole: DTLSRole) throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    let before = pair.carryRTP(rtpPacket(sequence: 1), from: .left)
    pair.start(leftIs: leftRole, expecting: (one.fingerprint, two.fingerprint))
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    let (end, timeouts) = (pair.now, (pair.left.pollTimeout(), pair.right.pollTimeout()))
    #expect(before.results == [.notReady, .notReady])
    #expect(rested)
    #expect(events.0 == ["established"] && events.1 == ["established"])
    #expect(timeouts.0 == nil && timeouts.1 == nil)
    // Two round trips of 10 ms; when the left is server, the client speaks half a trip later at no cost.
    #expect(end <= .zero + .milliseconds(20), "\(end.nanoseconds)")
    for side in [Side.left, .right] {
      let packet = rtpPacket(sequence: 100)
      let rtp = pair.carryRTP(packet, from: side)
      #expect(rtp.results == [.done, .done])
      #expect(rtp.plain == packet)
      #expect(rtp.wire.count == packet.count + 10 && rtp.wire.dropFirst(12) != packet.dropFirst(12))
      let rtcp = pair.carryRTCP(rtcpPacket(), from: side)
      #expect(rtcp.results == [.done, .done])
      #expect(rtcp.plain == rtcpPacket())
      #expect(rtcp.wire.count == rtcpPacket().count + 14)
    }
    // What one direction protects, the same direction cannot read: the keys differ.
    var own = Datagram(rtpPacket(sequence: 200))
    let protection = pair.left.protectRTP(&own)
    let echo = pair.left.unprotectRTP(&own)
    #expect(protection == .done && echo == .refused)
  }

  @Test("handshakes end well over a wire that loses, doubles and reorders", arguments: 0..<40)
  func badWire(seed: Int) throws {
    var chance = Randomness(seed: UInt64(seed))
    let wire = Wire(
      lossPercent: chance.below(31), duplicatePercent: chance.below(31), delayMilliseconds: 1 + chance.below(80),
      jitterMilliseconds: chance.below(120))
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two, seed: UInt64(seed))
    pair.wire = wire
    pair.start(leftIs: seed % 2 == 0 ? .client : .server, expecting: (one.fingerprint, two.fingerprint))
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    #expect(rested, "seed \(seed)")
    #expect(events.0 == ["established"] && events.1 == ["established"], "seed \(seed), \(wire): \(events)")
    let carried = pair.carryRTP(rtpPacket(sequence: 1), from: .left)
    #expect(carried.results == [.done, .done], "seed \(seed)")
  }

  @Test("a far side with an RSA certificate is accepted, whatever hash names it, in both roles")
  func rsa() throws {
    let rsa = try RSAFixture.pem.withByteView { view in Result { try DTLSIdentity.restore(view) } }.get()
    let own = try DTLSIdentity.make()
    #expect(rsa.fingerprint == fingerprint(.sha256, RSAFixture.sha256))
    let digests = [
      fingerprint(.sha256, RSAFixture.sha256), fingerprint(.sha384, RSAFixture.sha384),
      fingerprint(.sha512, RSAFixture.sha512),
    ]
    for (number, digest) in digests.enumerated() {
      var pair = DTLSPair(left: rsa, right: own)
      pair.start(leftIs: number == 1 ? .server : .client, expecting: (digest, own.fingerprint))
      let rested = pair.run()
      let events = (pair.leftEvents, pair.rightEvents)
      #expect(rested && events.0 == ["established"] && events.1 == ["established"], "\(number): \(events)")
    }
  }

  @Test("datagrams are no larger than a tunnel takes, RSA certificates included")
  func datagramSizes() throws {
    let rsa = try RSAFixture.pem.withByteView { view in Result { try DTLSIdentity.restore(view) } }.get()
    var pair = DTLSPair(left: rsa, right: rsa)
    pair.wire = Wire(lossPercent: 20)
    pair.start(expecting: (rsa.fingerprint, rsa.fingerprint))
    let rested = pair.run()
    let largest = pair.sent.map(\.bytes.count).max() ?? 0
    #expect(rested && largest <= Limits.dtlsRecordBytesMax && largest > 500)
  }

  @Test("a ClientHello that comes before the server is started waits for it")
  func early() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.left.start(role: .client, remoteFingerprint: two.fingerprint, at: .zero)
    pair.drain()
    let hello = pair.flights.removeFirst()
    for _ in 0..<10 { pair.deliver(to: .right, hello.bytes) }
    let dropped = pair.right.droppedDatagrams
    pair.right.start(role: .server, remoteFingerprint: one.fingerprint, at: .zero)
    pair.drain()
    let answered = !pair.flights.isEmpty
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    let end = pair.now
    #expect(dropped == 10 - Limits.dtlsEarlyDatagramsMax)
    #expect(answered && rested)
    #expect(events.0 == ["established"] && events.1 == ["established"])
    #expect(end < .zero + .milliseconds(100), "no retransmission was needed")
  }

  @Test("a browser's ClientHello is answered, whole and in 2 and 5 fragments of any order", arguments: [1, 2, 5])
  func browserClientHello(pieces: Int) throws {
    let identity = try DTLSIdentity.make()
    let body = BrowserClientHello.body()
    #expect(body.count + 12 == 1461)
    for seed in 0..<8 as Range<UInt64> {
      var chance = Randomness(seed: seed)
      var fragments = DTLSRecord.fragments(type: 1, body: body, pieces: pieces, firstSequence: 0)
      if seed > 0 { fragments.shuffle(using: &chance) }
      if seed > 4, pieces > 1 { fragments.insert(fragments[0], at: 1) }  // one comes twice
      var pair = DTLSPair(left: identity, right: identity)
      pair.right.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
      for fragment in fragments { pair.deliver(to: .right, fragment) }
      let types = DTLSRecord.messageTypes(in: pair.sent.map(\.bytes))
      // ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone
      #expect(types == [2, 11, 12, 13, 14], "\(pieces) pieces, seed \(seed)")
    }
  }

  @Test("a handshake whose ClientHello was fragmented on the way ends well", arguments: [2, 5])
  func fragmentedHandshake(pieces: Int) throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    for seed in 0..<4 as Range<UInt64> {
      var chance = Randomness(seed: seed)
      var pair = DTLSPair(left: one, right: two)
      pair.start(expecting: (one.fingerprint, two.fingerprint))
      let hello = pair.flights.removeFirst()
      let body = Array(DTLSRecord.all(in: hello.bytes)[0].fragment.dropFirst(12))
      // Numbers that the client will not use again.
      var fragments = DTLSRecord.fragments(type: 1, body: body, pieces: pieces, firstSequence: 30)
      fragments.shuffle(using: &chance)
      for fragment in fragments { pair.deliver(to: .right, fragment) }
      let rested = pair.run()
      let events = (pair.leftEvents, pair.rightEvents)
      #expect(rested && events.0 == ["established"] && events.1 == ["established"], "seed \(seed): \(events)")
    }
  }

  @Test("a client repeats its hello with the cookie that a server asks for")
  func helloVerifyRequest() throws {
    let identity = try DTLSIdentity.make()
    var pair = DTLSPair(left: identity, right: identity)
    pair.left.start(role: .client, remoteFingerprint: identity.fingerprint, at: .zero)
    pair.drain()
    let first = DTLSRecord.all(in: pair.sent[0].bytes)[0].fragment
    let cookie = [UInt8](repeating: 0xC0, count: 20)
    let request = DTLSRecord.message(type: 3, sequence: 0, body: [0xFE, 0xFF, 20] + cookie)
    pair.deliver(to: .left, DTLSRecord.write(type: 22, sequence: 0, version: [0xFE, 0xFF], request))
    let count = pair.sent.count
    try #require(count == 2)
    let second = DTLSRecord.all(in: pair.sent[1].bytes)[0].fragment
    let events = pair.leftEvents
    #expect(second[0] == 1 && second[5] == 1, "a ClientHello with message_seq 1")
    #expect(second[14..<46] == first[14..<46], "the same random")
    #expect(first[46] == 0 && first[47] == 0 && second[46] == 0, "no session identifier, no cookie at first")
    #expect(Array(second[47..<68]) == [20] + cookie)
    #expect(second[68...] == first[48...], "the rest unchanged (RFC 6347 section 4.2.1)")
    #expect(events.isEmpty)
  }

  @Test("the last flight is sent again when the far side asks for it")
  func lastFlight() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    // The server is done with its answer to the client's second flight; that answer is lost.
    var guardSteps = 0
    while pair.rightEvents.isEmpty, guardSteps < 100 {
      _ = pair.step()
      guardSteps += 1
    }
    let leftWaits = pair.leftEvents.isEmpty
    pair.flights.removeAll { $0.to == .left }
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    let end = pair.now
    #expect(leftWaits && rested)
    #expect(events.0 == ["established"] && events.1 == ["established"])
    #expect(end >= .zero + .milliseconds(Limits.dtlsRetransmissionMillisecondsFirst))
  }

  @Test("a goodbye reaches the far side, answered by its own, and ends the packet calls")
  func close() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    let established = pair.run()
    pair.left.close(at: pair.now)
    pair.left.close(at: pair.now)
    pair.drain()
    let rested = pair.run()
    let events = (pair.leftEvents, pair.rightEvents)
    let carried = (pair.carryRTP(rtpPacket(sequence: 1), from: .left), pair.carryRTCP(rtcpPacket(), from: .right))
    #expect(established && rested)
    #expect(events.0 == ["established"])
    #expect(events.1 == ["established", "closed by peer"])
    #expect(carried.0.results == [.notReady, .notReady] && carried.1.results == [.notReady, .notReady])
  }

  @Test("a goodbye is one encrypted alert that nobody else can make")
  func forgedGoodbye() throws {
    let (one, two) = (try DTLSIdentity.make(), try DTLSIdentity.make())
    var pair = DTLSPair(left: one, right: two)
    pair.start(expecting: (one.fingerprint, two.fingerprint))
    _ = pair.run()
    pair.deliver(to: .right, DTLSRecord.write(type: 21, sequence: 40, [1, 0]))
    pair.deliver(to: .right, DTLSRecord.write(type: 21, sequence: 41, [2, 40]))
    var forged = DTLSRecord.write(type: 21, sequence: 42, [UInt8](repeating: 1, count: 26))
    forged[4] = 1  // epoch 1
    pair.deliver(to: .right, forged)
    let events = pair.rightEvents
    let carried = pair.carryRTP(rtpPacket(sequence: 1), from: .left)
    #expect(events == ["established"])
    #expect(carried.results == [.done, .done])
  }
}
