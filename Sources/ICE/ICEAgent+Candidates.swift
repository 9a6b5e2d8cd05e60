// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The agent's candidates and the pairs made of them (RFC 8445 sections 5.1.2, 5.1.3 and 6.1.2).

import Core

extension ICEAgent {
  /// An endpoint as descriptions and tables have it: without scope, and IPv4 as IPv4.
  static func plain(_ endpoint: Endpoint) -> Endpoint {
    Endpoint(endpoint.address.unmapped, port: endpoint.port)
  }

  /// Whether an address can be a candidate here.
  func isUsable(_ endpoint: Endpoint) -> Bool {
    guard endpoint.port != 0, !endpoint.address.isUnspecified, !endpoint.address.isMulticast else {
      return false
    }
    return configuration.allowsLoopback || !endpoint.address.isLoopback
  }

  /// The host candidate of a bound socket; a caller that does not know the scope leaves it 0.
  func hostIndex(_ base: Endpoint) -> Int? {
    for index in locals.indices where locals[index].candidate.kind == .host {
      let known = locals[index].base
      guard known.address == base.address, known.port == base.port else { continue }
      if known.scope == base.scope || base.scope == 0 { return index }
    }
    return nil
  }

  /// The remote candidate at an endpoint.
  func remoteIndex(_ endpoint: Endpoint) -> Int? {
    for index in remotes.indices where remotes[index].endpoint == endpoint { return index }
    return nil
  }

  /// The preference of the next host candidate: ordinary addresses, then link-local ones, then loopback, each in the
  /// order added.
  func localPreference(_ base: Endpoint) -> UInt16 {
    let rank: UInt16 = base.address.isLoopback ? 1 : base.address.isLinkLocal ? 2 : 3
    return rank << 14 | (0x3FFF - UInt16(hostCount))
  }

  /// The foundation shared by candidates of the same kind, base address and server (RFC 8445 section 5.1.1.3).
  mutating func foundation(_ kind: CandidateKind, base: Endpoint, server: Endpoint?)
    -> CandidateFoundation
  {
    for index in locals.indices {
      let other = locals[index]
      if other.candidate.kind == kind, other.base.address == base.address,
        other.server?.address == server?.address
      {
        return other.candidate.foundation
      }
    }
    lastFoundation += 1
    return CandidateFoundation(number: lastFoundation)
  }

  /// The local candidate that the far side (or a server) sees as `endpoint` behind the host candidate at `host`; added
  /// when new. Nil when there is no room.
  mutating func reflexiveIndex(
    _ kind: CandidateKind, _ endpoint: Endpoint, host: Int, server: Endpoint?
  ) -> Int? {
    let base = locals[host].base
    for index in locals.indices
    where locals[index].base == base && locals[index].candidate.endpoint == endpoint {
      return index
    }
    guard !locals.isFull else {
      counters.refusedLocalAddresses += 1
      return nil
    }
    let hostCandidate = locals[host].candidate
    let candidate = Candidate(
      kind: kind, endpoint: endpoint,
      priority: kind.preference << 24 | hostCandidate.priority & 0xFF_FFFF,
      foundation: foundation(kind, base: base, server: server), related: hostCandidate.endpoint)
    locals.append(
      LocalCandidate(candidate: candidate, base: base, via: locals[host].via, server: server))
    return locals.count - 1
  }

  /// Pairs two candidates if they can reach each other and are no pair yet; `always` when a check proved that they can.
  @discardableResult
  mutating func makePair(local: Int, remote: Int, always: Bool = false) -> Int? {
    if let known = checkList.index(local: local, remote: remote) { return known }
    guard locals[local].isBase else { return nil }
    let (near, far) = (locals[local].base.address, remotes[remote].endpoint.address)
    guard near.family == far.family else { return nil }
    if !always {
      // Link-local IPv6 pairs with its like (RFC 8445 section 6.1.2.2). Nothing leaves a loopback address for another
      // one.
      if near.family == .v6, near.isLinkLocal != far.isLinkLocal { return nil }
      if near.isLoopback, !far.isLoopback { return nil }
    }
    var pair = CandidatePair()
    (pair.local, pair.remote, pair.mapped) = (local, remote, local)
    pair.priority = priority(local: local, remote: remote)
    pair.group = group(local: local, remote: remote)
    var displaced = false
    let index = checkList.add(pair, displaced: &displaced)
    if displaced || index == nil { counters.refusedPairs += 1 }
    return index
  }

