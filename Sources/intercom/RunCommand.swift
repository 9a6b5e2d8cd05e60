// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom run`: the device. Calls come and go, and a person commands it, until it is told to end.

import Config
import Core
import Host
import Linux
import Station
import VOIP
import Web

/// `intercom run`.
enum RunCommand {
  static func run(config: String?) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    do throws(HostError) {
      return try Running(configuration).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      if case .system(_, let cause) = error, cause.errno == LinuxError.addressInUse {
        Terminal.complain("intercom: another program uses that port; stop it, or set [web] listen to another one")
      }
      return error.exitCode
    }
  }
}

/// The loop of `intercom run`: it only wires; the station decides.
private final class Running {
  private let settings: Settings
  private let desk: Desk
  private let sockets: WebSockets
  private let calls: CallSockets
  private let memory: CallMemory
  private var web: WebServer
  private var station: Station
  private var live = LiveLine(isShown: LiveLine.isWanted(onTerminal: false))
  private let beginning = Clock.now()
  /// Heap allocations of this thread in turns that were not about the web server: in a steady call, none.
  private var quietAllocations: UInt64 = 0

  /// How long goodbyes may take to be sent.
  private static let lastWords = Instant.Span.seconds(1)

  init(_ configuration: Configuration) throws(HostError) {
    settings = configuration.settings
    desk = try Desk(configuration.host, level: configuration.settings.log.level.linux)
    desk.note(.information, "start", "intercom \(BuildInfo.version) \"\(settings.name)\"")
    desk.note(.information, "start", configuration.origin)
    if let complaint = Board.complaint(settings) { desk.note(.warning, "start", complaint) }
    desk.noteSound()
    do throws(LinuxError) {
      sockets = try WebSockets(listeningOn: settings.web.listen, host: desk.host)
      web = WebServer(randomness: try Entropy.randomness())
      station = Station(settings, randomness: try Entropy.randomness())
    } catch { throw .system(what: "web server at \(settings.web.listen.text)", error) }
    calls = try CallSockets(host: desk.host)
    memory = CallMemory(directory: settings.stateDirectory)
    desk.note(.notice, "start", "listening on http://\(sockets.local.text)/")
  }

  func run() throws(HostError) -> Int32 {
    desk.host.service.enableMicrophone()
    if let call = memory.read() { station.resume(call, at: Clock.now()) }
    settle(at: Clock.now())
    while !desk.isAskedToEnd {
      let allocationsBefore = BuildInfo.threadAllocations
      let now = try turn(until: live.next)
      live.show(desk.host.service, name: settings.name, at: now)
      if desk.host.foreign.isEmpty { quietAllocations += BuildInfo.threadAllocations - allocationsBefore }
    }
    try sayGoodbye()
    desk.note(.information, "end", "ended")
    desk.finish()
    return ExitCode.done
  }

  /// Waits once, and deals with what came.
  private func turn(until moment: Instant) throws(HostError) -> Instant {
    let now = try desk.turn(until: min(min(web.pollTimeout(), station.pollTimeout()), moment))
    if web.pollTimeout() <= now { web.handleTimeout(at: now) }
    sockets.handle(web: &web, at: now)
    calls.handle(&station, at: now)
    settle(at: now)
    sockets.serve(web: &web, at: now)
    return now
  }

  /// Takes events to and fro until there are none.
  private func settle(at now: Instant) {
    var isBusy = true
    while isBusy {
      isBusy = calls.serve(&station, at: now)
      while let event = web.pollEvent() {
        isBusy = true
        switch event {
        case .call(let call): station.handle(call, web: &web, service: &desk.host.service, at: now)
        case .statusWanted: web.provide(status(at: now), at: now)
        }
      }
      desk.host.flush(at: now)
      while let event = desk.host.nextEvent() {
        isBusy = true
        station.handle(event, web: &web, service: &desk.host.service, at: now)
      }
      if station.proceed(web: &web, service: &desk.host.service, at: now) { isBusy = true }
      while let output = station.pollOutput() { perform(output) }
      while let line = station.pollLine() { desk.note(line) }
    }
  }

  /// What a person asks for, whichever way; nil: done, else why not. A source of commands hands each of its own over
  /// here and gives the answer back.
  private func obey(_ command: StationCommand, by authority: Authority, at now: Instant) -> CommandRefusal? {
    let isMuted = desk.host.service.state.microphoneMuted
    do throws(CommandRefusal) {
      try station.handle(command, by: authority, isMuted: isMuted, at: now)
    } catch { return error }
    settle(at: now)
    return nil
  }

  private func perform(_ output: StationOutput) {
    switch output {
    case .setMuted(let isMuted, _): desk.host.service.setMicrophoneMuted(isMuted)
    case .remember(let call): if let error = memory.write(call) { desk.note(.warning, "memory", error) }
    case .forget: if let error = memory.clear() { desk.note(.warning, "memory", error) }
    case .playTone, .stopTone, .setTalking, .setVolume, .shutDown: break
    }
  }

  private func sayGoodbye() throws(HostError) {
    var now = Clock.now()
    let patience = now + Self.lastWords
    station.hangUpAll(web: &web, service: &desk.host.service, at: now)
    settle(at: now)
    sockets.serve(web: &web, at: now)
    while station.hasPlacedCalls, now < patience { now = try turn(until: patience) }
  }

  private func status(at now: Instant) -> StatusReport {
    var report = StatusReport(service: desk.host.service)
    report.name = settings.name
    report.version = BuildInfo.version
    report.state = station.model.state.text
    report.uptimeSeconds = (now - beginning).nanoseconds / 1_000_000_000
    if desk.host.firstPeriod != 0 { report.audioStartedNanoseconds = desk.host.firstPeriod }
    report.counters.append(CounterStatus("wake_ups", desk.host.wakeUps))
    report.counters.append(CounterStatus("audio_cycles", desk.host.service.voiceReport.cycles))
    if BuildInfo.countsAllocations {
      report.counters.append(CounterStatus("loop_allocations", quietAllocations))
      report.counters.append(CounterStatus("audio_allocations", desk.host.service.voiceReport.allocations))
    }
    return report
  }
}
