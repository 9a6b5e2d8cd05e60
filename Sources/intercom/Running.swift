// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The loop of `intercom run`. It only wires; the station decides.
//
//   poller ─► web server, placed calls' sockets, control socket, buttons ─► Station ─► outputs: mute, talk, tones, memory
//                                                                         └► Indication ─► lights
//
// A turn: wait; what came in is handed over; events go to and fro until there are none; the lights follow, and the
// service manager is told. A running call allocates nothing here.

import Config
import Core
import Host
import Linux
import Station
import VOIP
import Web

/// The loop of `intercom run`.
final class Running {
  /// What holds now; a reload changes it.
  var settings: Settings
  /// The file that a reload reads again; nil: the standard one.
  let path: String?
  let desk: Desk
  let supervision: Supervision
  var control: ControlServer?
  var panel: DevicePanel
  var station: Station
  var web: WebServer
  let sockets: WebSockets
  private let calls: CallSockets
  private var room: RoomSocket?
  private let memory: CallMemory
  /// The certificate for HTTPS.
  var identity: WebIdentity
  /// Which version of it is shown.
  var shownIdentity = 0
  let pairedStore: PairedStore
  private var live = LiveLine(isShown: LiveLine.isWanted(onTerminal: false))
  let beginning = Clock.now()
  /// Something happened that the service manager's line about us may tell.
  private var hasNews = true
  /// Why this is no board for the configuration; nil: it may be.
  var boardComplaint: String?
  /// Whether this side's voice went out when the pages were told last.
  private var wasTalking = false
  /// Why the call in progress cannot be remembered; nil: it can.
  private(set) var memoryTrouble: String?
  /// Whether the link light blinks the code of a pairing.
  var isCodeShown = false
  /// Whether the sound runs for a tone only.
  private var isHoldingSound = false
  /// Heap allocations of this thread in turns that were not about sockets: in a steady call, none.
  private(set) var quietAllocations: UInt64 = 0

  /// How long goodbyes may take to be sent.
  private static let lastWords = Instant.Span.seconds(1)

  /// A device as `configuration` wants it, which was read from `path`.
  init(_ configuration: Configuration, path: String?) throws(HostError) {
    settings = configuration.settings
    self.path = path
    supervision = Supervision(at: Clock.now())
    desk = try Desk(configuration.host, level: configuration.settings.log.level.linux)
    desk.note(.information, "start", "intercom \(BuildInfo.version) \"\(settings.name)\"")
    desk.note(.information, "start", configuration.origin)
    boardComplaint = Board.complaint(settings)
    if let boardComplaint { desk.note(.warning, "start", boardComplaint) }
    desk.noteSound()
    do throws(LinuxError) {
      var randomness = try Entropy.randomness()
      identity = WebIdentity(settings, randomness: &randomness, at: beginning)
    } catch { throw .system(what: "certificate", error) }
    shownIdentity = identity.version
    var secure: SecureListening?
    if let endpoint = settings.web.httpsEndpoint, let shown = try identity.forConnections() {
      secure = SecureListening(endpoint: endpoint, identity: shown, handshakes: desk.handshakes)
    }
    do throws(LinuxError) {
      sockets = try WebSockets(listeningOn: settings.web.listen, host: desk.host, secure: secure)
      web = WebServer(
        access: Self.access(settings), doorkeeper: Self.doorkeeper(settings, try Entropy.randomness()),
        randomness: try Entropy.randomness())
      station = Station(settings, randomness: try Entropy.randomness())
    } catch { throw .system(what: "web server at \(settings.web.listen.text)", error) }
    calls = try CallSockets(host: desk.host, handshakes: desk.handshakes)
    memory = CallMemory(directory: settings.stateDirectory)
    pairedStore = PairedStore(directory: settings.stateDirectory)
    panel = DevicePanel(settings, host: desk.host)
    web.facts = facts
    web.wallSeconds = Clock.wallSeconds()
    openDoors()
    desk.note(.notice, "start", "listening on http://\(sockets.local.text)/")
    if let endpoint = sockets.secureLocal { desk.note(.notice, "start", "listening on https://\(endpoint.text)/") }
    noteIdentity()
    openControl()
    if let wanted = settings.room { room = RoomSocket(wanted, desk: desk) }
  }

