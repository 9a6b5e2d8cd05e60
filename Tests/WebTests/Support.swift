// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What several tests use: bytes and text, and a hall without sockets.

import Access
import Core
import Security
import Testing
import Web

func ms(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension String {
  var bytes: [UInt8] { Array(utf8) }
}

/// Everything one request text gives: the requests, or the error's name.
func readRequests(_ wire: String) -> (requests: [HTTPRequest], error: HTTPError?) {
  wire.bytes.withByteView { view in
    var reader = HTTPRequestReader()
    var requests: [HTTPRequest] = []
    var offset = 0
    do throws(HTTPError) {
      while let request = try reader.read(view, from: &offset) { requests.append(request) }
      return (requests, nil)
    } catch {
      return (requests, error)
    }
  }
}

/// A hall for one web server, with sockets that take everything, and a station that does as it is told.
struct Hall {
  var server: WebServer
  var now = Instant.zero
  /// Bytes sent on each connection, by its place.
  var sent: [WebConnectionID: [UInt8]] = [:]
  var closed: Set<WebConnectionID> = []
  var shutDown: Set<WebConnectionID> = []
  var events: [WebEvent] = []
  /// Whether offers and fragments are answered at once.
  var answers = true
  var status = StatusReport()
  var levels: PageLevels?
  /// Connections whose sockets take nothing; once one is no longer here, `drain` sends what waits.
  var stalled: Set<WebConnectionID> = []
  private var waiting: Set<WebConnectionID> = []

  init(access: WebAccess = WebAccess(), mode: AccessMode = .open, seed: UInt64 = 1) {
    let doorkeeper = AccessControl(mode, cryptography: .library, randomness: Randomness(seed: seed + 1))
    server = WebServer(access: access, doorkeeper: doorkeeper, randomness: Randomness(seed: seed))
  }

  mutating func open(
    from client: IPAddress = .loopbackV4, to local: IPAddress = .loopbackV4, over transport: Transport = .plain
  ) -> WebConnectionID? {
    defer { drain() }
    return server.open(from: client, to: local, transport: transport, at: now)
  }

  /// A connection where there must be room.
  mutating func opened(
    from client: IPAddress = .loopbackV4, to local: IPAddress = .loopbackV4, over transport: Transport = .plain
  ) -> WebConnectionID {
    guard let id = open(from: client, to: local, over: transport) else { preconditionFailure("there is no room") }
    return id
  }

  mutating func send(_ wire: String, on id: WebConnectionID) {
    let bytes = wire.bytes
    var offset = 0
    while offset < bytes.count {
      let piece = Array(bytes[offset..<min(offset + Limits.httpReadBytesMax, bytes.count)])
      piece.withByteView { server.handle($0, on: id, at: now) }
      offset += piece.count
      drain()
    }
  }

  mutating func end(_ id: WebConnectionID) {
    server.handleEnd(on: id, at: now)
    drain()
  }

  /// Moves time to each deadline up to `moment`.
  mutating func advance(to moment: Instant) {
    var steps = 0
    while server.pollTimeout() <= moment {
      now = max(now, server.pollTimeout())
      server.handleTimeout(at: now)
      drain()
      steps += 1
      precondition(steps < 10_000, "time stands still")
    }
    now = moment
  }

  mutating func drain() {
    for id in waiting.subtracting(stalled) {
      waiting.remove(id)
      write(id)
    }
    var busy = true
    while busy {
      busy = false
      while let action = server.pollAction() {
        busy = true
        switch action {
        case .send(let id) where stalled.contains(id): waiting.insert(id)
        case .send(let id): write(id)
        case .close(let id): closed.insert(id)
        case .shutDownWriting(let id): shutDown.insert(id)
        case .setReading: break
        }
      }
      while let event = server.pollEvent() {
        busy = true
        events.append(event)
        guard answers else { continue }
        switch event {
        case .statusWanted: server.provide(status, at: now)
        case .call(.offer(let id, _)): server.answer(id, "v=0 answer".bytes, at: now)
        case .call(.trickle(let id, _)): server.acceptTrickle(id, at: now)
        case .call(.ended), .bell, .access, .savePaired: break
        case .levelsWanted: server.provide(levels, at: now)
        case .command(let id, _): server.reply(.done("Done."), to: id, at: now)
        }
      }
    }
  }

  private mutating func write(_ id: WebConnectionID) {
    server.pollOutput(on: id, at: now) { view in
      sent[id, default: []] += view.array()
      return view.count
    }
  }

  /// Takes what was sent on a connection.
  mutating func take(_ id: WebConnectionID) -> String {
    defer { sent[id] = nil }
    return text(sent[id] ?? [])
  }

  /// What one request on a connection of its own is answered with.
  mutating func exchange(
    _ wire: String, from client: IPAddress = .loopbackV4, to local: IPAddress = .loopbackV4,
    over transport: Transport = .plain
  ) -> Response {
    guard let id = open(from: client, to: local, over: transport) else { return Response("") }
    send(wire, on: id)
    let response = Response(take(id))
    end(id)
    server.handleFailure(on: id, at: now)
    drain()
    return response
  }
}

/// A response as a test looks at it.
struct Response {
  let status: Int
  let head: String
  let body: String

  init(_ wire: String) {
    let parts = wire.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    head = parts.first.map { String($0) } ?? ""
    body = parts.count > 1 ? String(parts[1]) : ""
    status = Int(head.dropFirst(9).prefix(3)) ?? 0
  }

  subscript(name: String) -> String? {
    for line in head.split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == name.lowercased() { return String(parts[1].dropFirst()) }
    }
    return nil
  }
}

let offerRequest = """
  POST /call HTTP/1.1\r
  Host: 127.0.0.1:8080\r
  Content-Type: application/sdp\r
  Content-Length: 9\r
  \r
  v=0 offer
  """
