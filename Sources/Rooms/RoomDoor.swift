// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The door of a room server: HTTP connections that become WebSockets, and whose messages the rooms get.
//
//   socket ─▶ HTTPServerConnection ─┬▶ GET /      one sentence
//                                   └▶ GET /room  101 ─▶ WebSocketConnection ─▶ RoomServer
//
// The hall owns the sockets, as it does for `WebServer`. A page of any origin may be a member: it shows its token, and no
// cookie counts here.

import Access
public import Core
public import Web

/// A room server without its sockets. Loop thread only; after every call drain `pollAction`.
public struct RoomDoor: SocketServer, Sendable {
  /// The most connections at once.
  public static var connectionsMax: Int { Limits.roomConnectionsMax }
  /// Where members come in.
  public static let path = "/room"

  private struct Slot {
    var generation: UInt32 = 0
    var isUsed = false
    var connection: HTTPServerConnection
    var client = IPAddress.anyV4
    var transport = Transport.plain
    var since = Instant.zero
    var sendTold = false
    var shutDownTold = false
    var readingTold = true
    /// Whether the rooms know it.
    var isOpened = false
    var closeNoted = false
  }

  private var slots: [Slot] = []
  private var isDirty = false
  private var limiter = RateLimiter()
  /// The rooms.
  public private(set) var rooms: RoomServer
  /// Seconds since 1970-01-01 UTC, by which tokens are judged; the hall keeps it.
  public var wallSeconds: Int64 {
    get { rooms.wallSeconds }
    set { rooms.wallSeconds = newValue }
  }

  /// A door to `rooms`.
  public init(_ rooms: RoomServer) { self.rooms = rooms }

  // MARK: Handle

  /// A connection was accepted from `client`. Nil: there is no room, close it at once.
  public mutating func open(
    from client: IPAddress, to local: IPAddress, transport: Transport = .plain, at now: Instant
  ) -> WebConnectionID? {
    guard let index = freeSlot(at: now) else { return nil }
    let generation = slots[index].generation &+ 1
    slots[index].connection.reopen(at: now)
    var slot = Slot(generation: generation, isUsed: true, connection: slots[index].connection)
    (slot.client, slot.transport, slot.since) = (client.unmapped, transport, now)
    slots[index] = slot
    return id(index)
  }

  /// Takes what was read from a socket, at most `Limits.httpReadBytesMax` bytes, while it is to be read from.
  public mutating func handle(_ bytes: ByteView, on id: WebConnectionID, at now: Instant) {
    guard let index = index(of: id), slots[index].connection.wantsInput else { return }
    slots[index].since = now
    slots[index].connection.handle(bytes, at: now)
    settle(index, at: now)
  }

  /// A socket's end of file.
  public mutating func handleEnd(on id: WebConnectionID, at now: Instant) {
    guard let index = index(of: id) else { return }
    if slots[index].isOpened { return handleFailure(on: id, at: now) }
    slots[index].connection.handleEnd(at: now)
    settle(index, at: now)
  }

  /// A socket broke (reset, hang-up).
  public mutating func handleFailure(on id: WebConnectionID, at now: Instant) {
    guard let index = index(of: id) else { return }
    // The end of a connection is the last that was heard.
    noteClosed(index, heard: now, at: now)
    slots[index].connection.close()
    settle(index, at: now)
  }

