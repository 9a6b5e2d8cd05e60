// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Pages as callees, pages that are reloaded, callers that wait, the bell and the pairing button.

import Config
import Core
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

@Suite("Visitors")
struct VisitorTests {
  /// An offer of somebody's own.
  private func offer(_ seed: UInt64 = 9) throws -> String {
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

  private func location(_ answer: String) throws -> String {
    let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Location: ") })
    return String(line.dropFirst(10))
  }

  // MARK: Pages

  @Test("calling everybody rings the open pages too; the page that answers has the call, and others come too late")
  func pageAnswers() throws {
    let pair = StationPair()
    pair.stations[1].setPagesListening(2, at: pair.now)
    pair.command(1, .call([]))
    pair.run(milliseconds: 50)
    #expect(pair.states == [.ringing, .calling])
    let ring = try #require(pair.stations[1].ring)
    #expect(pair.outputs[1] == ["ring \(ring)"])
    #expect(pair.exchange(post(try offer(), "Intercom-Ring: \(ring)9\r\n"), with: 1).hasPrefix("HTTP/1.1 403"))
    pair.principal = .anonymous
    #expect(pair.exchange(post(try offer(), "Intercom-Ring: \(ring)\r\n"), with: 1).hasPrefix("HTTP/1.1 401"))
    pair.principal = .everybody
    let answer = pair.exchange(post(try offer(), "Intercom-Name: page\r\nIntercom-Ring: \(ring)\r\n"), with: 1)
    #expect(answer.hasPrefix("HTTP/1.1 201"))
    #expect(pair.outputs[1] == ["ring \(ring)", "over \(ring)"] && pair.stations[1].ring == nil)
    pair.run(milliseconds: 1_000)
    #expect(pair.states == [.idle, .connecting], "the peer is no longer called")
    let late = pair.exchange(post(try offer(), "Intercom-Ring: \(ring)\r\n"), with: 1)
    #expect(late.hasPrefix("HTTP/1.1 403") && late.contains("The ring is over"))
  }

  @Test("pages ring as long as a call rings; with no page and no peer there is nobody to call, and a tone says so")
  func nobodyAnswers() {
    let pair = StationPair { $0.peers = [] }
    #expect(throws: CommandRefusal.nobodyToCall) {
      try pair.stations[0].handle(.call([]), by: .hardware, isMuted: false, at: pair.now)
    }
    pair.run(milliseconds: 1)
    #expect(pair.tones[0] == [.error] && pair.states[0] == .idle)
    pair.stations[0].setPagesListening(1, at: pair.now)
    pair.command(0, .call([]))
    pair.run(milliseconds: 29_000)
    #expect(pair.states[0] == .calling)
    pair.run(milliseconds: 1_100)
    #expect(pair.states[0] == .idle && pair.tones[0] == [.error, .ringback, .busy])
    #expect(pair.outputs[0].count == 2 && pair.outputs[0][1].hasPrefix("over "))
  }

  @Test("a page opened while everybody is called rings; when the last one is closed, the ring ends a moment later")
  func pagesComeAndGo() throws {
    let pair = StationPair()
    pair.command(1, .call([]))
    pair.run(milliseconds: 50)
    #expect(pair.stations[1].ring == nil)
    pair.stations[1].setPagesListening(1, at: pair.now)
    pair.run(milliseconds: 1)
    let ring = try #require(pair.stations[1].ring)
    // It is reloaded.
    pair.stations[1].setPagesListening(0, at: pair.now)
    pair.run(milliseconds: 4_900)
    pair.stations[1].setPagesListening(1, at: pair.now)
    pair.run(milliseconds: 5_000)
    #expect(pair.stations[1].ring == ring && pair.outputs[1] == ["ring \(ring)"])
    pair.stations[1].setPagesListening(0, at: pair.now)
    pair.run(milliseconds: 4_900)
    #expect(pair.stations[1].ring == ring)
    pair.run(milliseconds: 200)
    #expect(pair.stations[1].ring == nil && pair.outputs[1] == ["ring \(ring)", "over \(ring)"])
    #expect(pair.states == [.ringing, .calling], "the peer is called on")
  }

  @Test("only pages were called, and the last one is closed: the call is given up, and a tone says so")
  func onlyPagesGo() {
    let pair = StationPair { $0.peers = [] }
    pair.stations[0].setPagesListening(1, at: pair.now)
    pair.command(0, .call([]))
    pair.run(milliseconds: 50)
    pair.stations[0].setPagesListening(0, at: pair.now)
    pair.run(milliseconds: 5_100)
    #expect(pair.states[0] == .idle && pair.tones[0] == [.ringback, .error] && pair.stations[0].ring == nil)
  }

  @Test("the pages' ring is over when the program ends")
  func endingEndsTheRing() {
    let pair = StationPair { $0.peers = [] }
    pair.stations[0].setPagesListening(1, at: pair.now)
    pair.command(0, .call([]))
    pair.run(milliseconds: 50)
    pair.end(0)
    #expect(pair.outputs[0].count == 2 && pair.outputs[0][1].hasPrefix("over ") && pair.stations[0].ring == nil)
  }

  // MARK: A page that is reloaded

