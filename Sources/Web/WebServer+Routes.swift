// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a request is for. The table of routes is Access's: a path that is not in it is 404, whatever is written here.

import Access
import Core

extension WebServer {
  mutating func route(_ request: HTTPRequest, _ index: Int, at now: Instant) {
    counters.requests += 1
    slots[index].isOptions = request.method == .options
    slots[index].origin = nil
    switch access.verdict(on: request, to: slots[index].local, over: slots[index].transport) {
    case .allowed(let origin): slots[index].origin = origin
    case .foreignHost:
      counters.foreignHosts += 1
      let detail = "This intercom does not go by the name in the Host field; use its address or localhost."
      return respond(index, .problem(.forbidden, detail), at: now)
    case .foreignOrigin:
      counters.foreignOrigins += 1
      return respond(index, .problem(.forbidden, "Pages of other origins may not place or change calls here."), at: now)
    }
    if request.method == .other {
      return respond(index, .problem(.notImplemented, "This method is not understood here."), at: now)
    }
    if request.target.hasBytes(of: "*") { return respond(index, HTTPResponse(.noContent), at: now) }
    guard let segments = HTTPURL.segments(request.path) else {
      return respond(index, .problem(.badRequest, "The path is malformed."), at: now)
    }
    judge(request, segments, index, at: now)
  }

  private mutating func judge(_ request: HTTPRequest, _ segments: [String], _ index: Int, at now: Instant) {
    guard let method = RouteMethod(request.method) else {
      // PUT has no route, so that no rule is asked for its rate; the answer costs no more than the question.
      let methods = RouteRule.methods(of: segments)
      return respond(index, methods.isEmpty ? Self.notFound : Self.notAllowed(methods), at: now)
    }
    let credentials = Credentials(
      cookies: request.fields.all("Cookie"), authorizations: request.fields.all("Authorization"))
    let asked = AccessRequest(
      method, segments, transport: slots[index].transport, from: slots[index].client, credentials: credentials)
    switch doorkeeper.judge(asked, at: now, wall: wallSeconds) {
    case .allowed(let rule, let principal):
      slots[index].principal = principal
      serve(request, rule, segments, index, at: now)
    case .noRoute: respond(index, Self.notFound, at: now)
    case .otherMethods(let methods): respond(index, Self.notAllowed(methods), at: now)
    case .tooMany(let seconds):
      let refusal = HTTPResponse.problem(.tooManyRequests, "Too many requests from this address.")
      respond(index, refusal.with("Retry-After", "\(seconds)"), at: now)
    case .denied(_, let rule) where rule.admitsPinned:
      // The station holds the fingerprint of an offer against the pinned ones; who knows a session's name had its answer.
      slots[index].principal = .anonymous
      serve(request, rule, segments, index, at: now)
    case .denied(let denial, _):
      slots[index].principal = doorkeeper.stranger
      var refusal = HTTPResponse.problem(HTTPStatus(denial.statusCode), denial.text)
      // RFC 9110 section 11.6.1 wants a challenge with every 401.
      if denial.statusCode == 401 { refusal.fields.add("WWW-Authenticate", "Bearer") }
      respond(index, refusal, at: now)
    }
  }

  private mutating func serve(
    _ request: HTTPRequest, _ rule: RouteRule, _ segments: [String], _ index: Int, at now: Instant
  ) {
    let first = segments.first ?? ""
    if let endpoint = CallEndpoint(first) {
      slots[index].wait = .call
      let token = segments.count == 2 ? segments[1] : nil
      return calls.handle(
        request, at: endpoint, token: token, on: id(index), from: slots[index].client, by: slots[index].principal,
        at: now)
    }
    if request.method == .options {
      return respond(index, HTTPResponse(.ok).with("Allow", Self.allow(for: segments)), at: now)
    }
    if segments.isEmpty { return respond(index, frontPage(request, index), at: now) }
    if first.hasBytes(of: "api"), segments.count >= 2 {
      return serveInterface(request, segments, index, at: now)
    }
    if first.hasBytes(of: "status") {
      return waitForStatus(index, request.query.hasBytes(of: "refresh") ? .refreshingPage : .statusPage)
    }
    if first.hasBytes(of: "bell") { return ringBell(index, at: now) }
    respond(index, file(request, first) ?? Self.notFound, at: now)
  }

  private mutating func serveInterface(_ request: HTTPRequest, _ segments: [String], _ index: Int, at now: Instant) {
    let name = segments[1]
    if name.hasBytes(of: "status") { return waitForStatus(index, .statusJSON) }
    if name.hasBytes(of: "events") { return openStream(index, at: now) }
    if name.hasBytes(of: "me") { return respond(index, me(index), at: now) }
    if name.hasBytes(of: "command") { return takeCommand(request, index, at: now) }
    if name.hasBytes(of: "pair") { return respond(index, pair(request, index, at: now), at: now) }
    if name.hasBytes(of: "unpair") { return respond(index, unpair(index), at: now) }
    if name.hasBytes(of: "pairing") { return respond(index, openPairing(request, at: now), at: now) }
    guard name.hasBytes(of: "paired") else { return respond(index, Self.notFound, at: now) }
    respond(index, segments.count == 2 ? pairedList() : revoke(segments[2]), at: now)
  }

  private mutating func waitForStatus(_ index: Int, _ wait: Wait) {
    slots[index].wait = wait
    statusWanted = true
  }

  // MARK: Commands of a page

  private mutating func takeCommand(_ request: HTTPRequest, _ index: Int, at now: Instant) {
    if let refusal = Self.refusalOfJSON(request) { return respond(index, refusal, at: now) }
    let parsed: Result<ControlRequest, ControlProblem> = request.body.withByteView { view in
      do throws(ControlProblem) { return .success(try ControlRequest.parse(view)) } catch { return .failure(error) }
    }
    switch parsed {
    case .success(let command):
      slots[index].wait = .command
      events.append(.command(id(index), command))
    case .failure(let problem): respond(index, .problem(.badRequest, problem.text), at: now)
    }
  }

  private mutating func ringBell(_ index: Int, at now: Instant) {
    respond(index, HTTPResponse(.noContent), at: now)
    events.append(.bell(from: slots[index].client))
  }

  // MARK: Helpers

  static var notFound: HTTPResponse { .problem(.notFound, "There is nothing here.") }

  static func notAllowed(_ methods: [RouteMethod]) -> HTTPResponse {
    let allow = allow(methods)
    return .problem(.methodNotAllowed, "This resource understands \(allow).").with("Allow", allow)
  }

  private static func allow(for segments: [String]) -> String {
    allow(RouteRule.methods(of: segments))
  }

  private static func allow(_ methods: [RouteMethod]) -> String {
    var text = ""
    for method in methods where method != .options { text += method == .get ? "GET, HEAD, " : "\(method.text), " }
    return text + "OPTIONS"
  }

  /// Why the body of `request` is not taken as JSON; nil: it is to be read. A page of another origin cannot send this type
  /// without asking first.
  static func refusalOfJSON(_ request: HTTPRequest) -> HTTPResponse? {
    guard MediaType.matches(request.fields.first("Content-Type"), MediaType.json) else {
      return .problem(.unsupportedMediaType, "The body has the type application/json.")
        .with("Accept-Post", MediaType.json)
    }
    return nil
  }
}

extension RouteMethod {
  /// The method as the table of routes knows it; nil: it knows none of them.
  init?(_ method: HTTPMethod) {
    switch method {
    case .get, .head: self = .get
    case .post: self = .post
    case .patch: self = .patch
    case .delete: self = .delete
    case .options: self = .options
    case .put, .other: return nil
    }
  }
}
