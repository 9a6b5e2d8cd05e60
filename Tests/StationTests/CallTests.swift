// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whole calls by HTTP, from the button to the goodbye: signaling and voice on both sides, in virtual time.

import Core
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

@Suite("Calls by HTTP")
struct CallTests {
  /// Whether each side hears the other's tone.
  private func expectVoice(_ hall: Hall, from: Instant, to: Instant) {
    for (side, hertz) in [(0, 700), (1, 440)] {
      let sound = hall.call.sides[side].played
      let level = sound.level(from: from, to: to).hundredths
      let found = sound.hertz(from: from, to: to)
      #expect(abs(level + 2000) < 150, "side \(side) hears \(level) hundredths of a dBFS")
      #expect(abs(found - hertz) < 5, "side \(side) hears \(found) Hz")
    }
  }

  /// A call that is up.
  private func placedHall(_ plan: VirtualCallPlan = VirtualCallPlan(seed: 1)) throws -> Hall {
    let hall = try Hall(plan)
    try hall.place()
    hall.run(until: ms(300))
    #expect(hall.placed.phase == .up)
    #expect(hall.station.incomingCount == 1)
    return hall
  }

  @Test("a call is offered, answered at once with 201, heard both ways, and ended by the caller with DELETE")
  func wholeCall() throws {
    let hall = try placedHall()
    #expect(hall.answeredAt <= ms(2), "nothing was to be waited for")
    hall.run(until: ms(1_500))
    expectVoice(hall, from: ms(500), to: ms(1_500))
    #expect(hall.placed.wasUp)
    hall.hangUp()
    hall.run(until: ms(1_600))
    #expect(hall.placed.phase == .over(.hungUp))
    #expect(hall.methods.first == "POST")
    #expect(hall.methods.last == "DELETE")
    #expect(hall.statuses.first == 201)
    #expect(hall.statuses.last == 200 || hall.statuses.last == 404)
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    for side in 0...1 {
      let connections = hall.call.sides[side].service.connections
      #expect(connections.isEmpty)
    }
    #expect(hall.callerLines.contains("call: connected"))
    #expect(hall.deskLines.contains("call 1: connected"))
  }

  @Test("candidates found after the offer follow in a fragment, which is accepted with 204")
  func trickle() throws {
    var plan = VirtualCallPlan(seed: 2)
    plan.trickleDelay = .milliseconds(50)
    let hall = try Hall(plan)
    try hall.place()
    hall.run(until: ms(1_000))
    #expect(hall.methods.contains("PATCH"))
    #expect(hall.statuses.contains(204))
    #expect(!hall.statuses.contains { $0 >= 400 })
    #expect(hall.placed.phase == .up)
    expectVoice(hall, from: ms(600), to: ms(1_000))
  }

  @Test("the answering side hangs up, and the caller's call is over by it")
  func hangUpThere() throws {
    let hall = try placedHall()
    let id = try #require(hall.call.sides[1].service.connections.first)
    hall.call.with(1) { $0.closeConnection(id, at: hall.now) }
    hall.run(until: ms(400))
    #expect(hall.placed.phase == .over(.farSideHungUp))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    // It may be called again.
    let offer = try freshOffer(hall)
    #expect(hall.exchange(post(offer)).hasPrefix("HTTP/1.1 201"))
  }

  @Test("the media's goodbye that is lost does not keep a call up: DELETE ends it")
  func deleteAlone() throws {
    let hall = try placedHall()
    hall.call.network.isCut = true
    hall.hangUp()
    hall.run(until: ms(400))
    #expect(hall.placed.phase == .over(.hungUp))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.deskLines.contains("call 1: the caller hung up"))
  }

  @Test("a far side that vanishes ends the call after 30 s, with the reason, on both sides")
  func vanishes() throws {
    let hall = try placedHall()
    for side in hall.call.sides { side.keepsSound = false }
    hall.call.network.isCut = true
    hall.run(until: ms(40_000))
    #expect(hall.placed.phase == .over(.lost(.consentExpired)))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    #expect(hall.deskLines.contains("call 1: \(PeerError.consentExpired.text)"))
  }

  private func serverPlan() -> VirtualCallPlan {
    var plan = VirtualCallPlan(seed: 5)
    plan.iceServers = [ICEServer(host: "stun.example")]
    return plan
  }

