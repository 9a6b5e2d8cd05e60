// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Calls whose messages are handed on by somebody else, over two whole services in virtual time.

import Core
import Foundation
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

/// Two carried calls and a carrier between them. Side 0 offers, side 1 answers.
private final class Carrier {
  typealias Call = VirtualCall<ClearChannel, PassThroughEncoder, PassThroughDecoder>

  let call: Call
  var ends = [CarriedCall(), CarriedCall()]
  /// What each side has written.
  var written: [[StdioMessage]] = [[], []]
  /// What each side has refused.
  var refused: [[String]] = [[], []]
  /// Whether messages are handed on.
  var carries = true
  private var seen = [0, 0]

  init(trickling: Bool = false) throws {
    var plan = VirtualCallPlan(seed: 1)
    if trickling { plan.trickleDelay = .milliseconds(30) }
    call = Call(
      plan: plan, identities: [.init(seed: 1), .init(seed: 2)], makeEncoder: { PassThroughEncoder() },
      makeDecoder: { PassThroughDecoder() })
    for side in 0..<2 {
      try call.with(side) { (service) throws(VOIPError) in try ends[side].begin(service: &service, at: call.now) }
    }
  }

  func offer() throws {
    settle()
    try call.with(0) { (service) throws(VOIPError) in try ends[0].offer(service: &service, at: call.now) }
    settle()
  }

  /// Hands a message to a side, as if it came from outside.
  func hand(_ message: StdioMessage, to side: Int) {
    call.with(side) { service in
      do throws(CarriedCallError) { try ends[side].handle(message, service: &service, at: call.now) } catch {
        refused[side].append(error.text)
      }
    }
    settle()
  }

  func hangUp(_ side: Int) {
    call.with(side) { ends[side].hangUp(service: &$0, at: call.now) }
    settle()
  }

  func run(milliseconds: Int) {
    for _ in 0..<milliseconds {
      call.run(for: .milliseconds(1))
      settle()
    }
    #expect(!call.isStuck)
  }

  private func settle() {
    for side in 0..<2 {
      while seen[side] < call.sides[side].events.count {
        let event = call.sides[side].events[seen[side]].event
        seen[side] += 1
        call.with(side) { ends[side].handle(event, service: &$0, at: call.now) }
      }
      while let message = ends[side].pollMessage() {
        written[side].append(message)
        if carries { hand(message, to: 1 - side) }
      }
    }
  }

  /// The kinds of what a side wrote, states by their names.
  func kinds(_ side: Int) -> [String] {
    written[side].map {
      switch $0 {
      case .offer: "offer"
      case .answer: "answer"
      case .candidate(let text, let mid): text.isEmpty ? "end \(mid)" : "candidate \(mid)"
      case .bye(let reason): "bye: \(reason)"
      case .state(let state): state.state
      }
    }
  }
}

