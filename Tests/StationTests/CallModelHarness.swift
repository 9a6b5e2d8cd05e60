// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A call model under watch: what it may be told, and what must hold after each word.

import Config
import Core
import Station

/// Who may call: peers with a name before and behind ours, and strangers with and without a name.
enum Caller: CaseIterable {
  case alpha, zulu, stranger, nobody, alphaBack, zuluBack
  /// A page that answers the ring that goes on, and one that answers an older one.
  case page, latePage
  /// The caller of the call that is up or was just over, whose page was reloaded.
  case reloaded
  /// A member of the room, which only calls while it is there.
  case mate

  func party(_ model: CallModel) -> CallParty {
    switch self {
    case .alpha: model.party(named: "alpha", at: .v4(10, 0, 0, 1))
    case .zulu: model.party(named: "zulu", at: .v4(10, 0, 0, 26))
    case .alphaBack: back(Self.alpha.party(model))
    case .zuluBack: back(Self.zulu.party(model))
    case .stranger: model.party(named: "stranger", at: .v4(10, 0, 0, 99))
    case .nobody: model.party(named: "", at: .v4(10, 0, 0, 98))
    case .mate: CallParty(peer: "mate", name: "mate")
    case .page, .latePage, .reloaded: model.party(named: "", at: .v4(10, 0, 0, 97))
    }
  }

  /// The word of the table in docs/explanation/calls.md.
  var kind: String {
    switch self {
    case .page, .latePage: "a page answers"
    case .reloaded: "the caller's page is back"
    default: "somebody calls"
    }
  }

  private func back(_ party: CallParty) -> CallParty {
    var party = party
    party.isReturn = true
    return party
  }
}

/// What a model can be told.
enum Input {
  case call([String]), answer, hangUp, disturb(Bool), pages(Int), mate(Bool), offer(Caller)
  case answered(CallNumber), failed(CallNumber, CallFailure), up(CallNumber), interrupted(CallNumber, Bool)
  case over(CallNumber, CallOver), deadline, pause

  /// The word of the table in docs/explanation/calls.md.
  var kind: String {
    switch self {
    case .call: "call"
    case .answer: "answer"
    case .hangUp: "hang up"
    case .disturb: "do not disturb"
    case .offer(let caller): caller.kind
    case .pages: "pages open and close"
    case .mate: "members of the room come and go"
    case .answered: "the far side answers"
    case .failed: "the far side does not answer"
    case .up: "voice can flow"
    case .interrupted: "the far side falls silent, or is back"
    case .over(_, .hungUp): "the far side hangs up"
    case .over(_, .lost): "the connection breaks"
    case .deadline: "the deadline comes"
    case .pause: "time passes"
    }
  }
}

/// A model, and what an observer of its actions knows.
struct WatchedModel {
  var model: CallModel
  var now = Instant.zero
  /// Offers that were neither answered nor refused nor taken back.
  var waiting: Set<UInt32> = []
  /// Calls that were placed and are not over, answered or not.
  var placed: Set<UInt32> = []
  /// Calls, either way, that were answered and are not over.
  var answered: Set<UInt32> = []
  /// The pages' ring that goes on.
  var ring: CallNumber?
  /// The last offer that was answered.
  var lastAnswered = CallNumber(0)
  var sounding: Tone?
  var remembered: RememberedCall?
  var upAt = Instant.zero
  private var pages = 0
  private let settings: Settings
  /// How calls of a member of the room are answered; nil: there is no room.
  private let room: AnswerPolicy?
  private var isMateThere = false
  /// What was wrong.
  var faults: [String] = []

  init(_ settings: Settings, room: AnswerPolicy? = nil, seed: UInt64 = 1) {
    (self.settings, self.room) = (settings, room)
    model = CallModel(settings, randomness: Randomness(seed: seed))
  }

