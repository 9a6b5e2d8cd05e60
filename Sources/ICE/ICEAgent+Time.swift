// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the agent does as time passes: consent (RFC 7675), patience (RFC 8863), and when it wants to be woken.

import Core

/// A consent check that can still be answered.
struct ConsentCheck: BitwiseCopyable {
  var transaction: TransactionID
  var sentAt: Instant
  var wasControlling = false
}

extension ICEAgent {
  /// Does all that is due, then notes when something is due next.
  mutating func advance(at now: Instant) {
    if state != .failed, state != .closed {
      runGathering(at: now)
      runConsent(at: now)
    }
    if state != .failed, state != .closed {
      runChecks(at: now)
      nominate(at: now)
      beginCheck(at: now)
      loseHope(at: now)
    }
    timeout = nextDeadline(at: now)
  }

  /// Sends consent checks on the pair in use, and ends it when none was answered for too long (RFC 7675 section 5.1).
  ///
  /// They serve as keepalives too (RFC 8445 section 11): 4 ... 6 s are well below its 15.
  mutating func runConsent(at now: Instant) {
    guard let selected, state != .failed, state != .closed else { return }
    let last = checkList[selected].lastAnswer
    if now >= last + configuration.consentExpiry {
      checkList[selected].isValid = false
      emit(.consentExpired)
      return end(.failed)
    }
    if now >= silenceDeadline(of: checkList[selected]) { setState(.disconnected) }
    guard now >= nextConsentAt, !outbox.isFull else { return }
    let check = ConsentCheck(
      transaction: TransactionID(randomness: &randomness), sentAt: now,
      wasControlling: role == .controlling)
    if consents.isFull { consents.remove(at: 0) }
    consents.append(check)
    outbox.append(.consent(pair: selected, check.transaction))
    scheduleConsent(from: now)
  }

  /// When a pair in use counts as disconnected, if nothing more is heard on it.
  func silenceDeadline(of pair: CandidatePair) -> Instant {
    min(
      pair.lastHeard + configuration.disconnectedAfterSilence,
      pair.lastAnswer + configuration.disconnectedAfter)
  }

  /// Notes that an authentic message came on a pair.
  mutating func heard(_ index: Int, at now: Instant) {
    checkList[index].lastHeard = now
    guard index == selected, state == .disconnected, now < silenceDeadline(of: checkList[index])
    else { return }
    setState(isSettled ? .completed : .connected)
  }

  /// Draws the time of the next consent check: 0.8 ... 1.2 intervals after `moment`.
  mutating func scheduleConsent(from moment: Instant) {
    let percent = 80 + randomness.below(41)
    nextConsentAt = moment + configuration.consentInterval * percent / 100
  }

  func consentIndex(_ transaction: TransactionID) -> Int? {
    for index in consents.indices where consents[index].transaction == transaction { return index }
    return nil
  }

  /// Gives up when patience is over and no pair can become valid any more (RFC 8863 section 4).
  private mutating func loseHope(at now: Instant) {
    guard state == .checking, now >= checkingSince + configuration.patience, !checkList.hasPending
    else { return }
    end(.failed)
  }

  private mutating func end(_ state: ICEState) {
    outbox.removeAll()
    setState(state)
  }

  /// Enters a state and says so.
  mutating func setState(_ state: ICEState) {
    guard self.state != state else { return }
    self.state = state
    emit(.stateChanged(state))
  }

  /// Queues an event.
  mutating func emit(_ event: PendingEvent) {
    if !events.append(event) { counters.lostEvents += 1 }
  }

  /// The earliest moment at which something is due.
  private func nextDeadline(at now: Instant) -> Instant {
    guard state != .failed, state != .closed else { return .never }
    var deadline = gatherer.deadline
    if remoteKey != nil {
      if nextCheck() != nil { deadline = min(deadline, nextCheckAt) }
      for index in checkList.indices where checkList[index].state == .inProgress {
        deadline = min(deadline, checkList[index].check.deadline)
      }
      if nominee != nil { deadline = min(deadline, nominationDeadline) }
    }
    if let selected {
      let last = checkList[selected].lastAnswer
      deadline = min(deadline, min(nextConsentAt, last + configuration.consentExpiry))
      if state != .disconnected {
        deadline = min(deadline, silenceDeadline(of: checkList[selected]))
      }
    } else if state == .checking, now < checkingSince + configuration.patience {
      deadline = min(deadline, checkingSince + configuration.patience)
    }
    return deadline
  }
}
