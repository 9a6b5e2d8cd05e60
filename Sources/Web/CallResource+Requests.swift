// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a request for an endpoint or a session of calls is answered at once, and what waits for the station.

import Core

extension CallResource {
  /// The response, or nil when the request waits for the station.
  mutating func immediate(
    _ request: HTTPRequest, _ endpoint: CallEndpoint, _ token: String?, on connection: WebConnectionID,
    from client: IPAddress, at now: Instant
  ) -> HTTPResponse? {
    guard let token else { return place(request, endpoint, on: connection, from: client, at: now) }
    guard
      let index = sessions.firstIndex(where: { $0.isOpen && $0.endpoint == endpoint && Self.isSame($0.token, token) })
    else {
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
    _ request: HTTPRequest, _ endpoint: CallEndpoint, on connection: WebConnectionID, from client: IPAddress,
    at now: Instant
  ) -> HTTPResponse? {
    switch request.method {
    case .post: break
    case .get, .head:
      // The type tells whoever looks that a WHEP player has come to the right place (draft-ietf-wish-whep).
      return endpoint == .whep ? HTTPResponse(.ok, mediaType: MediaType.sdp, body: []) : HTTPResponse(.noContent)
    case .options: return options(request, endpoint)
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
    var caller = Caller(name: name, address: client, wantsReturn: endpoint == .call && CallReturn.read(request.fields))
    caller.endpoint = endpoint
    if endpoint == .call { caller.answersRing = CallRing.read(request.fields) }
    if endpoint == .call, let token = CallReplacement.read(request.fields) {
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
      id: CallSessionID(lastNumber), endpoint: endpoint,
      token: Self.hexadecimal(randomness.next()) + Self.hexadecimal(randomness.next()),
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

  mutating func keepToken(_ index: Int, at now: Instant) {
    guard sessions[index].isOpen, sessions[index].endpoint == .call else { return }
    ended.removeAll { $0.until <= now }
    if ended.count >= Limits.callTokensKeptMax { ended.removeFirst() }
    let until = now + .milliseconds(Limits.callReplaceMilliseconds)
    ended.append(Ended(id: sessions[index].id, token: sessions[index].token, until: until))
  }

  /// The session that `token` names: one that is up, or one that its caller ended a moment ago.
  private func replaceable(_ token: String, at now: Instant) -> CallSessionID? {
    let open = sessions.first { $0.isOpen && $0.endpoint == .call && Self.isSame($0.token, token) }
    if let open { return open.id }
    return ended.first { $0.until > now && Self.isSame($0.token, token) }?.id
  }

  /// What the endpoint takes, and which STUN servers we know; a preflight has no credentials and learns nothing of those
  /// (RFC 9725 section 4.6).
  private func options(_ request: HTTPRequest, _ endpoint: CallEndpoint) -> HTTPResponse {
    var response = HTTPResponse(.ok).with("Accept-Post", MediaType.sdp).with("Allow", Self.endpointMethods)
    guard endpoint != .call, !request.fields.contains("Access-Control-Request-Method") else { return response }
    for link in links { response.fields.add("Link", link) }
    return response
  }

  private static let endpointMethods = "POST, OPTIONS, GET, HEAD"
  private static let sessionMethods = "PATCH, DELETE, OPTIONS, GET, HEAD"

  static var noSuchSession: HTTPResponse { .problem(.notFound, "There is no such call session.") }

  private static func notAllowed(_ methods: String) -> HTTPResponse {
    .problem(.methodNotAllowed, "This resource understands \(methods).").with("Allow", methods)
  }

  static func unavailable(_ detail: String, retryAfterSeconds: Int) -> HTTPResponse {
    .problem(.serviceUnavailable, detail).with("Retry-After", "\(retryAfterSeconds)")
  }
}