  /// A hall whose answering side has resolved its server's name for an earlier call; the server is silent.
  private func knowingHall() throws -> Hall {
    let hall = try Hall(serverPlan())
    try hall.call.with(1) { (service) throws(VOIPError) in
      let id = try service.createConnection(roomID: "r", userID: "u", at: hall.now)
      service.serverResolved(index: 0, to: [Endpoint(.v4(192, 0, 2, 1), port: 3478)], at: hall.now)
      service.closeConnection(id, at: hall.now)
    }
    return hall
  }

  // MARK: Refusals

  /// An offer of a service of its own.
  private func freshOffer(_ hall: Hall) throws -> String {
    let other = Hall.Call(
      plan: VirtualCallPlan(seed: 99), identities: [.init(seed: 9)], makeEncoder: { PassThroughEncoder() },
      makeDecoder: { PassThroughDecoder() })
    return try other.with(0) { (service) throws(VOIPError) in
      let id = try service.createConnection(roomID: "r", userID: "u", at: other.now)
      return try service.createOffer(on: id, at: other.now)
    }
  }

  @Test("no SDP is refused with 400, one that cannot be honoured with 422, and neither leaves anything behind")
  func refusals() throws {
    let hall = try Hall()
    let offer = try freshOffer(hall)
    #expect(hall.exchange(post("hello")).hasPrefix("HTTP/1.1 400"))
    #expect(hall.exchange(post(offer.replacing("opus", with: "speex"))).hasPrefix("HTTP/1.1 422"))
    #expect(hall.exchange(post(offer.replacing("a=fingerprint", with: "a=x"))).hasPrefix("HTTP/1.1 422"))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    let connections = hall.call.sides[1].service.connections
    #expect(connections.isEmpty)
    #expect(hall.exchange(post(offer)).hasPrefix("HTTP/1.1 201"))
  }

  @Test("a second call is refused with 503 and Retry-After, and a place that becomes free is taken")
  func busy() throws {
    let hall = try Hall()
    let offer = try freshOffer(hall)
    let answer = hall.exchange(post(offer))
    #expect(answer.hasPrefix("HTTP/1.1 201"))
    let refused = hall.exchange(post(offer))
    #expect(refused.hasPrefix("HTTP/1.1 503"))
    #expect(refused.contains("\r\nRetry-After: 10\r\n"))
    let location = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Location: ") }).dropFirst(10)
    #expect(hall.exchange("DELETE \(location) HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    #expect(hall.exchange(post(offer)).hasPrefix("HTTP/1.1 201"))
  }

  // MARK: Ringing

  @Test("a call rings until somebody answers, is then answered at once, and its caller's name is known")
  func rings() throws {
    let hall = try Hall(answer: .ring, callerName: "Gärten & Tor")
    try hall.place()
    hall.run(until: ms(20_000))
    #expect(hall.answeredAt == .never && hall.station.model.state == .ringing)
    let id = try #require(hall.call.sides[1].service.connections.first)
    #expect(hall.call.sides[1].service.names(of: id)?.userID == "Gärten & Tor")
    #expect(hall.deskLines.contains("\"Gärten & Tor\" at 10.0.0.1 calls"))
    hall.command(.answer)
    hall.run(until: ms(20_300))
    #expect(hall.answeredAt < ms(20_002))
    #expect(hall.placed.phase == .up && hall.station.model.state == .connected)
    let tones = hall.outputs.compactMap { if case .playTone(let tone) = $0 { tone } else { nil } }
    #expect(tones == [.ring, .connected])
  }

  @Test("nobody's answer is 504, a person's refusal 403; the caller learns which")
  func unanswered() throws {
    for (isRefused, status, end) in [(false, 504, 30_000), (true, 403, 5_000)] {
      let hall = try Hall(answer: .ring)
      try hall.place()
      hall.run(until: ms(5_000))
      if isRefused { hall.command(.hangUp) }
      hall.run(until: ms(end + 100))
      #expect(hall.statuses == [status])
      guard case .over(.refused) = hall.placed.phase else {
        Issue.record("the call is not over")
        return
      }
      #expect(hall.station.model.state == .idle && hall.station.incomingCount == 0 && hall.web.sessionCount == 0)
      let connections = hall.call.sides[1].service.connections
      #expect(connections.isEmpty)
    }
  }

