// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The resource /call: how a far side places a call here, with the HTTP mechanics of WHIP (RFC 9725) and sound both ways.
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
  private struct Session {
    var id: CallSessionID
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
  private struct Ended {
    let id: CallSessionID
    let token: String
    let until: Instant
  }

  private var sessions: [Session] = []
  private var ended: [Ended] = []
  private var randomness: Randomness
  private var lastNumber: UInt32 = 0
  private var replies: [CallReply] = []
  private var events: [CallEvent] = []

  /// A resource without sessions; `randomness` makes their names.
  public init(randomness: Randomness) { self.randomness = randomness }

  // MARK: Handle

  /// A request for `/call` (`token` nil) or `/call/TOKEN` of `principal` from `client`, on `connection`, where it waits
  /// for its reply.
  public mutating func handle(
    _ request: HTTPRequest, token: String?, on connection: WebConnectionID, from client: IPAddress,
    by principal: Principal = .everybody, at now: Instant
  ) {
    let known = events.count
    if let response = immediate(request, token: token, on: connection, from: client, at: now) {
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
    response.fields.add("Location", "/call/\(sessions[index].token)")
    response.fields.add("ETag", sessions[index].entityTag)
    response.fields.add("Cache-Control", "no-store")
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

  // MARK: Requests

  /// The response, or nil when the request waits for the station.
  private mutating func immediate(
    _ request: HTTPRequest, token: String?, on connection: WebConnectionID, from client: IPAddress, at now: Instant
  ) -> HTTPResponse? {
    guard let token else { return place(request, on: connection, from: client, at: now) }
    guard let index = sessions.firstIndex(where: { $0.isOpen && Self.isSame($0.token, token) }) else {
      return Self.noSuchSession
    }
    switch request.method {
    case .patch: return trickle(request, index, on: connection, at: now)
    case .delete: return delete(index, at: now)
    case .get, .head: return HTTPResponse(.noContent)
    case .options:
      return HTTPResponse(.ok).with("Accept-Patch", MediaType.fragment).with("Allow", Self.sessionMethods)
    default: return Self.notAllowed(Self.sessionMethods)
    }
  }

  private mutating func place(
    _ request: HTTPRequest, on connection: WebConnectionID, from client: IPAddress, at now: Instant
  ) -> HTTPResponse? {
    switch request.method {
    case .post: break
    case .get, .head: return HTTPResponse(.noContent)
    case .options: return HTTPResponse(.ok).with("Accept-Post", MediaType.sdp).with("Allow", Self.endpointMethods)
    default: return Self.notAllowed(Self.endpointMethods)
    }
    guard MediaType.matches(request.fields.first("Content-Type"), MediaType.sdp) else {
      return .problem(.unsupportedMediaType, "An offer has the type application/sdp.")
        .with("Accept-Post", MediaType.sdp)
    }
    guard MediaType.isAccepted(MediaType.sdp, by: request.fields) else {
      return .problem(.notAcceptable, "The answer has the type application/sdp.")
    }
    guard !request.body.isEmpty else { return .problem(.badRequest, "There is no offer in the body.") }
    guard let name = CallerName.read(request.fields) else {
      return .problem(.badRequest, "Intercom-Name is not the percent-encoded UTF-8 of a name of 1 to 64 bytes.")
    }
    var caller = Caller(name: name, address: client, wantsReturn: CallReturn.read(request.fields))
    caller.answersRing = CallRing.read(request.fields)
    if let token = CallReplacement.read(request.fields) {
      guard let replaced = replaceable(token, at: now) else {
        return .problem(.notFound, "The call whose place this one is to take is over.")
      }
      caller.replaces = replaced
    }
    guard sessions.count < Limits.callSessionsMax else {
      return Self.unavailable("There are as many calls as can be.", retryAfterSeconds: 5)
    }
    lastNumber &+= 1
    var session = Session(
      id: CallSessionID(lastNumber), token: Self.hexadecimal(randomness.next()) + Self.hexadecimal(randomness.next()),
      entityTag: "\"\(Self.hexadecimal(randomness.next()))\"", caller: caller)
    session.waiting = connection
    session.deadline = now + .milliseconds(Limits.callAnswerMilliseconds)
    sessions.append(session)
    events.append(.offer(session.id, request.body))
    return nil
  }

  private mutating func trickle(
    _ request: HTTPRequest, _ index: Int, on connection: WebConnectionID, at now: Instant
  ) -> HTTPResponse? {
    guard MediaType.matches(request.fields.first("Content-Type"), MediaType.fragment) else {
      return .problem(.unsupportedMediaType, "Candidates have the type application/trickle-ice-sdpfrag.")
        .with("Accept-Patch", MediaType.fragment)
    }
    guard request.fields.contains("If-Match") else {
      return .problem(.preconditionRequired, "If-Match must carry the ETag of the 201 response.")
    }
    let tags = request.fields.members("If-Match")
    if tags.count == 1, tags[0].hasBytes(of: "*") {
      return .problem(.unprocessableContent, "An ICE restart is not supported yet.")
    }
    // Only a strong comparison counts (RFC 9110 section 13.1.1), so W/"..." never matches.
    guard tags.contains(where: { $0.hasBytes(of: sessions[index].entityTag) }) else {
      return .problem(.preconditionFailed, "If-Match is not the session's present ETag.")
    }
    guard !request.body.isEmpty else { return .problem(.badRequest, "There is no fragment in the body.") }
    guard sessions[index].waiting == nil else {
      return .problem(.conflict, "Another request of this session is under way.").with("Retry-After", "1")
    }
    sessions[index].waiting = connection
    sessions[index].deadline = now + .milliseconds(Limits.callAnswerMilliseconds)
    events.append(.trickle(sessions[index].id, request.body))
    return nil
  }

  private mutating func delete(_ index: Int, at now: Instant) -> HTTPResponse {
    keepToken(index, at: now)
    reply(index, Self.noSuchSession)
    events.append(.ended(sessions.remove(at: index).id, .deleted))
    return HTTPResponse(.ok)
  }

  private mutating func keepToken(_ index: Int, at now: Instant) {
    guard sessions[index].isOpen else { return }
    ended.removeAll { $0.until <= now }
    if ended.count >= Limits.callTokensKeptMax { ended.removeFirst() }
    let until = now + .milliseconds(Limits.callReplaceMilliseconds)
    ended.append(Ended(id: sessions[index].id, token: sessions[index].token, until: until))
  }

  /// The session that `token` names: one that is up, or one that its caller ended a moment ago.
  private func replaceable(_ token: String, at now: Instant) -> CallSessionID? {
    if let session = sessions.first(where: { $0.isOpen && Self.isSame($0.token, token) }) { return session.id }
    return ended.first { $0.until > now && Self.isSame($0.token, token) }?.id
  }

  // MARK: Helpers

  private static let endpointMethods = "POST, OPTIONS, GET, HEAD"
  private static let sessionMethods = "PATCH, DELETE, OPTIONS, GET, HEAD"

  private static var noSuchSession: HTTPResponse { .problem(.notFound, "There is no such call session.") }

  private static func notAllowed(_ methods: String) -> HTTPResponse {
    .problem(.methodNotAllowed, "This resource understands \(methods).").with("Allow", methods)
  }

  private static func unavailable(_ detail: String, retryAfterSeconds: Int) -> HTTPResponse {
    .problem(.serviceUnavailable, detail).with("Retry-After", "\(retryAfterSeconds)")
  }

  private func index(of id: CallSessionID) -> Int? { sessions.firstIndex { $0.id == id } }

  /// Answers whoever waits for a session.
  private mutating func reply(_ index: Int, _ response: HTTPResponse) {
    sessions[index].deadline = .never
    guard let connection = sessions[index].waiting else { return }
    sessions[index].waiting = nil
    replies.append(CallReply(connection: connection, response: response))
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    var bytes: [UInt8] = []
    for index in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - index * 4) & 15)
      bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
    return String(bytes: bytes[...])
  }

  /// Whether both names are the same, in a time that does not tell how much of them is.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    let (one, other) = (Array(left.utf8), Array(right.utf8))
    guard one.count == other.count else { return false }
    var difference: UInt8 = 0
    for index in one.indices { difference |= one[index] ^ other[index] }
    return difference == 0
  }
}
