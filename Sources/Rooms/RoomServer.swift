// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The room server as a pure machine: connections say hello and become members of rooms; messages go from member to member.
//
//   connection ── hello ──▶ member ◀──▶ other members of its room
//        │ lost                │ heard of too long ago, or leave: the others are told `left`
//        └── hello with the resume secret, in time: the same member, and the others see nothing
//
// DESIGN. It knows neither sockets nor HTTP: `RoomDoor` has those. It stores nothing beyond its own life, and reads no
// description: it looks at their size only. What is sent to a member that is away for now waits for it, bounded. A room is there
// as long as it has a member.
//
// COMMANDS  open. HANDLE  handle, handleClosed, handleTimeout. POLL  pollAction, pollTimeout; drain the actions after every
// change. QUESTIONS  memberCount, roomCount, connectionCount, counters.

public import Core
public import Web

/// What the owner of the connections is to do.
public enum RoomServerAction: Equatable, Sendable {
  /// Send this text.
  case send(WebConnectionID, [UInt8])
  /// Close it with this code, after what was sent before.
  case close(WebConnectionID, WebSocketCloseCode)
}

/// What a room server has seen.
public struct RoomServerCounters: Equatable, Sendable {
  /// Members who came.
  public var joined: UInt64 = 0
  /// Members who came back with their secret.
  public var resumed: UInt64 = 0
  /// Messages that went from member to member.
  public var relayed: UInt64 = 0
  /// Connections that were refused or thrown out.
  public var refused: UInt64 = 0
  /// Those of them whose token did not let them in.
  public var wrongTokens: UInt64 = 0

  /// Nothing yet.
  public init() {}
}

/// The rooms. Owned by the loop thread.
public struct RoomServer: Sendable {
  private struct Guest {
    let connection: WebConnectionID
    let client: IPAddress
    let transport: Transport
    let token: String?
    let helloUntil: Instant
  }

  private struct Member {
    let id: String
    let secret: String
    let room: RoomName
    let name: String
    /// Nil while it is away.
    var connection: WebConnectionID?
    /// When it is gone for good; `.never` while it is here.
    var goneAt = Instant.never
    /// What waits for it while it is away.
    var waiting: [[UInt8]] = []
    var thousandths = Limits.roomRateBurst * 1000
    var refilled: Instant

    var peer: RoomPeer { RoomPeer(id, name: name) }
  }

  private var doorkeeper: RoomDoorkeeper
  private var randomness: Randomness
  private var guests: [Guest] = []
  private var members: [Member] = []
  private var actions: [RoomServerAction] = []
  /// Seconds since 1970-01-01 UTC, by which tokens are judged; the owner keeps it.
  public var wallSeconds: Int64 = 0
  /// What it has seen.
  public private(set) var counters = RoomServerCounters()

  /// A server without rooms; `randomness` makes the members' names and secrets.
  public init(randomness: Randomness, doorkeeper: RoomDoorkeeper) {
    self.randomness = randomness
    self.doorkeeper = doorkeeper
  }

  // MARK: Questions

  /// Members, those included that are away for now.
  public var memberCount: Int { members.count }
  /// Connections that are here.
  public var connectionCount: Int { guests.count + members.count { $0.connection != nil } }
  /// Rooms with a member.
  public var roomCount: Int {
    var count = 0
    for (index, member) in members.enumerated() where !members[..<index].contains(where: { $0.room == member.room }) {
      count += 1
    }
    return count
  }

  // MARK: Commands

  /// A connection is there, from `client`; its first message is to be hello. `token`: what it showed when it was opened.
  public mutating func open(
    _ connection: WebConnectionID, from client: IPAddress, over transport: Transport = .plain, token: String? = nil,
    at now: Instant
  ) {
    let until = now + .milliseconds(Limits.roomHelloMilliseconds)
    guests.append(
      Guest(connection: connection, client: client, transport: transport, token: token, helloUntil: until))
  }

  // MARK: Handle

  /// Takes a message.
  public mutating func handle(_ text: ByteView, from connection: WebConnectionID, at now: Instant) {
    let request: RoomRequest
    do throws(RoomMessageError) { request = try RoomRequest.parse(text) } catch {
      return refuse(connection, .malformed, at: now)
    }
    guard let index = members.firstIndex(where: { $0.connection == connection }) else {
      guard let guest = guests.firstIndex(where: { $0.connection == connection }) else { return }
      guard case .hello(let hello) = request else { return refuse(connection, .helloExpected, at: now) }
      return greet(hello, guests[guest], at: now)
    }
    guard takeToken(index, at: now) else { return refuse(connection, .tooFast, at: now) }
    switch request {
    case .hello: refuse(connection, .helloExpected, at: now)
    case .ping: send(.pong, to: index, at: now)
    case .leave:
      actions.append(.close(connection, .normal))
      remove(index, at: now)
    case .signal(let signal, let to):
      let room = members[index].room
      let from = members[index].id
      guard let other = members.firstIndex(where: { sameBytes($0.id, to) && $0.room == room }), other != index else {
        let code = RoomErrorCode.noSuchMember
        return send(.error(code, sentence: code.sentence, call: signal.call), to: index, at: now)
      }
      counters.relayed += 1
      send(.signal(signal, from: from), to: other, at: now)
    }
  }

