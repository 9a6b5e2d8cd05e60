// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Events for open pages, in virtual time: what is told when, to whom, and what a page that does not read costs.

import Access
import Core
import Testing
import Web

@Suite("Events for pages")
struct EventStreamTests {
  private static let request = "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"

  private static func report(_ state: String = "idle", quality: Int = 0) -> StatusReport {
    var report = StatusReport()
    report.state = state
    guard quality > 0 else { return report }
    var call = CallStatus()
    call.quality = quality
    report.calls = [call]
    return report
  }

  /// A page that listens, and its connection; what it was told at first is thrown away.
  private func page(_ hall: inout Hall) -> WebConnectionID {
    let id = hall.opened()
    hall.send(Self.request, on: id)
    _ = hall.take(id)
    return id
  }

  /// The names of the events in a stream, in order.
  private func names(_ wire: String) -> [String] {
    wire.replacing("\r\n", with: "\n").split(separator: "\n").filter { $0.hasPrefix("event: ") }.map {
      String($0.dropFirst(7))
    }
  }

  @Test("a page is told when to come back and what the state is, in chunks that HTTP/1.1 reads")
  func beginning() throws {
    var hall = Hall()
    hall.status = Self.report()
    let id = hall.opened()
    hall.send(Self.request, on: id)
    let wire = hall.take(id)
    let response = Response(wire)
    #expect(response.status == 200)
    #expect(response["Content-Type"] == "text/event-stream")
    #expect(response["Transfer-Encoding"] == "chunked")
    #expect(response["Content-Length"] == nil)
    #expect(response.body.hasPrefix("0000d\r\nretry: 2000\n\n\r\n"))
    #expect(names(wire) == ["status"])
    #expect(wire.contains("event: status\ndata: {\"name\":\"\""))
    #expect(hall.server.pageCount == 1)
    // Each chunk is as long as it says.
    var rest = Substring(response.body)
    while let end = rest.range(of: "\r\n") {
      let size = try #require(Int(rest[..<end.lowerBound], radix: 16))
      let data = rest[end.upperBound...].utf8.prefix(size)
      #expect(data.count == size)
      rest = rest[end.upperBound...].dropFirst(String(data)?.count ?? 0)
      #expect(rest.hasPrefix("\r\n"))
      rest = rest.dropFirst()
    }
  }

  @Test("HTTP/1.0 gets no chunks and a close at the end; HEAD gets the head alone")
  func oldVersions() {
    var hall = Hall()
    let id = hall.opened()
    hall.send("GET /api/events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", on: id)
    let response = Response(hall.take(id))
    #expect(response["Transfer-Encoding"] == nil)
    #expect(response["Connection"] == "close")
    #expect(response.body.hasPrefix("retry: 2000\n\nevent: status\n"))
    let head = hall.exchange("HEAD /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(head.status == 200)
    #expect(head.body.isEmpty)
    #expect(hall.server.pageCount == 1)
  }

  @Test("a change is told at once, many at most five times a second, and nothing when nothing changed")
  func coalescing() {
    var hall = Hall()
    let id = page(&hall)
    hall.advance(to: ms(1000))
    hall.events = []
    var told = 0
    for step in 0..<1000 {
      hall.status = Self.report("state \(step)")
      hall.server.noteChange()
      hall.advance(to: ms(1000 + step))
      told += names(hall.take(id)).count
    }
    #expect(told == 5)
    // A report that says the same but for what flows: asked for, and not told.
    hall.advance(to: ms(3000))
    _ = hall.take(id)
    hall.status.uptimeSeconds = 7
    hall.status.inputLevel = 9
    hall.status.counters = [CounterStatus("x", 1)]
    hall.server.noteChange()
    hall.advance(to: ms(4000))
    #expect(hall.take(id) == "")
    hall.status.microphoneMuted = true
    hall.server.noteChange()
    hall.advance(to: ms(4000))
    #expect(names(hall.take(id)) == ["status"])
  }

  @Test("while nothing happens a page wakes the device once in 15 seconds, without one nothing does")
  func idle() {
    var hall = Hall()
    hall.server.noteChange()
    #expect(hall.server.pollTimeout() == .never)
    let id = page(&hall)
    #expect(hall.server.pollTimeout() == ms(Limits.eventKeepAliveMilliseconds))
    hall.events = []
    hall.advance(to: ms(60_000))
    #expect(hall.take(id) == String(repeating: "00003\r\n:\n\n\r\n", count: 4))
    #expect(hall.events == [])
    hall.end(id)
    #expect(hall.server.pageCount == 0)
    #expect(hall.server.pollTimeout() == .never)
  }

  @Test("levels come five times a second while a call is up, with the state every two seconds, and end with it")
  func levels() {
    var hall = Hall()
    let id = page(&hall)
    hall.status = Self.report("connected", quality: 80)
    hall.levels = PageLevels(input: 12, output: 34, quality: 80, limitedBy: "loss")
    hall.server.noteChange()
    hall.advance(to: ms(10_000))
    let wire = hall.take(id)
    #expect(
      wire.contains("event: levels\ndata: {\"input\":12,\"output\":34,\"quality\":80,\"limited_by\":\"loss\"}\n\n"))
    let levels = names(wire).filter { $0 == "levels" }.count
    #expect((49...51).contains(levels), "\(levels)")
    #expect(hall.events.filter { $0 == .statusWanted }.count == 7)
    hall.levels = nil
    hall.advance(to: ms(10_500))
    _ = hall.take(id)
    hall.advance(to: ms(14_000))
    #expect(names(hall.take(id)).isEmpty)
  }