  /// Acts on every deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    for index in slots.indices where slots[index].isUsed && slots[index].connection.pollTimeout() <= now {
      slots[index].connection.handleTimeout(at: now)
      settle(index, at: now)
    }
    rooms.handleTimeout(at: now)
    carryOut(at: now)
  }

  // MARK: Commands

  /// Closes every member's connection, for the server ends; they come back when it does.
  public mutating func closeAll(at now: Instant) {
    for index in slots.indices where slots[index].isUsed {
      slots[index].connection.change { $0.close(.goingAway, at: now) }
    }
    isDirty = true
  }

  // MARK: Poll

  /// What to do with a socket next.
  public mutating func pollAction() -> WebAction? {
    guard isDirty else { return nil }
    for index in slots.indices where slots[index].isUsed {
      if let action = action(index) { return action }
    }
    isDirty = false
    return nil
  }

  /// Hands the bytes to be sent on a socket to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(on id: WebConnectionID, at now: Instant, _ send: (ByteView) -> Int) {
    guard let index = index(of: id) else { return }
    var hasLeft = false
    slots[index].connection.pollOutput(at: now) { bytes in
      let taken = send(bytes)
      hasLeft = taken >= bytes.count
      return taken
    }
    if hasLeft { slots[index].sendTold = false }
    settle(index, at: now)
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    var earliest = rooms.pollTimeout()
    for slot in slots where slot.isUsed { earliest = min(earliest, slot.connection.pollTimeout()) }
    return earliest
  }

  // MARK: Questions

  /// Whether there are bytes to be sent on a socket.
  public func hasOutput(on id: WebConnectionID) -> Bool {
    guard let index = index(of: id) else { return false }
    return slots[index].connection.hasOutput
  }

  /// How many connections there are, 0 ... Limits.roomConnectionsMax.
  public var connectionCount: Int { slots.count { $0.isUsed } }

  // MARK: Connections

  private func index(of id: WebConnectionID) -> Int? {
    guard id.index < slots.count, slots[id.index].isUsed, slots[id.index].generation == id.generation else {
      return nil
    }
    return id.index
  }

  private func id(_ index: Int) -> WebConnectionID {
    WebConnectionID(index: index, generation: slots[index].generation)
  }

  /// A free place, else that of the connection that has kept us waiting longest without being a member.
  private mutating func freeSlot(at now: Instant) -> Int? {
    if let free = slots.firstIndex(where: { !$0.isUsed }) { return free }
    if slots.count < Limits.roomConnectionsMax {
      slots.append(Slot(connection: HTTPServerConnection(at: now)))
      return slots.count - 1
    }
    var oldest: Int?
    for index in slots.indices where slots[index].connection.isWaitingForFarSide {
      if let found = oldest, slots[found].since <= slots[index].since { continue }
      oldest = index
    }
    // It is closed now, and its place is free for the next newcomer.
    if let oldest { handleFailure(on: id(oldest), at: now) }
    return nil
  }

  private mutating func settle(_ index: Int, at now: Instant) {
    isDirty = true
    if let request = slots[index].connection.pollRequest() { route(request, index, at: now) }
    while slots[index].isOpened, let message = nextMessage(index) {
      guard case .text(let text) = message else {
        slots[index].connection.change { $0.close(.unsupportedData, at: now) }
        continue
      }
      let id = id(index)
      text.withByteView { rooms.handle($0, from: id, at: now) }
      carryOut(at: now)
    }
    if let socket = slots[index].connection.socket, !socket.isOpen {
      noteClosed(index, heard: socket.lastHeard, isFarewell: socket.closeCode == .normal, at: now)
    }
    carryOut(at: now)
  }

  private mutating func nextMessage(_ index: Int) -> WebSocketConnection.Message? {
    var message: WebSocketConnection.Message?
    slots[index].connection.change { message = $0.pollMessage() }
    return message
  }

  private mutating func noteClosed(_ index: Int, heard: Instant, isFarewell: Bool = false, at now: Instant) {
    guard slots[index].isOpened, !slots[index].closeNoted else { return }
    slots[index].closeNoted = true
    rooms.handleClosed(id(index), heard: heard, isFarewell: isFarewell, at: now)
    carryOut(at: now)
  }

  /// Does what the rooms want.
  private mutating func carryOut(at now: Instant) {
    while let action = rooms.pollAction() {
      isDirty = true
      switch action {
      case .send(let id, let text):
        guard let index = index(of: id) else { continue }
        slots[index].connection.change { socket in text.withByteView { _ = socket.send($0, at: now) } }
      case .close(let id, let code):
        guard let index = index(of: id) else { continue }
        slots[index].closeNoted = true
        slots[index].connection.change { $0.close(code, at: now) }
      }
    }
  }

  private mutating func action(_ index: Int) -> WebAction? {
    let id = id(index)
    let connection = slots[index].connection
    if connection.disposition == .closed {
      slots[index].isUsed = false
      slots[index].connection.close()
      return .close(id)
    }
    if connection.disposition == .halfClosed, !slots[index].shutDownTold {
      slots[index].shutDownTold = true
      return .shutDownWriting(id)
    }
    if connection.hasOutput != slots[index].sendTold {
      slots[index].sendTold = connection.hasOutput
      if connection.hasOutput { return .send(id) }
    }
    if connection.wantsInput != slots[index].readingTold {
      slots[index].readingTold = connection.wantsInput
      return .setReading(id, connection.wantsInput)
    }
    return nil
  }

  // MARK: Routes

  private mutating func route(_ request: HTTPRequest, _ index: Int, at now: Instant) {
    guard sameBytes(request.path, Self.path) else { return slots[index].connection.respond(page(request), at: now) }
    let seconds = limiter.waitSeconds(for: slots[index].client, at: now)
    guard seconds == 0 else {
      let refusal = HTTPResponse.problem(.tooManyRequests, "Too many connections in too short a time.")
      return slots[index].connection.respond(refusal.with("Retry-After", "\(seconds)"), at: now)
    }
    switch WebSocketHandshake.judge(request) {
    case .refused(let response): slots[index].connection.respond(response, at: now)
    case .accepted(let response):
      slots[index].connection.upgrade(response, at: now)
      slots[index].isOpened = true
      let shown = Credentials(cookies: [], authorizations: request.fields.all("Authorization"))
      rooms.open(
        id(index), from: slots[index].client, over: slots[index].transport, token: shown.bearer, at: now)
    }
  }

  private func page(_ request: HTTPRequest) -> HTTPResponse {
    guard sameBytes(request.path, "/") else { return .problem(.notFound, "There is nothing here.") }
    guard request.method == .get || request.method == .head else {
      return .problem(.methodNotAllowed, "This resource understands GET, HEAD.").with("Allow", "GET, HEAD")
    }
    let text = "This is a room server for intercoms: give its address to them as [room] url.\n"
    return HTTPResponse(.ok, mediaType: "text/plain; charset=utf-8", body: Array(text.utf8))
      .with("X-Content-Type-Options", "nosniff")
  }
}