  /// A connection is gone; its far side sent anything last at `heard`. With `isFarewell`, it closed as one does that does not
  /// come back.
  public mutating func handleClosed(_ connection: WebConnectionID, heard: Instant, isFarewell: Bool, at now: Instant) {
    guests.removeAll { $0.connection == connection }
    guard let index = members.firstIndex(where: { $0.connection == connection }) else { return }
    if isFarewell { return remove(index, at: now) }
    members[index].connection = nil
    members[index].goneAt = heard + .milliseconds(Limits.roomAbsenceMilliseconds)
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    while let guest = guests.first(where: { $0.helloUntil <= now }) {
      refuse(guest.connection, .helloExpected, at: now)
    }
    while let index = members.firstIndex(where: { $0.goneAt <= now }) { remove(index, at: now) }
  }

  // MARK: Poll

  /// What is to be done next, or nil.
  public mutating func pollAction() -> RoomServerAction? { actions.isEmpty ? nil : actions.removeFirst() }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    var earliest = Instant.never
    for guest in guests { earliest = min(earliest, guest.helloUntil) }
    for member in members { earliest = min(earliest, member.goneAt) }
    return earliest
  }

  // MARK: Private

  private mutating func greet(_ hello: RoomHello, _ guest: Guest, at now: Instant) {
    let connection = guest.connection
    let visitor = RoomVisitor(
      from: guest.client, over: guest.transport, token: hello.token ?? guest.token, room: hello.room)
    if case .refused(let code, let sentence) = doorkeeper.judge(visitor, at: now, wall: wallSeconds) {
      if visitor.token != nil { counters.wrongTokens += 1 }
      return refuse(connection, code, sentence, at: now)
    }
    if let resume = hello.resume, let index = members.firstIndex(where: { isSame($0, hello, resume) }) {
      guests.removeAll { $0.connection == connection }
      // The old connection may not know yet that it is dead.
      if let old = members[index].connection { actions.append(.close(old, .policyViolation)) }
      members[index].connection = connection
      members[index].goneAt = .never
      counters.resumed += 1
      welcome(index, at: now)
      let waiting = members[index].waiting
      members[index].waiting = []
      for message in waiting { actions.append(.send(connection, message)) }
      return
    }
    if let index = members.firstIndex(where: { $0.room == hello.room && sameBytes($0.name, hello.name) }) {
      guard members[index].connection == nil else { return refuse(connection, .nameTaken, at: now) }
      // Whoever is away and has forgotten its secret, as after a restart, begins anew.
      remove(index, at: now)
    }
    let count = members.count { $0.room == hello.room }
    guard count < Limits.roomMembersMax else { return refuse(connection, .roomFull, at: now) }
    guard count > 0 || roomCount < Limits.roomsMax else { return refuse(connection, .serverFull, at: now) }
    guests.removeAll { $0.connection == connection }
    let member = Member(
      id: secret(8), secret: secret(16), room: hello.room, name: hello.name, connection: connection, refilled: now)
    counters.joined += 1
    for index in members.indices where members[index].room == hello.room {
      send(.joined(member.peer), to: index, at: now)
    }
    members.append(member)
    welcome(members.count - 1, at: now)
  }

  private func isSame(_ member: Member, _ hello: RoomHello, _ resume: String) -> Bool {
    sameSecret(member.secret.utf8, resume.utf8) && member.room == hello.room && sameBytes(member.name, hello.name)
  }

  private mutating func welcome(_ index: Int, at now: Instant) {
    let member = members[index]
    var peers: [RoomPeer] = []
    for (place, other) in members.enumerated() where place != index && other.room == member.room {
      peers.append(other.peer)
    }
    let welcome = RoomWelcome(
      member: member.id, resume: member.secret, resumeSeconds: Limits.roomAbsenceMilliseconds / 1000, peers: peers)
    send(.welcome(welcome), to: index, at: now)
  }

  private mutating func send(_ reply: RoomReply, to index: Int, at now: Instant) {
    if let connection = members[index].connection { return actions.append(.send(connection, reply.json())) }
    members[index].waiting.append(reply.json())
    guard members[index].waiting.count > Limits.roomQueueMax else { return }
    // It would come back to a call that makes no sense: better that it begins anew.
    members[index].waiting = []
    members[index].goneAt = now
  }

  private mutating func refuse(
    _ connection: WebConnectionID, _ code: RoomErrorCode, _ sentence: String? = nil, at now: Instant
  ) {
    counters.refused += 1
    let reply = RoomReply.error(code, sentence: sentence ?? code.sentence, call: nil)
    actions.append(.send(connection, reply.json()))
    actions.append(.close(connection, .policyViolation))
    guests.removeAll { $0.connection == connection }
    if let index = members.firstIndex(where: { $0.connection == connection }) { remove(index, at: now) }
  }

  private mutating func remove(_ index: Int, at now: Instant) {
    let member = members.remove(at: index)
    for index in members.indices where members[index].room == member.room {
      send(.left(member: member.id), to: index, at: now)
    }
  }

  /// Takes one of the member's tokens; false when it has none left.
  private mutating func takeToken(_ index: Int, at now: Instant) -> Bool {
    let full = Limits.roomRateBurst * 1000
    let elapsed = min(max((now - members[index].refilled).milliseconds, 0), full)
    members[index].refilled += .milliseconds(elapsed)
    members[index].thousandths = min(full, members[index].thousandths + elapsed * Limits.roomRatePerSecond)
    if members[index].thousandths == full { members[index].refilled = now }
    guard members[index].thousandths >= 1000 else { return false }
    members[index].thousandths -= 1000
    return true
  }

  /// `byteCount` random bytes in hexadecimal.
  private mutating func secret(_ byteCount: Int) -> String {
    var digits: [UInt8] = []
    for _ in 0..<byteCount {
      let byte = randomness.uint8()
      for digit in [byte >> 4, byte & 15] { digits.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