  @Test("a page that reads slowly loses levels, gets the newest state, and is given up at a bound")
  func slowReader() {
    var hall = Hall()
    let id = page(&hall)
    hall.stalled = [id]
    hall.status = Self.report(String(repeating: "x", count: 5000), quality: 50)
    hall.levels = PageLevels(input: 1, output: 1, quality: 50, limitedBy: "")
    hall.server.noteChange()
    hall.advance(to: ms(1000))
    #expect(hall.server.counters.skippedLevels == 5)
    hall.status.state = "newest"
    hall.server.noteChange()
    hall.advance(to: ms(2000))
    hall.stalled = []
    hall.drain()
    hall.advance(to: ms(2200))
    let wire = hall.take(id)
    #expect(wire.contains("\"state\":\"newest\""))
    // What happened is kept, up to a bound; then the page goes.
    hall.stalled = [id]
    var lines = 0
    while !hall.closed.contains(id), lines < 100 {
      hall.server.log(String(repeating: "y", count: 1000), weight: "notice", at: hall.now)
      hall.drain()
      lines += 1
    }
    #expect((16...20).contains(lines), "\(lines)")
    #expect(hall.server.counters.slowReaders == 1)
    #expect(hall.server.pageCount == 0)
  }

  @Test("a page that reads nothing at all meets the deadline of every reader")
  func stuck() {
    var hall = Hall()
    let id = page(&hall)
    hall.stalled = [id]
    hall.server.log("hello", weight: "notice", at: hall.now)
    hall.drain()
    hall.advance(to: ms(Limits.httpWriteMilliseconds))
    #expect(hall.closed.contains(id))
  }

  @Test("a ring, its end, the bell and the log reach every page, and a page that comes later is told what rings")
  func rings() {
    var hall = Hall()
    let first = page(&hall)
    #expect(hall.server.ringPages("7", from: "Front \"door\"", at: hall.now) == 1)
    hall.drain()
    #expect(hall.take(first).contains("event: ring\ndata: {\"id\":\"7\",\"from\":\"Front \\\"door\\\"\"}\n\n"))
    let second = hall.opened()
    hall.send(Self.request, on: second)
    #expect(names(hall.take(second)).first == "ring")
    hall.server.endRing("8", at: hall.now)
    hall.server.endRing("7", at: hall.now)
    hall.server.tellBell(at: hall.now)
    hall.server.log("a\nb", weight: "warning", at: hall.now)
    hall.drain()
    for id in [first, second] {
      let wire = hall.take(id)
      #expect(names(wire) == ["ring_over", "bell", "log"])
      #expect(wire.contains("data: {\"text\":\"a\\nb\",\"weight\":\"warning\"}\n\n"))
    }
  }

  @Test("as many pages as the limit says, and no more; strangers' connections do not push them out")
  func bounded() {
    var hall = Hall()
    var ids: [WebConnectionID] = []
    for _ in 0..<Limits.eventStreamsMax { ids.append(page(&hall)) }
    let refused = hall.exchange(Self.request)
    #expect(refused.status == 503)
    #expect(refused["Retry-After"] == "10")
    for number in 0..<300 { _ = hall.open(from: .v4(10, 0, UInt8(number / 200), UInt8(number % 200))) }
    #expect(hall.server.pageCount == Limits.eventStreamsMax)
    #expect(hall.closed.isDisjoint(with: ids))
    #expect(hall.exchange("GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200)
  }

  @Test("a page that is locked out loses its stream")
  func revoked() throws {
    var hall = Hall(mode: .paired)
    let code = hall.server.doorkeeper.openPairing(.talk, at: hall.now).code
    let body = "{\"code\":\"\(code)\",\"name\":\"phone\",\"bearer\":true}"
    let made = hall.exchange(DoorTests.post("/api/pair", body), over: .secure)
    let token = try #require(made.body.split(separator: "\"token\":\"").last?.prefix(43))
    let id = hall.opened(over: .secure)
    hall.send(
      "GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n", on: id)
    #expect(hall.server.pageCount == 1)
    hall.server.doorkeeper.revoke(PairedID(1))
    hall.drain()
    #expect(hall.closed.contains(id))
    #expect(hall.server.pageCount == 0)
  }
}
