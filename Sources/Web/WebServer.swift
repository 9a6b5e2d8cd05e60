// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The web server as one machine: a bounded table of connections, the access check, the routes, and call signaling.
//
//   socket ─▶ HTTPServerConnection ─▶ WebAccess ─▶ route ─┬▶ /            page        ◀─ provide(status)
//                                                         ├▶ /api/status  JSON        ◀─ provide(status)
//                                                         └▶ /call…       CallResource ◀─ calls commands
//
// The hall owns the sockets. After every call it drains `pollAction` and `pollEvent`.

public import Core

/// The web server without its sockets. Loop thread only.
public struct WebServer: Sendable {
  private enum Wait: Equatable {
    case nothing, statusJSON, statusPage, refreshingPage, call
  }

  private struct Slot {
    var generation: UInt32 = 0
    var isUsed = false
    var connection: HTTPServerConnection
    var client = IPAddress.anyV4
    var local = IPAddress.anyV4
    var since = Instant.zero
    var wait = Wait.nothing
    var origin: String?
    var isOptions = false
    var closeNoted = false
    var sendTold = false
    var shutDownTold = false
    var readingTold = true
  }

  private var slots: [Slot] = []
  private var calls: CallResource
  private let access: WebAccess
  /// Who somebody is that has shown nothing.
  public var stranger = Principal.everybody
  private var statusWanted = false
  private var isDirty = false
  /// Events since the start.
  public private(set) var counters = WebCounters()

  /// A server without connections; `randomness` names the call sessions.
  public init(access: WebAccess = WebAccess(), randomness: Randomness) {
    self.access = access
    calls = CallResource(randomness: randomness)
  }

  // MARK: Handle

  /// A connection was accepted from `client` at our address `local`. Nil: there is no room, close it at once.
  public mutating func open(from client: IPAddress, to local: IPAddress, at now: Instant) -> WebConnectionID? {
    guard let index = freeSlot(at: now) else {
      counters.refusedConnections += 1
      return nil
    }
    slots[index].generation &+= 1
    slots[index].isUsed = true
    slots[index].connection.reopen(at: now)
    (slots[index].client, slots[index].local, slots[index].since) = (client.unmapped, local.unmapped, now)
    (slots[index].wait, slots[index].origin, slots[index].isOptions) = (.nothing, nil, false)
    (slots[index].closeNoted, slots[index].sendTold) = (false, false)
    (slots[index].shutDownTold, slots[index].readingTold) = (false, true)
    counters.acceptedConnections += 1
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
    slots[index].connection.handleEnd(at: now)
    if calls.isHeld(on: id) { slots[index].connection.close() }
    settle(index, at: now)
  }

  /// A socket broke (reset, hang-up).
  public mutating func handleFailure(on id: WebConnectionID, at now: Instant) {
    guard let index = index(of: id) else { return }
    slots[index].connection.close()
    settle(index, at: now)
  }

