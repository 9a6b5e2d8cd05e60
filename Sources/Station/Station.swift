// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The product as one machine: the call model and those who carry its calls out, and what a command may do.
//
//   buttons, control socket ─ commands ─►            ─ outputs ─► tones, mute, talk, volume, memory
//   WebServer ─ offers ─► AnsweringDesk ─►  Station
//   CallClients ─ answers ─► PlacedCall ─►           ─► VOIPService
//
// HANDLE    handle(_: CallEvent …), handle(_: VOIPEvent …), handleClient (bytes of a placed call's signaling)
// COMMANDS  handle(_: StationCommand …), setPagesListening, setKnownDevices, resume, reconfigure, hangUpAll
// POLL      proceed, then pollOutput, pollLine; pollTimeout
// QUESTIONS model, volumePercent, placed, hasPlacedCalls, incomingCount, ring, counters
//
// ORDER OF CALLS. Whatever came in is handed over; then `proceed` until it answers false, with the service's events
// handed over between, for a call is placed once its sockets are there. Placed calls stand in slots; the hall keeps a
// socket for each and moves its client's bytes.

public import Config
public import Core
public import Peer
public import VOIP
public import Web

/// What the station wants done that it cannot do.
public enum StationOutput: Sendable {
  /// Play the tone instead of what is played.
  case playTone(Tone)
  /// Play no tone any more.
  case stopTone
  /// Mute the microphone or lift that, as asked by whom.
  case setMuted(Bool, by: Authority)
  /// Open or close the talk gate.
  case setTalking(Bool)
  /// The speaker's volume, 0 ... 100.
  case setVolume(percent: Int)
  /// Keep this call over a restart, instead of any other.
  case remember(RememberedCall)
  /// Keep none.
  case forget
  /// Tell the open pages that this device rings them; an offer that names the ring answers it.
  case ringPages(String)
  /// Tell them that this ring is over, whoever answered.
  case ringPagesOver(String)
  /// Tell the open pages that somebody has rung the bell.
  case bell
  /// Make a code that lets somebody in with this role, and show it.
  case openPairing(Role)
  /// Shut the machine down.
  case shutDown
}

/// What the station counts; totals since the start.
public struct StationCounters: Equatable, Sendable {
  /// Calls, either way, refused because a certificate is not the one that is pinned.
  public var changedCertificates: UInt64 = 0
  /// Calls refused because nobody knows who calls.
  public var unknownCallers: UInt64 = 0

  /// Nothing yet.
  public init() {}
}

/// The station. Owned by the loop thread.
public struct Station: Sendable {
  private struct Slot {
    let number: CallNumber
    var call: PlacedCall
    var step = Step.begun
    var isAnswerTold = false
    var isUpTold = false
    /// The model knows that it is over, or has ended it.
    var isSettled = false

    enum Step { case begun, socketsAwaited, placed }
  }

  private struct Incoming {
    let number: CallNumber
    let connection: ConnectionID
    let session: CallSessionID
    /// The known certificate of its caller.
    let pin: Fingerprint?
  }

  /// The calls.
  public internal(set) var model: CallModel
  /// The speaker's volume, 0 ... 100.
  public private(set) var volumePercent: Int
  /// What was refused, and why.
  public internal(set) var counters = StationCounters()

  var settings: Settings
  /// The room it is in; nil: none.
  var room: StationRoom?
  private var desk = AnsweringDesk()
  private var slots = [Slot?](repeating: nil, count: Limits.placedCallSlotsMax)
  private var incoming: [Incoming] = []
  /// Calls that are over, and whose callers may want them back.
  private var past: [Incoming] = []
  private var devices: [KnownDevice] = []
  private(set) var pins: PinBook
  private var rings: Randomness
  private var pagesRing: (id: String, number: CallNumber)?
  /// Who has asked for the mute, as the service counts it: it lasts while anybody's request does.
  private var isMutedByHardware = false
  private var isMutedLocally = false
  private var isEnding = false
  private var outputs: [StationOutput] = []
  private var lines: [LogLine] = []

