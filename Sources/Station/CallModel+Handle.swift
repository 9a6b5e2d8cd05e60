// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the call model is told of offers, of the calls that it placed, and of time.

import Config
public import Core

extension CallModel {
  /// Somebody calls.
  public mutating func offer(from caller: CallParty, at now: Instant) -> CallNumber {
    let leg = Leg(number: nextNumber(), party: caller, isPlaced: false, isReturn: caller.isReturn && caller.peer != nil)
    switch verdict(on: caller, at: now) {
    case .busy, .occupied:
      actions.append(.refuse(leg.number, .busy))
      note(.notice, "\(caller.text) was refused: busy")
    case .gone:
      actions.append(.refuse(leg.number, .noCall))
      note(.notice, "\(caller.text) wants a call back that is over here")
    case .ringOver:
      actions.append(.refuse(leg.number, .ringOver))
      note(.information, "\(caller.text) answers a ring that is over")
    case .wait: keepWaiting(leg, at: now)
    case .ring:
      note(.notice, "\(caller.text) calls")
      ring(leg, until: now + .seconds(settings.call.ringTimeoutSeconds))
    case .ringInstead:
      guard case .ringing(let old, let until) = phase else { return leg.number }
      actions.append(.refuse(old.number, .busy))
      phase = .ringing(leg, until: until)
    case .hold:
      refuseHeld(.busy)
      held = leg
    case .accept: accept(leg, at: now)
    case .replace:
      if case .connecting(let old, _) = phase { actions.append(.hangUp(old.number)) }
      if case .connected(let old, _) = phase { actions.append(.hangUp(old.number)) }
      note(.notice, "\(caller.text) calls anew: its new call takes the place of the old one")
      if loss == nil {
        loss = Loss(party: caller, isPlaced: leg.isOurs, number: leg.number, waitsUntil: now + Self.returnTime)
      }
      accept(leg, at: now)
    }
    return leg.number
  }

  /// The far side answered a call that we placed.
  public mutating func answered(_ number: CallNumber, at now: Instant) {
    switch phase {
    case .calling(let legs, _):
      guard let winner = legs.first(where: { $0.number == number && !$0.isPages }) else { return }
      for leg in legs where leg.number != number { giveUp(leg) }
      note(.notice, "\(winner.party.text) answers")
      connect(winner, at: now)
    case .redialling(let leg, _): if leg.number == number { connect(leg, at: now) }
    case .idle, .ringing, .connecting, .connected, .waiting: break
    }
  }

  /// A call that we placed was not answered, and is over.
  public mutating func failed(_ number: CallNumber, _ failure: CallFailure, at now: Instant) {
    switch phase {
    case .calling(var legs, let until):
      guard let index = legs.firstIndex(where: { $0.number == number && !$0.isPages }) else { return }
      note(.notice, "\(legs[index].party.text) \(failure.text)")
      legs.remove(at: index)
      // What a person hears is the best of it: somebody who is there and busy, rather than nobody.
      worst = worst == nil || worst == .unreachable || worst == .untrusted ? failure : worst
      phase = .calling(legs, until: until)
      if legs.isEmpty { giveUpCalling(at: now) }
    case .redialling(let leg, _):
      guard leg.number == number else { return }
      if let held {
        phase = .waiting(until: now)
        return accept(held, at: now)
      }
      if failure == .refused {
        note(.notice, "\(leg.party.text) refused: the call is over")
        rest(leg.isReturn ? nil : .busy, at: now)
      } else {
        scheduleRedial(at: now)
      }
    case .connecting, .connected: over(number, .lost, at: now)
    case .idle, .ringing, .waiting: break
    }
  }

  /// Voice can flow.
  public mutating func up(_ number: CallNumber, at now: Instant) {
    guard case .connecting(let leg, _) = phase, leg.number == number else { return }
    phase = .connected(leg, since: now)
    loss = nil
    isInterrupted = false
    sound(.connected)
    if let peer = leg.party.peer {
      isRemembered = true
      actions.append(.remember(RememberedCall(peer: peer, isPlaced: leg.isOurs)))
    } else if isRemembered {
      forget()
    }
  }

  /// The far side of the call is not heard for now, or is heard again.
  public mutating func interrupted(_ number: CallNumber, _ isInterrupted: Bool) {
    guard case .connected(let leg, _) = phase, leg.number == number else { return }
    self.isInterrupted = isInterrupted
  }

  /// An offer was taken back, or a call is over, not by us.
  public mutating func over(_ number: CallNumber, _ how: CallOver, at now: Instant) {
    if let held, held.number == number { return self.held = nil }
    if stopWaiting(number) { return }
    switch phase {
    case .idle, .waiting: break
    case .calling(let legs, _):
      if legs.contains(where: { $0.number == number }) { failed(number, .unreachable, at: now) }
    case .redialling(let leg, _): if leg.number == number { failed(number, .unreachable, at: now) }
    case .ringing(let leg, _):
      guard leg.number == number else { return }
      note(.notice, "\(leg.party.text) gave up before anybody answered")
      rest(at: now)
    case .connecting(let leg, _):
      guard leg.number == number else { return }
      if how == .hungUp { return rest(.busy, at: now) }
      if loss != nil { return awaitReturn(at: now) }
      note(.warning, "the call with \(leg.party.text) could not be set up")
      rest(.error, at: now)
    case .connected(let leg, _):
      guard leg.number == number else { return }
      if how == .hungUp { return rest(at: now) }
      note(.warning, "the call with \(leg.party.text) was lost")
      let isPlaced = leg.isOurs && leg.party.peer != nil
      if leg.isOurs, !isPlaced || !settings.call.redial { return rest(.lost, at: now) }
      lose(leg.party, isPlaced: isPlaced, number: number, at: now)
    }
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    handleWaiters(at: now)
    guard phaseTimeout <= now else { return }
    switch phase {
    case .idle, .connected: break
    case .calling(let legs, let until):
      guard until <= now else { return losePages(at: now) }
      for leg in legs { giveUp(leg) }
      worst = .noAnswer
      phase = .calling([], until: .never)
      giveUpCalling(at: now)
    case .ringing(let leg, _):
      actions.append(.refuse(leg.number, .noAnswer))
      note(.notice, "nobody answered \(leg.party.text)")
      rest(at: now)
    case .connecting(let leg, _):
      actions.append(.hangUp(leg.number))
      over(leg.number, .lost, at: now)
    case .waiting:
      if let loss, loss.isPlaced || (loss.callsBack && now < loss.waitsUntil) { return redial(at: now) }
      note(.notice, "the lost call did not return")
      rest(at: now)
    case .redialling(let leg, _):
      if let held { return accept(held, at: now) }
      actions.append(.hangUp(leg.number))
      scheduleRedial(at: now)
    }
  }
}
