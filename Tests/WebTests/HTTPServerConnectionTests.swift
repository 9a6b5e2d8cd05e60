// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One connection: order of requests, deadlines, closing, memory.

import Core
import Testing
import Web

@Suite("HTTP server connection")
struct HTTPServerConnectionTests {
  private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  private func feed(_ connection: inout HTTPServerConnection, _ wire: String, at now: Instant = .zero) {
    wire.bytes.withByteView { connection.handle($0, at: now) }
  }

  private func output(_ connection: inout HTTPServerConnection, at now: Instant = .zero) -> String {
    var bytes: [UInt8] = []
    connection.pollOutput(at: now) { view in
      bytes += view.array()
      return view.count
    }
    return text(bytes)
  }

  @Test("requests sent ahead are answered in order, each after the last response has left")
  func pipelining() {
    var connection = HTTPServerConnection(at: .zero)
    feed(
      &connection,
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
    for target in ["/1", "/2", "/3"] {
      #expect(connection.pollRequest()?.target == target)
      #expect(connection.wantsInput == (target == "/3"))
      connection.respond(HTTPResponse(.noContent), at: .zero)
      #expect(connection.pollRequest() == nil)
      #expect(output(&connection).hasPrefix("HTTP/1.1 204"))
    }
    #expect(connection.pollRequest() == nil)
    #expect(connection.disposition == .open)
  }

  @Test("100 Continue is sent once, before the body, and not for a body that is too large")
  func expectContinue() {
    var connection = HTTPServerConnection(at: .zero)
    feed(&connection, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    #expect(output(&connection) == "HTTP/1.1 100 Continue\r\n\r\n")
    feed(&connection, "h")
    #expect(output(&connection) == "")
    feed(&connection, "i")
    #expect(connection.pollRequest()?.body == "hi".bytes)
    connection.reopen(at: .zero)
    feed(&connection, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n")
    #expect(output(&connection).hasPrefix("HTTP/1.1 413"))
  }

  @Test("HTTP/1.0 closes after its answer unless it asks to be kept")
  func version10() {
    var connection = HTTPServerConnection(at: .zero)
    feed(&connection, "GET / HTTP/1.0\r\n\r\n")
    _ = connection.pollRequest()
    connection.respond(HTTPResponse(.ok, mediaType: MediaType.json, body: "{}".bytes), at: .zero)
    #expect(output(&connection).contains("Connection: close"))
    #expect(connection.disposition == .halfClosed)
    connection.handleEnd(at: .zero)
    #expect(connection.disposition == .closed)
    connection.reopen(at: .zero)
    feed(&connection, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    _ = connection.pollRequest()
    connection.respond(HTTPResponse(.noContent), at: .zero)
    #expect(output(&connection).contains("Connection: keep-alive"))
    #expect(connection.disposition == .open)
  }

  @Test("a slow client meets the deadline of the head, of the body, of rest, of reading, and of lingering")
  func deadlines() {
    // A head that trickles in: 408 at the deadline, counted from its first byte.
    var connection = HTTPServerConnection(at: .zero)
    for second in 1...9 { feed(&connection, "G", at: ms(second * 1000)) }
    #expect(connection.pollTimeout() == ms(1000 + Limits.httpHeadMilliseconds))
    connection.handleTimeout(at: ms(10_999))
    #expect(output(&connection, at: ms(10_999)) == "")
    connection.handleTimeout(at: ms(11_000))
    #expect(output(&connection, at: ms(11_000)).hasPrefix("HTTP/1.1 408"))
    #expect(connection.pollFailures() == 1)
    // It lingers, then closes.
    #expect(connection.disposition == .halfClosed)
    feed(&connection, "discarded", at: ms(11_500))
    connection.handleTimeout(at: ms(11_000 + Limits.httpLingerMilliseconds))
    #expect(connection.disposition == .closed)

    // A body that trickles in.
    connection.reopen(at: .zero)
    feed(&connection, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", at: ms(5000))
    feed(&connection, "a", at: ms(14_000))
    #expect(connection.pollTimeout() == ms(5000 + Limits.httpBodyMilliseconds))
    connection.handleTimeout(at: ms(15_000))
    #expect(output(&connection).hasPrefix("HTTP/1.1 408"))

    // Nothing at all, and nothing after an answer: closed without a word.
    connection.reopen(at: .zero)
    connection.handleTimeout(at: ms(Limits.httpHeadMilliseconds))
    #expect(connection.disposition == .closed)
    connection.reopen(at: .zero)
    feed(&connection, Self.get)
    _ = connection.pollRequest()
    #expect(connection.pollTimeout() == .never)
    connection.respond(HTTPResponse(.noContent), at: ms(60_000))
    _ = output(&connection, at: ms(61_000))
    #expect(connection.pollTimeout() == ms(61_000 + Limits.httpIdleMilliseconds))
    connection.handleTimeout(at: ms(91_000))
    #expect(connection.disposition == .closed)

    // A client that does not read its answer.
    connection.reopen(at: .zero)
    feed(&connection, Self.get)
    _ = connection.pollRequest()
    connection.respond(HTTPResponse(.noContent), at: .zero)
    connection.pollOutput(at: ms(9000)) { _ in 1 }
    connection.pollOutput(at: ms(9500)) { _ in 0 }
    #expect(connection.pollTimeout() == ms(9000 + Limits.httpWriteMilliseconds))
    connection.handleTimeout(at: ms(19_000))
    #expect(connection.disposition == .closed)
  }

  @Test("a far side that has ended still gets its answer, and one that ended within a request is closed")
  func end() {
    var connection = HTTPServerConnection(at: .zero)
    feed(&connection, Self.get)
    connection.handleEnd(at: .zero)
    #expect(connection.disposition == .open)
    #expect(!connection.wantsInput)
    _ = connection.pollRequest()
    connection.respond(HTTPResponse(.noContent), at: .zero)
    #expect(output(&connection).hasPrefix("HTTP/1.1 204"))
    #expect(connection.disposition == .closed)
    connection.reopen(at: .zero)
    feed(&connection, "GET / HT")
    connection.handleEnd(at: .zero)
    #expect(connection.disposition == .closed)
  }

  @Test("nothing is read after an error")
  func errorEnds() {
    var connection = HTTPServerConnection(at: .zero)
    feed(&connection, "GET / HTTP/9.9\r\nHost: a\r\n\r\n" + Self.get)
    #expect(connection.pollRequest() == nil)
    #expect(output(&connection).hasPrefix("HTTP/1.1 505"))
    feed(&connection, Self.get)
    #expect(connection.pollRequest() == nil)
  }

  @Test("the memory of a connection stays within its limit whatever it is sent")
  func memory() {
    var connection = HTTPServerConnection(at: .zero)
    let field = "X: " + String(repeating: "a", count: 115) + "\r\n"
    let head = "POST / HTTP/1.1\r\nHost: a\r\n" + String(repeating: field, count: 60)
    let piece = String(repeating: "b", count: Limits.httpReadBytesMax)
    for coding in ["Content-Length: 16384\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3fff\r\n"] {
      connection.reopen(at: .zero)
      for part in [head.prefix(4000), head.dropFirst(4000)] { feed(&connection, String(part)) }
      feed(&connection, coding)
      for _ in 0..<4 { feed(&connection, String(piece.prefix(4095))) }
      #expect(connection.memoryBytes > 16_000)
      #expect(connection.memoryBytes <= Limits.webConnectionBytesMax)
    }
  }
}
