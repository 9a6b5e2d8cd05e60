// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whoever commands `intercom run`: buttons, the control socket, and a configuration that is read again.

import Config
import Core
import Host
import Linux
import Station
import VOIP
import Web

extension Running {
  /// What a person asks for, whichever way; nil: done, else why not. A source of commands hands each of its own over
  /// here and gives the answer back.
  func obey(_ command: StationCommand, by authority: Authority, at now: Instant) -> CommandRefusal? {
    let isMuted = desk.host.service.isMicrophoneMuted
    do throws(CommandRefusal) {
      try station.handle(command, by: authority, isMuted: isMuted, at: now)
    } catch { return error }
    settle(at: now)
    return nil
  }

  // MARK: Buttons

  /// Does what the buttons ask for.
  func obeyPanel(at now: Instant) {
    while let command = panel.nextCommand() {
      if let refusal = obey(command, by: .hardware, at: now) { desk.note(.information, "button", refusal.text) }
    }
    while let line = panel.nextLine() { desk.note(line.level, "panel", line.text) }
  }

  // MARK: The control socket

  /// Without a control socket the intercom still takes calls: a failure is said, and no more.
  func openControl() {
    guard let path = ControlPath.ofService(setting: settings.control.path) else { return }
    do throws(ControlSocketError) {
      control = try ControlServer(listeningAt: path, group: settings.control.group, host: desk.host)
      desk.note(.information, "start", "control socket at \(path)")
    } catch { desk.note(.error, "start", error.text) }
  }

  /// Takes requests from the control socket and answers them.
  func serveControl(at now: Instant) {
    guard let control else { return }
    control.handle(at: now)
    while let (client, request) = control.nextRequest() {
      control.reply(reply(to: request, at: now), to: client)
    }
  }

  private func reply(to request: ControlRequest, at now: Instant) -> ControlReply {
    if let reply = doorReply(to: request, at: now) { return reply }
    guard let command = StationCommand(request) else { return .status(report(at: now)) }
    if let refusal = obey(command, by: .local, at: now) { return .refused(refusal.text) }
    return .done(answer(to: command))
  }

  /// What has become of a command, as a sentence.
  func answer(to command: StationCommand) -> String {
    switch command {
    case .call(let peers):
      var text = ""
      for peer in peers { text += (text.utf8.isEmpty ? "" : ", ") + peer }
      return "Calling \(text.utf8.isEmpty ? "everybody" : text)."
    case .answer: return "Answered."
    case .hangUp: return "Hung up."
    case .setMuted, .toggleMute:
      return desk.host.service.isMicrophoneMuted ? "The microphone is muted." : "The microphone is no longer muted."
    case .setTalking(let isTalking): return isTalking ? "Talking." : "No longer talking."
    case .setVolume, .changeVolume: return "The volume is \(station.volumePercent) %."
    case .setDoNotDisturb(let refuses): return refuses ? "Calls are refused as busy." : "Calls are taken again."
    case .ringBell: return "The bell rings."
    case .openPairing: return "Pairing is open."
    case .shutDown: return "Shutting down."
    }
  }

