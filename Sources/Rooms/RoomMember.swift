// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A member of a room: connects, says hello, and comes back whenever the connection is lost.
//
//   away ─ wait ─▶ connecting ─ opened ─▶ greeting ─ welcome ─▶ inside ─ lost ─▶ away …
//                     └──────── failed, refused ───────▶ away (waits twice as long, with jitter)
//
// DESIGN. With the secret of its last welcome it is the same member again: what it sent meanwhile is kept, bounded, and nobody
// else sees that it was away. When the server does not know it any more it is a new member, and what it kept is dropped, for it
// was for members that are no more.

public import Core
public import Web

/// What a member learns.
public enum RoomMemberEvent: Equatable, Sendable {
  /// It is in the room, with these others; `isResumed`: it was only away, and is the same member still.
  case inside(peers: [RoomPeer], isResumed: Bool)
  /// Somebody came.
  case joined(RoomPeer)
  /// Somebody went.
  case left(RoomPeer)
  /// A message from another member.
  case signal(RoomSignal, from: String)
  /// A message about this call could not be handed over: whom it was for is not there.
  case undeliverable(call: String)
  /// The connection is lost, or was not to be had; it is tried again.
  case away(WebSocketClientError)
  /// The server refused; it is tried again.
  case refused(RoomErrorCode, sentence: String)
  /// It has left; nothing follows.
  case done
}

/// A member of a room. Loop thread only; the hall owns the socket.
///
/// Order of calls: `start`, then what comes; `leave` at the end. Drain `pollAction`, `pollEvent` and the output after every
/// change.
public struct RoomMember: SocketClient, Sendable {
  private enum Phase: Equatable {
    case idle, away, connecting, greeting, inside, leaving, done
  }

  private var client: WebSocketClient
  private let room: RoomName
  private let name: String
  private let token: String?
  private var randomness: Randomness
  private var phase = Phase.idle
  private var secret: String?
  private var retryAt = Instant.never
  private var failures = 0
  private var deadline = Instant.never
  private var queue: [RoomRequest] = []
  private var events: [RoomMemberEvent] = []
  /// Who it is; nil before the first welcome.
  public private(set) var member: String?
  /// The others in the room, in the order in which they came.
  public private(set) var peers: [RoomPeer] = []

  /// A member called `name` of the room at `url`; `token` lets it in. `authority`: what the server's certificate must come
  /// from; nil: the usual ones.
  public init(
    _ room: RoomName, at url: HTTPURL, name: String, token: String?, authority: Fingerprint? = nil,
    randomness: Randomness
  ) {
    var randomness = randomness
    client = WebSocketClient(to: url, randomness: randomness.split())
    self.randomness = randomness
    self.room = room
    self.name = name
    self.token = token
    self.authority = authority
  }

  // MARK: Commands

  /// Goes in.
  public mutating func start(at now: Instant) {
    guard phase == .idle else { return }
    connect(at: now)
  }

  /// Sends a message to another member, as soon as it can be.
  public mutating func send(_ signal: RoomSignal, to member: String, at now: Instant) {
    guard phase != .leaving, phase != .done else { return }
    let request = RoomRequest.signal(signal, to: member)
    if phase == .inside, write(request, at: now) { return }
    if queue.count == Limits.roomQueueMax { queue.removeFirst() }
    queue.append(request)
  }

  /// Leaves for good: `.done` follows in `Limits.webSocketCloseMilliseconds` at the latest.
  public mutating func leave(at now: Instant) {
    guard phase != .leaving, phase != .done else { return }
    let wasInside = phase == .inside
    phase = .leaving
    deadline = now + .milliseconds(Limits.webSocketCloseMilliseconds)
    if wasInside { _ = write(.leave, at: now) } else { client.close(at: now) }
    if client.isIdle { finish() }
    settle(at: now)
  }

  // MARK: Handle

  /// The socket is connected.
  public mutating func handleConnected(at now: Instant) { client.handleConnected(at: now) }

  /// The name could not be resolved, the socket could not connect, or it broke.
  public mutating func handleFailure(at now: Instant) {
    client.handleFailure(at: now)
    settle(at: now)
  }

  /// The far side's certificate is not to be trusted, or TLS failed.
  public mutating func handleInsecurity(_ reason: String, at now: Instant) {
    client.handleInsecurity(reason, at: now)
    settle(at: now)
  }

