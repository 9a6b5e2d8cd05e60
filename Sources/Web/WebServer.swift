// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The web server as one machine: a bounded table of connections, two checks of every request, the routes, call signaling, and
// the events that open pages are told.
//
//   socket ─▶ HTTPServerConnection ─▶ WebAccess ─▶ AccessControl ─▶ route ─┬▶ page, trust page   files, facts
//              ▲                      (host, origin)  (who, rate)          ├▶ /status, /api/…    ◀─ provide, reply
//              └─── responses, events ◀────────────────────────────────────┴▶ /call…            CallResource ◀─ calls commands
//
// The parts are in files of their own: connections, routes, doors (who is let in), pages, events.
//
// The hall owns the sockets. After every call it drains `pollAction` and `pollEvent`.

public import Access
public import Core

/// The web server without its sockets. Loop thread only.
public struct WebServer: Sendable {
  /// What a connection waits for.
  enum Wait: Equatable {
    case nothing, statusJSON, statusPage, refreshingPage, command, call
  }

  struct Slot {
    var generation: UInt32 = 0
    var isUsed = false
    var connection: HTTPServerConnection
    var client = IPAddress.anyV4
    var local = IPAddress.anyV4
    var transport = Transport.plain
    var since = Instant.zero
    var wait = Wait.nothing
    var principal = Principal.anonymous
    var origin: String?
    var isOptions = false
    /// The connection is an event stream whose page has to be told the state, once it reads.
    var owesStatus = false
    var closeNoted = false
    var sendTold = false
    var shutDownTold = false
    var readingTold = true
  }

  var slots: [Slot] = []
  /// One bit a slot: its owner may have to do something.
  var dirtySlots: UInt64 = 0
  var calls: CallResource
  var access: WebAccess
  var events: [WebEvent] = []
  var statusWanted = false
  var pages = PageEvents()
  let files = PageFiles()
  /// Who is let in, and who may do what. A change of it is drained by `pollEvent`.
  public var doorkeeper: AccessControl
  /// What is told to whoever asks who we are.
  public var facts = WebFacts() {
    didSet { calls.links = facts.stunServers.map { "<\($0)>; rel=\"ice-server\"" } }
  }
  /// Seconds since 1970-01-01 UTC, for tokens alone: kept by the hall, which sets it before it hands anything over.
  public var wallSeconds: Int64 = 0
  /// Events since the start.
  public internal(set) var counters = WebCounters()

  /// A server without connections; `randomness` names the call sessions. Without a `doorkeeper` everybody may do everything, and
  /// nobody is paired: for tests.
  public init(access: WebAccess = WebAccess(), doorkeeper: AccessControl? = nil, randomness: Randomness) {
    self.access = access
    self.doorkeeper = doorkeeper ?? AccessControl(.open, cryptography: .none, randomness: Randomness(seed: 0))
    calls = CallResource(randomness: randomness)
  }

  // MARK: Handle

  /// A connection was accepted from `client` at our address `local`. Nil: there is no room, close it at once.
  public mutating func open(
    from client: IPAddress, to local: IPAddress, transport: Transport = .plain, at now: Instant
  ) -> WebConnectionID? {
    guard let index = freeSlot(for: client.unmapped, at: now) else {
      counters.refusedConnections += 1
      return nil
    }
    slots[index].generation &+= 1
    slots[index].isUsed = true
    slots[index].connection.reopen(at: now)
    (slots[index].client, slots[index].local, slots[index].since) = (client.unmapped, local.unmapped, now)
    (slots[index].transport, slots[index].principal) = (transport, doorkeeper.stranger)
    (slots[index].wait, slots[index].origin, slots[index].isOptions) = (.nothing, nil, false)
    (slots[index].closeNoted, slots[index].sendTold) = (false, false)
    (slots[index].shutDownTold, slots[index].readingTold) = (false, true)
    slots[index].owesStatus = false
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
    if doorkeeper.pollTimeout() <= now { doorkeeper.handleTimeout(at: now) }
    if pages.pollTimeout() <= now { tellPages(at: now) }
  }

  // MARK: Commands

  /// Takes other names and origins over.
  public mutating func configure(_ access: WebAccess) { self.access = access }

  /// Answers everybody who waits for the status, and tells the open pages what has changed.
  public mutating func provide(_ report: StatusReport, at now: Instant) {
    statusWanted = false
    for index in slots.indices where slots[index].isUsed {
      switch slots[index].wait {
      case .nothing, .call, .command: continue
      case .statusJSON, .statusPage, .refreshingPage: respond(index, Self.status(report, slots[index].wait), at: now)
      }
    }
    tellStatus(report, at: now)
  }

  /// Answers a command of a page. Nothing happens when its connection is gone.
  public mutating func reply(_ reply: ControlReply, to id: WebConnectionID, at now: Instant) {
    guard let index = index(of: id), slots[index].wait == .command else { return }
    respond(
      index, HTTPResponse(.ok, mediaType: MediaType.json, body: reply.json()).with("Cache-Control", "no-store"), at: now
    )
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
    while dirtySlots != 0 {
      let index = dirtySlots.trailingZeroBitCount
      if slots[index].isUsed, let action = action(index) { return action }
      dirtySlots &= ~(1 << UInt64(index))
    }
    return nil
  }

  /// What the station and the hall are to know next.
  public mutating func pollEvent() -> WebEvent? {
    if let event = calls.pollEvent() { return .call(event) }
    if !events.isEmpty { return events.removeFirst() }
    if let notice = doorkeeper.pollNotice() {
      if case .revoked(let record) = notice { endStreams(of: record.id) }
      return .access(notice)
    }
    if let text = doorkeeper.pollSave() { return .savePaired(text) }
    if pages.takeLevelsWanted() { return .levelsWanted }
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
    if hasLeft {
      slots[index].sendTold = false
      if slots[index].owesStatus { payStatus(index, at: now) }
    }
    settle(index, at: now)
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    var earliest = min(calls.pollTimeout(), min(pages.pollTimeout(), doorkeeper.pollTimeout()))
    for index in slots.indices where slots[index].isUsed {
      earliest = min(earliest, slots[index].connection.pollTimeout())
    }
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
  /// How many pages are open, 0 ... Limits.eventStreamsMax.
  public var pageCount: Int { pages.count }
  /// Who placed a session's call; nil when the session is gone.
  public func caller(of id: CallSessionID) -> Caller? { calls.caller(of: id) }
  /// Memory that connections hold, in bytes.
  public var memoryBytes: Int {
    var sum = slots.capacity * MemoryLayout<Slot>.stride
    for slot in slots { sum += slot.connection.memoryBytes }
    return sum
  }
}

extension Cryptography {
  /// None: no token is anybody's. Only for a server that lets everybody in.
  fileprivate static var none: Cryptography {
    Cryptography(
      sha256: { _ in Digest256(InlineArray<32, UInt8>(repeating: 0)) },
      hmacSHA256: { _, _ in Digest256(InlineArray<32, UInt8>(repeating: 0)) }, verifiesES256: { _, _, _ in false })
  }
}
