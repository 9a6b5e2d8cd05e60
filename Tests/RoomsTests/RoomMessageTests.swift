// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Messages: what is written is read again, and what is malformed is refused.

import Core
import Rooms
import Testing
import Web

@Suite("Room messages")
struct RoomMessageTests {
  private static let signals: [RoomSignal] = [
    RoomSignal("c1", .offer("v=0\r\n")), RoomSignal("c1", .answer("v=0\r\n")),
    RoomSignal("c1", .candidate("candidate:1 1 udp 1 192.0.2.1 9 typ host", mid: "0")),
    RoomSignal("c1", .candidate("", mid: "0")), RoomSignal("c1", .bye(reason: RoomSignal.busy)),
    RoomSignal("c1", .bye(reason: "")),
  ]

  private static let requests: [RoomRequest] =
    [
      .hello(RoomHello(room: RoomName("Haus ä")!, name: "Tür \"1\"")),
      .hello(RoomHello(room: RoomName("house")!, name: "Door", token: "a.b.c", resume: "0123")), .leave, .ping,
    ] + signals.map { .signal($0, to: "m1") }

  private static let replies: [RoomReply] =
    [
      .welcome(RoomWelcome(member: "m1", resume: "0123", resumeSeconds: 9, peers: [])),
      .welcome(RoomWelcome(member: "m1", resume: "0123", resumeSeconds: 9, peers: [RoomPeer("m2", name: "Gate")])),
      .joined(RoomPeer("m2", name: "Gate")), .left(member: "m2"), .pong,
    ] + RoomErrorCode.allCases.map { .error($0, sentence: $0.sentence, call: nil) }
    + [.error(.noSuchMember, sentence: "No.", call: "c1")] + signals.map { .signal($0, from: "m1") }

  @Test("every message is read as it was written")
  func roundTrip() {
    for request in Self.requests {
      #expect(request.json().withByteView { try? RoomRequest.parse($0) } == request)
    }
    for reply in Self.replies { #expect(reply.json().withByteView { try? RoomReply.parse($0) } == reply) }
  }

  @Test("members that are not known are passed over")
  func unknownMembers() {
    #expect("{\"type\":\"leave\",\"why\":[1]}".withByteView { try? RoomRequest.parse($0) } == .leave)
  }

  @Test(
    "what is malformed is refused",
    arguments: [
      "", "[]", "{}", "7", "{\"type\":7}", "{\"type\":\"dance\"}", "{\"type\":\"hello\"}",
      "{\"type\":\"hello\",\"room\":\"\",\"name\":\"a\"}", "{\"type\":\"hello\",\"room\":\"a\",\"name\":\"\"}",
      "{\"type\":\"hello\",\"room\":\"a\\n\",\"name\":\"b\"}",
      "{\"type\":\"hello\",\"room\":\"a\",\"name\":\"b\\u0000\"}",
      "{\"type\":\"hello\",\"room\":\"a\",\"name\":\"b\",\"token\":7}",
      "{\"type\":\"hello\",\"room\":\"\(String(repeating: "a", count: 65))\",\"name\":\"b\"}",
      "{\"type\":\"offer\",\"to\":\"m\",\"call\":\"c\"}", "{\"type\":\"offer\",\"to\":\"m\",\"sdp\":\"v\"}",
      "{\"type\":\"offer\",\"call\":\"c\",\"sdp\":\"v\"}",
      "{\"type\":\"offer\",\"to\":\"m\",\"call\":\"c\",\"sdp\":\"\"}",
      "{\"type\":\"offer\",\"to\":\"m m\",\"call\":\"c\",\"sdp\":\"v\"}",
      "{\"type\":\"offer\",\"to\":\"m\",\"call\":\"c\",\"sdp\":\"\(String(repeating: "a", count: 16_385))\"}",
      "{\"type\":\"candidate\",\"to\":\"m\",\"call\":\"c\",\"candidate\":null}",
      "{\"type\":\"candidate\",\"to\":\"m\",\"call\":\"c\",\"candidate\":\"\(String(repeating: "a", count: 513))\"}",
      "{\"type\":\"bye\",\"to\":\"m\",\"call\":\"c\",\"reason\":7}", "{\"type\":\"leave\",\"type\":\"ping\"}",
    ])
  func malformed(text: String) { #expect(text.withByteView { try? RoomRequest.parse($0) } == nil) }

  @Test(
    "addresses of servers and rooms",
    arguments: [
      ("ws://h:1/x", "http://h:1/x"), ("ws://h", "http://h/room"), ("ws://h/", "http://h/room"),
      ("ws://[::1]:8080", "http://[::1]:8080/room"),
    ])
  func servers(text: String, http: String) throws { #expect(try RoomURL(server: text).http.text == http) }

  @Test("a room's address names the room")
  func rooms() throws {
    let url = try RoomURL(room: "room+ws://h:1/my%20house")
    #expect(url.http.text == "http://h:1/room" && url.room == RoomName("my house"))
    for text in ["room+ws://h:1", "room+ws://h/a/b", "ws://h/a", "room+http://h/a", "room+ws:///a", "room+ws://h/a/"] {
      #expect((try? RoomURL(room: text)) == nil)
    }
  }
}
