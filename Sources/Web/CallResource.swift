// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resources /call, /whip and /whep: how a far side places a call here, with the HTTP mechanics of WHIP (RFC 9725). Sound
// goes both ways at /call, and one way at the other two.
//
//   POST /call        offer  ─▶ .offer     answer(...)        ─▶ 201 Location ETag, the answer
//   PATCH /call/ID    fragm. ─▶ .trickle   acceptTrickle(...) ─▶ 204
//   DELETE /call/ID          ─▶ .ended                        ─▶ 200
//
// DESIGN. SDP is opaque here. One request of a session waits at a time, each with a deadline, so that no connection hangs on a
// station that forgot. The path of a session is 128 random bits: who knows it may change and end the call.
// An offer that rings is held (`hold`) until somebody answers; meanwhile its connection waits without a response.
// The token of a session that its own caller ended is good for a while longer, for one thing: a page that was reloaded gets its
// call back by it (Intercom-Replaces).
// Left out: ICE restart (If-Match: *) is refused with 422 until the station can do it. Who may ask is not looked at here.

public import Core

/// The server's side of call signaling. Loop thread only.
///
/// Commands: `hold`, `answer`, `acceptTrickle`, `refuse`, `end`, `endedByCaller`. Handle: `handle`, `handleClosed`, `handleTimeout`.
/// Poll: `pollReply`, `pollEvent`, `pollTimeout`; drain all three after every change.
public struct CallResource: Sendable {
  struct Session {
    var id: CallSessionID
    let endpoint: CallEndpoint
    var token: String
    var entityTag: String
    var caller: Caller
    var isOpen = false
    /// It rings: its caller is to stay.
    var isHeld = false
    var waiting: WebConnectionID?
    var deadline = Instant.never
  }

  /// A session that its caller ended.
  struct Ended {
    let id: CallSessionID
    let token: String
    let until: Instant
  }

  var sessions: [Session] = []
  var ended: [Ended] = []
  var randomness: Randomness
  var lastNumber: UInt32 = 0
  var replies: [CallReply] = []
  var events: [CallEvent] = []

  /// The values of the Link fields that name our STUN servers to whoever calls at /whip and /whep.
  var links: [String] = []

  /// A resource without sessions; `randomness` makes their names.
  public init(randomness: Randomness) { self.randomness = randomness }

  // MARK: Handle

  /// A request for an endpoint (`token` nil) or its session `TOKEN` of `principal` from `client`, on `connection`, where it waits
  /// for its reply.
  public mutating func handle(
    _ request: HTTPRequest, at endpoint: CallEndpoint = .call, token: String?, on connection: WebConnectionID,
    from client: IPAddress, by principal: Principal = .everybody, at now: Instant
  ) {
    let known = events.count
    if let response = immediate(request, endpoint, token, on: connection, from: client, at: now) {
      replies.append(CallReply(connection: connection, response: response))
    } else if events.count > known, case .offer(let id, _)? = events.last, let index = index(of: id) {
      sessions[index].caller.principal = principal
    }
  }

  /// A connection has gone: nobody waits on it any more.
  public mutating func handleClosed(_ connection: WebConnectionID) {
    guard let index = sessions.firstIndex(where: { $0.waiting == connection }) else { return }
    sessions[index].waiting = nil
    sessions[index].deadline = .never
    if !sessions[index].isOpen { events.append(.ended(sessions.remove(at: index).id, .callerGone)) }
  }

  /// Refuses what waited too long.
  public mutating func handleTimeout(at now: Instant) {
    while let index = sessions.firstIndex(where: { $0.waiting != nil && $0.deadline <= now }) {
      let response = Self.unavailable("No answer was ready in time.", retryAfterSeconds: 5)
      reply(index, response)
      if !sessions[index].isOpen { events.append(.ended(sessions.remove(at: index).id, .answerTimedOut)) }
    }
  }

  // MARK: Commands

  /// Lets an offer wait for its answer until `moment`, because it rings here. From now on its caller is gone when it stops
  /// sending, for a socket that was closed cannot be told from one that was half closed. False when the session is gone or was answered.
  @discardableResult
  public mutating func hold(_ id: CallSessionID, until moment: Instant) -> Bool {
    guard let index = index(of: id), !sessions[index].isOpen, sessions[index].waiting != nil else { return false }
    sessions[index].deadline = moment
    sessions[index].isHeld = true
    return true
  }

