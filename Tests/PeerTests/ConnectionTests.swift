// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two connections from the first description to the goodbye, over the clear channel and over the real one.

import Core
import Peer
import SDP
import Security
import SelfTest
import Testing

/// Certificates are dear; every test uses these two.
private let realIdentities: Result<[DTLSIdentity], IdentityError> = {
  do throws(IdentityError) { return .success([try .make(), try .make()]) } catch { return .failure(error) }
}()

private let clearIdentities = [ClearChannel.Identity(seed: 1), ClearChannel.Identity(seed: 2)]

private func isHandshake(_ bytes: [UInt8]) -> Bool { (20...63).contains(bytes[0]) }
private func isRTCP(_ bytes: [UInt8]) -> Bool { bytes[0] >> 6 == 2 && (192...223).contains(bytes[1]) }
/// A STUN success response.
private func isAnswer(_ bytes: [UInt8]) -> Bool { bytes[0] == 1 && bytes[1] == 1 }

@Suite("A connection")
struct ConnectionTests {
  /// A pair that is connected at 100 ms.
  private func connected<Channel: SecureChannel & ~Copyable>(
    _ identities: [Channel.Identity], as channel: Channel.Type
  ) throws -> PeerPair<Channel> {
    let pair = PeerPair<Channel>(identities)
    pair.bind()
    try pair.exchange()
    pair.run(until: ms(100))
    #expect(pair.state(0) == .connected)
    #expect(pair.state(1) == .connected)
    return pair
  }

  private func conversation<Channel: SecureChannel & ~Copyable>(_ pair: PeerPair<Channel>) {
    for turn in 0..<200 {
      pair.run(until: ms(100 + turn * 20))
      #expect(pair.speak(0))
      #expect(pair.speak(1))
    }
    pair.run(until: ms(5_000))
    for side in 0...1 {
      #expect(pair.heard[side].count == 200)
      let figures = pair.statistics(side)
      #expect(figures.packetsSent == 200)
      #expect(figures.packetsReceived == 200)
      #expect(figures.packetsLost == 0)
      #expect(figures.remoteLossPerMille == 0)
      #expect(figures.remoteJitter != nil)
      let roundTrip = figures.roundTripTime?.microseconds ?? 0
      #expect((1_900...2_100).contains(roundTrip), "a round trip of \(roundTrip) us")
      let first = pair.heard[side].first
      #expect(first?.marker == true || side == 1)
      #expect(pair.events[side] == ["gathered", "connecting", "connected"])
    }
    #expect(pair.heard[0].map { $0.payload[0] } == (0..<200).map { UInt8(truncatingIfNeeded: $0 * 2 + 1) })
  }

  @Test("voice goes both ways over the clear channel, and the figures say so")
  func clearConversation() throws { conversation(try connected(clearIdentities, as: ClearChannel.self)) }

  @Test("voice goes both ways over DTLS-SRTP, and the figures say so")
  func realConversation() throws { conversation(try connected(realIdentities.get(), as: DTLSSRTPChannel.self)) }

  @Test("checks and a whole DTLS handshake take four round trips at most")
  func speed() throws {
    let clear = try connected(clearIdentities, as: ClearChannel.self)
    #expect(max(clear.connectedAt[0], clear.connectedAt[1]) <= ms(5))
    let real = try connected(realIdentities.get(), as: DTLSSRTPChannel.self)
    #expect(max(real.connectedAt[0], real.connectedAt[1]) <= ms(8))
  }

  // MARK: Goodbye

  private func goodbye<Channel: SecureChannel & ~Copyable>(_ pair: PeerPair<Channel>) {
    pair.speak(0)
    pair.run(until: ms(110))
    let before = pair.sent.count
    pair.with(0) { $0.close(at: pair.now) }
    let last = pair.sent[before...].map { $0.bytes }
    #expect(last.count == 2)
    #expect(last.count == 2 && isRTCP(last[0]) && isHandshake(last[1]), "no BYE, then no close_notify")
    #expect(pair.speak(0) == false)
    pair.run(until: ms(112))
    #expect(pair.events[0].last == "closed")
    #expect(pair.events[1].suffix(2) == ["voice ended", "closed"])
    // A closed connection is silent for ever, and deaf.
    let after = pair.sent.count
    pair.inject([0, 1, 2, 3], to: 0)
    pair.run(until: ms(60_000))
    #expect(pair.sent[after...].allSatisfy { $0.side == 1 && $0.at <= ms(112) })
  }

  @Test("who closes says BYE and close_notify, and the far side is closed by it: clear")
  func clearGoodbye() throws { goodbye(try connected(clearIdentities, as: ClearChannel.self)) }

