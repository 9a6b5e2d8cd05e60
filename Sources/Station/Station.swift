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

/// The station. Owned by the loop thread.
public struct Station: Sendable {
  struct Slot {
    let number: CallNumber
    var call: PlacedCall
    var step = Step.begun
    var isAnswerTold = false
    var isUpTold = false
    /// The model knows that it is over, or has ended it.
    var isSettled = false

    enum Step { case begun, socketsAwaited, placed }
  }

  struct Incoming {
    let number: CallNumber
    let connection: ConnectionID
    let session: CallSessionID
    /// The known certificate of its caller.
    let pin: Fingerprint?
  }

  /// The calls.
  public internal(set) var model: CallModel
  /// The speaker's volume, 0 ... 100.
  public internal(set) var volumePercent: Int
  /// What was refused, and why.
  public internal(set) var counters = StationCounters()

  var settings: Settings
  /// The room it is in; nil: none.
  var room: StationRoom?
  var desk = AnsweringDesk()
  var slots = [Slot?](repeating: nil, count: Limits.placedCallSlotsMax)
  var incoming: [Incoming] = []
  /// Calls that are over, and whose callers may want them back.
  var past: [Incoming] = []
  var devices: [KnownDevice] = []
  var pins: PinBook
  var rings: Randomness
  var pagesRing: (id: String, number: CallNumber)?
  /// Who has asked for the mute, as the service counts it: it lasts while anybody's request does.
  var isMutedByHardware = false
  var isMutedLocally = false
  var isEnding = false
  var outputs: [StationOutput] = []
  var lines: [LogLine] = []

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
}
