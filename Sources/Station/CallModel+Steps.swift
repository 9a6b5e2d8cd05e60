// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The steps between the call model's phases, and what they ask for.

import Config
import Core

extension CallModel {
  static let returnTime = Instant.Span.milliseconds(Limits.callReturnMilliseconds)

  /// Answers an offer, and gives up what we have placed ourselves.
  mutating func accept(_ leg: Leg, at now: Instant) {
    if case .calling(let legs, _) = phase { for other in legs { giveUp(other) } }
    if case .redialling(let other, _) = phase { actions.append(.hangUp(other.number)) }
    if let held, held.number == leg.number { self.held = nil }
    refuseHeld(.busy)
    actions.append(.answer(leg.number))
    note(.notice, "answering \(leg.party.text)")
    connect(leg, at: now)
  }

  mutating func connect(_ leg: Leg, at now: Instant) {
    refuseHeld(.busy)
    phase = .connecting(leg, until: now + .milliseconds(Limits.callConnectingMilliseconds))
    sound(nil)
  }

  mutating func giveUpCalling(at now: Instant) {
    if let held { return accept(held, at: now) }
    if worst == .noAnswer { note(.notice, "nobody answered") }
    rest(worst == .unreachable || worst == .untrusted || worst == nil ? .error : .busy, at: now)
  }

  /// Becomes idle, or rings for whoever waits.
  mutating func rest(_ tone: Tone? = nil, at now: Instant) {
    phase = .idle
    loss = nil
    isInterrupted = false
    if isRemembered { forget() }
    sound(tone)
    takeNextWaiter(at: now)
  }

  mutating func lose(
    _ party: CallParty, isPlaced: Bool, number: CallNumber? = nil, callsBack: Bool = false, at now: Instant
  ) {
    isInterrupted = false
    loss = Loss(
      party: party, isPlaced: isPlaced, number: number, waitsUntil: now + Self.returnTime, callsBack: callsBack)
    sound(.lost)
    awaitReturn(at: now)
  }

  /// Redials in a while, or waits.
  mutating func awaitReturn(at now: Instant) {
    guard let loss else { return rest(at: now) }
    if loss.isPlaced || loss.callsBack { return scheduleRedial(at: now) }
    phase = .waiting(until: max(loss.waitsUntil, now))
  }

  /// Exponential backoff with full jitter: anything from nothing to a bound that doubles.
  mutating func scheduleRedial(at now: Instant) {
    let doublings = min(loss?.redials ?? 0, 16)
    let bound = min(Limits.redialMillisecondsFirst << doublings, Limits.redialMillisecondsMax)
    loss?.redials += 1
    let due = now + .milliseconds(randomness.below(bound + 1))
    // Who was called calls back only as long as it would wait.
    phase = .waiting(until: loss?.callsBack == true ? min(due, max(loss?.waitsUntil ?? now, now)) : due)
  }

  mutating func redial(at now: Instant) {
    guard let loss, let peer = loss.party.peer else { return rest(at: now) }
    let leg = place(peer, isReturn: !loss.isPlaced)
    phase = .redialling(leg, until: now + .seconds(settings.call.ringTimeoutSeconds))
  }

  mutating func place(_ peer: String, isReturn: Bool = false) -> Leg {
    let leg = Leg(number: nextNumber(), party: CallParty(peer: peer), isPlaced: true, isReturn: isReturn)
    actions.append(.place(leg.number, peer: peer, isReturn: isReturn))
    note(.information, "calling \(peer)\(isReturn ? " back" : "")")
    return leg
  }

  /// Ends what was placed and is not answered.
  mutating func giveUp(_ leg: Leg) {
    actions.append(leg.isPages ? .ringPagesOver(leg.number) : .hangUp(leg.number))
  }

  /// Rings for an offer that waited.
  mutating func ring(_ leg: Leg, until: Instant) {
    phase = .ringing(leg, until: until)
    sound(.ring)
  }

  mutating func refuseHeld(_ why: OfferRefusal) {
    if let held { actions.append(.refuse(held.number, why)) }
    held = nil
  }

  mutating func forget() {
    isRemembered = false
    actions.append(.forget)
  }

  /// Plays `tone`, or nothing from now on.
  mutating func sound(_ tone: Tone?) {
    if let tone {
      actions.append(.playTone(tone))
    } else if sounding != nil {
      actions.append(.stopTone)
    }
    sounding = tone == .ring || tone == .ringback ? tone : nil
  }

  mutating func nextNumber() -> CallNumber {
    lastNumber &+= 1
    return CallNumber(lastNumber)
  }

  mutating func note(_ weight: LineWeight, _ text: String) { actions.append(.log(LogLine(weight, text))) }
}
