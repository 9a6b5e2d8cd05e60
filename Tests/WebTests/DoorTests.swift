// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who is let in, through the web server: every route without credentials, pairing, and what a page may command.

import Access
import Core
import Testing
import Web

@Suite("The web server's doors")
struct DoorTests {
  private static let phone = IPAddress.v4(192, 168, 1, 77)
  private static let lan = IPAddress.v4(192, 168, 1, 5)

  static func post(_ path: String, _ body: String, _ fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(fields)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private func get(_ path: String, _ fields: String = "", method: String = "GET") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
  }

  /// Pairs, and answers the cookie.
  private func pair(_ hall: inout Hall, _ role: Role = .talk) throws -> String {
    let code = hall.server.doorkeeper.openPairing(role, at: hall.now).code
    let response = hall.exchange(
      Self.post("/api/pair", "{\"code\":\"\(code)\",\"name\":\"phone\"}"), from: Self.phone, to: Self.lan, over: .secure
    )
    #expect(response.status == 200)
    let cookie = try #require(response["Set-Cookie"])
    #expect(cookie.hasSuffix("; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=34560000"))
    return "Cookie: \(cookie.prefix { $0 != ";" })\r\n"
  }

  @Test("whoever shows nothing gets exactly what the table gives to everybody, over TLS and in the clear")
  func everyRoute() {
    for transport in [Transport.secure, .plain] {
      for rule in RouteRule.all {
        var hall = Hall(mode: .paired)
        let path = rule.pattern.replacing("ID", with: "1")
        let wire = rule.method == .get ? get(path) : Self.post(path, "{}").replacing("POST", with: rule.method.text)
        let response = hall.exchange(wire, from: Self.phone, to: Self.lan, over: transport)
        let name = "\(rule.method.text) \(rule.pattern) \(transport)"
        if rule.admitsPinned {
          // The session is not there, or the offer is none: nothing reaches the station.
          #expect([204, 404, 415].contains(response.status), "\(name): \(response.status)")
        } else if rule.role != nil {
          #expect(response.status == (transport == .secure ? 401 : 403), "\(name): \(response.status)")
        } else if transport == .plain, rule.transport == .always {
          #expect(response.status == 403, "\(name)")
        } else {
          #expect(response.status != 401 && response.status < 500, "\(name): \(response.status)")
        }
        #expect(hall.events.allSatisfy { $0 == .bell(from: Self.phone) }, "\(name)")
      }
    }
  }

  @Test("an offer of a stranger reaches the station as a stranger's, where a pinned certificate may let it in")
  func strangersOffer() {
    var hall = Hall(mode: .paired)
    hall.answers = false
    let id = hall.opened(from: Self.phone, to: Self.lan)
    hall.send(offerRequest.replacing("127.0.0.1:8080", with: "192.168.1.5"), on: id)
    guard case .call(.offer(let session, _))? = hall.events.first else {
      Issue.record("no offer")
      return
    }
    #expect(hall.server.caller(of: session)?.principal == .anonymous)
    hall.server.refuse(session, .unauthorized, detail: "Pair first.", at: hall.now)
    hall.drain()
    let response = Response(hall.take(id))
    #expect(response.status == 401)
    #expect(response["WWW-Authenticate"] == "Bearer")
  }

  @Test("a paired page sees the state, commands with the least authority, and lets itself out")
  func pairedPage() throws {
    var hall = Hall(mode: .paired)
    let cookie = try pair(&hall)
    func ask(_ wire: String) -> Response { hall.exchange(wire, from: Self.phone, to: Self.lan, over: .secure) }
    #expect(ask(get("/api/status", cookie)).status == 200)
    #expect(ask(get("/api/me", cookie)).body.contains("\"access\":\"paired\",\"role\":\"talk\",\"secure\":true"))
    #expect(ask(get("/api/me", cookie)).body.contains("\"ice_servers\":[]"))
    let stranger = ask(get("/api/me")).body
    #expect(stranger.contains("\"role\":null") && !stranger.contains("ice_servers"))
    let done = ask(Self.post("/api/command", "{\"command\":\"mute\"}", cookie))
    #expect(done.body == "{\"ok\":true,\"message\":\"Done.\"}")
    #expect(hall.events.contains { if case .command(_, .setMuted(true)) = $0 { true } else { false } })
    #expect(ask(Self.post("/api/command", "{\"command\":\"fly\"}", cookie)).status == 400)
    #expect(ask(Self.post("/api/pairing", "", cookie)).status == 403)
    #expect(ask(get("/api/paired", cookie)).status == 403)
    let out = ask(Self.post("/api/unpair", "", cookie))
    #expect(out.status == 204)
    #expect(out["Set-Cookie"]?.contains("Max-Age=0") == true)
    #expect(ask(get("/api/status", cookie)).status == 401)
    #expect(hall.events.contains { if case .savePaired = $0 { true } else { false } })
  }