  /// The room server's certificate has to come from one of the usual authorities.
  public let authority: Fingerprint?

  /// Takes what was read from the socket.
  public mutating func handle(_ bytes: ByteView, at now: Instant) {
    client.handle(bytes, at: now)
    settle(at: now)
  }

  /// The socket's end of file.
  public mutating func handleEnd(at now: Instant) {
    client.handleEnd(at: now)
    settle(at: now)
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    if client.pollTimeout() <= now { client.handleTimeout(at: now) }
    settle(at: now)
    if phase == .away, retryAt <= now { connect(at: now) }
    guard deadline <= now else { return }
    deadline = .never
    if phase == .greeting { client.close(at: now) }
    if phase == .leaving {
      client.handleFailure(at: now)
      finish()
    }
    settle(at: now)
  }

  // MARK: Poll

  /// What to do with the socket next.
  public mutating func pollAction() -> CallClientAction? { client.pollAction() }

  /// What has happened next, or nil.
  public mutating func pollEvent() -> RoomMemberEvent? { events.isEmpty ? nil : events.removeFirst() }

  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(_ send: (ByteView) -> Int) { client.pollOutput(send) }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant { min(min(client.pollTimeout(), deadline), phase == .away ? retryAt : .never) }

  // MARK: Questions

  /// Whether there are bytes to be sent, and a connection to send them on.
  public var hasOutput: Bool { client.hasOutput }
  /// Whether it is in the room and connected.
  public var isInside: Bool { phase == .inside }
  /// Whether it has left.
  public var isDone: Bool { phase == .done }

  // MARK: Private

  private mutating func connect(at now: Instant) {
    phase = .connecting
    retryAt = .never
    client.open(at: now)
  }

  private mutating func write(_ request: RoomRequest, at now: Instant) -> Bool {
    request.json().withByteView { client.send($0, at: now) }
  }

  private mutating func settle(at now: Instant) {
    while let event = client.pollEvent() {
      switch event {
      case .opened:
        guard phase == .connecting else { continue }
        phase = .greeting
        deadline = now + .milliseconds(Limits.roomHelloMilliseconds)
        _ = write(.hello(RoomHello(room: room, name: name, token: token, resume: secret)), at: now)
      case .message(.text(let text)):
        // A message that is not understood may be of a later version.
        if let reply = text.withByteView({ try? RoomReply.parse($0) }) { take(reply, at: now) }
      case .message(.binary): break
      case .failed(let error): lose(error, at: now)
      }
    }
  }

  private mutating func take(_ reply: RoomReply, at now: Instant) {
    guard phase == .greeting || phase == .inside else { return }
    switch reply {
    case .welcome(let welcome):
      guard phase == .greeting else { return }
      let isResumed = member.map { sameBytes($0, welcome.member) } ?? false
      phase = .inside
      deadline = .never
      failures = 0
      member = welcome.member
      secret = welcome.resume
      peers = welcome.peers
      events.append(.inside(peers: peers, isResumed: isResumed))
      let kept = isResumed ? queue : []
      queue = []
      for request in kept { _ = write(request, at: now) }
    case .joined(let peer):
      peers.append(peer)
      events.append(.joined(peer))
    case .left(let id):
      guard let index = peers.firstIndex(where: { sameBytes($0.member, id) }) else { return }
      events.append(.left(peers.remove(at: index)))
    case .signal(let signal, let from): events.append(.signal(signal, from: from))
    case .pong: break
    case .error(let code, let sentence, let call):
      if code == .noSuchMember, let call { return events.append(.undeliverable(call: call)) }
      events.append(.refused(code, sentence: sentence))
    }
  }

  private mutating func lose(_ error: WebSocketClientError, at now: Instant) {
    guard phase != .leaving else { return finish() }
    guard phase != .idle, phase != .done, phase != .away else { return }
    phase = .away
    deadline = .never
    // At least half of it: a server that has just come back must not be stormed, and a lost wave must not be waited for long.
    let bound = min(Limits.roomReconnectMillisecondsFirst << min(failures, 10), Limits.roomReconnectMillisecondsMax)
    failures += 1
    retryAt = now + .milliseconds(bound / 2 + randomness.below(bound / 2 + 1))
    events.append(.away(error))
  }

  private mutating func finish() {
    guard phase != .done else { return }
    phase = .done
    deadline = .never
    queue = []
    events.append(.done)
  }
}