  /// What tells states apart: the summary, and whether a crossing offer is still to be expected.
  var key: String {
    let isFresh = model.state == .connected && now < upAt + .milliseconds(Limits.callGlareMilliseconds)
    let isLast = answered.contains(lastAnswered.number)
    let others = "\(pages > 0 ? ", pages" : "")\(isMateThere ? ", mate" : "")"
    return "\(model.summary)\(isFresh ? ", fresh" : "")\(isLast ? ", the last" : "")\(others)"
  }

  /// Everything that can be said now; `isWhole` with much that makes no sense here.
  func inputs(whole isWhole: Bool) -> [Input] {
    var inputs: [Input] = [.hangUp, .deadline]
    for caller in Caller.allCases where caller != .mate || isMateThere { inputs.append(.offer(caller)) }
    if room != nil { inputs += isMateThere ? [.mate(false), .call(["mate"])] : [.mate(true)] }
    if isWhole || model.state == .idle || model.state == .ringing || model.state == .reconnecting {
      inputs += [.call(["alpha"]), .call(["zulu"]), .call([]), .call(["nobody"])]
    }
    inputs += [.answer, .disturb(true), .disturb(false), .pause, .pages(0), .pages(1)]
    var numbers = model.numbers
    if isWhole { numbers.append(CallNumber(.max)) }
    for number in numbers {
      inputs += [.answered(number), .up(number), .interrupted(number, true), .interrupted(number, false)]
      for failure in CallFailure.allCases { inputs.append(.failed(number, failure)) }
      for how in CallOver.allCases { inputs.append(.over(number, how)) }
    }
    return inputs
  }

  /// Whether whoever carries calls out would ever say this; the model bears the rest too.
  func makesSense(_ input: Input) -> Bool {
    switch input {
    case .failed(let number, _): placed.contains(number.number) && !answered.contains(number.number)
    case .over(let number, .lost): answered.contains(number.number)
    case .over(let number, .hungUp): answered.contains(number.number) || waiting.contains(number.number)
    default: true
    }
  }

  mutating func tell(_ input: Input) {
    let before = model.state
    switch input {
    case .call(let peers): try? model.call(peers, at: now)
    case .answer: try? model.answer(at: now)
    case .hangUp: try? model.hangUp(at: now)
    case .disturb(let refuses): model.setDoNotDisturb(refuses)
    case .pages(let count):
      pages = count
      model.setPagesListening(count, at: now)
    case .mate(let isThere):
      isMateThere = isThere
      var others = settings
      if isThere {
        var mate = PeerSetting()
        mate.name = "mate"
        mate.autoAnswer = room == .auto ? true : nil
        others.peers.append(mate)
      }
      model.reconfigure(others)
    case .offer(let caller):
      var party = caller.party(model)
      if caller == .page { party.answers = ring ?? CallNumber(0) }
      if caller == .latePage { party.answers = CallNumber(0) }
      if caller == .reloaded { party.replaces = lastAnswered }
      let isRefused = model.refusal(of: party, at: now) != nil
      let number = model.offer(from: party, at: now)
      waiting.insert(number.number)
      watch()
      if party.answers != nil, answered.contains(number.number), before != .calling { fault("no ring was answered") }
      if party.isReturn, before == .idle, model.state != .idle { fault("a return begins a call") }
      if isRefused == waiting.contains(number.number), !answered.contains(number.number) {
        fault("refusal(of:) does not foretell what becomes of an offer")
      }
    case .answered(let number):
      if placed.contains(number.number) { answered.insert(number.number) }
      model.answered(number, at: now)
    case .failed(let number, let failure):
      // Only what was placed can fail.
      guard placed.contains(number.number) else { return }
      forget(number)
      model.failed(number, failure, at: now)
    case .up(let number): model.up(number, at: now)
    case .interrupted(let number, let isInterrupted): model.interrupted(number, isInterrupted)
    case .over(let number, let how):
      forget(number)
      model.over(number, how, at: now)
    case .deadline:
      if model.pollTimeout() != .never { now = max(now, model.pollTimeout()) }
      model.handleTimeout(at: now)
    case .pause: pause()
    }
    watch()
    if before != .connected, model.state == .connected, case .up = input { upAt = now }
    check()
  }

