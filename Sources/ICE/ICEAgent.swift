// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The ICE agent: finds the way to the far side and keeps watch over it (RFC 8445, 8838, 8863, 7675), without I/O.
//
// WHY A ROOM. Everything here is decided from addresses, messages and the time; sockets belong to the caller.
//
// ORDER OF CALLS
//   commands    init, setRole, addLocalAddress, addServer, endLocalAddresses, expectServers, endServers, setRemote,
//   addRemoteCandidate,
//               endRemoteCandidates, close
//   handle      handle(datagram), handleTimeout
//   poll        pollTransmit until false, pollEvent until nil, pollTimeout: after every command and every handle
//   questions   state, role, path, canSend, selectedPair, isValidPair, roundTripTime, counters
// Commands may come in any order: candidates trickle in and out, checks may arrive before `setRemote`.
//
// DESIGN. Every rule that waits is "when this moment has come"; `advance` applies them all after every call and notes
// the earliest next moment. Decisions go into a short outbox and are written as bytes when polled. All tables are
// fixed: nothing here allocates after init.
//
// CHOICES
//   Path before nomination: the best valid pair is sent on at once (RFC 8445 section 12.1 allows it), so the handshake
//   begins one
//   round trip after the descriptions met; nomination follows and may move the path.
//   Nomination is regular (8.1.1): the best valid pair, as soon as no better one is pending, or after four of its round
//   trips (10 ... 200 ms). As the controlled side we take the best pair that was ever nominated, so that aggressive nominators are
//   followed, and a later one when that has fallen silent, so that a browser may move without a restart.
//   Pacing: the first check leaves at once, then 5 ms (the RFC's lower bound) for 16 checks, then 20 ms. See ICEConfiguration.
//   Requests to STUN servers are paced likewise, and never delay a check.
//   Failure: not before 39.5 s have passed and every pair has failed, whatever the far side said of its candidates (RFC
//   8863).
//   Errors that nobody vouched for (no valid MESSAGE-INTEGRITY) do not end a check: it is sent again, as if nothing had
//   come.
//
// LEFT OUT. One component, one stream. TURN: a relayed candidate has its own CandidatePath, sends from a base and makes
// pairs like a host candidate; the client goes beside Gatherer. ICE restart: `generation` counts credentials; a restart
// makes new ones, empties the tables and keeps `selected` until the new generation has a pair. Being lite ourselves.
// RFC 8421's interleaving of families is the caller's: earlier addresses are preferred. Consent is checked on the path
// alone; when it is lost there is no second path to fall back to without a restart.

public import Core

/// One ICE agent, owned by one thread (the loop).
public struct ICEAgent: ~Copyable {
  /// What it was told at its beginning.
  public let configuration: ICEConfiguration
  /// Our username fragment and password.
  public let localCredentials: ICECredentials
  /// The far side's, once known.
  public internal(set) var remoteCredentials: ICECredentials?
  /// Whether the far side only answers (RFC 8445 section 2.5).
  public internal(set) var remoteIsLite = false
  /// Which side nominates, as it stands now.
  public internal(set) var role: ICERole
  /// How far it has got.
  public internal(set) var state = ICEState.new
  /// Which credentials are in use, counted from 0; a restart will count on.
  public internal(set) var generation: UInt32 = 0
  /// Whether the far side said that it has no more candidates.
  public internal(set) var remoteCandidatesEnded = false
  /// What it did and dropped.
  public internal(set) var counters = ICECounters()

  let tieBreaker: UInt64
  let localKey: HMACSHA1
  var remoteKey: HMACSHA1?
  var randomness: Randomness
  var locals: LocalCandidateTable<LocalCandidate>
  var remotes: RemoteCandidateTable<Candidate>
  var checkList = CheckList()
  var gatherer = Gatherer()
  var consents = ConsentTable<ConsentCheck>(filler: ConsentCheck(transaction: .none, sentAt: .zero))
  var outbox: ICEOutbox<Transmission>
  var events = ICEEventList<PendingEvent>(filler: .gatheringComplete)
  var hostCount = 0
  var lastFoundation: UInt32 = 0
  /// The pair sent on.
  var selected: Int?
  /// Its path, kept apart: to read one pair costs a copy of the whole check list, too much for every packet.
  var selectedPath: ICEPath?
  /// The pair whose nominating check is wanted or under way.
  var nominating: Int?
  var nominationDeadline = Instant.never
  var checkingSince = Instant.never
  var nextCheckAt = Instant.zero
  var checksStarted = 0
  var nextConsentAt = Instant.never
  var timeout = Instant.never