  /// Answers an offer with `sdp`: 201. False when the session is gone or was answered.
  @discardableResult
  public mutating func answer(_ id: CallSessionID, _ sdp: [UInt8]) -> Bool {
    guard let index = index(of: id), !sessions[index].isOpen else { return false }
    sessions[index].isOpen = true
    var response = HTTPResponse(.created, mediaType: MediaType.sdp, body: sdp)
    let endpoint = sessions[index].endpoint
    response.fields.add("Location", "/\(endpoint.name)/\(sessions[index].token)")
    response.fields.add("ETag", sessions[index].entityTag)
    response.fields.add("Cache-Control", "no-store")
    if endpoint != .call { for link in links { response.fields.add("Link", link) } }
    reply(index, response)
    return true
  }

  /// Accepts a fragment: 204. False when nobody waits for it.
  @discardableResult
  public mutating func acceptTrickle(_ id: CallSessionID) -> Bool {
    guard let index = index(of: id), sessions[index].isOpen, sessions[index].waiting != nil else { return false }
    reply(index, HTTPResponse(.noContent))
    return true
  }

  /// Refuses an offer (its session ends) or a fragment (its session goes on). `detail` is one sentence for a person. False when
  /// nobody waits for it.
  @discardableResult
  public mutating func refuse(_ id: CallSessionID, _ reason: CallRefusal, detail: String) -> Bool {
    guard let index = index(of: id), sessions[index].waiting != nil else { return false }
    var response = HTTPResponse.problem(reason.status, detail)
    if case .busy(let seconds) = reason { response.fields.add("Retry-After", "\(seconds)") }
    if reason == .unauthorized { response.fields.add("WWW-Authenticate", "Bearer") }
    reply(index, response)
    if !sessions[index].isOpen { sessions.remove(at: index) }
    return true
  }

  /// Forgets a session whose call is over: from now on its path is 404. No event follows.
  public mutating func end(_ id: CallSessionID) {
    guard let index = index(of: id) else { return }
    reply(index, Self.noSuchSession)
    sessions.remove(at: index)
  }

  /// The same for a session whose call its caller has ended on the media path, or lost: its token may be shown once more
  /// by an offer that takes the call's place, for `Limits.callReplaceMilliseconds`.
  public mutating func endedByCaller(_ id: CallSessionID, at now: Instant) {
    guard let index = index(of: id) else { return }
    keepToken(index, at: now)
    end(id)
  }

  // MARK: Poll

  /// The next response to be sent.
  public mutating func pollReply() -> CallReply? { replies.isEmpty ? nil : replies.removeFirst() }

  /// What the station is to know next.
  public mutating func pollEvent() -> CallEvent? { events.isEmpty ? nil : events.removeFirst() }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    var earliest = Instant.never
    for session in sessions { earliest = min(earliest, session.deadline) }
    return earliest
  }

  // MARK: Questions

  /// How many sessions there are, waiting ones included, 0 ... Limits.callSessionsMax.
  public var sessionCount: Int { sessions.count }

  /// Whether an offer that is held waits on `connection`.
  func isHeld(on connection: WebConnectionID) -> Bool {
    sessions.contains { $0.waiting == connection && $0.isHeld && !$0.isOpen }
  }

  /// Who placed a session's call; nil when the session is gone.
  public func caller(of id: CallSessionID) -> Caller? { index(of: id).map { sessions[$0].caller } }

  // MARK: Helpers

  private func index(of id: CallSessionID) -> Int? { sessions.firstIndex { $0.id == id } }

  /// Answers whoever waits for a session.
  mutating func reply(_ index: Int, _ response: HTTPResponse) {
    sessions[index].deadline = .never
    guard let connection = sessions[index].waiting else { return }
    sessions[index].waiting = nil
    replies.append(CallReply(connection: connection, response: response))
  }

  static func hexadecimal(_ value: UInt64) -> String {
    var bytes: [UInt8] = []
    for index in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - index * 4) & 15)
      bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
    return String(bytes: bytes[...])
  }

  /// Whether both names are the same, in a time that does not tell how much of them is.
  static func isSame(_ left: String, _ right: String) -> Bool {
    let (one, other) = (Array(left.utf8), Array(right.utf8))
    guard one.count == other.count else { return false }
    var difference: UInt8 = 0
    for index in one.indices { difference |= one[index] ^ other[index] }
    return difference == 0
  }
}
