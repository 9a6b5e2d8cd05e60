// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who may do what: the doorkeeper in front of the web server's routes.
//
//   request ─▶ judge ─┬▶ rule of the route, rate of the address, transport
//                     └▶ principal ◀─ paired list (tokens by their SHA-256), signed tokens
//   code    ─▶ pair ──▶ paired list ──▶ pollSave ─▶ the file `paired`
//
// Commands: openPairing, closePairing, pair, revoke, configure, restore. Poll: pollNotice, pollSave. It reads no clock: `at:` is
// monotonic and counts how long codes live, `wall:` is seconds since 1970-01-01 UTC and judges tokens alone.

public import Core

/// Decides who somebody is that shows something. Loop thread only.
public struct AccessControl: Sendable {
  /// Who may use the web server beyond its trust page.
  public private(set) var mode: AccessMode
  /// Events since the start.
  public private(set) var counters = AccessCounters()

  private var verifier: TokenVerifier?
  private let cryptography: Cryptography
  private var randomness: Randomness
  private var paired = PairedList()
  private var desk = PairingDesk()
  private var limiters: [RateLimiter] = RateClass.allCases.map { RateLimiter($0) }
  private var notices: [AccessNotice] = []

  /// A doorkeeper; `token` is what signed tokens are checked with (nil: none are taken), `randomness` makes codes and tokens.
  public init(
    _ mode: AccessMode, token: TokenPolicy? = nil, cryptography: Cryptography, randomness: Randomness
  ) {
    self.mode = mode
    self.cryptography = cryptography
    self.randomness = randomness
    verifier = token.map { TokenVerifier($0, cryptography) }
  }

  // MARK: Questions

  /// Who somebody is that shows nothing.
  public var stranger: Principal { mode == .open ? .everybody : .anonymous }

  /// The paired browsers, programs and devices, oldest first.
  public var list: [PairedRecord] { paired.records }

  /// The pairing that is under way; nil: none.
  public func pairing(at now: Instant) -> OpenPairing? { desk.open(at: now) }

