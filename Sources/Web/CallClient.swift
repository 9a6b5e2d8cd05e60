// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The caller's side of call signaling: the mirror image of `CallResource` (RFC 9725 section 4).
//
//   place ─▶ POST offer ─▶ 201 ─▶ .answered          candidates kept until then
//                           └▶ PATCH (all kept candidates in one fragment), again when more came meanwhile
//   hangUp ─▶ DELETE ─▶ .ended
//
// DESIGN. One exchange at a time. A kept connection that the far side closed meanwhile is not an error: PATCH and DELETE are tried
// once more on a new one. A player (`/whep`) that comes before its stream waits and asks again. The token goes with every request
// to the endpoint and its session (RFC 9725 section 4.7.1), but not to another server that the call is redirected to, and
// never from https to http. Left out: ICE restart, TURN servers, the counter-offer of a WHEP server that refuses with 406.

public import Core

/// The signaling of one placed call. Loop thread only; the hall owns the socket.
///
/// Commands: `place`, `addCandidate`, `endCandidates`, `hangUp`. Handle: `handleConnected`, `handleFailure`, `handle`, `handleEnd`,
/// `handleTimeout`. Poll: `pollAction`, `pollOutput`, `pollEvent`, `pollTimeout`; drain after every change.
public struct CallClient: Sendable {
  private enum Phase: Equatable {
    case new, placing, inCall, ending, done
  }

  private enum Exchange: Equatable {
    case none, offer, trickle, delete
  }

  private var connection = HTTPClientConnection()
  private var connected: HTTPURL?
  private var url: HTTPURL
  private let endpoint: CallEndpoint
  private var token: String?
  /// A stream that is not live yet is asked for again at this moment.
  private var askAgain = Instant.never
  private var refusedAsks = 0
  private let name: String
  private let wantsReturn: Bool
  /// The authority that https certificates must come from, wherever redirects lead; nil: those that are usual.
  public let authority: Fingerprint?
  private var sessionURL: HTTPURL?
  private var entityTag = ""
  private var phase = Phase.new
  private var exchange = Exchange.none
  private var isRetry = false
  private var hangsUp = false
  private var hangUpDeadline = Instant.never
  private var redirects = 0
  private var offer: [UInt8] = []
  private var fragmentHead = ""
  private var candidates: [String] = []
  private var candidatesEnded = false
  private var endSent = false
  private var sending: [String] = []
  private var trickles = true
  private var actions: [CallClientAction] = []
  private var events: [CallClientEvent] = []

  /// A call to `url`, not placed yet, of an intercom called `name`; empty: it does not say.
  /// `wantsReturn`: it wants a call back that the far side had placed, and must not ring there. `authority` is the digest
  /// of the authority that its https certificate must come from.
  /// `endpoint`: by which rules; `token` is shown as a bearer token (RFC 6750) with every request.
  public init(
    to url: HTTPURL, _ endpoint: CallEndpoint = .call, name: String = "", wantsReturn: Bool = false,
    authority: Fingerprint? = nil, token: String? = nil
  ) {
    self.url = url
    self.endpoint = endpoint
    self.token = token
    self.authority = authority
    self.name = name
    self.wantsReturn = wantsReturn
  }

  // MARK: Commands

  /// Sends the offer. `fragmentHead` is what each fragment of candidates begins with (RFC 8840 section 9): the ice-ufrag and
  /// ice-pwd lines, the m= line and the mid line, each with its line end.
  public mutating func place(offer: [UInt8], fragmentHead: String, at now: Instant) {
    precondition(phase == .new, "a call is placed twice")
    self.offer = offer
    self.fragmentHead = fragmentHead
    phase = .placing
    settle(at: now)
  }

  /// A candidate found after the offer was written, as the value of a candidate attribute ("candidate:..."). False, and not kept,
  /// when there are `Limits.callCandidatesMax` already or none are wanted any more.
  @discardableResult
  public mutating func addCandidate(_ candidate: String, at now: Instant) -> Bool {
    guard trickles, !candidatesEnded, candidates.count < Limits.callCandidatesMax else { return false }
    candidates.append(candidate)
    settle(at: now)
    return true
  }

  /// There will be no more candidates; after `.iceServers` it is to be said once more.
  public mutating func endCandidates(at now: Instant) {
    candidatesEnded = true
    settle(at: now)
  }