  /// Computes the priority of every pair anew: the role, or a remote candidate, changed.
  mutating func refreshPriorities() {
    for index in checkList.indices {
      checkList[index].priority = priority(
        local: checkList[index].local, remote: checkList[index].remote)
    }
  }

  func priority(local: Int, remote: Int) -> UInt64 {
    let (near, far) = (locals[local].candidate.priority, remotes[remote].priority)
    return role == .controlling
      ? CandidatePairPriority.value(controlling: near, controlled: far)
      : CandidatePairPriority.value(controlling: far, controlled: near)
  }

  private mutating func group(local: Int, remote: Int) -> Int {
    for index in checkList.indices {
      let pair = checkList[index]
      if locals[pair.local].candidate.foundation == locals[local].candidate.foundation,
        remotes[pair.remote].foundation == remotes[remote].foundation
      {
        return pair.group
      }
    }
    return checkList.newGroup()
  }

  /// The way datagrams of a pair go.
  func path(of pair: CandidatePair) -> ICEPath {
    let base = locals[pair.local].base
    var remote = remotes[pair.remote].endpoint
    if remote.address.family == .v6, remote.address.isLinkLocal { remote.scope = base.scope }
    return ICEPath(local: base, remote: remote)
  }

  func matches(_ index: Int, _ local: Endpoint, _ plainRemote: Endpoint) -> Bool {
    let pair = checkList[index]
    return locals[pair.local].base == local && remotes[pair.remote].endpoint == plainRemote
  }

  // MARK: Gathering

  mutating func ask(server: Int, local: Int) {
    if !gatherer.ask(server: server, local: local, base: locals[local].base) {
      counters.gatheringFailures += 1
    }
  }

  /// Begins, repeats and gives up requests to STUN servers.
  mutating func runGathering(at now: Instant) {
    for index in gatherer.requests.indices where gatherer.requests[index].state == .underWay {
      let due = gatherer.requests[index].transaction.due(at: now)
      if now >= gatherer.requests[index].endsAt || due == .end {
        gatherer.requests[index].state = .over
        counters.gatheringFailures += 1
      } else if due == .retransmission, !outbox.isFull {
        gatherer.requests[index].transaction.retransmitted(at: now)
        outbox.append(.gathering(request: index))
      }
    }
    if now >= gatherer.nextAt, !outbox.isFull, let index = gatherer.nextWaiting {
      let id = TransactionID(randomness: &randomness)
      let timeout = max(
        configuration.retransmissionTimeout, configuration.pacing * gatherer.requests.count)
      gatherer.requests[index].state = .underWay
      gatherer.requests[index].transaction = STUNTransaction(id: id, timeout: timeout, at: now)
      gatherer.requests[index].endsAt = now + configuration.gatheringTimeout
      gatherer.started += 1
      let hasty = gatherer.started < configuration.hastyChecks
      gatherer.nextAt = now + (hasty ? configuration.hastyPacing : configuration.pacing)
      outbox.append(.gathering(request: index))
    }
    if gatherer.isOver, !gatherer.completeSaid {
      gatherer.completeSaid = true
      emit(.gatheringComplete)
    }
  }

  /// Takes in a server's answer to the request at `index`.
  mutating func handleGathered(_ message: STUNMessage, request index: Int) {
    let request = gatherer.requests[index]
    gatherer.requests[index].state = .over
    guard message.messageClass == .success, let mapped = message.mappedEndpoint.map(Self.plain),
      isUsable(mapped),
      mapped.address.family == locals[request.local].base.address.family
    else {
      counters.gatheringFailures += 1
      return
    }
    counters.gatheringResponses += 1
    let known = locals.count
    let server = gatherer.servers[request.server]
    if let added = reflexiveIndex(.serverReflexive, mapped, host: request.local, server: server),
      added == known
    {
      emit(.localCandidate(added))
    }
  }
}
