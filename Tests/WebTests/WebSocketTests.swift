// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The opening handshake, and a WebSocket's life: pings, silence, closing from either side, a far side that does not read.

import Core
import Testing
import Web

/// All that waits to be sent.
func output(of connection: inout WebSocketConnection, at now: Instant = .zero) -> [UInt8] {
  var bytes: [UInt8] = []
  connection.pollOutput(at: now) { view in
    bytes += view.array()
    return view.count
  }
  return bytes
}

func feed(_ connection: inout WebSocketConnection, _ wire: String, at now: Instant = .zero) {
  hexBytes(wire).withByteView { connection.handle($0, at: now) }
}

@Suite("WebSocket handshake")
struct WebSocketHandshakeTests {
  private static let example = """
    GET /chat HTTP/1.1\r
    Host: server.example.com\r
    Upgrade: websocket\r
    Connection: Upgrade\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    Origin: http://example.com\r
    Sec-WebSocket-Protocol: chat, superchat\r
    Sec-WebSocket-Version: 13\r
    \r\n
    """

  private func judged(_ wire: String) -> HTTPResponse? {
    guard let request = readRequests(wire).requests.first else { return nil }
    switch WebSocketHandshake.judge(request) {
    case .accepted(let response), .refused(let response): return response
    }
  }

  @Test("the example of RFC 6455 section 1.3 is accepted with its answer")
  func example() throws {
    let response = try #require(judged(Self.example))
    #expect(response.status == .switchingProtocols)
    #expect(response.fields.first("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(response.fields.first("Sec-WebSocket-Protocol") == nil)
    #expect(WebSocketHandshake.isAccepted(response, key: "dGhlIHNhbXBsZSBub25jZQ=="))
    #expect(!WebSocketHandshake.isAccepted(response, key: "dGhlIHNhbXBsZSBub25jZA=="))
  }

  @Test(
    "a handshake that is none is refused",
    arguments: [
      ("Upgrade: websocket", "Upgrade: h2c", 426), ("Connection: Upgrade", "Connection: close", 426),
      ("GET", "POST", 400), ("HTTP/1.1", "HTTP/1.0", 400), ("Version: 13", "Version: 8", 426),
      ("Sec-WebSocket-Version: 13\r\n", "", 426), ("Key: dGhlIHNhbXBsZSBub25jZQ==", "Key: dGhlIHNhbXBsZQ==", 400),
      ("Key: dGhlIHNhbXBsZSBub25jZQ==", "Key: ?", 400), ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400),
    ])
  func refused(what: String, instead: String, status: Int) {
    #expect(judged(Self.example.replacing(what, with: instead))?.status.code == status)
  }

  @Test("an upgraded connection carries frames, those sent ahead with the request too")
  func upgrade() throws {
    var connection = HTTPServerConnection(at: .zero)
    let ahead = hexBytes("81 85 37fa213d 7f9f4d5158")
    (Self.example.bytes + ahead).withByteView { connection.handle($0, at: .zero) }
    let polled = connection.pollRequest()
    let request = try #require(polled)
    guard case .accepted(let response) = WebSocketHandshake.judge(request) else {
      Issue.record("the handshake was refused")
      return
    }
    connection.upgrade(response, at: .zero)
    #expect(connection.wantsInput && connection.hasOutput && !connection.isWaitingForFarSide)
    var message: WebSocketConnection.Message?
    connection.change { message = $0.pollMessage() }
    #expect(message == .text("Hello".bytes))
    connection.change { socket in "Hello".bytes.withByteView { _ = socket.send($0, at: .zero) } }
    var sent: [UInt8] = []
    connection.pollOutput(at: .zero) { view in
      sent += view.array()
      return view.count
    }
    #expect(text(sent).hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
    #expect(Array(sent.suffix(7)) == hexBytes("810548656c6c6f"))
    connection.handleEnd(at: .zero)
    #expect(connection.disposition == .closed)
    connection.reopen(at: .zero)
    #expect(connection.disposition == .open && connection.socket == nil)
  }

  @Test("client and server come to terms, and talk")
  func together() throws {
    var client = WebSocketClient(to: try HTTPURL("http://a:1/room"), randomness: Randomness(seed: 5))
    var server = HTTPServerConnection(at: .zero)
    client.open(at: .zero)
    #expect(client.pollAction() == .connect(try HTTPURL("http://a:1/room")))
    client.handleConnected(at: .zero)
    client.pollOutput { view in
      server.handle(view, at: .zero)
      return view.count
    }
    let polled = server.pollRequest()
    let request = try #require(polled)
    #expect(request.target == "/room")
    guard case .accepted(let response) = WebSocketHandshake.judge(request) else {
      Issue.record("the handshake was refused")
      return
    }
    server.upgrade(response, at: .zero)
    server.change { socket in "hi".withByteView { _ = socket.send($0, at: .zero) } }
    // Byte by byte: the answer's end and the first frame come in one stream.
    while server.hasOutput {
      server.pollOutput(at: .zero) { view in
        client.handle(view[0..<1], at: .zero)
        return 1
      }
    }
    #expect(client.pollEvent() == .opened)
    #expect(client.pollEvent() == .message(.text("hi".bytes)))
    let isSent = "ho".withByteView { client.send($0, at: .zero) }
    #expect(isSent)
    client.pollOutput { view in
      server.handle(view, at: .zero)
      return view.count
    }
    var message: WebSocketConnection.Message?
    server.change { message = $0.pollMessage() }
    #expect(message == .text("ho".bytes))
    client.close(at: .zero)
    client.pollOutput { view in
      server.handle(view, at: .zero)
      return view.count
    }
    server.pollOutput(at: .zero) { view in
      client.handle(view, at: .zero)
      return view.count
    }
    #expect(server.disposition == .closed)
    #expect(client.pollEvent() == .failed(.closed(.normal)))
    #expect(client.isIdle && client.pollAction() == .close)
  }

  @Test(
    "a server that answers anything else is told of", arguments: ["404 Not Found", "200 OK", "101 Switching Protocols"])
  func otherAnswers(line: String) throws {
    var client = WebSocketClient(to: try HTTPURL("http://a/"), randomness: Randomness(seed: 5))
    client.open(at: .zero)
    client.handleConnected(at: .zero)
    client.pollOutput { $0.count }
    "HTTP/1.1 \(line)\r\nContent-Length: 0\r\n\r\n".withByteView { client.handle($0, at: .zero) }
    #expect(client.pollEvent() == .failed(.refused(status: HTTPStatus(Int(line.prefix(3))!))))
    #expect(client.isIdle)
  }
}

