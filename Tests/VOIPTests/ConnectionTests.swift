// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Setting connections up and ending them: orders, refusals, what each side is told.

import Core
import Peer
import SelfTest
import Testing
import VOIP
import Voice

/// The error that `body` threw, as a sentence; empty when there was none.
func refusal(_ body: () throws(VOIPError) -> Void) -> String {
  do throws(VOIPError) {
    try body()
    return ""
  } catch { return error.text }
}

@Suite("Connections of a service")
struct ConnectionTests {
  @Test("a call goes through connecting to connected on both sides, and the voice is told of once")
  func states() throws {
    let (call, link, calleeID) = try placePlainCall(VirtualCallPlan(seed: 1), until: ms(500))
    #expect(call.sides[0].states(of: link.callerID) == [.connecting, .connected])
    #expect(call.sides[1].states(of: calleeID) == [.connecting, .connected])
    let talking = call.sides[0].events.filter { if case .remoteAudio(_, true) = $0.event { true } else { false } }
    #expect(talking.count == 1)
    let names = call.sides[1].service.names(of: calleeID)
    #expect(names?.roomID == "test")
    #expect(names?.userID == "caller")
    let pair = call.sides[0].service.selectedPair(of: link.callerID)
    #expect(pair?.local.type == "host")
    #expect(pair?.remote.endpoint == Endpoint("10.0.0.2:4000"))
  }

  @Test("either side closes, and the other knows at once", arguments: [0, 1])
  func close(side: Int) throws {
    let (call, link, calleeID) = try placePlainCall(VirtualCallPlan(seed: 2), until: ms(500))
    let ids = [link.callerID, calleeID]
    call.with(side) { $0.closeConnection(ids[side], at: call.now) }
    call.run(until: ms(700))
    for number in 0...1 {
      #expect(call.sides[number].states(of: ids[number]) == [.connecting, .connected, .closed])
      #expect(call.sides[number].instant(of: .closed, of: ids[number]) <= ms(502))
      let connections = call.sides[number].service.connections
      #expect(connections.isEmpty)
    }
    let ends = call.sides[1 - side].events.filter { if case .remoteAudio(_, false) = $0.event { true } else { false } }
    #expect(ends.count == 1, "the end of the voice is told of \(ends.count) times")
    guard case .socketsDone(ids[side])? = call.sides[side].events.last?.event else {
      Issue.record("the sockets' end is not the last word")
      return
    }
    // Only the answer to a check may still have gone out, from a side that had not heard yet.
    let sent = [call.sides[0].lastSent, call.sides[1].lastSent]
    #expect(sent.allSatisfy { $0 <= ms(502) })
  }

  @Test("both sides close at once")
  func bothClose() throws {
    let (call, link, calleeID) = try placePlainCall(VirtualCallPlan(seed: 3), until: ms(500))
    call.with(0) { $0.closeConnection(link.callerID, at: call.now) }
    call.with(1) { $0.closeConnection(calleeID, at: call.now) }
    call.with(1) { $0.closeConnection(calleeID, at: call.now) }
    call.run(until: ms(700))
    #expect(call.sides[0].states(of: link.callerID) == [.connecting, .connected, .closed])
    #expect(call.sides[1].states(of: calleeID) == [.connecting, .connected, .closed])
    #expect(!call.isStuck)
  }

