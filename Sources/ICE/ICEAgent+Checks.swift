// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The agent's own checks: sending, answers, nomination (RFC 8445 sections 6.1.4, 7.2.5 and 8.1).

import Core

extension ICEAgent {
  /// Whether a nominated pair is in use: then no ordinary check begins any more (RFC 8445 section 8.3).
  var isSettled: Bool { selected.map { checkList[$0].isNominated } ?? false }

  // MARK: Sending

  /// Repeats checks, and gives up those that had no answer.
  mutating func runChecks(at now: Instant) {
    for index in checkList.indices where checkList[index].state == .inProgress {
      switch checkList[index].check.due(at: now) {
      case .nothing:
        break
      case .retransmission:
        guard !outbox.isFull else { break }
        checkList[index].check.retransmitted(at: now)
        outbox.append(.check(pair: index))
      case .end:
        fail(index, at: now)
      }
    }
  }

  /// Begins the next check, if Ta has passed since the last one began.
  mutating func beginCheck(at now: Instant) {
    guard remoteKey != nil, now >= nextCheckAt, !outbox.isFull, let index = nextCheck() else {
      return
    }
    let timeout = max(
      configuration.retransmissionTimeout, configuration.pacing * checkList.activeCount)
    checkList[index].triggerOrder = 0
    checkList[index].state = .inProgress
    checkList[index].check = STUNTransaction(
      id: TransactionID(randomness: &randomness), timeout: timeout, at: now)
    checkList[index].checkNominates = checkList[index].nominates
    checkList[index].checkWasControlling = role == .controlling
    outbox.append(.check(pair: index))
    checksStarted += 1
    nextCheckAt =
      now
      + (checksStarted < configuration.hastyChecks
        ? configuration.hastyPacing : configuration.pacing)
  }

  /// The pair whose check comes next, or nil.
  func nextCheck() -> Int? {
    guard state != .new, state != .failed, state != .closed else { return nil }
    return checkList.next(ordinary: !isSettled)
  }

  // MARK: Answers

  /// Takes in an answer to a check, a consent check or a request to a server.
  mutating func handleResponse(
    _ message: STUNMessage, host: Int, remote: Endpoint, at now: Instant
  ) -> ICEResult {
    if let request = gatherer.index(transaction: message.transaction) {
      guard gatherer.requests[request].local == host else {
        counters.unexpectedMessages += 1
        return .refused(.unexpected)
      }
      handleGathered(message, request: request)
      return .consumed
    }
    let consent = consentIndex(message.transaction)
    guard let index = consent != nil ? selected : checkList.index(transaction: message.transaction)
    else {
      counters.unknownTransactions += 1
      return .refused(.unknownTransaction)
    }
    guard let remoteKey, message.isAuthentic(remoteKey) else {
      if message.messageClass == .error, !message.hasIntegrity {
        counters.unvouchedErrors += 1
        return .refused(.unvouchedError)
      }
      counters.unauthenticatedMessages += 1
      return .refused(.unauthenticated)
    }
    let isSymmetric =
      checkList[index].local == host && remotes[checkList[index].remote].endpoint == remote
    if let consent {
      guard isSymmetric else {
        counters.unexpectedMessages += 1
        return .refused(.unexpected)
      }
      let check = consents.remove(at: consent)
      if message.messageClass == .success {
        counters.consentChecksAnswered += 1
        answered(index, roundTripTime: now - check.sentAt, at: now)
      } else if message.errorCode == 487 {
        yieldRole(wasControlling: check.wasControlling)
      }
      return .consumed
    }
    guard message.messageClass == .success else {
      handleCheckError(message, pair: index, at: now)
      return .consumed
    }
    // An answer from elsewhere than where the check went says that the way is not the same in both directions
    // (RFC 8445 section 7.2.5.2.1).
    guard isSymmetric, let mapped = message.mappedEndpoint.map(Self.plain) else {
      fail(index, at: now)
      return .consumed
    }
    handleCheckSuccess(mapped: mapped, pair: index, at: now)
    return .consumed
  }

