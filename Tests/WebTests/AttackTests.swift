// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Many connections, many requests, and requests that two readers would understand differently: places, rates and counters.

import Access
import Core
import Testing
import Web

@Suite("Web server under attack")
struct AttackTests {
  private static let lan = IPAddress.v4(192, 168, 1, 5)
  private static let attacker = IPAddress.v4(10, 6, 6, 6)
  private static let me = "GET /api/me HTTP/1.1\r\nHost: 192.168.1.5\r\n\r\n"

  @Test("one address has its share of the places, and 500 idle connections of it displace none but its own")
  func share() {
    var hall = Hall(mode: .paired)
    let neighbour = hall.opened(from: .v4(192, 168, 1, 9), to: Self.lan)
    hall.send(Self.me, on: neighbour)
    _ = hall.take(neighbour)
    for step in 0..<500 {
      hall.now = ms(step)
      _ = hall.open(from: Self.attacker, to: Self.lan)
      #expect(hall.server.connectionCount <= Limits.webConnectionsPerAddressMax + 1)
    }
    #expect(!hall.closed.contains(neighbour))
    #expect(hall.server.counters.displacedConnections == UInt64(500 - Limits.webConnectionsPerAddressMax))
    hall.send(Self.me, on: neighbour)
    #expect(Response(hall.take(neighbour)).status == 200)
  }

  @Test("an IPv6 network counts as one address")
  func network() {
    var hall = Hall(mode: .paired)
    for host in 0..<100 {
      _ = hall.open(from: IPAddress(v6High: 0x2001_0DB8_0000_0001, low: UInt64(host + 1)), to: Self.lan)
    }
    #expect(hall.server.connectionCount == Limits.webConnectionsPerAddressMax)
  }

  @Test("many addresses together displace each other before somebody who was let in")
  func letIn() throws {
    var hall = Hall(mode: .paired)
    let code = hall.server.doorkeeper.openPairing(.talk, at: hall.now).code
    let made = hall.exchange(
      DoorTests.post("/api/pair", "{\"code\":\"\(code)\",\"name\":\"phone\"}"), over: .secure)
    let cookie = try #require(made["Set-Cookie"]).prefix { $0 != ";" }
    let id = hall.opened(from: .v4(192, 168, 1, 9), to: Self.lan, over: .secure)
    hall.send("GET /api/me HTTP/1.1\r\nHost: 192.168.1.5\r\nCookie: \(cookie)\r\n\r\n", on: id)
    for step in 0..<1000 {
      hall.now = ms(step)
      _ = hall.open(from: .v4(10, 0, UInt8(step / 250), UInt8(step % 250)), to: Self.lan)
    }
    #expect(!hall.closed.contains(id))
    #expect(hall.server.connectionCount < Limits.webConnectionsMax)
  }

  @Test("a thousand requests a second on kept-alive connections: a share is served, the rest is refused and counted")
  func flood() {
    var hall = Hall(mode: .paired)
    let ids = (0..<4).map { _ in hall.opened(from: Self.attacker, to: Self.lan) }
    var statuses: [Int: Int] = [:]
    for step in 0..<5000 {
      hall.advance(to: ms(step))
      let id = ids[step % 4]
      hall.send(Self.me, on: id)
      statuses[Response(hall.take(id)).status, default: 0] += 1
    }
    let served = Limits.readingRateBurst + 5000 / Limits.readingRateMilliseconds
    #expect(abs((statuses[200] ?? 0) - served) <= 2, "\(statuses)")
    #expect((statuses[429] ?? 0) == 5000 - (statuses[200] ?? 0))
    #expect(hall.server.doorkeeper.counters.rateLimited == UInt64(statuses[429] ?? 0))
    #expect(hall.closed.isEmpty)
    // Somebody else is served meanwhile.
    #expect(hall.exchange(Self.me, from: .v4(192, 168, 1, 9), to: Self.lan).status == 200)
  }

  @Test("a slow head is answered after ten seconds however it dribbles, and its place is free")
  func slowloris() {
    var hall = Hall(mode: .paired)
    let ids = (0..<Limits.webConnectionsPerAddressMax).map { _ in hall.opened(from: Self.attacker, to: Self.lan) }
    for second in 0..<10 {
      for id in ids { hall.send("G", on: id) }
      hall.advance(to: ms(second * 1000 + 999))
    }
    hall.advance(to: ms(Limits.httpHeadMilliseconds + Limits.httpLingerMilliseconds))
    #expect(hall.server.connectionCount == 0)
    #expect(hall.server.counters.brokenRequests == UInt64(ids.count))
  }

  @Test(
    "what two readers would understand differently is refused, closed and counted, and nothing behind it is read",
    arguments: [
      ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400), ("Content-Length: 4\r\nContent-Length: 5\r\n", 400),
      ("Content-Length: 4, 4\r\n", 400), ("Content-Length: +4\r\n", 400), ("Transfer-Encoding: gzip, chunked\r\n", 501),
      ("Transfer-Encoding : chunked\r\n", 400), ("X: a\r\n folded\r\n", 400), ("Host: evil.example\r\n", 400),
      ("X: \(String(repeating: "a", count: 9000))\r\n", 431), ("X: a\u{0}b\r\n", 400),
      ("X: a\nContent-Length: 4\r\n", 400),
    ])
  func smuggling(field: String, status: Int) {
    var hall = Hall()
    let id = hall.opened()
    hall.send(
      "POST /bell HTTP/1.1\r\nHost: localhost\r\n\(field)\r\nPOST /bell HTTP/1.1\r\nHost: localhost\r\n\r\n", on: id)
    #expect(Response(hall.take(id)).status == status)
    #expect(hall.events == [])
    #expect(hall.shutDown.contains(id))
    #expect(hall.server.counters.brokenRequests == 1)
  }

  @Test("requests sent ahead of an event stream's end are never answered, and do not grow what is held")
  func pipelinedBehindStream() {
    var hall = Hall()
    let id = hall.opened()
    let ahead = String(repeating: "GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 20)
    hall.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n" + ahead, on: id)
    let memory = hall.server.memoryBytes
    for _ in 0..<100 { hall.send(ahead, on: id) }
    #expect(hall.server.memoryBytes == memory)
    #expect(!hall.take(id).contains("\"access\""))
  }

  @Test("every refusal has a counter that the status shows")
  func counters() {
    var hall = Hall(mode: .paired)
    _ = hall.exchange("GET /api/me HTTP/1.1\r\nHost: evil.example\r\n\r\n", from: Self.attacker, to: Self.lan)
    _ = hall.exchange(
      "POST /bell HTTP/1.1\r\nHost: 192.168.1.5\r\nOrigin: http://evil.example\r\n\r\n", from: Self.attacker,
      to: Self.lan)
    _ = hall.exchange("nonsense\r\n\r\n", from: Self.attacker, to: Self.lan)
    _ = hall.exchange("GET /api/status HTTP/1.1\r\nHost: 192.168.1.5\r\n\r\n", from: Self.attacker, to: Self.lan)
    _ = hall.exchange(
      "GET /api/status HTTP/1.1\r\nHost: 192.168.1.5\r\nCookie: intercom=wrong\r\n\r\n", from: Self.attacker,
      to: Self.lan,
      over: .secure)
    var counts: [String: UInt64] = [:]
    for counter in hall.server.counterStatuses { counts[counter.name] = counter.count }
    for name in ["web_foreign_hosts", "web_foreign_origins", "web_requests_broken", "wrong_tokens"] {
      #expect(counts[name] == 1, "\(name)")
    }
    #expect(counts["web_denied"] == 2)
  }
}