@Suite("WebSocket connection")
struct WebSocketConnectionTests {
  @Test("a ping is answered with its payload, and a pong changes nothing")
  func pings() {
    var server = WebSocketConnection.server(response: [], at: .zero)
    feed(&server, "8985 37fa213d 7f9f4d5158  8a80 00000000")
    #expect(output(of: &server) == hexBytes("8a0548656c6c6f"))
    #expect(server.isOpen && server.pollMessage() == nil)
  }

  @Test("a silent far side is asked for a sign of life, twice, and then given up")
  func silence() {
    var server = WebSocketConnection.server(response: [], at: .zero)
    var (now, pings) = (Instant.zero, 0)
    while server.disposition == .open, now < ms(20_000) {
      now = server.pollTimeout()
      server.handleTimeout(at: now)
      if output(of: &server, at: now) == hexBytes("8900") { pings += 1 }
    }
    #expect(pings == 2)
    #expect(now == ms(Limits.webSocketSilenceMilliseconds))
    #expect(server.disposition == .closed && server.pollTimeout() == .never)
  }

  @Test("a far side that answers pings is kept for ever")
  func alive() {
    var server = WebSocketConnection.server(response: [], at: .zero)
    for _ in 0..<1000 {
      let now = server.pollTimeout()
      server.handleTimeout(at: now)
      #expect(output(of: &server, at: now) == hexBytes("8900"))
      feed(&server, "8a80 00000000", at: now)
    }
    #expect(server.isOpen)
  }

  @Test("our close is answered, and the server closes the connection first")
  func closing() {
    var server = WebSocketConnection.server(response: [], at: .zero)
    var client = WebSocketConnection.client(randomness: Randomness(seed: 1), at: .zero)
    server.close(.goingAway, reason: "bye", at: .zero)
    server.close(.normal, at: .zero)
    let isSent = "late".withByteView { server.send($0, at: .zero) }
    #expect(!isSent)
    output(of: &server).withByteView { client.handle($0, at: .zero) }
    #expect(client.closeCode == .goingAway && !client.isOpen)
    #expect(server.disposition == .open)
    output(of: &client).withByteView { server.handle($0, at: .zero) }
    #expect(server.disposition == .closed)
    #expect(client.disposition == .halfClosed)
    client.handleTimeout(at: ms(Limits.webSocketCloseMilliseconds))
    #expect(client.disposition == .closed)
  }

  @Test("a close that is not answered ends all the same")
  func unanswered() {
    var server = WebSocketConnection.server(response: [], at: .zero)
    server.close(.normal, at: .zero)
    _ = output(of: &server)
    #expect(server.pollTimeout() == ms(Limits.webSocketCloseMilliseconds))
    server.handleTimeout(at: server.pollTimeout())
    #expect(server.disposition == .closed)
  }

  @Test(
    "what is malformed is answered with its code, and nothing after it is looked at",
    arguments: [
      ("8100", "03ea"), ("c180 00000000", "03ea"), ("8181 00000000 ff", "03ef"), ("81ff 0000000000010000", "03f1"),
    ])
  func malformed(wire: String, code: String) {
    var server = WebSocketConnection.server(response: [], at: .zero)
    feed(&server, wire + "8185 37fa213d 7f9f4d5158")
    #expect(server.pollMessage() == nil)
    #expect(output(of: &server) == hexBytes("8802" + code))
    #expect(server.disposition == .halfClosed)
    feed(&server, "8185 37fa213d 7f9f4d5158")
    #expect(server.pollMessage() == nil)
    server.handleEnd(at: .zero)
    #expect(server.disposition == .closed)
  }

  @Test("a far side that does not read is given up at the bound, and before it after a while")
  func slowReader() {
    var server = WebSocketConnection.server(response: [], at: .zero)
    let message = [UInt8](repeating: 0x61, count: 30_000)
    var count = 0
    while message.withByteView({ server.send($0, at: .zero) }) { count += 1 }
    #expect(count == Limits.webSocketOutputBytesMax / 30_000)
    #expect(server.disposition == .closed && server.memoryBytes < 1000)
    var other = WebSocketConnection.server(response: [], at: .zero)
    message.withByteView { _ = other.send($0, at: .zero) }
    feed(&other, "8a80 00000000", at: ms(9_900))
    other.handleTimeout(at: ms(Limits.httpWriteMilliseconds))
    #expect(other.disposition == .closed)
  }

  @Test("every frame of a client has a mask of its own")
  func masks() {
    var client = WebSocketConnection.client(randomness: Randomness(seed: 7), at: .zero)
    var masks: Set<[UInt8]> = []
    for _ in 0..<50 {
      "x".withByteView { _ = client.send($0, at: .zero) }
      let frame = output(of: &client)
      #expect(readFrames(frame, fromClient: true).inputs == [.text("x".bytes)])
      masks.insert(Array(frame[2..<6]))
    }
    #expect(masks.count == 50)
  }
}
