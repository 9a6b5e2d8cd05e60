// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The call model: who may call whom, what rings, what is answered, and what becomes of a call that is lost. One call at
// a time. docs/explanation/calls.md draws the states and lists the transitions.
//
//   idle ─ call ─► calling ─ answered ─► connecting ─ up ─► connected ─ lost ─► reconnecting ─ returns ─► connecting …
//    └─ offer ─► ringing ─ answer ──────────┘
//
// HANDLE    offer, answered, failed, up, interrupted, over, handleTimeout
// COMMANDS  call, answer, hangUp, setDoNotDisturb, setPagesListening, resume, reconfigure
// POLL      pollAction, pollTimeout; drain the actions after every change
// QUESTIONS state, party, refusal, doesNotDisturb, waitingCount, numbers, summary
//
// Every offer is answered or refused exactly once, unless its caller takes it back (`over`). No state is without an end:
// each has a deadline, but `connected`, which the media path ends, and `reconnecting` of a call that we placed, which
// ends with success or by hanging up and by nothing else.
//
// THE CALLED SIDE waits for a lost call, with one exception: when its program has started again its peer may not know yet
// that anything is lost, and would find out by silence. So it calls back, and says that it is a return: the peer takes it
// in the place of its dead call, and refuses it where there is none, for nothing may ring that nobody has dialled.
//
// GLARE. Two that call each other at once have two calls where one is wanted. Both know both names, so the call of the one
// whose name is lower in the order of bytes stands: the other answers it and gives its own up, while the one with the
// lower name keeps the other's offer unanswered until its own call is decided. With equal names both are busy.
//
// PAGES. Whoever calls everybody rings this device's open pages too, and those that are opened meanwhile
// (CallModel+Pages.swift). Nothing is placed for that: the page that answers places a call here which says which ring it
// answers, and that call is answered at once.
//
// WAITING. With `[call] busy = "wait"` a caller who finds a call here is kept (CallModel+Waiting.swift), and rings when it
// is over.

public import Config
public import Core

/// The calls of one intercom. Owned by the loop thread.
public struct CallModel: Sendable {
  struct Leg: Sendable {
    let number: CallNumber
    let party: CallParty
    let isPlaced: Bool
    /// It is the ring of this device's pages, behind which there is no call.
    var isPages = false
    /// The called side placed it, to get a lost call back: whose call it is does not change by that.
    var isReturn = false
    /// Whether the call is one that we placed at first, and so get back when it is lost.
    var isOurs: Bool { isPlaced != isReturn }

    /// For people and for `summary`.
    var text: String { isPages ? "the open pages" : party.text }

    var summary: String { "\(isPlaced ? "placed" : "taken") \(isReturn ? "return " : "")\(party.text)" }
  }

  enum Phase: Sendable {
    case idle
    case calling([Leg], until: Instant)
    case ringing(Leg, until: Instant)
    case connecting(Leg, until: Instant)
    case connected(Leg, since: Instant)
    /// A lost call: until the next redial, or until its return is no longer waited for.
    case waiting(until: Instant)
    case redialling(Leg, until: Instant)
  }

  /// A call that was lost and is to come back. There while `waiting`, `redialling`, and while the return connects.
  private struct Loss: Sendable {
    let party: CallParty
    let isPlaced: Bool
    /// The number it had; nil: it is one from before this program.
    var number: CallNumber?
    var redials = 0
    /// Until when the return is waited for, where we do not place it.
    let waitsUntil: Instant
    /// Whether we call back although we were called: this program has started again, of which the peer knows nothing.
    var callsBack = false
  }

  private enum Verdict: Equatable {
    case ring, accept, hold, replace, ringInstead, busy, gone, ringOver
    /// Busy with another: whether it may wait is the settings' to say.
    case occupied
    case wait
  }

  /// An offer that waits until the call is over.
  struct Waiter: Sendable {
    let leg: Leg
    let until: Instant
    /// When the tone reminds of it next.
    var reminder: Instant
  }

  var phase = Phase.idle
  /// Callers that wait, the first of them first; at most `Limits.callersWaitingMax`.
  var waiters: [Waiter] = []
  var pagesListening = 0
  /// Whether pages that are opened while we call are to ring.
  var callsEverybody = false
  /// While the pages ring and none is open any more: until when one is waited for.
  var pagesGoneUntil = Instant.never
  private var loss: Loss?
  /// The offer of a peer that we are calling too, until it is decided whose call stands.
  private var held: Leg?
  /// Whether calls are refused as busy.
  public private(set) var doesNotDisturb: Bool
  private(set) var settings: Settings
  private var randomness: Randomness
  private var isInterrupted = false
  /// The tone that goes on until it is stopped: ring or ringback.
  private var sounding: Tone?
  private var isRemembered = false
  private var lastNumber: UInt32 = 0
  private var worst: CallFailure?
  var actions: [CallAction] = []