  @Test("who closes says BYE and close_notify, and the far side is closed by it: real")
  func realGoodbye() throws { goodbye(try connected(realIdentities.get(), as: DTLSSRTPChannel.self)) }

  @Test("without its BYE a goodbye closes all the same; without its close_notify the end of the voice is noticed")
  func halfGoodbyes() throws {
    for dropsReport in [true, false] {
      let pair = try connected(clearIdentities, as: ClearChannel.self)
      pair.speak(0)
      pair.run(until: ms(110))
      pair.drops = { _, bytes in dropsReport ? isRTCP(bytes) : isHandshake(bytes) }
      pair.with(0) { $0.close(at: pair.now) }
      pair.run(until: ms(200))
      #expect(pair.events[1].last == (dropsReport ? "closed" : "voice ended"))
      #expect(pair.state(1) == (dropsReport ? .closed : .connected))
    }
  }

  @Test("a connection that was never connected closes without a word")
  func closeEarly() throws {
    let pair = PeerPair<ClearChannel>(clearIdentities)
    pair.bind()
    _ = try pair.with(0) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    pair.with(0) { $0.close(at: pair.now) }
    pair.with(0) { $0.close(at: pair.now) }
    pair.run(until: ms(1_000))
    #expect(pair.sent.isEmpty)
    #expect(pair.events[0] == ["gathered", "closed"])
  }

  // MARK: Handshake

  @Test("an early ClientHello waits until its pair is validated, whatever else looks like one", arguments: [0, 3, 9])
  func earlyHandshake(strangers: Int) throws {
    let pair = PeerPair<ClearChannel>(clearIdentities)
    pair.bind()
    // Answers to side 0's checks are lost: side 1, the DTLS client, has its pair first.
    var isOpen = false
    pair.drops = { side, bytes in side == 0 && isAnswer(bytes) && !isOpen }
    let stranger = Endpoint(.v4(10, 9, 9, 9), port: 9)
    for _ in 0..<strangers { pair.inject([22, 0xFE, 0xFF, 0], to: 0, from: stranger) }
    try pair.exchange()
    pair.run(until: ms(450))
    #expect(pair.state(0) == .connecting)
    #expect(pair.sent.contains { $0.side == 1 && isHandshake($0.bytes) }, "no ClientHello was sent")
    #expect(!pair.sent.contains { $0.side == 0 && isHandshake($0.bytes) }, "an unproven address was answered")
    #expect(pair.counters(0).unvalidatedHandshakes == (strangers == 9 ? 5 + 2 : strangers == 3 ? 1 : 0))
    isOpen = true
    pair.run(until: ms(3_000))
    #expect(pair.state(0) == .connected)
    // The check is repeated at 500 ms; the client would repeat its hello only at 600.
    let limit = strangers == 9 ? ms(700) : ms(520)
    #expect(pair.connectedAt[0] <= limit, "connected at \(pair.connectedAt[0].nanoseconds) ns")
    let before = pair.counters(0).unvalidatedHandshakes
    pair.inject([22, 0xFE, 0xFF, 0], to: 0, from: stranger)
    #expect(pair.counters(0).unvalidatedHandshakes == before + 1)
  }

  private func mismatch<Channel: SecureChannel & ~Copyable>(
    _ identities: [Channel.Identity], as channel: Channel.Type
  ) throws -> PeerPair<Channel> {
    let pair = PeerPair<Channel>(identities)
    pair.bind()
    try pair.exchange { SelfTest.forgingFingerprint($0) }
    pair.run(until: ms(2_000))
    #expect(pair.state(1) == .failed)
    #expect(pair.events[1].contains(PeerError.secureChannel(.fingerprintMismatch).text))
    #expect(pair.events[1].last == "failed")
    #expect(pair.speak(1) == false)
    return pair
  }

  @Test("a certificate with another fingerprint fails the connection with its own error: clear")
  func clearMismatch() throws { _ = try mismatch(clearIdentities, as: ClearChannel.self) }

  @Test(
    "a certificate with another fingerprint fails the connection with its own error, and the far side is told: real")
  func realMismatch() throws {
    let pair = try mismatch(realIdentities.get(), as: DTLSSRTPChannel.self)
    #expect(pair.state(0) == .failed, "the alert did not arrive")
  }

  // MARK: Bad bytes

