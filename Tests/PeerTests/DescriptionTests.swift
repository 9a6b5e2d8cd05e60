// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Descriptions, candidates and fragments: orders, errors, and what a refusal leaves behind.

import Core
import Peer
import SDP
import SelfTest
import Testing

@Suite("Descriptions of a connection")
struct DescriptionTests {
  private func makePair() -> PeerPair<ClearChannel> {
    let pair = PeerPair<ClearChannel>([.init(seed: 1), .init(seed: 2)])
    pair.bind()
    return pair
  }

  private let wrongOrder = PeerError.wrongOrder.text

  @Test("every step out of order is refused, and the call is made all the same")
  func orders() throws {
    let pair = makePair()
    #expect(refusal { () throws(PeerError) in try pair.setAnswer("v=0") } == wrongOrder)
    #expect(refusal { () throws(PeerError) in try pair.addFragment("a=ice-ufrag:abcd\r\n", to: 0) } == wrongOrder)
    let noOffer = refusal { () throws(PeerError) in
      _ = try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) }
    }
    #expect(noOffer == wrongOrder)
    let noHead = refusal { () throws(PeerError) in
      _ = try pair.with(0) { (side) throws(PeerError) in try side.fragmentHead() }
    }
    #expect(noHead == wrongOrder)
    let offer = try pair.with(0) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    try pair.setOffer(offer)
    #expect(refusal { () throws(PeerError) in try pair.setOffer(offer) } == wrongOrder)
    let second = refusal { () throws(PeerError) in
      _ = try pair.with(1) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    }
    #expect(second == wrongOrder)
    let answer = try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) }
    try pair.setAnswer(answer)
    #expect(refusal { () throws(PeerError) in try pair.setAnswer(answer) } == wrongOrder)
    pair.run(until: ms(50))
    #expect(pair.state(0) == .connected)
    #expect(pair.state(1) == .connected)
  }

  @Test(
    "a bad offer is refused by name, and a good one is taken after it",
    arguments: [
      ("a=fingerprint", "a=x", SDPError.noFingerprint), ("a=ice-ufrag", "a=x", .noICECredentials),
      ("opus/48000/2", "speex/8000", .noOpus), ("UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP", .unsupportedProtocol),
      ("m=audio", "m=video", .noAudio), ("a=rtcp-mux", "a=x", .noRTCPMux),
    ])
  func badOffers(old: String, new: String, error: SDPError) throws {
    let pair = makePair()
    let offer = try pair.with(0) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    let text = refusal { () throws(PeerError) in try pair.setOffer(offer.replacing(old, with: new)) }
    #expect(text == PeerError.description(error).text)
    #expect(pair.state(1) == .new)
    try pair.setOffer(offer)
    let answer = try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) }
    #expect(!refusal { () throws(PeerError) in try pair.setAnswer("v=0\r\nx") }.isEmpty)
    #expect(!refusal { () throws(PeerError) in try pair.setAnswer(answer.replacing("a=ice-pwd", with: "a=x")) }.isEmpty)
    try pair.setAnswer(answer)
    pair.run(until: ms(50))
    #expect(pair.state(1) == .connected)
  }

  @Test("fragments carry candidates both ways; one of another generation or a broken one is refused and harms nothing")
  func fragments() throws {
    let pair = PeerPair<ClearChannel>([.init(seed: 1), .init(seed: 2)])
    let offer = try pair.with(0) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    let head = try pair.with(0) { (side) throws(PeerError) in try side.fragmentHead() }
    try pair.setOffer(offer)
    try pair.setAnswer(try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) })
    pair.run(until: ms(1_000))
    #expect(pair.state(0) == .connecting)
    #expect(pair.sent.isEmpty)
    pair.bind()
    pair.run(until: ms(1_100))
    #expect(pair.sent.isEmpty, "nobody knows whereto")
    let candidate = try #require(pair.candidates[0].first)
    let restart = head.replacing("a=ice-ufrag:", with: "a=ice-ufrag:other") + "a=\(candidate)\r\n"
    #expect(refusal { () throws(PeerError) in try pair.addFragment(restart, to: 1) } == PeerError.restartRefused.text)
    #expect(!refusal { () throws(PeerError) in try pair.addFragment("hello", to: 1) }.isEmpty)
    pair.run(until: ms(1_200))
    #expect(pair.sent.isEmpty)
    // Unusable candidates are passed over.
    let mixed = head + "a=candidate:1 1 tcp 1 10.0.0.9 9 typ host\r\na=\(candidate)\r\na=end-of-candidates\r\n"
    try pair.addFragment(mixed, to: 1)
    #expect(pair.counters(1).unusableCandidates == 1)
    pair.run(until: ms(1_300))
    #expect(pair.state(0) == .connected)
    #expect(pair.state(1) == .connected)
  }

  @Test("a far side that only listens or only speaks is taken at its word", arguments: ["sendonly", "recvonly"])
  func directions(direction: String) throws {
    let pair = makePair()
    try pair.exchange { $0.replacing("a=sendrecv", with: "a=\(direction)") }
    pair.run(until: ms(100))
    #expect(pair.state(1) == .connected)
    #expect(pair.speak(1) == (direction == "recvonly"))
    let takes = pair.with(1) { $0.takesVoice }
    #expect(takes == (direction == "recvonly"))
  }

  @Test(
    "what we offer one way is answered the other way, and only that voice flows", arguments: VoiceDirection.allCases)
  func offeredDirections(direction: VoiceDirection) throws {
    let pair = makePair()
    let offer = try pair.with(0) { (side) throws(PeerError) in
      try side.createOffer(direction: direction, at: pair.now)
    }
    try pair.setOffer(offer)
    let answer = try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) }
    try pair.setAnswer(answer)
    pair.run(until: ms(100))
    let words = [VoiceDirection.bothWays: "sendrecv", .onlySends: "sendonly", .onlyReceives: "recvonly"]
    let answers = [VoiceDirection.bothWays: "sendrecv", .onlySends: "recvonly", .onlyReceives: "sendonly"]
    #expect(offer.contains("a=\(words[direction]!)\r\n") && answer.contains("a=\(answers[direction]!)\r\n"))
    #expect(pair.state(0) == .connected && pair.state(1) == .connected)
    #expect(pair.speak(0) == (direction != .onlyReceives))
    #expect(pair.speak(1) == (direction != .onlySends))
    for side in 0...1 {
      let (takes, receives) = pair.with(side) { ($0.takesVoice, $0.receivesVoice) }
      #expect(takes == (direction != (side == 0 ? .onlyReceives : .onlySends)))
      #expect(receives == (direction != (side == 0 ? .onlySends : .onlyReceives)))
    }
  }

  @Test("a description after which nothing could flow is refused, as an offer and as an answer")
  func inactive() throws {
    let pair = makePair()
    let offer = try pair.with(0) { (side) throws(PeerError) in
      try side.createOffer(direction: .onlySends, at: pair.now)
    }
    let wanted = PeerError.description(.inactive).text
    #expect(
      refusal { () throws(PeerError) in try pair.setOffer(offer.replacing("a=sendonly", with: "a=inactive")) } == wanted
    )
    try pair.setOffer(offer)
    let answer = try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) }
    for word in ["a=inactive", "a=sendonly"] {
      #expect(
        refusal { () throws(PeerError) in try pair.setAnswer(answer.replacing("a=recvonly", with: word)) } == wanted)
    }
    try pair.setAnswer(answer)
  }

  @Test("the fingerprint that a description holds a connection to is known on both sides, and before there is one")
  func remoteFingerprints() throws {
    let pair = makePair()
    let offer = try pair.with(0) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    let inOffer = offer.withByteView { Connection<ClearChannel>.fingerprint(in: $0) }
    #expect(inOffer == ClearChannel.fingerprint(of: .init(seed: 1)))
    #expect("v=0\r\n".withByteView { Connection<ClearChannel>.fingerprint(in: $0) } == nil)
    #expect(pair.with(1) { $0.remoteFingerprint } == nil)
    try pair.setOffer(offer)
    #expect(pair.with(1) { $0.remoteFingerprint } == inOffer)
    try pair.setAnswer(try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) })
    #expect(pair.with(0) { $0.remoteFingerprint } == ClearChannel.fingerprint(of: .init(seed: 2)))
  }

  @Test("a connection that is closed between offer and answer takes neither")
  func closed() throws {
    let pair = makePair()
    let offer = try pair.with(0) { (side) throws(PeerError) in try side.createOffer(at: pair.now) }
    try pair.setOffer(offer)
    pair.with(1) { $0.close(at: pair.now) }
    let text = refusal { () throws(PeerError) in
      _ = try pair.with(1) { (side) throws(PeerError) in try side.createAnswer(at: pair.now) }
    }
    #expect(text == wrongOrder)
    pair.run(until: ms(1_000))
    #expect(pair.sent.isEmpty)
  }
}