  /// A model without a call. `randomness` spreads the redials.
  public init(_ settings: Settings, randomness: Randomness) {
    self.settings = settings
    self.randomness = randomness
    doesNotDisturb = settings.call.doNotDisturb
  }

  // MARK: Questions

  /// The state.
  public var state: CallState {
    switch phase {
    case .idle: .idle
    case .calling: .calling
    case .ringing: .ringing
    case .connecting: loss == nil ? .connecting : .reconnecting
    case .connected: isInterrupted ? .reconnecting : .connected
    case .waiting, .redialling: .reconnecting
    }
  }

  /// Whom the call is with, or who rings; nil while idle and while several are called.
  public var party: CallParty? {
    switch phase {
    case .idle: nil
    case .calling(let legs, _): legs.count == 1 && !legs[0].isPages ? legs[0].party : nil
    case .ringing(let leg, _), .connecting(let leg, _), .connected(let leg, _), .redialling(let leg, _): leg.party
    case .waiting: loss?.party
    }
  }

  /// Why a call of `caller` would be refused now: then nothing has to be set up for it. Nil: it would not.
  public func refusal(of caller: CallParty, at now: Instant) -> OfferRefusal? {
    switch verdict(on: caller, at: now) {
    case .busy: .busy
    case .gone: .noCall
    case .ringOver: .ringOver
    case .occupied: .busy
    case .ring, .accept, .hold, .replace, .ringInstead, .wait: nil
    }
  }

  /// Who `name` at `address` is: a peer when the name is a peer's and, where its URL holds an address, the offer came
  /// from there.
  public func party(named name: String, at address: IPAddress) -> CallParty {
    var party = CallParty(peer: nil, name: name, address: address)
    for peer in settings.peers where sameBytes(peer.name, name) && !peer.isInRoom {
      if let wanted = IPAddress(peer.url.host), wanted.unmapped != address.unmapped { continue }
      party.peer = peer.name
    }
    return party
  }

  /// Every offer that waits and every call that is placed or up, in no order that matters.
  public var numbers: [CallNumber] {
    var numbers: [CallNumber] = []
    if let held { numbers.append(held.number) }
    for waiter in waiters { numbers.append(waiter.leg.number) }
    switch phase {
    case .idle, .waiting: break
    case .calling(let legs, _): for leg in legs { numbers.append(leg.number) }
    case .ringing(let leg, _), .connecting(let leg, _), .connected(let leg, _), .redialling(let leg, _):
      numbers.append(leg.number)
    }
    return numbers
  }

  /// Whether the offer waits for its answer: it rings, or is kept until our own call is decided or another is over.
  public func isUnanswered(_ number: CallNumber) -> Bool {
    if case .ringing(let leg, _) = phase, leg.number == number { return true }
    return held?.number == number || waiters.contains { $0.leg.number == number }
  }

  /// All that decides what may happen next, without numbers and times: two models with the same summary behave the
  /// same. For model checks.
  public var summary: String {
    var text: String
    switch phase {
    case .idle: text = "idle"
    case .calling(let legs, _):
      text = "calling"
      for leg in legs { text += " \(leg.text)" }
      if let worst { text += ", \(worst.text)" }
    case .ringing(let leg, _): text = "ringing \(leg.summary)"
    case .connecting(let leg, _): text = "connecting \(leg.summary)"
    case .connected(let leg, _): text = "connected \(leg.summary)\(isInterrupted ? ", interrupted" : "")"
    case .waiting: text = "waiting"
    case .redialling(let leg, _): text = "redialling \(leg.summary)"
    }
    if case .calling = phase, callsEverybody { text += pagesGoneUntil == .never ? ", all" : ", all, no page" }
    if let held { text += ", held \(held.summary)" }
    for waiter in waiters { text += ", \(waiter.leg.party.text) waits" }
    if let loss {
      text += ", lost \(loss.isPlaced ? "placed" : "taken")\(loss.callsBack ? " calls back" : "") \(loss.party.text)"
    }
    if isRemembered { text += ", remembered" }
    return doesNotDisturb ? text + ", not to be disturbed" : text
  }

  // MARK: Commands