  /// An agent with fresh credentials. `randomness` is its own: a part split off, or a seed in tests.
  public init(
    configuration: ICEConfiguration, role: ICERole, randomness: Randomness, at now: Instant
  ) {
    var randomness = randomness
    self.configuration = configuration
    self.role = role
    localCredentials = ICECredentials(randomness: &randomness)
    localKey = localCredentials.withPassword { HMACSHA1(key: $0) }
    tieBreaker = randomness.next()
    self.randomness = randomness
    let filler = Candidate(
      kind: .host, endpoint: .none, priority: 1, foundation: CandidateFoundation(number: 0))
    locals = LocalCandidateTable(
      filler: LocalCandidate(candidate: filler, base: .none, via: .socket))
    remotes = RemoteCandidateTable(filler: filler)
    outbox = ICEOutbox(filler: .check(pair: 0))
    gatherer.serversEnded = !configuration.expectsServers
    nextCheckAt = now
    gatherer.nextAt = now
  }

  // MARK: Commands

  /// Changes the role that `init` was given, before the far side's description is known: the offerer controls.
  public mutating func setRole(_ role: ICERole) {
    precondition(state == .new, "the ICE role is set before the checks begin")
    if self.role != role { switchRole() }
  }

  /// Adds a bound UDP socket: a host candidate, and requests to the known STUN servers of its family. False when it is
  /// refused: unspecified, multicast, loopback without permission, known already, or one too many.
  @discardableResult
  public mutating func addLocalAddress(_ base: Endpoint, at now: Instant) -> Bool {
    guard state != .closed, isUsable(base), hostIndex(base) == nil, !locals.isFull else {
      counters.refusedLocalAddresses += 1
      return false
    }
    var signalled = base
    signalled.scope = 0
    let preference = localPreference(base)
    let candidate = Candidate(
      kind: .host, endpoint: signalled,
      priority: Candidate.priority(kind: .host, localPreference: preference),
      foundation: foundation(.host, base: base, server: nil))
    locals.append(LocalCandidate(candidate: candidate, base: base, via: .socket))
    let index = locals.count - 1
    hostCount += 1
    emit(.localCandidate(index))
    for server in gatherer.servers.indices { ask(server: server, local: index) }
    for remote in remotes.indices { makePair(local: index, remote: remote) }
    advance(at: now)
    return true
  }

  /// Adds a STUN server, at any time: its name may have taken long to resolve. False when it is one too many.
  @discardableResult
  public mutating func addServer(_ server: Endpoint, at now: Instant) -> Bool {
    guard state != .closed, server.port != 0, !server.address.isUnspecified,
      !server.address.isMulticast
    else {
      return false
    }
    for index in gatherer.servers.indices where gatherer.servers[index] == server { return true }
    guard gatherer.servers.append(server) else { return false }
    for local in locals.indices where locals[local].candidate.kind == .host {
      ask(server: gatherer.servers.count - 1, local: local)
    }
    advance(at: now)
    return true
  }

  /// Says that all local addresses were added.
  public mutating func endLocalAddresses(at now: Instant) {
    gatherer.localsEnded = true
    advance(at: now)
  }

  /// Says that further STUN servers will be added, until `endServers`: gathering goes on, and its end is told once more.
  public mutating func expectServers() {
    gatherer.serversEnded = false
    gatherer.completeSaid = false
  }

  /// Says that all STUN servers were added; only needed with `ICEConfiguration.expectsServers` and after `expectServers`.
  public mutating func endServers(at now: Instant) {
    gatherer.serversEnded = true
    advance(at: now)
  }

  /// Takes in the far side's credentials; checks begin. False, and nothing done, when other credentials are in use:
  /// that would be a restart. A lite far side makes us controlling (RFC 8445 section 6.1.1).
  @discardableResult
  public mutating func setRemote(credentials: ICECredentials, isLite: Bool, at now: Instant) -> Bool {
    if let remoteCredentials { return remoteCredentials == credentials }
    guard state == .new else { return false }
    remoteCredentials = credentials
    remoteKey = credentials.withPassword { HMACSHA1(key: $0) }
    remoteIsLite = isLite
    if isLite, role == .controlled { switchRole() }
    checkingSince = now
    setState(.checking)
    advance(at: now)
    return true
  }

  /// Takes in a candidate of the far side. False when it is refused: unusable here, or one too many.
  @discardableResult
  public mutating func addRemoteCandidate(_ candidate: Candidate, at now: Instant) -> Bool {
    var candidate = candidate
    candidate.endpoint.scope = 0
    guard state != .closed, isUsable(candidate.endpoint), !candidate.endpoint.address.isMappedV4
    else {
      counters.refusedRemoteCandidates += 1
      return false
    }
    if let known = remoteIndex(candidate.endpoint) {
      // A check from there may have come first, or the description repeats it.
      guard remotes[known].kind == .peerReflexive else { return true }
      remotes[known] = candidate
      refreshPriorities()
    } else {
      guard remotes.append(candidate) else {
        counters.refusedRemoteCandidates += 1
        return false
      }
      for local in locals.indices { makePair(local: local, remote: remotes.count - 1) }
    }
    advance(at: now)
    return true
  }