@Suite("Carried calls") struct CarriedCallTests {
  @Test("handing on every message makes a call, and hanging up ends it on both sides")
  func call() throws {
    let carrier = try Carrier()
    try carrier.offer()
    carrier.run(milliseconds: 500)
    #expect(carrier.ends[0].phase == .up && carrier.ends[1].phase == .up)
    #expect(carrier.kinds(0) == ["offer", "end 0", "connecting", "connected"])
    #expect(carrier.kinds(1) == ["answer", "end 0", "connecting", "connected"])
    if case .state(let state)? = carrier.written[0].last { #expect((state.quality ?? 0) > 90) }
    carrier.hangUp(0)
    carrier.run(milliseconds: 100)
    #expect(carrier.ends[0].phase == .over(.hungUp) && carrier.ends[1].phase == .over(.farSideHungUp))
    #expect(carrier.ends[0].wasUp && carrier.ends[1].wasUp)
    #expect(carrier.kinds(0).suffix(2) == ["closed", "bye: hung up"])
    #expect(carrier.refused == [[], []])
  }

  @Test("candidates found later are messages of their own")
  func trickle() throws {
    let carrier = try Carrier(trickling: true)
    try carrier.offer()
    carrier.run(milliseconds: 500)
    #expect(carrier.kinds(0).starts(with: ["offer", "connecting", "candidate 0", "end 0"]))
    #expect(carrier.kinds(1).starts(with: ["answer", "connecting", "candidate 0", "end 0"]))
    #expect(carrier.ends[0].phase == .up && carrier.ends[1].phase == .up)
  }

  @Test("the side that hears of the end by the media only says bye itself")
  func mediaGoodbye() throws {
    let carrier = try Carrier()
    try carrier.offer()
    carrier.run(milliseconds: 500)
    carrier.carries = false
    carrier.hangUp(0)
    carrier.run(milliseconds: 100)
    #expect(carrier.ends[1].phase == .over(.farSideHungUp))
    #expect(carrier.kinds(1).last == "bye: the far side hung up")
  }

  @Test("a bye is not answered by another")
  func bye() throws {
    let carrier = try Carrier()
    carrier.hand(.bye(reason: ""), to: 1)
    #expect(carrier.ends[1].phase == .over(.farSideHungUp))
    #expect(!carrier.ends[1].wasUp)
    #expect(carrier.kinds(1) == ["closed"])
    carrier.hand(.offer("v=0"), to: 1)
    #expect(carrier.refused[1].isEmpty, "what comes after the end is passed over")
  }

  @Test("a call that never began can be hung up")
  func hangUpEarly() throws {
    let carrier = try Carrier()
    carrier.hangUp(1)
    #expect(carrier.ends[1].phase == .over(.hungUp))
    #expect(carrier.kinds(1) == ["closed", "bye: hung up"])
  }

  @Test("messages out of order and of no use are refused, and the call is made all the same")
  func refusals() throws {
    let carrier = try Carrier()
    carrier.hand(.answer("v=0"), to: 1)
    carrier.hand(.offer("v=0"), to: 1)
    carrier.hand(.candidate("candidate:1 1 tcp 1 192.0.2.1 9 typ host", mid: "0"), to: 1)
    carrier.hand(.state(StdioState("connected")), to: 1)
    #expect(carrier.refused[1].count == 3)
    #expect(carrier.refused[1].first == CarriedCallError.answerUnexpected.text)
    try carrier.offer()
    guard case .offer(let offer)? = carrier.written[0].first else {
      Issue.record("no offer")
      return
    }
    carrier.hand(.offer(offer), to: 0)
    carrier.hand(.offer(offer), to: 1)
    #expect(carrier.refused[0] == [CarriedCallError.offerUnexpected.text])
    #expect(carrier.refused[1].last == CarriedCallError.offerUnexpected.text)
    carrier.run(milliseconds: 500)
    #expect(carrier.ends[0].phase == .up && carrier.ends[1].phase == .up)
  }

  @Test("candidates name the mid of the section that is accepted, not of one that is rejected")
  func mid() throws {
    let carrier = try Carrier(trickling: true)
    carrier.carries = false
    try carrier.offer()
    guard case .offer(let offer)? = carrier.written[0].first else {
      Issue.record("no offer")
      return
    }
    let lines = offer.components(separatedBy: "\r\n")
    let split = try #require(lines.firstIndex { $0.hasPrefix("m=audio") })
    let video = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=rtpmap:96 VP8/90000", "a=mid:picture"]
    let renamed = lines.map { $0.hasPrefix("a=group:BUNDLE") ? "a=group:BUNDLE voice" : $0 }
      .map { $0.hasPrefix("a=mid:") ? "a=mid:voice" : $0 }
    carrier.hand(.offer((renamed[..<split] + video + renamed[split...]).joined(separator: "\r\n")), to: 1)
    carrier.run(milliseconds: 100)
    #expect(carrier.refused[1].isEmpty)
    #expect(carrier.kinds(1).starts(with: ["answer", "connecting", "candidate voice", "end voice"]))
  }
}
