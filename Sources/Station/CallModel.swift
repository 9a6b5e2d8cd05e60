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
  struct Loss: Sendable {
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
  var loss: Loss?
  /// The offer of a peer that we are calling too, until it is decided whose call stands.
  var held: Leg?
  /// Whether calls are refused as busy.
  public internal(set) var doesNotDisturb: Bool
  var settings: Settings
  var randomness: Randomness
  var isInterrupted = false
  /// The tone that goes on until it is stopped: ring or ringback.
  var sounding: Tone?
  var isRemembered = false
  var lastNumber: UInt32 = 0
  var worst: CallFailure?
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

  // MARK: Poll

  /// What is to be done next, or nil.
  public mutating func pollAction() -> CallAction? { actions.isEmpty ? nil : actions.removeFirst() }

  /// When `handleTimeout` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant {
    var earliest = phaseTimeout
    for waiter in waiters { earliest = min(earliest, min(waiter.until, waiter.reminder)) }
    return earliest
  }

  var phaseTimeout: Instant {
    switch phase {
    case .idle, .connected: .never
    case .calling(_, let until): min(until, pagesGoneUntil)
    case .ringing(_, let until), .connecting(_, let until), .redialling(_, let until), .waiting(let until): until
    }
  }
}
