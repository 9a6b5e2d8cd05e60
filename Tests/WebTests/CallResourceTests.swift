// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resource /call through the whole web server: every status, the limits, what the station sees.

import Access
import Core
import Testing
import Web

@Suite("Call resource")
struct CallResourceTests {
  private static func request(_ line: String, _ fields: [String] = [], body: String = "") -> String {
    var wire = "\(line) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    for field in fields { wire += field + "\r\n" }
    if !body.isEmpty { wire += "Content-Length: \(body.utf8.count)\r\n" }
    return wire + "\r\n" + body
  }

  /// A hall with one session: its path and its ETag.
  private static func withSession() -> (hall: Hall, path: String, tag: String) {
    var hall = Hall()
    let response = hall.exchange(offerRequest)
    hall.events = []
    return (hall, response["Location"] ?? "", response["ETag"] ?? "")
  }

  @Test("an offer is answered with 201, an unguessable Location, a strong ETag and the answer")
  func created() {
    var hall = Hall()
    let response = hall.exchange(offerRequest)
    #expect(response.status == 201)
    #expect(response["Content-Type"] == "application/sdp")
    #expect(response.body == "v=0 answer")
    #expect(response["Location"]?.hasPrefix("/call/") == true)
    #expect(response["Location"]?.utf8.count == 38)
    #expect(response["ETag"]?.hasPrefix("\"") == true)
    #expect(hall.events == [.call(.offer(CallSessionID(1), "v=0 offer".bytes))])
    let second = hall.exchange(offerRequest)
    #expect(second["Location"] != response["Location"])
    #expect(second["ETag"] != response["ETag"])
  }

  /// Request line, fields, body, expected status, and a field the response must have.
  static let endpointRows: [(String, [String], String, Int, String?)] = [
    ("GET /call", [], "", 204, nil),
    ("HEAD /call", [], "", 204, nil),
    ("OPTIONS /call", [], "", 200, "Accept-Post: application/sdp"),
    ("OPTIONS *", [], "", 204, nil),
    ("PUT /call", [], "x", 405, "Allow: GET, HEAD, POST, OPTIONS"),
    ("DELETE /call", [], "", 405, "Allow: GET, HEAD, POST, OPTIONS"),
    ("PATCH /call", [], "x", 405, "Allow: GET, HEAD, POST, OPTIONS"),
    ("BREW /call", [], "", 501, nil),
    ("POST /call", ["Content-Type: application/sdp"], "", 400, nil),
    ("POST /call", [], "v=0", 415, "Accept-Post: application/sdp"),
    ("POST /call", ["Content-Type: application/json"], "v=0", 415, "Accept-Post: application/sdp"),
    ("POST /call", ["Content-Type: application/sdp", "Accept: text/html"], "v=0", 406, nil),
    ("POST /call", ["Content-Type: application/SDP ; x=y", "Accept: */*"], "v=0", 201, nil),
    ("POST /call?x=1", ["Content-Type: application/sdp"], "v=0", 201, nil),
    ("POST /%63all", ["Content-Type: application/sdp"], "v=0", 201, nil),
    ("POST /call", ["Content-Type: application/sdp", "Content-Length: 99999"], "", 413, "Connection: close"),
    ("POST /call", ["Content-Type: application/sdp", "Expect: 42"], "v=0", 417, nil),
    ("POST /call/", ["Content-Type: application/sdp"], "v=0", 404, nil),
    ("GET /call/0123456789abcdef0123456789abcdef", [], "", 404, nil),
    ("DELETE /call/0123456789abcdef0123456789abcdef", [], "", 404, nil),
    ("GET /call/a/b", [], "", 404, nil),
    ("GET /calls", [], "", 404, nil),
    ("GET /../call", [], "", 400, nil),
    ("GET /call%2Fx", [], "", 400, nil),
    ("POST /", [], "x", 405, "Allow: GET, HEAD, OPTIONS"),
    ("OPTIONS /", [], "", 200, "Allow: GET, HEAD, OPTIONS"),
  ]