  /// Calls these peers at once; when there are none named, all of the configuration and the open pages. Answers if one of
  /// them rings.
  public mutating func call(_ names: [String], at now: Instant) throws(CommandRefusal) {
    var wanted = names
    if names.isEmpty { for peer in settings.peers { wanted.append(peer.name) } }
    for name in wanted where !settings.peers.contains(where: { sameBytes($0.name, name) }) { throw .noSuchPeer }
    let ringsPages = names.isEmpty && pagesListening > 0
    guard !wanted.isEmpty || ringsPages else {
      if case .idle = phase { sound(.error) }
      throw .nobodyToCall
    }
    func isWanted(_ party: CallParty?) -> Bool {
      guard let peer = party?.peer else { return false }
      return wanted.contains { sameBytes($0, peer) }
    }
    switch phase {
    case .idle: guard wanted.count <= Limits.placedCallsMax else { throw .tooManyPeers }
    case .ringing(let leg, _):
      guard isWanted(leg.party) else { throw .callUnderWay }
      return accept(leg, at: now)
    case .waiting:
      guard let loss, isWanted(loss.party) else { throw .callUnderWay }
      if loss.isPlaced { return redial(at: now) }
      if let index = waiters.firstIndex(where: { isWanted($0.leg.party) }) {
        self.loss = nil
        return accept(waiters.remove(at: index).leg, at: now)
      }
      guard wanted.count <= Limits.placedCallsMax else { throw .tooManyPeers }
      self.loss = nil
    case .calling, .connecting, .connected, .redialling: throw .callUnderWay
    }
    worst = nil
    (callsEverybody, pagesGoneUntil) = (names.isEmpty, .never)
    var legs: [Leg] = []
    for name in wanted { legs.append(place(name)) }
    if ringsPages { legs.append(ringPages()) }
    phase = .calling(legs, until: now + .seconds(settings.call.ringTimeoutSeconds))
    sound(.ringback)
  }

  /// Answers what rings.
  public mutating func answer(at now: Instant) throws(CommandRefusal) {
    guard case .ringing(let leg, _) = phase else { throw .nothingRings }
    accept(leg, at: now)
  }

  /// Ends the call, gives up calling or getting it back, refuses what rings.
  public mutating func hangUp(at now: Instant) throws(CommandRefusal) {
    switch phase {
    case .idle: throw .noCall
    case .calling(let legs, _): for leg in legs { giveUp(leg) }
    case .ringing(let leg, _): actions.append(.refuse(leg.number, .refused))
    case .connecting(let leg, _), .connected(let leg, _), .redialling(let leg, _):
      actions.append(.hangUp(leg.number))
    case .waiting: break
    }
    refuseHeld(.refused)
    rest(at: now)
  }

  /// Refuses calls as busy from now on, or no longer. What rings goes on ringing, and a lost call may return.
  public mutating func setDoNotDisturb(_ refuses: Bool) { doesNotDisturb = refuses }

  /// Gets a call back that was in progress when the program ended. At start, before anything else.
  public mutating func resume(_ call: RememberedCall, at now: Instant) {
    guard case .idle = phase, settings.peers.contains(where: { sameBytes($0.name, call.peer) }) else { return forget() }
    isRemembered = true
    guard !call.isPlaced || settings.call.redial else { return forget() }
    note(.notice, "the call with \(call.peer) was in progress when the program ended: getting it back")
    lose(
      CallParty(peer: call.peer), isPlaced: call.isPlaced, callsBack: !call.isPlaced && settings.call.redial, at: now)
  }

  /// Takes other settings over; a call goes on.
  public mutating func reconfigure(_ settings: Settings) {
    if settings.call.doNotDisturb != self.settings.call.doNotDisturb { doesNotDisturb = settings.call.doNotDisturb }
    self.settings = settings
  }

  // MARK: Handle

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

  // MARK: Poll

  /// What is to be done next, or nil.
  public mutating func pollAction() -> CallAction? { actions.isEmpty ? nil : actions.removeFirst() }