  /// Lets time pass in which nothing happens but what is due.
  private mutating func pause() {
    let end = now + .milliseconds(Limits.callGlareMilliseconds)
    if model.pollTimeout() > end { now = end }
    model.handleTimeout(at: now)
  }

  private mutating func forget(_ number: CallNumber) {
    waiting.remove(number.number)
    placed.remove(number.number)
    answered.remove(number.number)
  }

  /// Takes the actions in, as whoever carries them out would.
  private mutating func watch() {
    while let action = model.pollAction() {
      switch action {
      case .place(let number, _, _):
        if !placed.insert(number.number).inserted { fault("placed twice") }
      case .answer(let number):
        if waiting.remove(number.number) == nil { fault("an offer is answered that does not wait") }
        if !answered.isEmpty { fault("a second call is answered") }
        answered.insert(number.number)
        lastAnswered = number
      case .refuse(let number, _):
        if waiting.remove(number.number) == nil { fault("an offer is refused that does not wait") }
      case .hangUp(let number):
        if !placed.contains(number.number), !answered.contains(number.number) { fault("hung up twice") }
        forget(number)
      case .ringPages(let number):
        if ring != nil { fault("two rings of the pages") }
        ring = number
      case .ringPagesOver(let number):
        if ring != number { fault("a ring is over that is none") }
        ring = nil
      case .playTone(let tone): sounding = tone == .ring || tone == .ringback ? tone : nil
      case .stopTone: sounding = nil
      case .remember(let call): remembered = call
      case .forget: remembered = nil
      case .log: break
      }
    }
  }

  private mutating func check() {
    let state = model.state
    if answered.count > 1 { fault("\(answered.count) calls at once") }
    if (sounding == .ring) != (state == .ringing) { fault("ring is wrong") }
    if (sounding == .ringback) != (state == .calling) { fault("ringback is wrong") }
    if sounding == .some(.busy) { fault("busy does not go on") }
    let known = Set(model.numbers.map { $0.number })
    let rings = Set(ring.map { [$0.number] } ?? [])
    if ring != nil, state != .calling { fault("the pages ring") }
    if known != waiting.union(placed).union(answered).union(rings) { fault("numbers \(known) are not what there is") }
    if state == .idle, !known.isEmpty || remembered != nil { fault("idle, with something left") }
    if model.waitingCount > Limits.callersWaitingMax { fault("\(model.waitingCount) wait") }
    if state == .ringing, waiting.count != 1 + model.waitingCount { fault("ringing without an offer") }
    if state == .connected, answered.count != 1 { fault("connected without a call") }
    if state == .connected, model.party?.peer != remembered?.peer { fault("the call is not remembered") }
    let mayWait = state == .idle || state == .connected || (state == .reconnecting && answered.count == 1)
    if model.pollTimeout() == .never, !mayWait { fault("no deadline") }
    var other = model
    // Whoever waits rings then, or is answered.
    while other.waitingCount > 0, !other.doesNotDisturb { try? other.hangUp(at: now) }
    do {
      try other.hangUp(at: now)
      if state == .idle { fault("idle hangs up") }
    } catch {
      if state != .idle { fault("cannot hang up") }
    }
    if other.state != .idle || !other.numbers.isEmpty { fault("hanging up does not lead to idle") }
  }

  private mutating func fault(_ text: String) { faults.append("\(text): \(model.summary)") }
}

/// Settings of an intercom called "mike" with two peers.
func callSettings(_ change: (inout Settings) -> Void = { _ in }) -> Settings {
  var settings = Settings(name: "mike")
  for (name, host) in [("alpha", "10.0.0.1"), ("zulu", "zulu.example")] {
    var peer = PeerSetting()
    peer.name = name
    peer.url = CallURL(host: host, port: 8080, path: "/call")
    settings.peers.append(peer)
  }
  change(&settings)
  return settings
}