  /// Acts on every deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    for index in slots.indices where slots[index].isUsed && slots[index].connection.pollTimeout() <= now {
      slots[index].connection.handleTimeout(at: now)
      settle(index, at: now)
    }
    calls.handleTimeout(at: now)
    sendReplies(at: now)
  }

  // MARK: Commands

  /// Answers everybody who waits for the status.
  public mutating func provide(_ report: StatusReport, at now: Instant) {
    statusWanted = false
    for index in slots.indices where slots[index].isUsed {
      var response: HTTPResponse
      switch slots[index].wait {
      case .nothing, .call: continue
      case .statusJSON: response = HTTPResponse(.ok, mediaType: MediaType.json, body: report.json())
      case .statusPage, .refreshingPage:
        let page = StatusPage.html(report, refreshes: slots[index].wait == .refreshingPage)
        response = HTTPResponse(.ok, mediaType: MediaType.html, body: page)
        response.fields.add("Content-Security-Policy", StatusPage.contentSecurityPolicy)
      }
      response.fields.add("Cache-Control", "no-store")
      respond(index, response, at: now)
    }
  }

  /// Lets an offer wait for its answer until `moment`, because it rings here; a caller that closes its connection, or half of
  /// it, is gone. False when the session is gone or was answered.
  @discardableResult
  public mutating func hold(_ id: CallSessionID, until moment: Instant) -> Bool { calls.hold(id, until: moment) }

  /// Answers an offer: 201. False when the session is gone or was answered.
  @discardableResult
  public mutating func answer(_ id: CallSessionID, _ sdp: [UInt8], at now: Instant) -> Bool {
    defer { sendReplies(at: now) }
    return calls.answer(id, sdp)
  }

  /// Accepts a fragment: 204. False when nobody waits for it.
  @discardableResult
  public mutating func acceptTrickle(_ id: CallSessionID, at now: Instant) -> Bool {
    defer { sendReplies(at: now) }
    return calls.acceptTrickle(id)
  }

  /// Refuses an offer or a fragment; `detail` is one sentence for a person. False when nobody waits for it.
  @discardableResult
  public mutating func refuse(_ id: CallSessionID, _ reason: CallRefusal, detail: String, at now: Instant) -> Bool {
    defer { sendReplies(at: now) }
    return calls.refuse(id, reason, detail: detail)
  }

  /// Forgets the session of a call that is over.
  public mutating func end(_ id: CallSessionID, at now: Instant) {
    calls.end(id)
    sendReplies(at: now)
  }

  /// The same for a session whose call its caller has ended on the media path, or lost: a page that was reloaded may get
  /// it back.
  public mutating func endedByCaller(_ id: CallSessionID, at now: Instant) {
    calls.endedByCaller(id, at: now)
    sendReplies(at: now)
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

  /// What the station is to know next.
  public mutating func pollEvent() -> WebEvent? {
    if let event = calls.pollEvent() { return .call(event) }
    guard statusWanted else { return nil }
    statusWanted = false
    return .statusWanted
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
    // What is written once the last byte has left, the answer to a request sent ahead, is told of anew.
    if hasLeft { slots[index].sendTold = false }
    settle(index, at: now)
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    var earliest = calls.pollTimeout()
    for slot in slots where slot.isUsed { earliest = min(earliest, slot.connection.pollTimeout()) }
    return earliest
  }

  // MARK: Questions

  /// Whether there are bytes to be sent on a socket.
  public func hasOutput(on id: WebConnectionID) -> Bool {
    guard let index = index(of: id) else { return false }
    return slots[index].connection.hasOutput
  }
  /// How many connections there are, 0 ... Limits.webConnectionsMax.
  public var connectionCount: Int { slots.count { $0.isUsed } }
  /// How many call sessions there are, 0 ... Limits.callSessionsMax.
  public var sessionCount: Int { calls.sessionCount }
  /// Who placed a session's call; nil when the session is gone.
  public func caller(of id: CallSessionID) -> Caller? { calls.caller(of: id) }
  /// Memory that connections hold, in bytes.
  public var memoryBytes: Int {
    var sum = slots.capacity * MemoryLayout<Slot>.stride
    for slot in slots { sum += slot.connection.memoryBytes }
    return sum
  }

  // MARK: Connections

  private func index(of id: WebConnectionID) -> Int? {
    guard id.index < slots.count, slots[id.index].isUsed, slots[id.index].generation == id.generation else {
      return nil
    }
    return id.index
  }

  /// A free place. Taking the last one sends the connection away that has kept us waiting longest, so that the next newcomer
  /// finds a place too; there is none only while all the others are being served.
  private mutating func freeSlot(at now: Instant) -> Int? {
    var free = slots.firstIndex { !$0.isUsed }
    if free == nil, slots.count < Limits.webConnectionsMax {
      slots.append(Slot(connection: HTTPServerConnection(at: now)))
      free = slots.count - 1
    }
    if free != nil, connectionCount == Limits.webConnectionsMax - 1 { displaceOldest(at: now) }
    return free
  }

  private mutating func displaceOldest(at now: Instant) {
    var oldest: Int?
    for index in slots.indices where slots[index].isUsed && slots[index].connection.isWaitingForFarSide {
      if let found = oldest, slots[found].since <= slots[index].since { continue }
      oldest = index
    }
    guard let oldest else { return }
    counters.displacedConnections += 1
    slots[oldest].connection.close()
    settle(oldest, at: now)
  }

  private mutating func settle(_ index: Int, at now: Instant) {
    isDirty = true
    if let request = slots[index].connection.pollRequest() { route(request, index, at: now) }
    counters.brokenRequests += UInt64(slots[index].connection.pollFailures())
    if slots[index].connection.disposition == .closed, !slots[index].closeNoted {
      slots[index].closeNoted = true
      slots[index].wait = .nothing
      calls.handleClosed(id(index))
    }
    sendReplies(at: now)
  }

  private mutating func action(_ index: Int) -> WebAction? {
    let id = id(index)
    let connection = slots[index].connection
    if connection.disposition == .closed {
      slots[index].isUsed = false
      return .close(id)
    }
    if connection.disposition == .halfClosed, !slots[index].shutDownTold {
      slots[index].shutDownTold = true
      return .shutDownWriting(id)
    }
    let hasOutput = connection.hasOutput
    if hasOutput != slots[index].sendTold {
      slots[index].sendTold = hasOutput
      if hasOutput { return .send(id) }
    }
    if connection.wantsInput != slots[index].readingTold {
      slots[index].readingTold = connection.wantsInput
      return .setReading(id, connection.wantsInput)
    }
    return nil
  }

  private func id(_ index: Int) -> WebConnectionID {
    WebConnectionID(index: index, generation: slots[index].generation)
  }

  // MARK: Routes

  private mutating func route(_ request: HTTPRequest, _ index: Int, at now: Instant) {
    counters.requests += 1
    slots[index].isOptions = request.method == .options
    slots[index].origin = nil
    switch access.verdict(on: request, to: slots[index].local) {
    case .allowed(let origin): slots[index].origin = origin
    case .foreignHost:
      counters.forbiddenRequests += 1
      let detail = "This intercom does not go by the name in the Host field; use its address or localhost."
      return respond(index, .problem(.forbidden, detail), at: now)
    case .foreignOrigin:
      counters.forbiddenRequests += 1
      return respond(index, .problem(.forbidden, "Pages of other origins may not place or change calls here."), at: now)
    }
    if request.method == .other {
      return respond(index, .problem(.notImplemented, "This method is not understood here."), at: now)
    }
    if request.target.hasBytes(of: "*") { return respond(index, HTTPResponse(.noContent), at: now) }
    guard let segments = HTTPURL.segments(request.path) else {
      return respond(index, .problem(.badRequest, "The path is malformed."), at: now)
    }
    if segments.isEmpty {
      showStatus(request, index, request.query.hasBytes(of: "refresh") ? .refreshingPage : .statusPage, at: now)
    } else if segments.count == 2, segments[0].hasBytes(of: "api"), segments[1].hasBytes(of: "status") {
      showStatus(request, index, .statusJSON, at: now)
    } else if segments.count <= 2, segments[0].hasBytes(of: "call") {
      slots[index].wait = .call
      let token = segments.count == 2 ? segments[1] : nil
      calls.handle(request, token: token, on: id(index), from: slots[index].client, by: stranger, at: now)
    } else {
      respond(index, .problem(.notFound, "There is nothing here."), at: now)
    }
  }

  private mutating func showStatus(_ request: HTTPRequest, _ index: Int, _ wait: Wait, at now: Instant) {
    switch request.method {
    case .get, .head:
      slots[index].wait = wait
      statusWanted = true
    case .options: respond(index, HTTPResponse(.ok).with("Allow", "GET, HEAD, OPTIONS"), at: now)
    default:
      let refusal = HTTPResponse.problem(.methodNotAllowed, "This resource understands GET, HEAD, OPTIONS.")
      respond(index, refusal.with("Allow", "GET, HEAD, OPTIONS"), at: now)
    }
  }

  private mutating func sendReplies(at now: Instant) {
    while let reply = calls.pollReply() {
      if let index = index(of: reply.connection) { respond(index, reply.response, at: now) }
    }
  }

  private mutating func respond(_ index: Int, _ plain: HTTPResponse, at now: Instant) {
    var response = plain
    response.fields.add("X-Content-Type-Options", "nosniff")
    if let origin = slots[index].origin {
      response.fields.add("Access-Control-Allow-Origin", origin)
      response.fields.add("Access-Control-Expose-Headers", "Location, ETag, Link, Retry-After")
      response.fields.add("Vary", "Origin")
      if slots[index].isOptions, let methods = response.fields.first("Allow") {
        response.fields.add("Access-Control-Allow-Methods", methods)
        response.fields.add("Access-Control-Allow-Headers", "Content-Type, If-Match, Authorization, Intercom-Name")
        response.fields.add("Access-Control-Max-Age", "600")
      }
    }
    slots[index].wait = .nothing
    slots[index].connection.respond(response, at: now)
    isDirty = true
  }
}