  /// A station without calls. `randomness` spreads the redials.
  public init(_ settings: Settings, randomness: Randomness) {
    self.settings = settings
    volumePercent = settings.audio.volumePercent
    pins = PinBook(settings.peers, [])
    var stream = randomness
    rings = stream.split()
    model = CallModel(settings, randomness: randomness)
  }

  // MARK: Questions

  /// Calls that come in: ringing, being set up, or up.
  public var incomingCount: Int { desk.callCount }

  /// The ring of the open pages that goes on; nil: none.
  public var ring: String? { pagesRing?.id }

  /// Whether a placed call is under way, or being ended.
  public var hasPlacedCalls: Bool { slots.contains { $0 != nil } }

  /// Which call has the slot `index`, 0 ..< Limits.placedCallSlotsMax; nil: none, and its socket is to be closed.
  public func placed(inSlot index: Int) -> CallNumber? { slots[index]?.number }

  // MARK: Commands

  /// Does what a person asks for, as far as `authority` may; `isMuted` is the mute's very bit.
  public mutating func handle(
    _ command: StationCommand, by authority: Authority, isMuted: Bool, at now: Instant
  ) throws(CommandRefusal) {
    switch command {
    case .call(let peers): try model.call(peers, at: now)
    case .answer: try model.answer(at: now)
    case .hangUp:
      room?.wanted = nil
      try model.hangUp(at: now)
    case .setMuted(let wanted): try setMuted(wanted, by: authority, isMuted: isMuted)
    case .toggleMute: try setMuted(!isMuted, by: authority, isMuted: isMuted)
    case .setTalking(let isTalking):
      guard authority != .remote else { throw .notFromAfar }
      outputs.append(.setTalking(isTalking))
      if isTalking, settings.talk.permitTone, settings.talk.mode != .open, model.state == .connected {
        outputs.append(.playTone(.talkPermit))
      }
    case .setVolume(let percent): setVolume(percent)
    case .changeVolume(let steps):
      setVolume(volumePercent + min(max(steps, -100), 100) * Limits.volumeStepPercent)
    case .setDoNotDisturb(let refuses): model.setDoNotDisturb(refuses)
    case .ringBell: ringBell()
    case .openPairing(let role):
      // From afar only an administrator may, whom the web server knows and the station does not.
      guard authority != .remote else { throw .notFromAfar }
      outputs.append(.openPairing(role))
    case .shutDown:
      guard authority != .remote else { throw .notFromAfar }
      do throws(CommandRefusal) { try model.hangUp(at: now) } catch {}  // Without a call there is none to end.
      outputs.append(.shutDown)
    }
  }

  /// Gets a call back that was in progress when the program ended. At start, before anything else.
  public mutating func resume(_ call: RememberedCall, at now: Instant) { model.resume(call, at: now) }

  /// Takes other settings over; a call goes on.
  public mutating func reconfigure(_ settings: Settings) {
    self.settings = settings
    pins = PinBook(settings.peers, devices)
    model.reconfigure(settingsWithRoom)
  }

  /// How many of this device's pages are open, and would show a ring.
  public mutating func setPagesListening(_ count: Int, at now: Instant) {
    model.setPagesListening(count, at: now)
  }

  /// The devices that were paired, instead of those told before.
  public mutating func setKnownDevices(_ devices: [KnownDevice]) {
    self.devices = devices
    pins = PinBook(settings.peers, devices)
  }