  private mutating func handleCheckSuccess(mapped: Endpoint, pair index: Int, at now: Instant) {
    counters.checksAnswered += 1
    var pair = checkList[index]
    let roundTripTime = now - pair.check.beganAt
    if let seen = reflexiveIndex(.peerReflexive, mapped, host: pair.local, server: nil) {
      pair.mapped = seen
    }
    pair.isValid = true
    if pair.checkNominates || pair.isNominatedByPeer { pair.isNominated = true }
    pair.isNominatedByPeer = false
    pair.check = STUNTransaction()
    if pair.checkNominates || !pair.nominates {
      pair.state = .succeeded
      pair.triggerOrder = 0
      pair.nominates = false
    } else {
      // The nominating check is still to come.
      pair.state = .waiting
    }
    if pair.checkNominates, nominating == index { nominating = nil }
    pair.checkNominates = false
    checkList[index] = pair
    answered(index, roundTripTime: roundTripTime, at: now)
    checkList.unfreeze(group: pair.group)
    if nominationDeadline == .never {
      let patience = max(configuration.nominationPatienceMin, roundTripTime * 4)
      nominationDeadline = now + min(patience, configuration.nominationPatienceMax)
    }
    updateSelection(at: now)
  }

  private mutating func handleCheckError(_ message: STUNMessage, pair index: Int, at now: Instant) {
    guard message.errorCode == 487 else { return fail(index, at: now) }
    yieldRole(wasControlling: checkList[index].checkWasControlling)
    checkList[index].check = STUNTransaction()
    checkList[index].state = .waiting
    checkList.trigger(index)
  }

  /// The far side kept its role, so ours has to change, unless it did since we asked (RFC 8445 section 7.2.5.1).
  private mutating func yieldRole(wasControlling: Bool) {
    counters.roleConflicts += 1
    if wasControlling == (role == .controlling) { switchRole() }
  }

  /// Notes that the far side answered on a pair: consent is given anew.
  private mutating func answered(_ index: Int, roundTripTime: Instant.Span, at now: Instant) {
    checkList[index].lastAnswer = now
    checkList[index].roundTripTime = roundTripTime
    heard(index, at: now)
  }

  /// Takes a pair out: its check failed.
  mutating func fail(_ index: Int, at now: Instant) {
    checkList[index].state = .failed
    checkList[index].check = STUNTransaction()
    checkList[index].triggerOrder = 0
    checkList[index].isValid = false
    checkList[index].isNominated = false
    checkList[index].nominates = false
    if nominating == index { nominating = nil }
    updateSelection(at: now)
  }

  // MARK: Nomination and choice

  /// Nominates the best valid pair, once no better one is pending or the wait for one is over (RFC 8445 section 8.1.1).
  mutating func nominate(at now: Instant) {
    guard let best = nominee else { return }
    if checkList.hasPending(above: checkList[best].priority), now < nominationDeadline { return }
    nominating = best
    checkList[best].nominates = true
    checkList.trigger(best)
  }

  /// The pair that would be nominated, when one is to be.
  var nominee: Int? {
    guard role == .controlling, nominating == nil, !isSettled, remoteKey != nil else { return nil }
    return checkList.best()
  }

  /// Chooses the pair to send on anew.
  mutating func updateSelection(at now: Instant) {
    guard state != .failed, state != .closed else { return }
    guard let best = checkList.best() else {
      if selected != nil {
        selected = nil
        selectedPath = nil
        consents.removeAll()
        nominationDeadline = .never
        setState(.checking)
      }
      return
    }
    let nominated = checkList[best].isNominated
    if selected != best {
      selected = best
      selectedPath = path(of: checkList[best])
      consents.removeAll()
      scheduleConsent(from: checkList[best].lastAnswer)
      emit(.pairSelected)
    } else if nominated, state != .completed, state != .disconnected {
      emit(.pairSelected)
    }
    if state != .disconnected || now < silenceDeadline(of: checkList[best]) {
      setState(nominated ? .completed : .connected)
    }
    if nominated { settle() }
  }

  /// Stops the checks that the nominated pair made needless (RFC 8445 section 8.1.2); their answers still count.
  private mutating func settle() {
    for index in checkList.indices
    where checkList[index].isPending && checkList[index].triggerOrder == 0 {
      checkList[index].state = .failed
      checkList[index].check.stop()
    }
  }
}