  @Test("the endpoint answers every request with its status", arguments: endpointRows)
  func endpoint(line: String, fields: [String], body: String, status: Int, field: String?) {
    var hall = Hall()
    let response = hall.exchange(Self.request(line, fields, body: body))
    #expect(response.status == status)
    if let field { #expect(response.head.contains("\r\n\(field)"), "\(response.head)") }
    if status >= 400 {
      #expect(response["Content-Type"] == "application/problem+json")
      #expect(response.body.hasPrefix("{\"title\":"))
      #expect(response.body.contains("\"status\":\(status),\"detail\":\""))
    }
    if status == 204 { #expect(response["Content-Length"] == nil) }
  }

  @Test("a session answers every request with its status")
  func session() {
    let fragment = "Content-Type: application/trickle-ice-sdpfrag"
    let rows: [(String, [String], String, Int, String?)] = [
      ("GET", [], "", 204, nil), ("HEAD", [], "", 204, nil),
      ("OPTIONS", [], "", 200, "Accept-Patch: application/trickle-ice-sdpfrag"),
      ("POST", ["Content-Type: application/sdp"], "v=0", 405, "Allow: GET, HEAD, PATCH, DELETE, OPTIONS"),
      ("PATCH", [fragment, "If-Match: TAG"], "a=x", 204, nil),
      ("PATCH", [fragment, "If-Match: \"other\", TAG"], "a=x", 204, nil),
      ("PATCH", [fragment], "a=x", 428, nil),
      ("PATCH", [fragment, "If-Match: \"stale\""], "a=x", 412, nil),
      ("PATCH", [fragment, "If-Match: W/TAG"], "a=x", 412, nil),
      ("PATCH", [fragment, "If-Match: *"], "a=x", 422, nil),
      ("PATCH", [fragment, "If-Match: TAG"], "", 400, nil),
      ("PATCH", ["If-Match: TAG"], "a=x", 415, "Accept-Patch: application/trickle-ice-sdpfrag"),
      ("PATCH", ["Content-Type: application/sdp", "If-Match: TAG"], "a=x", 415, nil),
    ]
    for (method, fields, body, status, field) in rows {
      var (hall, path, tag) = Self.withSession()
      let written = fields.map { $0.split(separator: "TAG", omittingEmptySubsequences: false).joined(separator: tag) }
      let response = hall.exchange(Self.request("\(method) \(path)", written, body: body))
      #expect(response.status == status, "\(method) \(written)")
      if let field { #expect(response.head.contains(field)) }
      if method == "PATCH", status == 204 {
        #expect(response["ETag"] == nil)
        #expect(hall.events == [.call(.trickle(CallSessionID(1), "a=x".bytes))])
      } else {
        #expect(hall.events.isEmpty)
      }
    }
  }

  @Test("DELETE ends a session with 200; afterwards its path is 404")
  func delete() {
    var (hall, path, tag) = Self.withSession()
    #expect(hall.exchange(Self.request("DELETE \(path)")).status == 200)
    #expect(hall.events == [.call(.ended(CallSessionID(1), .deleted))])
    #expect(hall.server.sessionCount == 0)
    for method in ["GET", "DELETE", "PATCH"] {
      #expect(hall.exchange(Self.request("\(method) \(path)", ["If-Match: \(tag)"])).status == 404)
    }
  }

  @Test("the station's refusals have their statuses and details, and end the session of an offer")
  func refusals() {
    let rows: [(CallRefusal, Int)] = [
      (.malformed, 400), (.forbidden, 403), (.unacceptable, 422), (.busy(retryAfterSeconds: 7), 503),
    ]
    for (refusal, status) in rows {
      var hall = Hall()
      hall.answers = false
      guard let id = hall.open() else { return }
      hall.send(offerRequest, on: id)
      #expect(hall.take(id) == "")
      let isRefused = hall.server.refuse(CallSessionID(1), refusal, detail: "Said \"so\".", at: hall.now)
      #expect(isRefused == true)
      hall.drain()
      let response = Response(hall.take(id))
      #expect(response.status == status)
      #expect(response["Retry-After"] == (status == 503 ? "7" : nil))
      #expect(response.body.contains(#""detail":"Said \"so\".""#))
      #expect(hall.server.sessionCount == 0)
      let isAnswered = hall.server.answer(CallSessionID(1), [1], at: hall.now)
      #expect(isAnswered == false)
    }
  }

  @Test("a fragment may be refused, and its session goes on")
  func refusedFragment() {
    var (hall, path, tag) = Self.withSession()
    hall.answers = false
    guard let id = hall.open() else { return }
    let fields = ["Content-Type: application/trickle-ice-sdpfrag", "If-Match: \(tag)"]
    hall.send(Self.request("PATCH \(path)", fields, body: "?"), on: id)
    // While it waits, another is told to wait.
    #expect(hall.exchange(Self.request("PATCH \(path)", fields, body: "a=x")).status == 409)
    let isRefused = hall.server.refuse(CallSessionID(1), .malformed, detail: "No ice-ufrag.", at: hall.now)
    #expect(isRefused == true)
    hall.drain()
    #expect(Response(hall.take(id)).status == 400)
    #expect(hall.server.sessionCount == 1)
    #expect(hall.server.acceptTrickle(CallSessionID(1), at: hall.now) == false)
  }

  @Test("requests sent ahead on a connection wait for the answer of an offer")
  func delayed() {
    var hall = Hall()
    hall.answers = false
    guard let id = hall.open() else { return }
    hall.send(offerRequest + Self.request("GET /call"), on: id)
    #expect(hall.take(id) == "")
    hall.now = ms(3000)
    hall.server.answer(CallSessionID(1), "v=0".bytes, at: hall.now)
    hall.drain()
    let wire = hall.take(id)
    #expect(wire.hasPrefix("HTTP/1.1 201 Created\r\n"))
    #expect(wire.contains("\r\n\r\nv=0HTTP/1.1 204 No Content\r\n"))
  }

  @Test("an offer that nobody answers is refused with 503 and forgotten")
  func answerTimeout() {
    var hall = Hall()
    hall.answers = false
    guard let id = hall.open() else { return }
    hall.send(offerRequest, on: id)
    hall.advance(to: ms(Limits.callAnswerMilliseconds - 1))
    #expect(hall.take(id) == "")
    hall.advance(to: ms(Limits.callAnswerMilliseconds))
    let response = Response(hall.take(id))
    #expect(response.status == 503)
    #expect(response["Retry-After"] == "5")
    #expect(hall.events.last == .call(.ended(CallSessionID(1), .answerTimedOut)))
    #expect(hall.server.sessionCount == 0)
  }

  @Test("a caller that breaks off before the answer ends its session")
  func callerGone() {
    var hall = Hall()
    hall.answers = false
    guard let id = hall.open() else { return }
    hall.send(offerRequest, on: id)
    hall.server.handleFailure(on: id, at: hall.now)
    hall.drain()
    #expect(hall.events.last == .call(.ended(CallSessionID(1), .callerGone)))
    #expect(hall.server.sessionCount == 0)
    #expect(hall.closed.contains(id))
  }

  @Test("a session the station ended is 404, and what waits on it is told so")
  func ended() {
    var (hall, path, _) = Self.withSession()
    hall.server.end(CallSessionID(1), at: hall.now)
    #expect(hall.exchange(Self.request("DELETE \(path)")).status == 404)
    #expect(hall.events.isEmpty)
  }

  @Test("one session too many is refused with 503 and Retry-After")
  func tooManySessions() {
    var hall = Hall()
    for _ in 0..<Limits.callSessionsMax { #expect(hall.exchange(offerRequest).status == 201) }
    let response = hall.exchange(offerRequest)
    #expect(response.status == 503)
    #expect(response["Retry-After"] == "5")
    #expect(hall.server.sessionCount == Limits.callSessionsMax)
  }

  @Test("requests that change something are limited by client address, others are not")
  func rateLimit() {
    var (hall, path, _) = Self.withSession()
    for _ in 1..<Limits.callRateBurst { #expect(hall.exchange(Self.request("DELETE \(path)x")).status == 404) }
    let response = hall.exchange(Self.request("DELETE \(path)"))
    #expect(response.status == 429)
    #expect(response["Retry-After"] == "1")
    #expect(hall.exchange(Self.request("GET /call")).status == 204)
    #expect(hall.exchange(offerRequest, from: .v4(192, 0, 2, 1)).status == 201)
    hall.advance(to: ms(1000 / Limits.callRatePerSecond))
    #expect(hall.exchange(Self.request("DELETE \(path)")).status == 200)
    #expect(hall.exchange(Self.request("DELETE \(path)")).status == 429)
  }

  @Test("the table of client addresses is bounded, and an IPv6 network counts as one client")
  func rateTable() {
    var limiter = RateLimiter()
    for client in 0..<1000 { _ = limiter.waitSeconds(for: IPAddress(v4: UInt32(client)), at: .zero) }
    #expect(limiter.clientCount == Limits.callRateClientsMax)
    var network = RateLimiter()
    var refused = 0
    for client in 0..<40 {
      let address = IPAddress(v6High: 0x2001_0DB8_0000_0000, low: UInt64(client))
      if network.waitSeconds(for: address, at: .zero) > 0 { refused += 1 }
    }
    #expect(refused == 40 - Limits.callRateBurst)
    #expect(network.clientCount == 1)
  }

  /// What the field says, and the name that is taken from it; nil: 400.
  static let nameRows: [(String, String?)] = [
    ("Intercom-Name: Door", "Door"), ("Intercom-Name: G%C3%A4rten%20%26%20Tor", "Gärten & Tor"), ("X: y", ""),
    ("intercom-name: a%2fb", "a/b"), ("Intercom-Name: %C3", nil), ("Intercom-Name: %4", nil),
    ("Intercom-Name: %zz", nil),
    ("Intercom-Name: a%0Ab", nil), ("Intercom-Name: a%00", nil), ("Intercom-Name: a%7F", nil), ("Intercom-Name:", nil),
    ("Intercom-Name: \(String(repeating: "x", count: 64))", String(repeating: "x", count: 64)),
    ("Intercom-Name: \(String(repeating: "x", count: 65))", nil), ("Intercom-Name: a\r\nIntercom-Name: b", nil),
  ]

  @Test("a caller's name is taken from its field, or the offer is refused", arguments: nameRows)
  func callerName(field: String, name: String?) {
    var hall = Hall()
    hall.answers = false
    guard let id = hall.open(from: .v4(10, 0, 0, 7)) else { return }
    hall.send(Self.request("POST /call", ["Content-Type: application/sdp", field], body: "v=0"), on: id)
    let caller = hall.server.caller(of: CallSessionID(1))
    if let name {
      #expect(caller == Caller(name: name, address: .v4(10, 0, 0, 7)))
    } else {
      #expect(caller == nil)
      #expect(Response(hall.take(id)).status == 400)
    }
  }

  @Test(
    "only one ?1 says that a call is a return",
    arguments: [
      ("Intercom-Return: ?1", true), ("intercom-return: ?1", true), ("Intercom-Return: ?0", false),
      ("Intercom-Return: 1", false), ("Intercom-Return:", false), ("X: y", false),
      ("Intercom-Return: ?1\r\nIntercom-Return: ?1", false),
    ])
  func callReturn(field: String, wantsReturn: Bool) {
    var hall = Hall()
    hall.answers = false
    guard let id = hall.open(from: .v4(10, 0, 0, 7)) else { return }
    hall.send(Self.request("POST /call", ["Content-Type: application/sdp", field], body: "v=0"), on: id)
    let caller = hall.server.caller(of: CallSessionID(1))
    #expect(caller == Caller(name: "", address: .v4(10, 0, 0, 7), wantsReturn: wantsReturn))
  }

  @Test("an offer that is held waits until then, and can be refused as not answered with 504")
  func held() {
    var hall = Hall()
    hall.answers = false
    guard let first = hall.open() else { return }
    hall.send(offerRequest, on: first)
    let isHeld = hall.server.hold(CallSessionID(1), until: ms(60_000))
    #expect(isHeld)
    hall.advance(to: ms(59_999))
    #expect(hall.take(first).isEmpty)
    hall.advance(to: ms(60_000))
    #expect(Response(hall.take(first)).status == 503)
    let isHeldStill = hall.server.hold(CallSessionID(1), until: ms(90_000))
    #expect(!isHeldStill)
    guard let second = hall.open() else { return }
    hall.send(offerRequest, on: second)
    hall.server.hold(CallSessionID(2), until: ms(90_000))
    hall.server.refuse(CallSessionID(2), .noAnswer, detail: "Nobody answered.", at: hall.now)
    hall.drain()
    #expect(Response(hall.take(second)).status == 504)
    guard let third = hall.open() else { return }
    hall.send(offerRequest, on: third)
    hall.server.hold(CallSessionID(3), until: ms(90_000))
    hall.end(third)
    #expect(hall.events.last == .call(.ended(CallSessionID(3), .callerGone)))
  }
}