  /// When `handleTimeout` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant {
    var earliest = phaseTimeout
    for waiter in waiters { earliest = min(earliest, min(waiter.until, waiter.reminder)) }
    return earliest
  }

  private var phaseTimeout: Instant {
    switch phase {
    case .idle, .connected: .never
    case .calling(_, let until): min(until, pagesGoneUntil)
    case .ringing(_, let until), .connecting(_, let until), .redialling(_, let until), .waiting(let until): until
    }
  }

  // MARK: Private

  private static let returnTime = Instant.Span.milliseconds(Limits.callReturnMilliseconds)

  private func verdict(on caller: CallParty, at now: Instant) -> Verdict {
    if let ring = caller.answers {
      guard case .calling(let legs, _) = phase, legs.contains(where: { $0.isPages && $0.number == ring }) else {
        return .ringOver
      }
      return .accept
    }
    if let old = caller.replaces { return verdict(onTakingPlaceOf: old) }
    let verdict = ordinaryVerdict(on: caller, at: now)
    guard verdict == .occupied, !caller.isReturn, mayWait(caller) else { return verdict }
    return .wait
  }

  /// A page that was reloaded: its call goes on, if nothing else has begun meanwhile.
  private func verdict(onTakingPlaceOf old: CallNumber) -> Verdict {
    switch phase {
    case .idle: .accept
    case .connecting(let leg, _), .connected(let leg, _): leg.number == old ? .replace : .busy
    case .waiting: loss?.number == old ? .accept : .busy
    case .calling, .ringing, .redialling: .busy
    }
  }

  private func ordinaryVerdict(on caller: CallParty, at now: Instant) -> Verdict {
    switch phase {
    case .idle:
      if caller.isReturn { return .gone }
      if doesNotDisturb { return .busy }
      return isAnsweredByItself(caller) ? .accept : .ring
    case .calling(let legs, _): return legs.contains { $0.party.isSame(as: caller) } ? glare(caller) : .occupied
    case .ringing(let leg, _): return leg.party.isSame(as: caller) ? .ringInstead : .occupied
    case .connecting(let leg, _):
      guard leg.party.isSame(as: caller) else { return .occupied }
      return leg.isPlaced ? .busy : .replace
    case .connected(let leg, let since):
      guard leg.party.isSame(as: caller) else { return .occupied }
      let isCrossing = leg.isPlaced && now < since + .milliseconds(Limits.callGlareMilliseconds)
      return isCrossing ? .busy : .replace
    case .waiting: return loss?.party.isSame(as: caller) == true ? .accept : .occupied
    case .redialling(let leg, _): return leg.party.isSame(as: caller) ? glare(caller) : .occupied
    }
  }

  /// Both call each other: the call of the lower name stands.
  private func glare(_ caller: CallParty) -> Verdict {
    if sameBytes(settings.name, caller.name) { return .busy }
    return settings.name.utf8.lexicographicallyPrecedes(caller.name.utf8) ? .hold : .accept
  }

  func isAnsweredByItself(_ caller: CallParty) -> Bool {
    if let peer = caller.peer, let setting = settings.peers.first(where: { sameBytes($0.name, peer) }),
      let own = setting.autoAnswer
    {
      return own
    }
    return settings.call.answer == .auto
  }

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

  private mutating func connect(_ leg: Leg, at now: Instant) {
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
  private mutating func rest(_ tone: Tone? = nil, at now: Instant) {
    phase = .idle
    loss = nil
    isInterrupted = false
    if isRemembered { forget() }
    sound(tone)
    takeNextWaiter(at: now)
  }

  private mutating func lose(
    _ party: CallParty, isPlaced: Bool, number: CallNumber? = nil, callsBack: Bool = false, at now: Instant
  ) {
    isInterrupted = false
    loss = Loss(
      party: party, isPlaced: isPlaced, number: number, waitsUntil: now + Self.returnTime, callsBack: callsBack)
    sound(.lost)
    awaitReturn(at: now)
  }

  /// Redials in a while, or waits.
  private mutating func awaitReturn(at now: Instant) {
    guard let loss else { return rest(at: now) }
    if loss.isPlaced || loss.callsBack { return scheduleRedial(at: now) }
    phase = .waiting(until: max(loss.waitsUntil, now))
  }

  /// Exponential backoff with full jitter: anything from nothing to a bound that doubles.
  private mutating func scheduleRedial(at now: Instant) {
    let doublings = min(loss?.redials ?? 0, 16)
    let bound = min(Limits.redialMillisecondsFirst << doublings, Limits.redialMillisecondsMax)
    loss?.redials += 1
    let due = now + .milliseconds(randomness.below(bound + 1))
    // Who was called calls back only as long as it would wait.
    phase = .waiting(until: loss?.callsBack == true ? min(due, max(loss?.waitsUntil ?? now, now)) : due)
  }

  private mutating func redial(at now: Instant) {
    guard let loss, let peer = loss.party.peer else { return rest(at: now) }
    let leg = place(peer, isReturn: !loss.isPlaced)
    phase = .redialling(leg, until: now + .seconds(settings.call.ringTimeoutSeconds))
  }

  private mutating func place(_ peer: String, isReturn: Bool = false) -> Leg {
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

  private mutating func refuseHeld(_ why: OfferRefusal) {
    if let held { actions.append(.refuse(held.number, why)) }
    held = nil
  }

  private mutating func forget() {
    isRemembered = false
    actions.append(.forget)
  }

  /// Plays `tone`, or nothing from now on.
  private mutating func sound(_ tone: Tone?) {
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