  /// Ends the call: `.ended` follows, at the latest after `Limits.callHangUpMilliseconds`; when it was not answered yet, after
  /// `Limits.callTakeBackMilliseconds`, and the far side sees the connection close.
  public mutating func hangUp(at now: Instant) {
    guard phase != .done, !hangsUp else { return }
    hangsUp = true
    let patience = phase == .placing ? Limits.callTakeBackMilliseconds : Limits.callHangUpMilliseconds
    hangUpDeadline = now + .milliseconds(patience)
    if phase == .inCall { phase = .ending }
    let isUnseen = connection.isConnecting || askAgain != .never
    if phase == .new || (phase == .placing && isUnseen) { finish(.ended) }
    settle(at: now)
  }

  // MARK: Handle

  /// The socket is connected.
  public mutating func handleConnected(at now: Instant) {
    connection.handleConnected(at: now)
    settle(at: now)
  }

  /// The name could not be resolved, the socket could not connect, or it broke.
  public mutating func handleFailure(at now: Instant) {
    connection.handleFailure(at: now)
    settle(at: now)
  }

  /// TLS came to nothing, because of what `reason` says in a sentence for a person.
  public mutating func handleInsecurity(_ reason: String, at now: Instant) {
    connection.handleInsecurity(reason, at: now)
    settle(at: now)
  }

  /// Takes what was read from the socket.
  public mutating func handle(_ bytes: ByteView, at now: Instant) {
    connection.handle(bytes, at: now)
    settle(at: now)
  }

  /// The socket's end of file.
  public mutating func handleEnd(at now: Instant) {
    connection.handleEnd(at: now)
    settle(at: now)
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    if now >= hangUpDeadline { finish(.ended) }
    if now >= askAgain { askAgain = .never }
    connection.handleTimeout(at: now)
    settle(at: now)
  }

  // MARK: Poll

  /// What to do with the socket next.
  public mutating func pollAction() -> CallClientAction? { actions.isEmpty ? nil : actions.removeFirst() }

  /// What became of the call.
  public mutating func pollEvent() -> CallClientEvent? { events.isEmpty ? nil : events.removeFirst() }

  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(_ send: (ByteView) -> Int) { connection.pollOutput(send) }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant { min(min(connection.pollTimeout(), hangUpDeadline), askAgain) }

  // MARK: Questions

  /// Whether there are bytes to be sent, and a connection to send them on.
  public var hasOutput: Bool { connection.hasOutput }
  /// Whether nothing more will happen.
  public var isDone: Bool { phase == .done }
  /// Where the session is; nil before 201.
  public var session: HTTPURL? { sessionURL }

  // MARK: Exchanges

  private mutating func settle(at now: Instant) {
    while let result = connection.pollResult() {
      let ended = exchange
      exchange = .none
      switch result {
      case .response(let response): take(response, of: ended, at: now)
      case .failure(let error):
        if error == .closed, connection.hasBeenUsed, !isRetry, ended != .offer, phase != .done {
          isRetry = true
          candidates = sending + candidates
          sending = []
          endSent = false
        } else {
          fail(ended, .connection(error))
        }
      }
    }
    noteClosed()
    defer { noteClosed() }
    guard exchange == .none else { return }
    switch phase {
    case .placing:
      guard askAgain == .never else { return }
      start(.offer, offerRequest(), at: url, at: now)
    case .ending:
      if let sessionURL { start(.delete, HTTPRequest(.delete, ""), at: sessionURL, at: now) } else { finish(.ended) }
    case .inCall:
      guard trickles, !candidates.isEmpty || (candidatesEnded && !endSent), let sessionURL else { return }
      start(.trickle, trickleRequest(), at: sessionURL, at: now)
    case .new, .done: break
    }
  }

  private mutating func noteClosed() {
    guard connection.isClosed, connected != nil else { return }
    connected = nil
    actions.append(.close)
  }

  private mutating func start(_ next: Exchange, _ plain: HTTPRequest, at target: HTTPURL, at now: Instant) {
    var request = plain
    request.target = target.target
    request.authority = target.authority
    if let token { request.fields.add("Authorization", "Bearer \(token)") }
    exchange = next
    if !connection.isReusable || connected?.hasSameServer(as: target) != true {
      connection.open(at: now)
      connected = target
      actions.append(.connect(target))
    }
    connection.send(
      request,
      patienceMilliseconds: next == .offer ? Limits.callOfferMilliseconds : Limits.httpResponseMilliseconds, at: now)
  }

