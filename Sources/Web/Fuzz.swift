// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One entry for each parser of this room: takes any bytes, never traps.

import Access
public import Core

/// Fuzz entries.
public enum WebFuzz {
  /// Bytes as a client would send them, in pieces whose size the first byte says; requests are answered.
  public static func request(_ bytes: ByteView) {
    var server = WebServer(randomness: Randomness(seed: 1))
    guard let id = server.open(from: .loopbackV4, to: .loopbackV4, at: .zero) else { return }
    let step = 1 + Int(bytes.isEmpty ? 0 : bytes[0])
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + step, bytes.count)
      server.handle(bytes[offset..<end], on: id, at: .zero)
      offset = end
      while let event = server.pollEvent() {
        switch event {
        case .statusWanted: server.provide(StatusReport(), at: .zero)
        case .levelsWanted: server.provide(nil, at: .zero)
        case .command(let id, _): server.reply(.done(""), to: id, at: .zero)
        case .bell, .access, .savePaired: break
        case .call(.offer(let session, let sdp)): server.answer(session, sdp, at: .zero)
        case .call(.trickle(let session, _)): server.acceptTrickle(session, at: .zero)
        case .call(.ended): break
        }
      }
      server.pollOutput(on: id, at: .zero) { $0.count }
      while server.pollAction() != nil {}
    }
    server.handleEnd(on: id, at: .zero)
    server.handleTimeout(at: .zero + .seconds(3600))
  }

  /// Bytes as what a request shows of who sent it, and as the bodies of pairing.
  public static func credentials(_ bytes: ByteView) {
    let text = bytes.text()
    let shown = Credentials(cookies: [text], authorizations: [text])
    if let token = shown.cookie { precondition(token.utf8.count <= text.utf8.count, "a cookie grew") }
    let body = bytes.array()
    _ = PairingText.role(body)
    if let ask = PairingText.read(body) { _ = ask.request.name }
  }

  /// Bytes as a server would answer an offer: an intercom, and a media server by WHIP or WHEP.
  public static func response(_ bytes: ByteView) {
    for endpoint in CallEndpoint.allCases { response(bytes, at: endpoint) }
  }

  private static func response(_ bytes: ByteView, at endpoint: CallEndpoint) {
    guard let url = try? HTTPURL("http://door.example/call") else { return }
    var client = CallClient(to: url, endpoint, token: "secret")
    client.place(offer: [0x76], fragmentHead: "", at: .zero)
    client.addCandidate("candidate:1", at: .zero)
    client.handleConnected(at: .zero)
    client.pollOutput { $0.count }
    let half = bytes.count / 2
    client.handle(bytes[0..<half], at: .zero)
    client.handle(bytes[half..<bytes.count], at: .zero)
    client.hangUp(at: .zero)
    client.handleConnected(at: .zero)
    client.handle(bytes, at: .zero)
    client.handleEnd(at: .zero)
    client.handleTimeout(at: .zero + .seconds(3600))
  }

  /// Bytes as a JSON text; what is read is written again.
  public static func json(_ bytes: ByteView) {
    guard let value = try? JSONReader.read(bytes) else { return }
    var writer = JSONWriter()
    writer.value(value)
  }

  /// Bytes as standard input.
  public static func stdio(_ bytes: ByteView) {
    var reader = StdioReader()
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + Limits.httpReadBytesMax, bytes.count)
      reader.handle(bytes[offset..<end])
      offset = end
      while reader.poll() != nil {}
    }
    reader.handleEnd()
    while reader.poll() != nil {}
  }

  /// Bytes as whom a call is placed to; what is read was written so.
  public static func target(_ bytes: ByteView) {
    guard let target = try? CallTarget(bytes.text()) else { return }
    let again = try? CallTarget(target.text)
    precondition(again == target, "the target of a call is not read back as it was written")
  }

  /// Bytes as a URL, a reference and a path.
  public static func url(_ bytes: ByteView) {
    let text = bytes.text()
    _ = HTTPURL.segments(text)
    guard let url = try? HTTPURL(text) else { return }
    _ = try? url.resolve(text)
    _ = try? url.resolve(url.target)
  }

  /// Bytes as a caller's name, and as the header field that carries one; a name that is read was written so.
  public static func callerName(_ bytes: ByteView) {
    let name = bytes.text()
    for written in [name, CallerName.written(name)] {
      guard let read = CallerName.read(HTTPFields([HTTPField(CallerName.field, written)])), !read.utf8.isEmpty else {
        continue
      }
      let again = CallerName.read(HTTPFields([HTTPField(CallerName.field, CallerName.written(read))]))
      precondition(again?.utf8.elementsEqual(read.utf8) ?? false, "a caller's name is not read back as it was written")
    }
  }

  /// Bytes as what comes on the control socket, and as what its service answers.
  public static func control(_ bytes: ByteView) {
    var cutter = LineCutter(limitBytes: Limits.controlLineBytesMax)
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + Limits.httpReadBytesMax, bytes.count)
      cutter.handle(bytes[offset..<end])
      offset = end
      while let line = cutter.poll() {
        guard case .line(let line) = line else { continue }
        line.withByteView { line in
          if let request = try? ControlRequest.parse(line) { _ = request.line() }
          if let answer = try? ControlAnswer.parse(line), let status = answer.status { _ = StatusText.text(of: status) }
        }
      }
    }
  }

  /// Bytes as the frames of a WebSocket: to a server, whose output a client reads, and to a client after its handshake.
  /// The first byte says in pieces of which size they come.
  public static func webSocket(_ bytes: ByteView) {
    let step = 1 + Int(bytes.isEmpty ? 0 : bytes[0])
    var server = WebSocketConnection.server(response: [], at: .zero)
    var client = WebSocketConnection.client(randomness: Randomness(seed: 1), at: .zero)
    var offset = 0
    while offset < bytes.count {
      let piece = bytes[offset..<min(offset + step, bytes.count)]
      offset += step
      server.handle(piece, at: .zero)
      client.handle(piece, at: .zero)
      while let message = server.pollMessage() {
        if case .text(let text) = message { text.withByteView { _ = server.send($0, at: .zero) } }
      }
      while client.pollMessage() != nil {}
      server.pollOutput(at: .zero) { $0.count }
      client.pollOutput(at: .zero) { $0.count }
    }
    server.handleTimeout(at: .zero + .seconds(3600))
    client.handleEnd(at: .zero)
  }

  /// Bytes as what a server answers to a WebSocket's opening handshake.
  public static func upgrade(_ bytes: ByteView) {
    guard let url = try? HTTPURL("http://door.example/room") else { return }
    var client = WebSocketClient(to: url, randomness: Randomness(seed: 1))
    client.open(at: .zero)
    client.handleConnected(at: .zero)
    client.pollOutput { $0.count }
    let half = bytes.count / 2
    client.handle(bytes[0..<half], at: .zero)
    client.handle(bytes[half..<bytes.count], at: .zero)
    while client.pollEvent() != nil {}
    client.handleTimeout(at: .zero + .seconds(3600))
  }
}