  /// Runs until the program is told to end; answers the exit code.
  func run() throws(HostError) -> Int32 {
    let start = Clock.now()
    desk.host.service.enableMicrophone()
    // A ring must not wait for a card to be opened, and a card that is missing is to be seen before the call.
    desk.host.keepSoundRunning = settings.audio.input.isALSA || settings.audio.output.isALSA
    panel.open(at: start)
    obeyPanel(at: start)
    if let call = memory.read() { station.resume(call, at: start) }
    room?.enter(&station, name: settings.name, at: start)
    settle(at: start)
    supervision.tellReady(status: report(at: start).sentence)
    while !desk.isAskedToEnd {
      let allocationsBefore = BuildInfo.threadAllocations
      let now = try turn(until: live.next)
      live.show(desk.host.service, name: settings.name, at: now)
      if desk.host.foreign.isEmpty { quietAllocations += BuildInfo.threadAllocations - allocationsBefore }
    }
    supervision.tellStopping()
    try sayGoodbye()
    control?.finish()
    pairedStore.finish()
    desk.note(.information, "end", "ended")
    desk.finish()
    return ExitCode.done
  }

  /// Waits once, and deals with what came.
  private func turn(until moment: Instant) throws(HostError) -> Instant {
    let now = try desk.turn(
      until: min(min(min(web.pollTimeout(), sockets.pollTimeout()), station.pollTimeout()), min(moment, nextDuty)))
    web.wallSeconds = Clock.wallSeconds()
    if desk.takeReload() { reload(at: now) }
    if let failure = pairedStore.poll() { desk.note(.warning, "door", failure) }
    if !desk.host.foreign.isEmpty { web.wallSeconds = Clock.wallSeconds() }
    if web.pollTimeout() <= now { web.handleTimeout(at: now) }
    if identity.pollTimeout <= now {
      identity.handleTimeout(isBusy: station.model.state != .idle, at: now)
      noteIdentity()
    }
    // A button goes first: what it says must hold before anything else is answered.
    panel.handle(at: now)
    obeyPanel(at: now)
    sockets.handle(web: &web, at: now)
    calls.handle(&station, at: now)
    room?.handle(&station, at: now)
    settle(at: now)
    serveControl(at: now)
    supervise(at: now)
    followTalk()
    sockets.serve(web: &web, at: now)
    letSoundGo()
    followPairing(at: now)
    panel.show(indication(at: now), at: now)
    return now
  }

  private var nextDuty: Instant {
    min(
      min(supervision.pollTimeout(), identity.pollTimeout), min(control?.pollTimeout() ?? .never, panel.pollTimeout()))
  }

  func noteIdentity() {
    for note in identity.takeNotes() { desk.note(note.level, "certificate", note.text) }
    guard identity.version != shownIdentity else { return }
    shownIdentity = identity.version
    do throws(HostError) {
      if let renewed = try identity.forConnections() { sockets.setIdentity(renewed) }
      web.facts = facts
    } catch { desk.note(.error, "certificate", "\(error.text); the one that was there before is shown on") }
  }

  /// Takes events to and fro until there are none.
  func settle(at now: Instant) {
    var isBusy = true
    while isBusy {
      isBusy = calls.serve(&station, at: now)
      if room?.serve(&station, at: now) == true { isBusy = true }
      while let event = web.pollEvent() {
        isBusy = true
        serveWeb(event, at: now)
      }
      desk.host.flush(at: now)
      while let event = desk.host.nextEvent() {
        isBusy = true
        station.handle(event, web: &web, service: &desk.host.service, at: now)
      }
      station.setPagesListening(web.pageCount, at: now)
      if station.proceed(web: &web, service: &desk.host.service, at: now) { isBusy = true }
      while let output = station.pollOutput() {
        isBusy = true
        perform(output, at: now)
      }
      while let line = station.pollLine() { note(line, at: now) }
      if isBusy { hasNews = true }
    }
  }