  /// The paired device whose certificate for calls this is; nil: none has it.
  public func device(_ fingerprint: Fingerprint) -> PairedRecord? {
    for record in paired.records where record.fingerprint == fingerprint { return record }
    return nil
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant { desk.deadline }

  // MARK: Judge

  /// What becomes of a request. Counts it against its address's rate, so ask once a request.
  public mutating func judge(_ request: AccessRequest, at now: Instant, wall: Int64) -> AccessVerdict {
    var first: RouteRule?
    var chosen: RouteRule?
    for rule in RouteRule.all where rule.matches(request.segments) {
      first = first ?? rule
      if rule.method == request.method { chosen = rule }
    }
    let rate = chosen?.rate ?? .reading
    let seconds = limiters[rate.rawValue].waitSeconds(for: request.client, at: now)
    if seconds > 0 { return tooMany(seconds) }
    guard let first else { return .noRoute }
    if request.method == .options { return .allowed(first, stranger) }
    guard let rule = chosen else { return .otherMethods(RouteRule.methods(of: request.segments)) }

    let isPrivate = request.transport == .secure || request.client.unmapped.isLoopback
    guard isPrivate || rule.transport == .none || rule.transport == .unlessOpen && mode == .open else {
      return deny(.needsTLS, rule)
    }
    // What is shown in the clear has been seen by others: it counts for nothing.
    let shown = isPrivate ? request.credentials : Credentials()
    let principal: Principal
    switch recognize(shown, from: request.client, at: now, wall: wall) {
    case .principal(let known): principal = known
    case .nobody(let denial):
      guard rule.role == nil else { return deny(denial, rule) }
      principal = stranger
    case .tooMany(let seconds):
      guard rule.role == nil else { return tooMany(seconds) }
      principal = stranger
    }
    guard let needed = rule.role else { return .allowed(rule, principal) }
    guard let role = principal.role else { return deny(.stranger, rule) }
    return role < needed ? deny(.needsAdmin, rule) : .allowed(rule, principal)
  }

  /// Who somebody is that shows `credentials`, which came over TLS or from this machine.
  public mutating func principal(
    of credentials: Credentials, from client: IPAddress, at now: Instant, wall: Int64
  ) -> Principal {
    guard case .principal(let principal) = recognize(credentials, from: client, at: now, wall: wall) else {
      return stranger
    }
    return principal
  }

  private enum Recognition {
    case principal(Principal)
    case nobody(AccessDenial)
    case tooMany(Int)
  }

  private mutating func recognize(
    _ credentials: Credentials, from client: IPAddress, at now: Instant, wall: Int64
  ) -> Recognition {
    guard mode != .open, let token = credentials.token else { return .principal(stranger) }
    if !token.utf8.contains(0x2E) {
      guard let id = paired.find(digest(token)) else {
        counters.badTokens += 1
        return .nobody(.stranger)
      }
      paired.note(id, seen: wall)
      return .principal(.paired(id, paired.role(of: id)))
    }
    guard mode == .token, verifier != nil else {
      counters.badTokens += 1
      return .nobody(.badToken(.notConfigured))
    }
    let seconds = limiters[RateClass.wrongSignature.rawValue].missingSeconds(of: client, at: now)
    if seconds > 0 { return .tooMany(seconds) }
    do throws(TokenError) {
      guard let claims = try verifier?.verify(token, wall: wall) else { return .nobody(.stranger) }
      // Whoever may be in one room may not talk to this device.
      guard claims.room == nil else { throw .wrongRoom }
      return .principal(.token(subject: claims.subject, claims.role))
    } catch {
      counters.badTokens += 1
      if error == .wrongSignature { _ = limiters[RateClass.wrongSignature.rawValue].waitSeconds(for: client, at: now) }
      return .nobody(.badToken(error))
    }
  }

  private mutating func tooMany(_ seconds: Int) -> AccessVerdict {
    counters.rateLimited += 1
    return .tooMany(waitSeconds: seconds)
  }

  private mutating func deny(_ denial: AccessDenial, _ rule: RouteRule) -> AccessVerdict {
    counters.denied += 1
    return .denied(denial, rule)
  }

  private func digest(_ token: String) -> Digest256 {
    // Results of generic functions aside, a window on the text's bytes is valid for the call only.
    token.withByteView { cryptography.sha256($0) }
  }

  // MARK: Pairing

  /// Opens a pairing for whoever enters its code in the next two minutes; one that was open is over.
  public mutating func openPairing(_ role: Role = .talk, at now: Instant) -> OpenPairing {
    desk.open(role, &randomness, at: now)
  }

  /// Ends the pairing that is under way.
  public mutating func closePairing() { desk.close() }

  /// Pairs whoever sends the right code; the code is used up then. Its rate was counted by `judge`.
  public mutating func pair(
    _ request: PairingRequest, from client: IPAddress, at now: Instant, wall: Int64
  ) throws(PairingRefusal) -> NewPairing {
    guard PairedList.isName(request.name) else { throw .malformedName }
    let role: Role
    do throws(PairingRefusal) {
      role = try desk.check(request.code, from: client, at: now)
    } catch {
      if case .wrongCode(let left) = error {
        counters.wrongCodes += 1
        notices.append(.wrongCode(from: client, triesLeft: left))
      }
      throw error
    }
    let made: NewPairing
    if let fingerprint = request.fingerprint {
      let url = request.url.flatMap { PairedList.isURL($0) ? $0 : nil }
      let record = try paired.add(request.name, role, .device(fingerprint, url: url), created: wall)
      made = NewPairing(record: record, token: "")
    } else {
      var secret: [UInt8] = []
      for _ in 0..<Limits.pairedTokenBytes { secret.append(randomness.uint8()) }
      let token = Base64.urlText(secret)
      let record = try paired.add(request.name, role, .bearer(digest(token)), created: wall)
      made = NewPairing(record: record, token: token)
    }
    desk.close()
    counters.paired += 1
    notices.append(.paired(made.record, from: client))
    return made
  }

  /// Locks out number `id`; what it was, nil: there is no such number.
  @discardableResult
  public mutating func revoke(_ id: PairedID) -> PairedRecord? {
    guard let record = paired.remove(id) else { return nil }
    notices.append(.revoked(record))
    return record
  }

  // MARK: Configuration and state

  /// Goes on with another configuration; who was paired stays so.
  public mutating func configure(_ mode: AccessMode, token: TokenPolicy?) {
    self.mode = mode
    verifier = token.map { TokenVerifier($0, cryptography) }
  }

  /// Takes over the list that the file `paired` holds, in place of the present one; how many lines were damaged and left out.
  public mutating func restore(_ bytes: ByteView) -> Int { paired.restore(bytes, cryptography.sha256) }

  /// The text of the file `paired`, when it has changed since this was asked last.
  public mutating func pollSave() -> [UInt8]? { paired.pollSave(cryptography.sha256) }

  /// What the log is to know next.
  public mutating func pollNotice() -> AccessNotice? { notices.isEmpty ? nil : notices.removeFirst() }

  /// Ends a pairing whose time is over.
  public mutating func handleTimeout(at now: Instant) {
    if desk.handleTimeout(at: now) { notices.append(.pairingOver) }
  }
}
