// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Callers that wait during a call, `[call] busy = "wait"`: kept as long as a call rings, told of by a soft tone, and next
// when the call is over. Their time runs from when they called, so that nobody waits longer than a call may ring.

import Config
import Core

extension CallModel {
  /// How many callers wait until the call is over.
  public var waitingCount: Int { waiters.count }

  /// Whether `caller` may wait: it may call anew while it waits.
  func mayWait(_ caller: CallParty) -> Bool {
    guard settings.call.busy == .wait, !doesNotDisturb else { return false }
    return waiters.count < Limits.callersWaitingMax || waiters.contains { $0.leg.party.isSame(as: caller) }
  }

  /// Keeps an offer until the call is over.
  mutating func keepWaiting(_ leg: Leg, at now: Instant) {
    if let index = waiters.firstIndex(where: { $0.leg.party.isSame(as: leg.party) }) {
      actions.append(.refuse(waiters.remove(at: index).leg.number, .busy))
    }
    note(.notice, "\(leg.party.text) calls, and waits until this call is over")
    waiters.append(Waiter(leg: leg, until: now + .seconds(settings.call.ringTimeoutSeconds), reminder: now))
    remind(waiters.count - 1, at: now)
  }

  /// Forgets a waiting offer that was taken back; whether there was one.
  mutating func stopWaiting(_ number: CallNumber) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.leg.number == number }) else { return false }
    note(.notice, "\(waiters.remove(at: index).leg.party.text) no longer waits")
    return true
  }

  /// Refuses who has waited too long, and reminds of the others.
  mutating func handleWaiters(at now: Instant) {
    while let index = waiters.firstIndex(where: { $0.until <= now }) {
      let leg = waiters.remove(at: index).leg
      actions.append(.refuse(leg.number, .noAnswer))
      note(.notice, "\(leg.party.text) has waited in vain")
    }
    for index in waiters.indices where waiters[index].reminder <= now { remind(index, at: now) }
  }

  /// The call is over: whoever waited first rings, or is answered.
  mutating func takeNextWaiter(at now: Instant) {
    while !waiters.isEmpty {
      let waiter = waiters.removeFirst()
      if doesNotDisturb {
        actions.append(.refuse(waiter.leg.number, .busy))
        continue
      }
      if isAnsweredByItself(waiter.leg.party) { return accept(waiter.leg, at: now) }
      note(.notice, "\(waiter.leg.party.text) calls")
      return ring(waiter.leg, until: waiter.until)
    }
  }

  /// The tone is for the ear of whoever is in the call; what rings must go on ringing.
  private mutating func remind(_ index: Int, at now: Instant) {
    waiters[index].reminder = now + .milliseconds(Limits.waitingToneMilliseconds)
    if case .connected = phase { actions.append(.playTone(.waiting)) }
  }
}