  private func perform(_ output: StationOutput, at now: Instant) {
    switch output {
    case .setMuted(let isMuted, let authority): _ = desk.host.service.setMicrophoneMuted(isMuted, by: authority)
    case .setTalking(let isPressed): desk.host.service.setTalking(isPressed)
    case .setVolume(let percent): desk.host.service.setVolume(percent: percent)
    case .playTone(let tone): play(tone)
    case .stopTone: desk.host.service.stopTone()
    case .remember(let call): noteMemory(memory.write(call))
    case .forget: noteMemory(memory.clear())
    case .ringPages(let id): _ = web.ringPages(id, from: settings.name, at: now)
    case .ringPagesOver(let id): web.endRing(id, at: now)
    case .bell: web.tellBell(at: now)
    case .openPairing(let role): showPairing(role, at: now)
    case .shutDown: shutDown()
    }
  }

  /// A disk that cannot be written is said once, and shown until it can be.
  private func noteMemory(_ failure: String?) {
    if let failure, memoryTrouble == nil { desk.note(.warning, "memory", failure) }
    memoryTrouble = failure
  }

  private func sayGoodbye() throws(HostError) {
    var now = Clock.now()
    let patience = now + Self.lastWords
    station.hangUpAll(web: &web, service: &desk.host.service, at: now)
    settle(at: now)
    sockets.serve(web: &web, at: now)
    while station.hasPlacedCalls || !station.hasLeftRoom, now < patience { now = try turn(until: patience) }
  }

  // MARK: Tones

  /// A tone needs no call: the sound then runs for it alone.
  func play(_ tone: Tone) {
    desk.host.service.playTone(tone)
    guard !desk.host.isSoundRunning, settings.audio.output != .noDevice else { return }
    isHoldingSound = true
    desk.host.holdSound(true)
  }

  private func letSoundGo() {
    guard isHoldingSound, !desk.host.service.isTonePlaying else { return }
    isHoldingSound = false
    desk.host.holdSound(false)
  }

  // MARK: What is going on

  /// What the lights tell of.
  private func indication(at now: Instant) -> Indication {
    var facts = Indication()
    facts.state = station.model.state
    facts.isMuted = desk.host.service.isMicrophoneMuted
    facts.isTalking = desk.host.service.isTalking
    facts.isTalkingWhileMuted = facts.state == .connected && desk.host.service.isTalkingWhileMuted(at: now)
    facts.isTroubled =
      !desk.host.soundTrouble.isNone || panel.isTroubled || memoryTrouble != nil || boardComplaint != nil
    facts.hasPowerLight = panel.hasLight(.power)
    return facts
  }

  /// The service manager: its watchdog, and what it shows of us. Making that line allocates, so it follows events only.
  private func supervise(at now: Instant) {
    if supervision.pollTimeout() <= now {
      let progress = desk.host.isSoundRunning ? desk.host.audioProgress : nil
      if let line = supervision.handleTimeout(progress: progress, at: now) { desk.note(.error, "watchdog", line) }
    }
    // Sound cards that go and come are told by the host, and not by events.
    guard desk.takeNews() || hasNews else { return }
    hasNews = false
    web.noteChange()
    if supervision.isWanted { supervision.tell(status: report(at: now).sentence) }
  }

  /// The talk gate opens and closes without an event: open pages follow it.
  private func followTalk() {
    guard web.pageCount > 0, desk.host.service.isTalking != wasTalking else { return }
    wasTalking.toggle()
    web.noteChange()
  }

  private func shutDown() {
    do throws(LinuxError) {
      desk.note(.notice, "power", "shutting the machine down: \(try Machine.powerOff())")
    } catch {
      desk.note(.error, "power", "the machine cannot be shut down: \(error.text)")
      desk.host.service.playTone(.error)
    }
  }
}