  /// Says goodbye to everybody, for the program ends. A call that we placed stays remembered: it is placed again when
  /// the program starts, until somebody hangs up.
  public mutating func hangUpAll<Channel: SecureChannel & ~Copyable>(
    web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    isEnding = true
    for index in slots.indices {
      slots[index]?.isSettled = true
      slots[index]?.call.hangUp(service: &service, at: now)
    }
    let taken = incoming
    for call in taken { desk.hangUp(call.connection, web: &web, service: &service, at: now) }
    if !taken.isEmpty { outputs.append(.forget) }
    incoming = []
    if let ring = pagesRing { outputs.append(.ringPagesOver(ring.id)) }
    pagesRing = nil
    room?.desk.hangUpAll(service: &service, at: now)
    drainLines()
  }

  // MARK: Handle

  /// Takes in what a caller wants.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: CallEvent, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard case .offer(let session, let offer) = event else {
      return desk.handle(event, web: &web, service: &service, at: now)
    }
    guard let caller = web.caller(of: session) else { return }
    let fingerprint = VOIPService<Channel>.fingerprint(in: String(decoding: offer, as: UTF8.self))
    guard let party = admit(caller, fingerprint, session, web: &web, at: now) else { return }
    if let why = model.refusal(of: party, at: now) {
      let (refusal, detail) = Self.refusal(why)
      web.refuse(session, refusal, detail: detail, at: now)
      return lines.append(LogLine(.notice, "\(party.text) was refused: \(detail)"))
    }
    let name = party.peer ?? (party.name.isEmpty ? caller.address.unmapped.text : party.name)
    guard let id = desk.take(offer, session, from: name, web: &web, service: &service, at: now) else { return }
    let number = model.offer(from: party, at: now)
    incoming.append(Incoming(number: number, connection: id, session: session, pin: party.pin))
    // Longer than it rings: the model ends the ringing, and this only what the model forgot.
    if model.isUnanswered(number) { desk.hold(id, until: now + .milliseconds(Limits.callOfferMilliseconds), web: &web) }
  }

  /// Takes in what the service says.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: VOIPEvent, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    desk.handle(event, web: &web, service: &service, at: now)
    room?.desk.handle(event, service: &service, at: now)
    for index in slots.indices {
      // An error of the whole service is the desk's to tell of.
      if case .error(_, nil) = event { continue }
      slots[index]?.call.handle(event, service: &service, at: now)
      guard let slot = slots[index], case .connectionStateChanged(let id, let state) = event else { continue }
      guard id == slot.call.connection else { continue }
      if state == .disconnected { model.interrupted(slot.number, true) }
      if state == .connected { model.interrupted(slot.number, false) }
    }
  }

  /// Lets the hall move the bytes of a slot's signaling.
  public mutating func handleClient(inSlot index: Int, _ change: (inout CallClient) -> Void) {
    if slots[index] != nil { change(&slots[index]!.call.client) }
  }

  // MARK: Poll

  /// Goes on with everything; answers whether anything moved, and is then to be called again, after the service's
  /// events have been handed over.
  public mutating func proceed<Channel: SecureChannel & ~Copyable>(
    web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    var hasMoved = false
    if desk.pollTimeout() <= now { desk.handleTimeout(web: &web, service: &service, at: now) }
    for index in slots.indices where slots[index] != nil {
      if proceed(slot: index, service: &service, at: now) { hasMoved = true }
    }
    while let event = desk.pollEvent() {
      hasMoved = true
      take(event, at: now)
    }
    if proceedInRoom(isEnding: isEnding, service: &service, at: now) { hasMoved = true }
    guard !isEnding else {
      drainLines()
      return hasMoved
    }
    if model.pollTimeout() <= now { model.handleTimeout(at: now) }
    while let action = model.pollAction() {
      hasMoved = true
      perform(action, web: &web, service: &service, at: now)
    }
    drainLines()
    return hasMoved
  }

  /// What is to be done next, or nil.
  public mutating func pollOutput() -> StationOutput? { outputs.isEmpty ? nil : outputs.removeFirst() }

  /// The next line for the log, or nil.
  public mutating func pollLine() -> LogLine? { lines.isEmpty ? nil : lines.removeFirst() }

  /// When `proceed` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant {
    var earliest = isEnding ? desk.pollTimeout() : min(model.pollTimeout(), desk.pollTimeout())
    earliest = min(earliest, pollRoomTimeout())
    for index in slots.indices {
      if let client = slots[index]?.call.client { earliest = min(earliest, client.pollTimeout()) }
    }
    return earliest
  }

  // MARK: Commands of the device

  private mutating func setMuted(_ wanted: Bool, by authority: Authority, isMuted: Bool) throws(CommandRefusal) {
    if !wanted, authority != .hardware, isMutedByHardware { throw .mutedByHardware }
    if !wanted, authority == .remote, isMutedLocally { throw .mutedLocally }
    switch authority {
    case .hardware:
      isMutedByHardware = wanted
      if !wanted { isMutedLocally = false }
    case .local: isMutedLocally = wanted
    case .remote: break
    }
    outputs.append(.setMuted(wanted, by: authority))
    // What rings must go on ringing.
    let isQuiet = model.state != .ringing && model.state != .calling
    if wanted != isMuted, isQuiet { outputs.append(.playTone(wanted ? .muteOn : .muteOff)) }
  }

  private mutating func setVolume(_ percent: Int) {
    volumePercent = min(max(percent, 0), 100)
    outputs.append(.setVolume(percent: volumePercent))
  }

  /// A chime, which must not disturb a call or hide a ring.
  private mutating func ringBell() {
    guard !model.doesNotDisturb else { return }
    outputs.append(.bell)
    lines.append(LogLine(.notice, "somebody rings the bell"))
    switch model.state {
    case .idle: outputs.append(.playTone(.chime))
    case .connected, .connecting, .reconnecting: outputs.append(.playTone(.waiting))
    case .ringing, .calling: break
    }
  }

  // MARK: Who calls

  /// Who a caller is; nil: it may not call, and has been told why. A certificate goes before a name.
  private mutating func admit(
    _ caller: Caller, _ fingerprint: Fingerprint?, _ session: CallSessionID, web: inout WebServer, at now: Instant
  ) -> CallParty? {
    var party = model.party(named: caller.name, at: caller.address)
    switch pins.holder(of: fingerprint, named: caller.name) {
    case .peer(let peer):
      party.peer = peer
      party.pin = fingerprint
    case .device(let name):
      party.peer = nil
      party.name = name
      party.pin = fingerprint
    case .changed(let name):
      counters.changedCertificates += 1
      lines.append(
        LogLine(
          .warning,
          "a call from \(caller.address.unmapped.text) was refused: the certificate of \(name) has changed, "
            + "or somebody else goes by that name. If it is right, pair the two again"))
      web.refuse(session, .forbidden, detail: Self.changedSentence, at: now)
      return nil
    case .unknown:
      guard caller.principal.role != nil else {
        counters.unknownCallers += 1
        lines.append(LogLine(.notice, "\(party.text) was refused: not paired"))
        web.refuse(session, .unauthorized, detail: Self.pairingSentence, at: now)
        return nil
      }
    }
    party.isReturn = caller.wantsReturn
    if !caller.answersRing.isEmpty {
      let mayTalk = caller.principal.role != nil
      let isOn = pagesRing.map { sameBytes($0.id, caller.answersRing) } ?? false
      party.answers = mayTalk && isOn ? pagesRing?.number : CallNumber(0)
    }
    // Whoever carries the signaling knows the session: the call of a known certificate stays that certificate's.
    if let session = caller.replaces,
      let old = incoming.first(where: { $0.session == session }) ?? past.first(where: { $0.session == session }),
      old.pin == party.pin
    {
      party.replaces = old.number
    }
    return party
  }

  // MARK: Calls

  private mutating func perform<Channel: SecureChannel & ~Copyable>(
    _ action: CallAction, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch action {
    case .place(let number, let peer, let isReturn): place(number, peer, isReturn, service: &service, at: now)
    case .answer(let number):
      answerInRoom(number, service: &service, at: now)
      if let id = connection(of: number) { desk.accept(id, web: &web, service: &service, at: now) }
    case .refuse(let number, let why):
      refuseInRoom(number, why, at: now)
      guard let id = connection(of: number) else { return }
      let (refusal, detail) = Self.refusal(why)
      desk.refuse(id, refusal, detail: detail, web: &web, service: &service, at: now)
      forget(number)
    case .hangUp(let number):
      hangUpInRoom(number, service: &service, at: now)
      if let id = connection(of: number) {
        desk.hangUp(id, web: &web, service: &service, at: now)
        forget(number)
      }
      guard let index = slots.firstIndex(where: { $0?.number == number }) else { return }
      slots[index]?.isSettled = true
      slots[index]?.call.hangUp(service: &service, at: now)
    case .ringPages(let number):
      let id = "\(rings.uint32())"
      pagesRing = (id, number)
      outputs.append(.ringPages(id))
    case .ringPagesOver(let number):
      guard let ring = pagesRing, ring.number == number else { return }
      pagesRing = nil
      outputs.append(.ringPagesOver(ring.id))
    case .playTone(let tone): outputs.append(.playTone(tone))
    case .stopTone: outputs.append(.stopTone)
    case .remember(let call): outputs.append(.remember(call))
    case .forget: outputs.append(.forget)
    case .log(let line): lines.append(line)
    }
  }

  private mutating func place<Channel: SecureChannel & ~Copyable>(
    _ number: CallNumber, _ peer: String, _ isReturn: Bool, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if placeInRoom(number, peer, service: &service, at: now) { return }
    guard let setting = settings.peers.first(where: { sameBytes($0.name, peer) }), let index = freeSlot(),
      let url = Self.url(setting.url)
    else { return model.failed(number, .unreachable, at: now) }
    var call = PlacedCall(
      to: url, name: settings.name, wantsReturn: isReturn, authority: setting.authority, pins: pins.pins(of: peer),
      label: "call to \(peer)")
    do throws(VOIPError) {
      try call.begin(with: peer, service: &service, at: now)
      slots[index] = Slot(number: number, call: call)
    } catch {
      lines.append(LogLine(.warning, "\(peer) cannot be called: \(error.text)"))
      model.failed(number, .unreachable, at: now)
    }
  }

  /// A slot without a call; else that of a call that is being ended, whose DELETE then is not waited for.
  private func freeSlot() -> Int? {
    slots.firstIndex { $0 == nil } ?? slots.firstIndex { $0?.isSettled == true }
  }

  private mutating func proceed<Channel: SecureChannel & ~Copyable>(
    slot index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    guard var slot = slots[index] else { return false }
    var hasMoved = false
    switch slot.step {
    case .begun:
      slot.step = .socketsAwaited
      hasMoved = true
    case .socketsAwaited:
      slot.step = .placed
      hasMoved = true
      if slot.call.phase == .calling { offer(&slot, service: &service, at: now) }
    case .placed: break
    }
    if slot.call.client.pollTimeout() <= now { slot.call.client.handleTimeout(at: now) }
    slot.call.handleClient(service: &service, at: now)
    if tell(&slot, at: now) { hasMoved = true }
    while let line = slot.call.pollLine() { lines.append(line) }
    if case .over = slot.call.phase, slot.isSettled, slot.call.client.isDone {
      slots[index] = nil
      return true
    }
    slots[index] = slot
    return hasMoved
  }

  private mutating func offer<Channel: SecureChannel & ~Copyable>(
    _ slot: inout Slot, service: inout VOIPService<Channel>, at now: Instant
  ) {
    do throws(VOIPError) { try slot.call.place(service: &service, at: now) } catch {
      lines.append(LogLine(.warning, "no offer could be made: \(error.text)"))
      slot.call.hangUp(service: &service, at: now)
      slot.isSettled = true
      model.failed(slot.number, .unreachable, at: now)
    }
  }

  /// Tells the model what a placed call has come to.
  private mutating func tell(_ slot: inout Slot, at now: Instant) -> Bool {
    guard !slot.isSettled else { return false }
    var hasMoved = false
    if slot.call.isAnswered, !slot.isAnswerTold {
      slot.isAnswerTold = true
      hasMoved = true
      model.answered(slot.number, at: now)
    }
    if slot.call.wasUp, !slot.isUpTold {
      slot.isUpTold = true
      hasMoved = true
      model.up(slot.number, at: now)
    }
    guard case .over(let end) = slot.call.phase else { return hasMoved }
    slot.isSettled = true
    switch end {
    case .hungUp, .farSideHungUp: model.over(slot.number, .hungUp, at: now)
    case .refused(let error):
      lines.append(LogLine(.information, error.text))
      model.failed(slot.number, Self.failure(error), at: now)
    case .badAnswer: model.failed(slot.number, .unreachable, at: now)
    case .certificateChanged:
      counters.changedCertificates += 1
      model.failed(slot.number, .untrusted, at: now)
    case .lost: model.over(slot.number, .lost, at: now)
    }
    return true
  }

  private mutating func take(_ event: DeskEvent, at now: Instant) {
    switch event {
    case .up(let id): if let number = number(of: id) { model.up(number, at: now) }
    case .interrupted(let id, let isInterrupted):
      if let number = number(of: id) { model.interrupted(number, isInterrupted) }
    case .over(let id, let how):
      guard let number = number(of: id) else { return }
      forget(number)
      model.over(number, how, at: now)
    }
  }

  /// The call `number` is over; its caller may come back by its session.
  private mutating func forget(_ number: CallNumber) {
    guard let index = incoming.firstIndex(where: { $0.number == number }) else { return }
    let call = incoming.remove(at: index)
    if past.count >= Limits.callTokensKeptMax { past.removeFirst() }
    past.append(call)
  }

  private func connection(of number: CallNumber) -> ConnectionID? {
    incoming.first { $0.number == number }?.connection
  }

  private func number(of id: ConnectionID) -> CallNumber? { incoming.first { $0.connection == id }?.number }

  mutating func note(_ line: LogLine) { lines.append(line) }

  private mutating func drainLines() {
    while let line = desk.pollLine() { lines.append(line) }
  }

  // MARK: Words

  private static let changedSentence =
    "The certificate has changed: it is not the one that is pinned here for this intercom. Pair the two again."
  private static let pairingSentence =
    "Only those that were let in may call. Open this intercom's page and enter the code that its pairing shows, or pair "
    + "the two with intercom pair."
  private static let busySentence = "Busy: in a call, or not to be disturbed."

  private static func refusal(_ why: OfferRefusal) -> (CallRefusal, String) {
    switch why {
    case .busy: (.busy(retryAfterSeconds: AnsweringDesk.retryAfterSeconds), busySentence)
    case .refused: (.forbidden, "Somebody refused the call.")
    case .noAnswer: (.noAnswer, "Nobody answered.")
    case .noCall: (.forbidden, "There is no call here that could return.")
    case .ringOver: (.forbidden, "The ring is over: somebody else has answered, or nobody in time.")
    }
  }

  private static func failure(_ error: CallClientError) -> CallFailure {
    guard case .refused(let refused) = error else { return .unreachable }
    switch refused.status {
    case .serviceUnavailable: return .busy
    case .forbidden: return .refused
    case .gatewayTimeout: return .noAnswer
    default: return .unreachable
    }
  }

  private static func url(_ setting: CallURL) -> HTTPURL? {
    do throws(HTTPURLError) { return try HTTPURL(setting.text) } catch { return nil }
  }
}