  /// The state of everything, for the page, the control socket and the service manager.
  func report(at now: Instant) -> StatusReport {
    var report = StatusReport(service: desk.host.service)
    report.name = settings.name
    report.version = BuildInfo.version
    report.state = station.model.state.text
    report.doesNotDisturb = station.model.doesNotDisturb
    report.trouble = trouble
    for peer in settings.peers { report.peers.append(peer.name) }
    report.uptimeSeconds = (now - beginning).nanoseconds / 1_000_000_000
    if desk.host.firstPeriod != 0 { report.audioStartedNanoseconds = desk.host.firstPeriod }
    report.counters.append(CounterStatus("wake_ups", desk.host.wakeUps))
    report.counters.append(CounterStatus("audio_cycles", desk.host.audioProgress))
    if let secure = sockets.secureCounters {
      report.counters.append(CounterStatus("tls_handshakes", secure.handshakes))
      report.counters.append(CounterStatus("tls_failed_handshakes", secure.failed + secure.clear))
      report.counters.append(CounterStatus("tls_refused_connections", secure.refused))
    }
    report.counters.append(CounterStatus("changed_certificates", station.counters.changedCertificates))
    report.counters.append(CounterStatus("unknown_callers", station.counters.unknownCallers))
    report.ring = web.pageRing
    report.waiting = station.model.waitingCount
    report.counters += web.counterStatuses
    if BuildInfo.countsAllocations {
      report.counters.append(CounterStatus("loop_allocations", quietAllocations))
      report.counters.append(CounterStatus("audio_allocations", desk.host.service.voiceReport.allocations))
    }
    return report
  }

  /// What is wrong that a person should look at, the same that the lights tell of; empty: nothing. Allocates.
  private var trouble: String {
    var text = desk.host.soundTrouble.text
    for more in [panel.trouble, memoryTrouble ?? "", boardComplaint ?? "", pairedStore.trouble ?? ""]
    where !more.utf8.isEmpty {
      text += (text.utf8.isEmpty ? "" : "; ") + more
    }
    return text
  }

  // MARK: Reading the configuration again

  /// Reads the configuration again; calls go on, whatever it says.
  func reload(at now: Instant) {
    supervision.tellReloading(at: now)
    switch Reloading(path, over: settings) {
    case .kept(let lines): for line in lines { desk.note(.error, "reload", line) }
    case .read(let reload):
      settings = reload.settings
      web.configure(Self.access(settings))
      let complaint = Board.complaint(settings)
      if let complaint, boardComplaint == nil { desk.note(.warning, "reload", complaint) }
      boardComplaint = complaint
      apply(reload, at: now)
      desk.note(.notice, "reload", reload.text)
      if let text = reload.restartText { desk.note(.warning, "reload", text) }
    }
    supervision.tellReady(status: report(at: now).sentence)
  }

  /// The certificate as the settings want it now. An operator's that was renewed in its file is shown from now on; one that
  /// is of no use is not.
  private func renewCertificate(_ reload: Reload, at now: Instant) {
    guard sockets.secureLocal != nil else { return }
    guard settings.web.certificate != nil || reload.changes("web.certificate") else {
      identity.reconfigure(settings, isBusy: station.model.state != .idle, at: now)
      return noteIdentity()
    }
    guard var randomness = try? Entropy.randomness() else { return }
    let renewed = WebIdentity(settings, randomness: &randomness, at: now)
    if renewed.server == nil {
      for note in renewed.takeNotes() { desk.note(note.level, "certificate", note.text) }
      return desk.note(.error, "reload", "the certificate that was there before is shown on")
    }
    (identity, shownIdentity) = (renewed, 0)
    noteIdentity()
  }

  private func apply(_ reload: Reload, at now: Instant) {
    station.reconfigure(settings)
    desk.setLevel(settings.log.level.linux)
    if reload.changes("web.access") || reload.changes("token") { applyAccess() }
    if reload.changes("talk") { desk.host.service.setTalkRules(settings.talk.rules) }
    if reload.changes("audio.volume") {
      _ = obey(.setVolume(settings.audio.volumePercent), by: .local, at: now)
    }
    renewCertificate(reload, at: now)
    web.facts = facts
    if reload.changes("mixer") { desk.host.setMixer(settings.mixer.map { $0.preset }) }
    guard reload.changes("button") || reload.changes("light") else { return }
    // The lines are let go before they are asked for again. A talk button that is held counts as let go.
    _ = obey(.setTalking(false), by: .hardware, at: now)
    panel = DevicePanel(Settings(name: ""), host: desk.host)
    panel = DevicePanel(settings, host: desk.host)
    panel.open(at: now)
    obeyPanel(at: now)
  }
}
