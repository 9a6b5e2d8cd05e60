// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Certificates that are known: who is let in, and that names, sessions and a signaling server prove nothing against them.

import Config
import Core
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

@Suite("Pinned certificates")
struct PinTests {
  private func certificate(_ seed: UInt64) -> Fingerprint { ClearChannel.fingerprint(of: .init(seed: seed)) }

  /// Two stations that know each other's certificates, or other ones.
  private func pair(alphas: UInt64 = 1, zulus: UInt64 = 2, _ change: (inout Settings) -> Void = { _ in }) -> StationPair
  {
    StationPair {
      $0.call.answer = .auto
      $0.peers[0].fingerprint = certificate($0.peers[0].name == "alpha" ? alphas : zulus)
      change(&$0)
    }
  }

  /// An offer of a service with another certificate.
  private func foreignOffer(_ seed: UInt64 = 9) throws -> String {
    let other = StationPair.Call(
      plan: VirtualCallPlan(seed: 99), identities: [.init(seed: seed)], makeEncoder: { PassThroughEncoder() },
      makeDecoder: { PassThroughDecoder() })
    return try other.with(0) { (service) throws(VOIPError) in
      let id = try service.createConnection(roomID: "r", userID: "u", at: other.now)
      return try service.createOffer(on: id, at: other.now)
    }
  }

  private func post(_ offer: String, _ fields: String = "") -> String {
    "POST /call HTTP/1.1\r\nHost: 10.0.0.2:8080\r\nContent-Type: application/sdp\r\n\(fields)"
      + "Content-Length: \(offer.utf8.count)\r\n\r\n\(offer)"
  }

  @Test("a call between two that know each other's certificates comes to be")
  func pinnedBothWays() {
    let pair = pair()
    pair.command(0, .call([]))
    pair.run(until: [.connected, .connected], seconds: 1)
    #expect(pair.stations[1].model.party?.pin == certificate(1))
    #expect(pair.stations.allSatisfy { $0.counters == StationCounters() })
  }

  @Test("whoever answers with another certificate than the known one is refused, and it is said and counted")
  func changedThere() {
    let pair = pair(zulus: 7)
    pair.command(0, .call([]))
    pair.run(milliseconds: 1_000)
    #expect(pair.states == [.idle, .idle])
    #expect(pair.tones[0] == [.ringback, .error] && !pair.tones[1].contains(.connected))
    #expect(pair.lines[0].contains { $0.contains("certificate has changed") })
    #expect(pair.stations[0].counters.changedCertificates == 1)
  }

  @Test("whoever calls with the known name and another certificate is refused, and is told why")
  func changedHere() {
    let pair = pair(alphas: 7)
    pair.command(0, .call([]))
    pair.run(milliseconds: 1_000)
    #expect(pair.states == [.idle, .idle])
    #expect(pair.stations[1].counters.changedCertificates == 1)
    #expect(pair.lines[1].contains { $0.contains("the certificate of alpha has changed") })
    #expect(pair.lines[0].contains { $0.contains("(403): The certificate has changed") })
    #expect(pair.tones[1].isEmpty)
  }

  @Test("a signaling server that puts its own certificate into a description is refused by the side that reads it")
  func swappedOnTheWay() throws {
    func swapped(_ text: String) -> String {
      let mark = "a=fingerprint:sha-256 "
      let parts = text.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return text }
      return parts[0] + mark + (parts[1].hasPrefix("00") ? "01" : "00") + parts[1].dropFirst(2)
    }
    let offers = pair()
    offers.changing = swapped
    offers.command(0, .call([]))
    offers.run(milliseconds: 500)
    #expect(offers.states == [.idle, .idle] && offers.stations[1].counters.changedCertificates == 1)
    let answers = pair()
    answers.changingAnswer = swapped
    answers.command(0, .call([]))
    answers.run(milliseconds: 500)
    #expect(answers.states == [.idle, .idle] && answers.stations[0].counters.changedCertificates == 1)
  }

  @Test("a certificate is who it is, whatever name comes with it; a paired device's too")
  func certificateGoesFirst() throws {
    var alpha = PeerSetting()
    alpha.name = "alpha"
    alpha.fingerprint = certificate(1)
    let book = PinBook([alpha], [KnownDevice(name: "Anna", fingerprint: certificate(5))])
    #expect(book.holder(of: certificate(1), named: "Mallory") == .peer("alpha"))
    #expect(book.holder(of: certificate(5), named: "alpha") == .device("Anna"))
    #expect(book.holder(of: certificate(6), named: "alpha") == .changed("alpha"))
    #expect(book.holder(of: nil, named: "alpha") == .changed("alpha"))
    #expect(book.holder(of: certificate(6), named: "Anna") == .changed("Anna"))
    #expect(book.holder(of: certificate(6), named: "Bob") == .unknown)
    #expect(book.holder(of: certificate(6), named: "") == .unknown)
    var plain = PeerSetting()
    plain.name = "Anna"
    let paired = PinBook([plain], [KnownDevice(name: "Anna", fingerprint: certificate(5))])
    #expect(paired.holder(of: certificate(5), named: "x") == .peer("Anna") && paired.pins(of: "Anna").count == 1)
    var own = plain
    own.fingerprint = certificate(4)
    let both = PinBook([own], [KnownDevice(name: "Anna", fingerprint: certificate(5))])
    #expect(both.holder(of: certificate(5), named: "Anna") == .changed("Anna"))
    #expect(both.pins(of: "Anna") == [certificate(4)])
  }

  @Test("claiming a name, or knowing its session, takes no call of a known certificate over")
  func noTakingOver() throws {
    let pair = pair()
    pair.command(0, .call([]))
    pair.run(until: [.connected, .connected], seconds: 1)
    let offer = try foreignOffer()
    #expect(pair.exchange(post(offer, "Intercom-Name: alpha\r\n"), with: 1).hasPrefix("HTTP/1.1 403"))
    #expect(
      pair.exchange(post(offer, "Intercom-Name: alpha\r\nIntercom-Return: ?1\r\n"), with: 1).hasPrefix("HTTP/1.1 403"))
    var session = ""
    pair.stations[0].handleClient(inSlot: 0) { session = $0.session?.target ?? "" }
    #expect(session.hasPrefix("/call/"))
    #expect(pair.exchange(post(offer, "Intercom-Replaces: \(session)\r\n"), with: 1).hasPrefix("HTTP/1.1 503"))
    #expect(pair.states == [.connected, .connected])
    pair.run(milliseconds: 500)
    #expect(pair.states == [.connected, .connected] && pair.stations[1].counters.changedCertificates == 2)
  }

  @Test("where nobody is let in who is not known, a stranger is told how to pair, and a known certificate is enough")
  func unauthorized() throws {
    let pair = pair()
    pair.principal = .anonymous
    let answer = pair.exchange(post(try foreignOffer()), with: 1)
    #expect(answer.hasPrefix("HTTP/1.1 401") && answer.contains("WWW-Authenticate: Bearer") && answer.contains("code"))
    #expect(pair.stations[1].counters.unknownCallers == 1 && pair.states[1] == .idle)
    pair.stations[1].setKnownDevices([KnownDevice(name: "Anna", fingerprint: certificate(9))])
    #expect(pair.exchange(post(try foreignOffer()), with: 1).hasPrefix("HTTP/1.1 201"))
    #expect(pair.stations[1].model.party?.name == "Anna")
    pair.command(1, .hangUp)
    pair.run(milliseconds: 100)
    pair.command(0, .call([]))
    pair.run(until: [.connected, .connected], seconds: 1)
  }
}