  private func everyFirstByte<Channel: SecureChannel & ~Copyable>(_ pair: PeerPair<Channel>) {
    for first in 0...255 as ClosedRange<UInt8> {
      for second in [0, 111, 200] as [UInt8] {
        let before = pair.counters(0)
        pair.inject([first, second] + Array(repeating: 0xA5, count: 40), to: 0)
        let after = pair.counters(0)
        let unknown = after.unknownDatagrams - before.unknownDatagrams
        let refused = after.refusedMedia - before.refusedMedia
        switch first {
        case 0...3, 20...63: #expect(unknown == 0 && refused == 0, "\(first)")
        case 128...191: #expect(unknown == 0 && refused == 1, "\(first), \(second)")
        default: #expect(unknown == 1 && refused == 0, "\(first)")
        }
      }
    }
    for short in [[], [0], [22], [128], [255]] as [[UInt8]] { pair.inject(short, to: 0) }
    #expect(pair.state(0) == .connected)
    let before = pair.heard[0].count
    pair.run(until: ms(200))
    pair.speak(1)
    pair.run(until: ms(210))
    #expect(pair.heard[0].count == before + 1)
  }

  @Test("every first byte goes where RFC 7983 says, and garbage harms nothing: clear")
  func clearFirstBytes() throws { everyFirstByte(try connected(clearIdentities, as: ClearChannel.self)) }

  @Test("every first byte goes where RFC 7983 says, and garbage harms nothing: real")
  func realFirstBytes() throws { everyFirstByte(try connected(realIdentities.get(), as: DTLSSRTPChannel.self)) }

  @Test(
    "thousands of random and changed datagrams, in every state, harm nothing", arguments: 1...4 as ClosedRange<UInt64>)
  func noise(seed: UInt64) throws {
    var chance = Randomness(seed: seed)
    let pair = PeerPair<ClearChannel>(clearIdentities, seed: seed)
    func burst(_ count: Int) {
      for _ in 0..<count {
        var bytes: [UInt8]
        if chance.chance(percent: 50), !pair.sent.isEmpty {
          bytes = pair.sent[chance.below(pair.sent.count)].bytes
          for _ in 0..<1 + chance.below(4) where !bytes.isEmpty { bytes[chance.below(bytes.count)] = chance.uint8() }
        } else {
          bytes = (0..<chance.below(300)).map { _ in chance.uint8() }
        }
        let from = chance.chance(percent: 50) ? nil : Endpoint(.v4(10, 9, 9, chance.uint8()), port: 9)
        pair.inject(bytes, to: chance.below(2), from: from)
      }
    }
    burst(200)
    pair.bind()
    burst(200)
    try pair.exchange()
    burst(50)
    pair.run(until: ms(3))
    burst(50)
    pair.run(until: ms(3_000))
    // A made-up goodbye of the clear channel is believed, as there is nothing to tell it by.
    if pair.state(0) == .connected {
      for turn in 0..<50 {
        pair.run(until: ms(3_000 + turn * 20))
        pair.speak(0)
        pair.speak(1)
      }
      burst(2_000)
    }
    pair.with(0) { $0.close(at: pair.now) }
    burst(200)
    #expect(!pair.events[0].contains("livelock"), "seed \(seed)")
  }

  @Test("media before the keys and media that comes twice or changed are counted, each by its kind")
  func refusedMedia() throws {
    let early = PeerPair<ClearChannel>(clearIdentities)
    early.bind()
    early.inject([128, 111] + Array(repeating: 1, count: 30), to: 0)
    early.inject([128, 200] + Array(repeating: 1, count: 30), to: 0)
    #expect(early.counters(0).earlyMedia == 2)
    #expect(early.speak(0) == false)
    #expect(early.counters(0).unsentFrames == 1)

    let pair = try connected(clearIdentities, as: ClearChannel.self)
    pair.speak(1)
    let packet = pair.sent.last?.bytes ?? []
    pair.run(until: ms(110))
    pair.inject(packet, to: 0)
    #expect(pair.counters(0).replayedMedia == 1)
    pair.speak(1)
    var changed = pair.sent.last?.bytes ?? []
    changed[20] ^= 1
    pair.inject(changed, to: 0)
    #expect(pair.counters(0).refusedMedia == 1)
    #expect(pair.heard[0].count == 1)
  }

  @Test("what is lost on the way is in both sides' figures")
  func lossFigures() throws {
    let pair = try connected(clearIdentities, as: ClearChannel.self)
    var count = 0
    pair.drops = { side, bytes in
      guard side == 0, !isRTCP(bytes), bytes[0] == 128 || bytes[0] == 144 else { return false }
      count += 1
      return count % 10 == 0
    }
    for turn in 0..<500 {
      pair.run(until: ms(100 + turn * 20))
      pair.speak(1)
    }
    pair.run(until: ms(10_200))
    #expect((48...50).contains(pair.statistics(0).packetsLost), "\(pair.statistics(0).packetsLost)")
    #expect((80...120).contains(pair.statistics(0).recentLossPerMille), "\(pair.statistics(0).recentLossPerMille)")
    #expect((80...120).contains(pair.statistics(1).remoteLossPerMille), "\(pair.statistics(1).remoteLossPerMille)")
    #expect(pair.statistics(1).packetsLost == 0)
  }
}
