// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The strict endpoints /whip and /whep, and the client that speaks to those of others (RFC 9725, draft-ietf-wish-whep).

import Core
import Testing
import Web

@Suite("WHIP and WHEP")
struct WHIPTests {
  private static func request(_ line: String, _ fields: [String] = [], body: String = "") -> String {
    var wire = "\(line) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    for field in fields { wire += field + "\r\n" }
    if !body.isEmpty { wire += "Content-Length: \(body.utf8.count)\r\n" }
    return wire + "\r\n" + body
  }

  private static let sdp = "Content-Type: application/sdp"
  private static let fragment = "Content-Type: application/trickle-ice-sdpfrag"

  private static func hall() -> Hall {
    var hall = Hall()
    hall.server.facts = WebFacts(stunServers: ["stun:stun.example.org:3478"])
    return hall
  }

  @Test("an offer makes a session of its endpoint, which no other endpoint knows", arguments: ["/whip", "/whep"])
  func session(path: String) throws {
    var hall = Self.hall()
    let made = hall.exchange(Self.request("POST \(path)", [Self.sdp, "Intercom-Return: ?1"], body: "v=0 offer"))
    #expect(made.status == 201)
    #expect(made["Link"] == "<stun:stun.example.org:3478>; rel=\"ice-server\"")
    let location = try #require(made["Location"])
    let tag = try #require(made["ETag"])
    #expect(location.hasPrefix(path + "/") && tag.hasPrefix("\""))
    let caller = hall.server.caller(of: CallSessionID(1))
    #expect(caller?.endpoint == (path == "/whip" ? .whip : .whep))
    #expect(caller?.wantsReturn == false)
    for other in ["/call", "/whip", "/whep"] where other != path {
      let elsewhere = location.replacing(path, with: other)
      #expect(hall.exchange(Self.request("DELETE \(elsewhere)")).status == 404)
    }
    let rows: [([String], Int)] = [
      ([Self.fragment], 428), ([Self.fragment, "If-Match: \"stale\""], 412), ([Self.fragment, "If-Match: *"], 422),
      ([Self.sdp, "If-Match: \(tag)"], 415), ([Self.fragment, "If-Match: \(tag)"], 204),
    ]
    for (fields, status) in rows {
      let response = hall.exchange(Self.request("PATCH \(location)", fields, body: "a=end-of-candidates\r\n"))
      #expect(response.status == status, "\(fields)")
      #expect(response["ETag"] == nil)
    }
    #expect(hall.exchange(Self.request("GET \(location)")).status == 204)
    #expect(hall.exchange(Self.request("DELETE \(location)", ["If-Match: \"stale\""])).status == 200)
    #expect(hall.exchange(Self.request("DELETE \(location)")).status == 404)
  }

  @Test("the endpoint says what it takes", arguments: ["/whip", "/whep"])
  func endpoint(path: String) {
    var hall = Self.hall()
    let options = hall.exchange(Self.request("OPTIONS \(path)"))
    #expect(options.status == 200 && options["Accept-Post"] == "application/sdp" && options["Link"] != nil)
    let preflight = hall.exchange(Self.request("OPTIONS \(path)", ["Access-Control-Request-Method: POST"]))
    #expect(preflight.status == 200 && preflight["Link"] == nil)
    let got = hall.exchange(Self.request("GET \(path)"))
    #expect(got.status == (path == "/whep" ? 200 : 204) && got.body.isEmpty)
    #expect(got["Content-Type"] == (path == "/whep" ? "application/sdp" : nil))
    #expect(hall.exchange(Self.request("POST \(path)", body: "v=0")).status == 415)
    #expect(hall.exchange(Self.request("POST \(path)", [Self.sdp])).status == 400)
    #expect(hall.exchange(Self.request("POST \(path)", [Self.sdp, "Accept: text/html"], body: "v=0")).status == 406)
    #expect(hall.exchange(Self.request("PUT \(path)", body: "v=0")).status == 405)
  }

  // MARK: Client

  private static func target(_ text: String) throws -> CallTarget { try CallTarget(text) }

  @Test("the scheme says by which rules a URL is called")
  func targets() throws {
    #expect(try Self.target("whip+https://a/live").endpoint == .whip)
    #expect(try Self.target("whep+http://a:81/x").url.text == "http://a:81/x")
    #expect(try Self.target("http://whip/x").endpoint == .call)
    #expect(throws: HTTPURLError.self) { try Self.target("whip+ftp://a/") }
    #expect(throws: HTTPURLError.self) { try Self.target("whip+whep+http://a/") }
  }

  private static func placed(_ endpoint: CallEndpoint) throws -> CallClient {
    var client = CallClient(to: try HTTPURL("http://a/live"), endpoint, name: "Hall", token: "secret")
    client.place(offer: "v=0 offer".bytes, fragmentHead: "", at: .zero)
    return client
  }

  private static func sent(_ client: inout CallClient) -> String {
    while client.pollAction() != nil { client.handleConnected(at: .zero) }
    var bytes: [UInt8] = []
    client.pollOutput { view in
      bytes += view.array()
      return view.count
    }
    return text(bytes)
  }

  private static func reply(_ client: inout CallClient, _ wire: String, at now: Instant) {
    wire.bytes.withByteView { client.handle($0, at: now) }
  }