  @Test("a caller that hangs up while it rings there stops the ringing half a second later")
  func ringingEnds() throws {
    let hall = try Hall(answer: .ring)
    try hall.place()
    hall.run(until: ms(5_000))
    hall.hangUp()
    hall.run(until: ms(5_000 + Limits.callTakeBackMilliseconds + 10))
    #expect(hall.placed.phase == .over(.hungUp) && hall.station.model.state == .idle)
    guard case .stopTone? = hall.outputs.last else {
      Issue.record("it rings on")
      return
    }
  }

  @Test("a fragment of another ICE generation is refused with 422, a broken one with 400; the call goes on")
  func badFragments() throws {
    let hall = try Hall()
    let answer = hall.exchange(post(try freshOffer(hall)))
    func field(_ name: String) -> String {
      String(answer.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }?.dropFirst(name.count + 2) ?? "")
    }
    func patch(_ body: String) -> String {
      hall.exchange(
        "PATCH \(field("Location")) HTTP/1.1\r\nHost: 10.0.0.2\r\nIf-Match: \(field("ETag"))\r\n"
          + "Content-Type: application/trickle-ice-sdpfrag\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    let restart = "a=ice-ufrag:otherone\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio 9 X 0\r\na=mid:0\r\n"
    #expect(patch(restart).hasPrefix("HTTP/1.1 422"))
    #expect(patch("hello").hasPrefix("HTTP/1.1 400"))
    #expect(hall.station.incomingCount == 1)
  }

  @Test("a caller that goes away before its answer leaves nothing behind")
  func callerGone() throws {
    let hall = try knowingHall()
    hall.abandon(post(try freshOffer(hall)))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    let connections = hall.call.sides[1].service.connections
    #expect(connections.isEmpty)
    #expect(hall.deskLines.last == "call 2: the caller went away before the answer")
  }

  @Test("a caller that never reads its answer occupies a place until no route is found, 40 s, and no longer")
  func answerUnread() throws {
    let hall = try Hall()
    hall.abandon(post(try freshOffer(hall)))
    hall.call.sides[1].keepsSound = false
    hall.run(until: ms(39_000))
    #expect(hall.station.incomingCount == 1)
    hall.run(until: ms(50_000))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    #expect(hall.deskLines.contains("call 1: \(PeerError.noRoute.text)"))
  }

  @Test("a refused call is over for its caller, with the far side's sentence")
  func refusedCaller() throws {
    let hall = try Hall()
    hall.changing = { $0.replacing("opus/48000", with: "abcd/48000") }
    try hall.place()
    hall.run(until: ms(100))
    guard case .over(.refused(let error)) = hall.placed.phase else {
      Issue.record("the call is not refused")
      return
    }
    #expect(error.text.contains("422"))
    let connections = hall.call.sides[0].service.connections
    #expect(connections.isEmpty)
  }

  @Test("a far side that is not there ends the call at once")
  func unreachable() throws {
    let hall = try Hall()
    hall.isReachable = false
    try hall.place()
    hall.run(until: ms(100))
    guard case .over(.refused(.connection)) = hall.placed.phase else {
      Issue.record("the call is not over")
      return
    }
    #expect(!hall.placed.wasUp)
    let connections = hall.call.sides[0].service.connections
    #expect(connections.isEmpty)
  }

  // MARK: The answer's moment

  @Test("while no server's name is resolved the answer waits for none")
  func answersAtOnce() throws {
    let hall = try Hall(serverPlan())
    try hall.place()
    hall.run(until: ms(300))
    #expect(hall.answeredAt <= ms(2))
    #expect(hall.placed.phase == .up)
  }

  @Test("with a known server that is silent the answer waits for its patience, and no longer")
  func answersAfterPatience() throws {
    let hall = try knowingHall()
    try hall.place()
    hall.run(until: ms(Limits.answerPatienceMilliseconds + 300))
    #expect(hall.answeredAt >= ms(Limits.answerPatienceMilliseconds))
    #expect(hall.answeredAt <= ms(Limits.answerPatienceMilliseconds + 3))
    #expect(hall.placed.phase == .up)
  }

  @Test("who hangs up while the far side still makes up its mind takes the call back")
  func hangUpEarly() throws {
    let hall = try knowingHall()
    try hall.place()
    hall.run(until: ms(5))
    #expect(hall.answeredAt == .never)
    hall.hangUp()
    hall.run(until: ms(5_000))
    #expect(hall.placed.phase == .over(.hungUp))
    #expect(hall.station.incomingCount == 0)
    #expect(hall.web.sessionCount == 0)
    for side in 0...1 {
      let connections = hall.call.sides[side].service.connections
      #expect(connections.isEmpty)
    }
  }
}