  @Test("open access gives nothing that lasts: no code comes over the network, one of the device's own pairs as ever")
  func openAccess() throws {
    var hall = Hall(mode: .open)
    func ask(_ wire: String) -> Response { hall.exchange(wire, from: Self.phone, to: Self.lan, over: .secure) }
    #expect(ask(get("/api/me")).body.contains("\"role\":\"admin\""))
    for body in ["", "{\"role\":\"talk\"}", "{\"role\":\"admin\"}"] {
      let refused = ask(Self.post("/api/pairing", body))
      #expect(refused.status == 403)
      #expect(refused.body.contains("intercom pair"))
    }
    #expect(hall.server.doorkeeper.pairing(at: hall.now) == nil)
    #expect(ask(Self.post("/api/pair", "{\"code\":\"000000\",\"name\":\"phone\"}")).status == 403)
    #expect(hall.server.doorkeeper.list.isEmpty)
    let cookie = try pair(&hall)
    hall.server.doorkeeper.configure(.paired, token: nil)
    #expect(ask(get("/api/me", cookie)).body.contains("\"role\":\"talk\""))
  }

  @Test("an admin opens pairings, sees who is paired, and locks somebody out")
  func admin() throws {
    var hall = Hall(mode: .paired)
    let cookie = try pair(&hall, .admin)
    func ask(_ wire: String) -> Response { hall.exchange(wire, from: Self.phone, to: Self.lan, over: .secure) }
    let opened = ask(Self.post("/api/pairing", "", cookie))
    #expect(opened.status == 200)
    #expect(opened.body.hasSuffix("\",\"expires_s\":120}"))
    #expect(ask(Self.post("/api/pairing", "{\"role\":\"king\"}", cookie)).status == 400)
    let another = ask(Self.post("/api/pairing", "{\"role\":\"admin\"}", cookie))
    #expect(another.status == 403)
    #expect(another.body.contains("intercom pair --admin"))
    #expect(hall.server.doorkeeper.pairing(at: hall.now)?.role == .talk)
    #expect(
      ask(get("/api/paired", cookie)).body.contains("{\"id\":1,\"name\":\"phone\",\"role\":\"admin\",\"device\":false"))
    #expect(ask(get("/api/paired/9", cookie, method: "DELETE")).status == 404)
    #expect(ask(get("/api/paired/x", cookie, method: "DELETE")).status == 404)
    #expect(ask(get("/api/paired/1", cookie, method: "DELETE")).status == 204)
    #expect(ask(get("/api/paired", cookie)).status == 401)
  }

  @Test("another intercom is paired by its certificate, and told ours")
  func device() {
    var hall = Hall(mode: .paired)
    hall.server.facts.trust.name = "Door"
    hall.server.facts.trust.fingerprint = "AA:BB"
    hall.server.facts.fingerprint = "sha-256 CC:DD"
    let code = hall.server.doorkeeper.openPairing(.talk, at: hall.now).code
    let digest = "sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":")
    let body = "{\"code\":\"\(code)\",\"device\":{\"fingerprint\":\"\(digest)\",\"name\":\"Garage\"}}"
    let response = hall.exchange(Self.post("/api/pair", body), from: Self.phone, to: Self.lan, over: .secure)
    #expect(
      response.body
        == "{\"role\":\"talk\",\"name\":\"Door\",\"fingerprint\":\"sha-256 CC:DD\",\"authority\":\"sha-256 AA:BB\"}")
    #expect(response["Set-Cookie"] == nil)
    #expect(hall.server.doorkeeper.list.first?.fingerprint != nil)
  }

  @Test("pairing refuses wrong codes, what is no JSON, and comes over TLS or from this machine only")
  func refusals() {
    var hall = Hall(mode: .paired)
    func ask(_ body: String, _ transport: Transport = .secure) -> Response {
      hall.exchange(Self.post("/api/pair", body), from: Self.phone, to: Self.lan, over: transport)
    }
    #expect(ask("{\"code\":\"123456\",\"name\":\"x\"}").status == 403)
    #expect(ask("{\"code\":123456,\"name\":\"x\"}").status == 400)
    #expect(ask("[]").status == 400)
    #expect(ask("{").status == 400)
    #expect(ask("{\"code\":\"123456\",\"name\":\"x\"}", .plain).status == 403)
    let form = "POST /api/pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"
    #expect(hall.exchange(form, over: .secure).status == 415)
  }

  @Test("the bell rings for everybody, three times, and then once in ten seconds")
  func bell() {
    var hall = Hall(mode: .paired)
    let wire = "POST /bell HTTP/1.1\r\nHost: 192.168.1.5\r\n\r\n"
    for _ in 0..<3 { #expect(hall.exchange(wire, from: Self.phone, to: Self.lan).status == 204) }
    let refused = hall.exchange(wire, from: Self.phone, to: Self.lan)
    #expect(refused.status == 429)
    #expect(refused["Retry-After"] == "10")
    #expect(hall.events == Array(repeating: .bell(from: Self.phone), count: 3))
    hall.advance(to: ms(10_000))
    #expect(hall.exchange(wire, from: Self.phone, to: Self.lan).status == 204)
  }

  @Test("a page from elsewhere is refused whether the browser says so by Origin or by Sec-Fetch-Site")
  func foreignPages() throws {
    let rows: [(fields: String, transport: Transport, status: Int)] = [
      ("", .secure, 200), ("Origin: https://localhost\r\n", .secure, 200),
      ("Origin: http://localhost\r\n", .secure, 403), ("Origin: https://evil.example\r\n", .secure, 403),
      ("Origin: null\r\n", .secure, 403), ("Sec-Fetch-Site: same-origin\r\n", .secure, 200),
      ("Sec-Fetch-Site: none\r\n", .secure, 200), ("Sec-Fetch-Site: cross-site\r\n", .secure, 403),
      ("Sec-Fetch-Site: same-site\r\n", .secure, 403),
      ("Origin: https://localhost\r\nSec-Fetch-Site: same-origin\r\n", .secure, 200),
    ]
    for row in rows {
      var hall = Hall(mode: .paired)
      let cookie = try pair(&hall)
      let wire = Self.post("/api/command", "{\"command\":\"mute\"}", cookie + row.fields)
      let response = hall.exchange(wire, from: Self.phone, to: Self.lan, over: row.transport)
      #expect(response.status == row.status, "\(row.fields)")
      #expect(hall.server.counters.foreignOrigins == (row.status == 403 ? 1 : 0))
    }
    var hall = Hall()
    #expect(hall.exchange(get("/api/events", "Sec-Fetch-Site: cross-site\r\n")).status == 403)
    #expect(hall.exchange(get("/", "Sec-Fetch-Site: cross-site\r\n")).status == 200)
  }

  @Test("what is not there is 404, a method that is not is 405 with those that are")
  func missing() {
    var hall = Hall()
    for path in ["/x", "/api", "/api/x", "/page.js/x", "/call/1/2", "/ca.crt", "/index.html"] {
      #expect(hall.exchange(get(path)).status == 404, "\(path)")
    }
    #expect(hall.exchange(get("/../etc/passwd")).status == 400)
    #expect(hall.exchange(get("/%2e%2e/etc/passwd")).status == 400)
    let refused = hall.exchange(get("/api/status", method: "PUT"))
    #expect(refused.status == 405)
    #expect(refused["Allow"] == "GET, HEAD, OPTIONS")
    #expect(hall.exchange(get("/bell"))["Allow"] == "POST, OPTIONS")
    #expect(hall.exchange(get("/api/command", method: "OPTIONS"))["Allow"] == "POST, OPTIONS")
  }
}
