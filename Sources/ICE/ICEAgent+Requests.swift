// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the agent does with the far side's requests (RFC 8445 section 7.3, RFC 8489 sections 6.3.1 and 9.1.3).

import Core

extension ICEAgent {
  /// Takes in a message that came by the socket `local` from `remote`.
  mutating func handle(_ message: STUNMessage, local: Endpoint, remote: Endpoint, at now: Instant)
    -> ICEResult
  {
    guard message.method == STUNMethod.binding, let host = hostIndex(local) else {
      counters.unexpectedMessages += 1
      return .refused(.unexpected)
    }
    switch message.messageClass {
    case .request: return handleRequest(message, host: host, remote: remote, at: now)
    case .indication: return .consumed
    case .success, .error:
      return handleResponse(message, host: host, remote: Self.plain(remote), at: now)
    }
  }

  private mutating func handleRequest(
    _ message: STUNMessage, host: Int, remote: Endpoint, at now: Instant
  ) -> ICEResult {
    var response = PendingResponse(
      transaction: message.transaction, path: ICEPath(local: locals[host].base, remote: remote))
    guard let username = message.username, message.hasIntegrity else {
      counters.incompleteRequests += 1
      response.errorCode = 400
      response.isVouchedFor = false
      respond(response)
      return .refused(.incomplete)
    }
    guard isForUs(username), message.isAuthentic(localKey) else {
      counters.unauthenticatedMessages += 1
      response.errorCode = 401
      response.isVouchedFor = false
      respond(response)
      return .refused(.unauthenticated)
    }
    guard message.unknownAttributes.isEmpty else {
      counters.unknownAttributeRequests += 1
      response.errorCode = 420
      response.unknownAttributes = message.unknownAttributes
      respond(response)
      return .refused(.unknownAttribute)
    }
    guard keepsRole(message) else {
      response.errorCode = 487
      respond(response)
      return .refused(.roleConflict)
    }
    counters.checksReceived += 1
    respond(response)
    learn(message, host: host, remote: Self.plain(remote), at: now)
    return .consumed
  }

  /// Whether USERNAME begins with our fragment and a colon (RFC 8445 section 7.2.2).
  private func isForUs(_ username: ByteView) -> Bool {
    localCredentials.withUsernameFragment { fragment in
      username.count > fragment.count && username[fragment.count] == 0x3A
        && username.prefix(fragment.count).elementsEqual(fragment)
    }
  }

  /// Settles a role conflict (RFC 8445 section 7.3.1.1); false when it is the far side that has to change.
  private mutating func keepsRole(_ message: STUNMessage) -> Bool {
    let theirs: UInt64
    switch role {
    case .controlling:
      guard let tieBreaker = message.controlling else { return true }
      theirs = tieBreaker
    case .controlled:
      guard let tieBreaker = message.controlled else { return true }
      theirs = tieBreaker
    }
    counters.roleConflicts += 1
    // The larger tie-breaker controls; with equal ones the far side is told to change.
    let weControl = tieBreaker >= theirs
    if weControl == (role == .controlling) { return false }
    switchRole()
    return true
  }

  /// What a good check teaches: a remote candidate, a pair, a nomination (RFC 8445 sections 7.3.1.3 to 7.3.1.5).
  private mutating func learn(
    _ message: STUNMessage, host: Int, remote endpoint: Endpoint, at now: Instant
  ) {
    let remote: Int
    if let known = remoteIndex(endpoint) {
      remote = known
    } else {
      guard isUsable(endpoint), !remotes.isFull else {
        counters.refusedRemoteCandidates += 1
        return
      }
      let fallback = Candidate.priority(kind: .peerReflexive, localPreference: 0xFFFF)
      let candidate = Candidate(
        kind: .peerReflexive, endpoint: endpoint, priority: message.priority ?? fallback,
        foundation: CandidateFoundation(number: 1_000_000 + UInt32(remotes.count)))
      remotes.append(candidate)
      remote = remotes.count - 1
      // Other addresses of ours may reach it too, but nothing says so: the triggered check is enough.
    }
    guard let index = makePair(local: host, remote: remote, always: true) else { return }
    heard(index, at: now)

    let isFresh =
      checkList[index].isValid && now < checkList[index].lastAnswer + configuration.consentExpiry
    switch checkList[index].state {
    case .succeeded where isFresh:
      break
    case .inProgress where checkList[index].checkWasControlling == (role == .controlling):
      // The far side's check opened the way, so ours may pass now: it is sent again at once. RFC 8445 section 7.3.1.4 makes a new
      // transaction instead; two sides that do so for each other's checks never hear an answer when Ta is below the round trip.
      if now >= checkList[index].check.sentAt + configuration.triggerInterval,
        outbox.append(.check(pair: index))
      {
        checkList[index].check.repeated(at: now)
      }
    default:
      checkList[index].state = .waiting
      checkList.trigger(index)
    }

    guard message.usesCandidate, role == .controlled else { return }
    if let selected, selected != index, now >= checkList[selected].lastHeard + configuration.moveAfter {
      // The far side moved to another pair and the one in use has fallen silent: browsers do so without a restart.
      checkList[selected].isNominated = false
    }
    if isFresh {
      checkList[index].isNominated = true
      updateSelection(at: now)
    } else {
      checkList[index].isNominatedByPeer = true
    }
  }

  /// Takes the other role; what depended on it is undone.
  mutating func switchRole() {
    role = role == .controlling ? .controlled : .controlling
    nominating = nil
    for index in checkList.indices {
      checkList[index].nominates = false
      checkList[index].isNominatedByPeer = false
    }
    refreshPriorities()
  }

  private mutating func respond(_ response: PendingResponse) {
    if !outbox.append(.response(response)) { counters.unsentResponses += 1 }
  }
}