  @Test("the token is shown, the name is not, and a redirect keeps the token unless it leads to another server")
  func token() throws {
    var client = try Self.placed(.whip)
    let first = Self.sent(&client)
    #expect(first.contains("Authorization: Bearer secret\r\n") && !first.contains("Intercom-Name"))
    Self.reply(&client, "HTTP/1.1 308 X\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", at: .zero)
    let second = Self.sent(&client)
    #expect(second.hasPrefix("POST /there HTTP/1.1\r\nHost: a\r\n") && second.contains("Bearer secret"))
    #expect(client.pollEvent() == nil)
    for location in ["http://b/live", "http://a/back"] {
      Self.reply(&client, "HTTP/1.1 307 X\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n", at: .zero)
      let next = Self.sent(&client)
      #expect(next.hasPrefix("POST ") && next.hasSuffix("v=0 offer") && !next.contains("secret"))
    }
    #expect(client.pollEvent() == .tokenWithheld(from: try HTTPURL("http://b/live")))
    #expect(client.pollEvent() == nil)
  }

  /// The Link fields of a 201, and what of them is told: STUN servers, then the relay.
  private static let links: [([String], String)] = [
    (
      [#"<stun:a.example>; rel="ice-server""#, #"<STUN:b.example:99>;rel=ice-server"#],
      "stun:a.example STUN:b.example:99"
    ),
    (
      [#"<stun:a>; rel="ice-server", <stun:b>; title="x, <stun:c>; rel=ice-server"; REL="next ice-server""#],
      "stun:a stun:b"
    ),
    (
      [#"<stun:a>; rel="next"; rel="ice-server""#, "<stun:b>", "stun:c; rel=ice-server", "<stun:d; rel=ice-server"], ""
    ),
    ([#"<turn:t?transport=udp>; rel="ice-server"; username="a;b"; credential="c\"d""#], "| turn:t?transport=udp"),
    (["<stun:a>; rel=ice-server, <stun:a>; rel=ice-server, <stuns:b>; rel=ice-server"], "stun:a"),
    ((1...9).map { "<stun:s\($0)>; rel=ice-server" }, "stun:s1 stun:s2 stun:s3 stun:s4"),
    (
      ["", ",,", "<>; rel=ice-server", "<:>; rel=ice-server", #"<stun:a>; rel=""#, "<turns:t>; rel=ice-server"],
      "| turns:t"
    ),
  ]

  @Test("ICE servers that the far side names are told, and its own candidates may still follow", arguments: links)
  func iceServers(fields: [String], told: String) throws {
    var client = try Self.placed(.whep)
    _ = Self.sent(&client)
    client.endCandidates(at: .zero)
    let links = fields.map { "Link: \($0)\r\n" }.joined()
    Self.reply(
      &client,
      "HTTP/1.1 201 X\r\nContent-Type: application/sdp\r\nLocation: /s\r\nETag: \"t\"\r\n\(links)"
        + "Content-Length: 3\r\n\r\nv=0", at: .zero)
    #expect(client.pollEvent() == .answered("v=0".bytes))
    var named: NamedICEServers?
    if case .iceServers(let servers)? = client.pollEvent() { named = servers }
    let words = (named?.stun ?? []) + (named?.relay.map { ["|", $0] } ?? [])
    #expect(words.joined(separator: " ") == told)
    let first = Self.sent(&client)
    guard named?.stun.isEmpty == false else {
      #expect(first.hasPrefix("PATCH /s ") && first.contains("a=end-of-candidates"))
      return
    }
    #expect(first.isEmpty)
    let isKept = client.addCandidate("candidate:9", at: .zero)
    #expect(isKept)
    client.endCandidates(at: .zero)
    let fragment = Self.sent(&client)
    #expect(fragment.hasPrefix("PATCH /s ") && fragment.contains("a=candidate:9\r\n"))
    Self.reply(&client, "HTTP/1.1 204 X\r\n\r\n", at: .zero)
    #expect(fragment.contains("a=end-of-candidates") || Self.sent(&client).contains("a=end-of-candidates"))
  }

  @Test("a player waits for a stream that is not live, at least twice as long each time, and asks again")
  func notLive() throws {
    var client = try Self.placed(.whep)
    var now = Instant.zero
    for (retryAfter, wait) in [(0, 1), (0, 2), (10, 10), (0, 8)] {
      #expect(Self.sent(&client).hasPrefix("POST /live"))
      let field = retryAfter > 0 ? "Retry-After: \(retryAfter)\r\n" : ""
      Self.reply(&client, "HTTP/1.1 409 X\r\n\(field)Content-Length: 0\r\n\r\n", at: now)
      #expect(client.pollEvent() == .waiting(seconds: wait))
      #expect(client.pollTimeout() == now + .seconds(wait))
      #expect(Self.sent(&client).isEmpty)
      now = client.pollTimeout()
      client.handleTimeout(at: now)
    }
    Self.reply(&client, "HTTP/1.1 409 X\r\nContent-Length: 0\r\n\r\n", at: now)
    _ = client.pollEvent()
    client.hangUp(at: now)
    #expect(client.pollEvent() == .ended && client.isDone)
  }

  @Test("a counter-offer is refused in a sentence, and other refusals are not waited for")
  func refused() throws {
    var player = try Self.placed(.whep)
    _ = Self.sent(&player)
    Self.reply(&player, "HTTP/1.1 406 X\r\nContent-Length: 0\r\n\r\n", at: .zero)
    #expect(player.pollEvent() == .failed(.counterOffer))
    for status in [301, 302, 400, 401, 409, 422, 503] {
      var publisher = try Self.placed(.whip)
      _ = Self.sent(&publisher)
      Self.reply(
        &publisher, "HTTP/1.1 \(status) X\r\nLocation: http://b/\r\nContent-Length: 0\r\n\r\n", at: .zero)
      guard case .failed(.refused(let refused))? = publisher.pollEvent() else {
        Issue.record("\(status)")
        continue
      }
      #expect(refused.status.code == status)
    }
  }
}