  @Test("a connection's figures can still be asked for when its end is told, and not after")
  func figuresAtTheEnd() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 4), until: ms(1_000))
    var datagram = Datagram()
    var packets: UInt64 = 0
    var isClosed = false
    call.with(0) { service in
      service.closeConnection(link.callerID, at: call.now)
      while true {
        switch service.pollOutput(into: &datagram, at: call.now) {
        case .transmit: continue
        case .event(.connectionStateChanged(_, .closed)):
          isClosed = true
          packets = service.statistics(of: link.callerID)?.packetsSent ?? 0
        case .event: continue
        case .timeout: return
        }
      }
    }
    #expect(isClosed)
    #expect(packets > 40)
    #expect(call.sides[0].statistics(of: link.callerID) == nil)
    #expect(call.sides[0].quality(of: link.callerID) == 0)
  }

  @Test("candidates that come late and one by one still make a call", arguments: [0, 40, 2_000])
  func lateTrickle(delayMilliseconds: Int) throws {
    var plan = VirtualCallPlan(seed: 5)
    plan.trickleDelay = .milliseconds(delayMilliseconds)
    plan.signalingDelay = .milliseconds(20)
    plan.usesIPv6 = true
    let (call, link, _) = try placePlainCall(plan, until: ms(delayMilliseconds + 2_000))
    #expect(call.refusals.isEmpty)
    #expect(call.sides[0].instant(of: .connected, of: link.callerID) <= ms(delayMilliseconds + 700))
    let found = complaints(about: call, from: ms(delayMilliseconds + 1_200), to: ms(delayMilliseconds + 2_000))
    #expect(found.isEmpty, "\(found)")
  }

  @Test("a call over IPv6 alone is heard")
  func onlyIPv6() throws {
    var plan = VirtualCallPlan(seed: 6)
    plan.usesIPv4 = false
    plan.usesIPv6 = true
    let (call, link, _) = try placePlainCall(plan, until: ms(1_000))
    let found = complaints(about: call, from: ms(500), to: ms(1_000))
    #expect(found.isEmpty, "\(found)")
    let pair = call.sides[0].service.selectedPair(of: link.callerID)
    #expect(pair?.local.endpoint.text == "[fd00::1]:4000")
  }

  @Test("the steps of an offer and an answer are refused in any other order")
  func wrongOrders() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 7))
    let wrong = VOIPError.connection(.wrongOrder).text
    let caller = try call.with(0) { (service) throws(VOIPError) in
      try service.createConnection(roomID: "r", userID: "u", at: call.now)
    }
    let callee = try call.with(1) { (service) throws(VOIPError) in
      try service.createConnection(roomID: "r", userID: "u", at: call.now)
    }
    let refusals: [String] = call.with(0) { service in
      [
        refusal { () throws(VOIPError) in _ = try service.createAnswer(on: caller, at: call.now) },
        refusal { () throws(VOIPError) in _ = try service.fragmentHead(on: caller) },
        refusal { () throws(VOIPError) in try service.setRemoteAnswer("v=0", on: caller, at: call.now) },
      ]
    }
    #expect(refusals == [wrong, wrong, wrong])
    let offer = try call.with(0) { (service) throws(VOIPError) in try service.createOffer(on: caller, at: call.now) }
    let more: [String] = call.with(0) { service in
      [
        refusal { () throws(VOIPError) in _ = try service.createOffer(on: caller, at: call.now) },
        refusal { () throws(VOIPError) in try service.setRemoteDescription(.offer, offer, on: caller, at: call.now) },
      ]
    }
    #expect(more == [wrong, wrong])
    let answer = try call.with(1) { (service) throws(VOIPError) in
      try service.setRemoteDescription(.offer, offer, on: callee, at: call.now)
      return try service.createAnswer(on: callee, at: call.now)
    }
    let again: [String] = call.with(1) { service in
      [
        refusal { () throws(VOIPError) in _ = try service.createAnswer(on: callee, at: call.now) },
        refusal { () throws(VOIPError) in _ = try service.createOffer(on: callee, at: call.now) },
        refusal { () throws(VOIPError) in try service.setRemoteAnswer(answer, on: callee, at: call.now) },
      ]
    }
    #expect(again == [wrong, wrong, wrong])
    // None of it harmed the call.
    let last = call.with(0) { service in
      refusal { () throws(VOIPError) in try service.setRemoteAnswer(answer, on: caller, at: call.now) }
    }
    #expect(last == "")
    call.run(until: ms(300))
    #expect(call.sides[0].connectionState(of: caller) == .connected)
  }

  @Test("a description that cannot be read is refused, and a good one then still makes the call")
  func badDescription() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 8))
    let caller = try call.with(0) { (service) throws(VOIPError) in
      try service.createConnection(roomID: "r", userID: "u", at: call.now)
    }
    let callee = try call.with(1) { (service) throws(VOIPError) in
      try service.createConnection(roomID: "r", userID: "u", at: call.now)
    }
    let offer = try call.with(0) { (service) throws(VOIPError) in try service.createOffer(on: caller, at: call.now) }
    for bad in [
      "", "hello", "v=0\r\n", offer.replacing("opus", with: "sopu"), offer.replacing("a=ice-pwd", with: "a=x"),
    ] {
      let text = call.with(1) { service in
        refusal { () throws(VOIPError) in try service.setRemoteDescription(.offer, bad, on: callee, at: call.now) }
      }
      #expect(!text.isEmpty, "an offer of \(bad.utf8.count) bytes is taken")
    }
    let answer = try call.with(1) { (service) throws(VOIPError) in
      try service.setRemoteDescription(.offer, offer, on: callee, at: call.now)
      return try service.createAnswer(on: callee, at: call.now)
    }
    for bad in ["", offer, answer.replacing("a=fingerprint", with: "a=x")] {
      let text = call.with(0) { service in
        refusal { () throws(VOIPError) in try service.setRemoteAnswer(bad, on: caller, at: call.now) }
      }
      #expect(!text.isEmpty, "an answer of \(bad.utf8.count) bytes is taken")
    }
    try call.with(0) { (service) throws(VOIPError) in try service.setRemoteAnswer(answer, on: caller, at: call.now) }
    call.run(until: ms(300))
    #expect(call.sides[0].connectionState(of: caller) == .connected)
  }

  @Test("names are 1 to 64 bytes, four connections are the most, and unknown ones are refused")
  func refusals() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 9))
    let long = String(repeating: "ä", count: 33)
    let longest = String(repeating: "ä", count: 32)
    for (room, user) in [("", "u"), ("r", ""), (long, "u"), ("r", long)] {
      let text = call.with(0) { service in
        refusal { () throws(VOIPError) in _ = try service.createConnection(roomID: room, userID: user, at: call.now) }
      }
      #expect(text == VOIPError.badName.text)
    }
    var ids: [ConnectionID] = []
    for _ in 0..<Limits.talkersMax {
      ids.append(
        try call.with(0) { (service) throws(VOIPError) in
          try service.createConnection(roomID: longest, userID: longest, at: call.now)
        })
    }
    let create = { () -> String in
      call.with(0) { service in
        refusal { () throws(VOIPError) in _ = try service.createConnection(roomID: "r", userID: "u", at: call.now) }
      }
    }
    #expect(create() == VOIPError.tooManyConnections.text)
    call.with(0) { $0.closeConnection(ids[1], at: call.now) }
    #expect(create() == "")
    let unknown = VOIPError.unknownConnection.text
    let texts: [String] = call.with(0) { service in
      [
        refusal { () throws(VOIPError) in _ = try service.createOffer(on: ids[1], at: call.now) },
        refusal { () throws(VOIPError) in _ = try service.createAnswer(on: ids[1], at: call.now) },
        refusal { () throws(VOIPError) in try service.setRemoteAnswer("", on: ids[1], at: call.now) },
        refusal { () throws(VOIPError) in try service.addRemoteCandidate("", on: ids[1], at: call.now) },
        refusal { () throws(VOIPError) in try service.addRemoteFragment("", on: ids[1], at: call.now) },
        refusal { () throws(VOIPError) in _ = try service.fragmentHead(on: ids[1]) },
      ]
    }
    #expect(texts.allSatisfy { $0 == unknown })
    #expect(call.sides[0].connectionState(of: ids[1]) == nil)
    #expect(call.sides[0].quality(of: ids[1]) == 0)
  }

  @Test(
    "a candidate that cannot be used is refused and counted, and the call goes on",
    arguments: [
      "candidate", "candidate:1 1 udp", "candidate:1 1 tcp 1 10.0.0.9 9 typ host tcptype active",
      "candidate:1 1 udp 2130706431 6f1c2d1e.local 5000 typ host", "candidate:1 1 udp 1 10.0.0.256 9 typ host",
      "candidate:1 2 udp 1 10.0.0.9 9 typ host",
    ])
  func badCandidate(text: String) throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 10), until: ms(200))
    let found = call.with(0) { service in
      refusal { () throws(VOIPError) in try service.addRemoteCandidate(text, on: link.callerID, at: call.now) }
    }
    #expect(found == VOIPError.badCandidate.text)
    #expect(call.sides[0].statistics(of: link.callerID)?.counters.unusableCandidates == 1)
    call.run(until: ms(300))
    #expect(call.sides[0].connectionState(of: link.callerID) == .connected)
  }

  @Test("a closed connection takes no description any more")
  func closedTakesNothing() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 12))
    let text = try call.with(0) { (service) throws(VOIPError) in
      let id = try service.createConnection(roomID: "r", userID: "u", at: call.now)
      _ = try service.createOffer(on: id, at: call.now)
      service.closeConnection(id, at: call.now)
      return refusal { () throws(VOIPError) in try service.setRemoteAnswer("", on: id, at: call.now) }
    }
    #expect(text == VOIPError.connection(.wrongOrder).text)
    #expect(call.sides[0].lastSent == .never)
  }
}