  /// Takes in that the far side has no more candidates. Nothing waits for it (RFC 8863).
  public mutating func endRemoteCandidates(at now: Instant) {
    remoteCandidatesEnded = true
    advance(at: now)
  }

  /// Ends the agent: nothing is sent or taken in any more.
  public mutating func close(at now: Instant) {
    guard state != .closed else { return }
    outbox.removeAll()
    setState(.closed)
    advance(at: now)
  }

  // MARK: Handle

  /// Takes in a datagram whose first byte says STUN; `local` and `remote` say how it came.
  public mutating func handle(_ datagram: borrowing Datagram, at now: Instant) -> ICEResult {
    runConsent(at: now)
    guard state != .failed, state != .closed else {
      timeout = .never
      return .refused(.over)
    }
    let result: ICEResult
    do throws(STUNError) {
      let message = try STUNMessage(parsing: datagram.bytes)
      result = handle(message, local: datagram.local, remote: datagram.remote, at: now)
    } catch {
      if error == .notSTUN {
        counters.foreignDatagrams += 1
        return .notForUs
      }
      counters.malformedMessages += 1
      result = .refused(.malformed)
    }
    advance(at: now)
    return result
  }

  /// Takes in that the moment of `pollTimeout` has come.
  public mutating func handleTimeout(at now: Instant) { advance(at: now) }

  // MARK: Poll

  /// When `handleTimeout` is due, or nil.
  public func pollTimeout() -> Instant? { timeout == .never ? nil : timeout }

  /// Puts the next message to be sent into `datagram`, with both endpoints; false when there is none.
  public mutating func pollTransmit(into datagram: inout Datagram) -> Bool {
    while !outbox.isEmpty {
      if write(outbox.remove(at: 0), into: &datagram) { return true }
    }
    return false
  }

  /// The next event, or nil.
  public mutating func pollEvent() -> ICEEvent? {
    while !events.isEmpty {
      switch events.remove(at: 0) {
      case .localCandidate(let index): return .localCandidate(locals[index].candidate)
      case .gatheringComplete: return .gatheringComplete
      case .stateChanged(let state): return .stateChanged(state)
      case .consentExpired: return .consentExpired
      case .pairSelected: if let selectedPair { return .pairSelected(selectedPair) }
      }
    }
    return nil
  }

  // MARK: Questions

  /// Whether datagrams may be sent to `path`: a pair is valid and consent holds.
  public var canSend: Bool { selected != nil && state != .failed && state != .closed }

  /// Where to send, or nil when nothing may be sent. Cheap enough for every packet.
  public var path: ICEPath? {
    canSend ? selectedPath : nil
  }

  /// The pair in use, or the last one that was; nil when there was none.
  public var selectedPair: ICESelectedPair? {
    guard let selected else { return nil }
    let pair = checkList[selected]
    return ICESelectedPair(
      local: locals[pair.mapped].candidate, remote: remotes[pair.remote], path: path(of: pair),
      isNominated: pair.isNominated)
  }

  /// The last round trip measured on the pair in use.
  public var roundTripTime: Instant.Span? { selected.map { checkList[$0].roundTripTime } }

  /// Whether a check of ours from the socket `local` to `remote` went well: only then is a handshake from there heard.
  public func isValidPair(local: Endpoint, remote: Endpoint) -> Bool {
    guard state != .failed, state != .closed else { return false }
    let (near, far) = (local, Self.plain(remote))
    if let selected, matches(selected, near, far) { return checkList[selected].isValid }
    for index in checkList.indices where checkList[index].isValid && matches(index, near, far) {
      return true
    }
    return false
  }

  /// How many candidates of ours there are, those learnt from checks included.
  public var localCandidateCount: Int { locals.count }
  /// How many candidates of the far side there are, those learnt from checks included.
  public var remoteCandidateCount: Int { remotes.count }
  /// Our candidate at `index`, 0 ..< localCandidateCount.
  public func localCandidate(_ index: Int) -> LocalCandidate { locals[index] }
  /// The far side's candidate at `index`, 0 ..< remoteCandidateCount.
  public func remoteCandidate(_ index: Int) -> Candidate { remotes[index] }
  /// Whether `.gatheringComplete` was said.
  public var isGatheringComplete: Bool { gatherer.completeSaid }
}