  @Test("a page that is reloaded gets its call back at once, while the old one is up and when the page has ended it")
  func reload() throws {
    let pair = StationPair()
    pair.stations[1].setPagesListening(1, at: pair.now)
    let first = pair.exchange(post(try offer(), ""), with: 1, milliseconds: 5)
    #expect(first.isEmpty && pair.states[1] == .ringing)
    pair.command(1, .answer)
    pair.run(milliseconds: 5)
    pair.command(1, .hangUp)
    pair.run(milliseconds: 5)
    pair.command(1, .call([]))
    pair.run(milliseconds: 5)
    let ring = try #require(pair.stations[1].ring)
    let session = try location(pair.exchange(post(try offer(), "Intercom-Ring: \(ring)\r\n"), with: 1))
    // The old one is up.
    let second = pair.exchange(post(try offer(10), "Intercom-Replaces: \(session)\r\n"), with: 1)
    #expect(second.hasPrefix("HTTP/1.1 201") && pair.stations[1].incomingCount == 1)
    let next = try location(second)
    #expect(pair.exchange("DELETE \(next) HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n", with: 1).hasPrefix("HTTP/1.1 200"))
    #expect(pair.states[1] == .idle)
    // The page has ended it.
    pair.run(milliseconds: 29_000)
    let third = pair.exchange(post(try offer(11), "Intercom-Replaces: \(next)\r\n"), with: 1)
    #expect(third.hasPrefix("HTTP/1.1 201") && pair.states[1] == .connecting)
    // Whoever else knows no token gets nothing, and a call that was ended here is over.
    let wrong = pair.exchange(post(try offer(12), "Intercom-Replaces: /call/0123\r\n"), with: 1)
    #expect(wrong.hasPrefix("HTTP/1.1 404"))
    pair.command(1, .hangUp)
    pair.run(milliseconds: 5)
    let over = pair.exchange(post(try offer(13), "Intercom-Replaces: \(try location(third))\r\n"), with: 1)
    #expect(over.hasPrefix("HTTP/1.1 404"))
  }

  // MARK: Waiting

  @Test("who calls during a call waits, is told of by a soft tone, and rings when the call is over; a third is busy")
  func waits() throws {
    let pair = StationPair { $0.call.busy = .wait }
    pair.command(0, .call([]))
    pair.run(milliseconds: 50)
    pair.command(1, .answer)
    pair.run(until: [.connected, .connected], seconds: 1)
    #expect(pair.exchange(post(try offer(), "Intercom-Name: Anna\r\n"), with: 1).isEmpty)
    #expect(pair.stations[1].model.waitingCount == 1 && pair.states[1] == .connected)
    #expect(pair.exchange(post(try offer(10), "Intercom-Name: Bob\r\n"), with: 1).hasPrefix("HTTP/1.1 503"))
    pair.run(milliseconds: 10_100)
    #expect(pair.tones[1].filter { $0 == .waiting }.count == 2)
    pair.command(0, .hangUp)
    pair.run(milliseconds: 50)
    #expect(pair.states == [.idle, .ringing] && pair.stations[1].model.party?.name == "Anna")
    pair.command(1, .answer)
    pair.run(milliseconds: 20)
    #expect(pair.states[1] == .connecting)
  }

  @Test("nobody waits longer than a call rings, and nobody at all who is not to disturb")
  func waitsInVain() throws {
    let pair = StationPair { $0.call.busy = .wait }
    pair.command(0, .call([]))
    pair.run(milliseconds: 50)
    pair.command(1, .answer)
    pair.run(until: [.connected, .connected], seconds: 1)
    let answer = pair.exchange(post(try offer(), "Intercom-Name: Anna\r\n"), with: 1, milliseconds: 30_010)
    #expect(answer.hasPrefix("HTTP/1.1 504") && pair.stations[1].model.waitingCount == 0)
    pair.command(1, .setDoNotDisturb(true))
    #expect(pair.exchange(post(try offer(10), "Intercom-Name: Bob\r\n"), with: 1).hasPrefix("HTTP/1.1 503"))
    #expect(pair.states == [.connected, .connected])
  }

  // MARK: Bell and pairing

  @Test(
    "anybody may ring the bell: a chime, softer in a call, none over a ring, and none at all when not to be disturbed")
  func bell() throws {
    let pair = StationPair()
    try pair.stations[1].handle(.ringBell, by: .remote, isMuted: false, at: pair.now)
    pair.run(milliseconds: 1)
    #expect(pair.tones[1] == [.chime] && pair.outputs[1] == ["bell"])
    pair.command(0, .call([]))
    pair.run(milliseconds: 50)
    pair.command(1, .ringBell)
    pair.run(milliseconds: 1)
    #expect(pair.tones[1] == [.chime, .ring] && pair.outputs[1].count == 2)
    pair.command(1, .answer)
    pair.run(until: [.connected, .connected], seconds: 1)
    pair.command(1, .ringBell)
    pair.run(milliseconds: 1)
    #expect(pair.tones[1] == [.chime, .ring, .connected, .waiting])
    pair.command(1, .setDoNotDisturb(true))
    pair.command(1, .ringBell)
    pair.run(milliseconds: 1)
    #expect(pair.tones[1].count == 4 && pair.outputs[1].count == 3)
  }

  @Test("pairing is opened at the device: by its button for talking, never by a command from afar")
  func pairing() throws {
    var button = ButtonSetting()
    button.role = .pair
    button.press = .long
    #expect(StationCommand(button, isPressed: true) == .openPairing(.talk))
    #expect(StationCommand(button, isPressed: false) == nil)
    let pair = StationPair()
    pair.command(0, .openPairing(.talk))
    try pair.stations[0].handle(.openPairing(.admin), by: .local, isMuted: false, at: pair.now)
    #expect(throws: CommandRefusal.notFromAfar) {
      try pair.stations[0].handle(.openPairing(.talk), by: .remote, isMuted: false, at: pair.now)
    }
    pair.run(milliseconds: 1)
    #expect(pair.outputs[0] == ["pair talk", "pair admin"])
  }
}