  private func offerRequest() -> HTTPRequest {
    var fields = HTTPFields([HTTPField("Content-Type", MediaType.sdp), HTTPField("Accept", MediaType.sdp)])
    if endpoint == .call, !name.isEmpty { fields.add(CallerName.field, CallerName.written(name)) }
    if wantsReturn { fields.add(CallReturn.field, CallReturn.written) }
    return HTTPRequest(.post, "", fields: fields, body: offer)
  }

  /// One fragment with all the candidates kept.
  private mutating func trickleRequest() -> HTTPRequest {
    var body = Array(fragmentHead.utf8)
    for candidate in candidates {
      body.append(text: "a=")
      body.append(text: candidate)
      body.append(text: "\r\n")
    }
    if candidatesEnded {
      body.append(text: "a=end-of-candidates\r\n")
      endSent = true
    }
    sending = candidates
    candidates = []
    let fields = HTTPFields([HTTPField("Content-Type", MediaType.fragment), HTTPField("If-Match", entityTag)])
    return HTTPRequest(.patch, "", fields: fields, body: body)
  }

  private mutating func take(_ response: HTTPResponse, of ended: Exchange, at now: Instant) {
    isRetry = false
    switch ended {
    case .offer: if phase == .placing { takeAnswer(response, at: now) }
    case .trickle:
      sending = []
      if !response.status.isSuccess { fail(.trickle, .refused(CallRefused(response))) }
    case .delete: finish(.ended)
    case .none: break
    }
  }

  private mutating func takeAnswer(_ response: HTTPResponse, at now: Instant) {
    let location = response.fields.first("Location")
    switch response.status.code {
    case 201:
      guard let location, let session = try? url.resolve(location), session.isSecure || !url.isSecure else {
        return fail(.offer, .malformedAnswer)
      }
      sessionURL = session
      entityTag = response.fields.first("ETag") ?? ""
      // Without an ETag there is no precondition to fulfil, and RFC 9725 section 4.3.1 knows no trickle either.
      trickles = !entityTag.isEmpty
      guard MediaType.matches(response.fields.first("Content-Type"), MediaType.sdp), !response.body.isEmpty else {
        return fail(.offer, .malformedAnswer)
      }
      phase = hangsUp ? .ending : .inCall
      let named = endpoint == .call || hangsUp ? NamedICEServers() : NamedICEServers(response.fields)
      if !named.stun.isEmpty, trickles { candidatesEnded = false }
      if hangsUp { hangUpDeadline = now + .milliseconds(Limits.callHangUpMilliseconds) }
      if !hangsUp { events.append(.answered(response.body)) }
      if !named.isEmpty { events.append(.iceServers(named)) }
    case 307, 308: follow(location)
    case 409 where endpoint == .whep && refusedAsks < Limits.whepAsksMax: wait(CallRefused(response), at: now)
    case 406 where endpoint == .whep: fail(.offer, .counterOffer)
    default: fail(.offer, .refused(CallRefused(response)))
    }
  }

  private mutating func follow(_ location: String?) {
    redirects += 1
    guard !hangsUp else { return finish(.ended) }
    guard redirects <= Limits.callRedirectsMax, let location, let next = try? url.resolve(location),
      next.isSecure || !url.isSecure
    else { return fail(.offer, .malformedRedirect) }
    // A server may say where to go, but not to whom else our token is shown.
    if token != nil, !url.hasSameServer(as: next) {
      token = nil
      events.append(.tokenWithheld(from: next))
    }
    url = next
  }

  /// The stream is not live yet: asks again after what the server said, but after twice as long each time at least.
  private mutating func wait(_ refused: CallRefused, at now: Instant) {
    guard !hangsUp else { return finish(.ended) }
    let patience = min(1 << refusedAsks, Limits.whepAskSecondsMax)
    refusedAsks += 1
    let seconds = min(max(refused.retryAfterSeconds ?? 0, patience), Limits.whepAskSecondsMax)
    askAgain = now + .seconds(seconds)
    events.append(.waiting(seconds: seconds))
  }

  private mutating func fail(_ ended: Exchange, _ error: CallClientError) {
    switch ended {
    case .offer: finish(hangsUp ? .ended : .failed(error))
    case .trickle:
      trickles = false
      candidates = []
      sending = []
      if phase == .inCall { events.append(.trickleFailed(error)) }
    case .delete: finish(.ended)
    case .none: break
    }
  }

  private mutating func finish(_ event: CallClientEvent) {
    guard phase != .done else { return }
    phase = .done
    (hangUpDeadline, askAgain) = (.never, .never)
    exchange = .none
    connection.close()
    events.append(event)
  }
}
