// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom run`: answers calls until it is told to end.

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
      return try Answering(configuration).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      if case .system(_, let cause) = error, cause.errno == LinuxError.addressInUse {
        Terminal.complain("intercom: another program uses that port; stop it, or set [web] listen to another one")
      }
      return error.exitCode
    }
  }
}

/// The loop of `intercom run`.
private final class Answering {
  private let settings: Settings
  private let desk: Desk
  private let sockets: WebSockets
  private var web: WebServer
  private var answering = AnsweringDesk()
  private var live = LiveLine(isShown: LiveLine.isWanted(onTerminal: false))
  private let beginning = Clock.now()
  /// Heap allocations of this thread in turns that were not about the web server: in a steady call, none.
  private var quietAllocations: UInt64 = 0

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
    } catch { throw .system(what: "web server at \(settings.web.listen.text)", error) }
    desk.note(.notice, "start", "listening on http://\(sockets.local.text)/")
  }

  func run() throws(HostError) -> Int32 {
    desk.host.service.enableMicrophone()
    while !desk.isAskedToEnd {
      let allocationsBefore = BuildInfo.threadAllocations
      let now = try desk.turn(until: min(min(web.pollTimeout(), answering.pollTimeout()), live.next))
      if web.pollTimeout() <= now { web.handleTimeout(at: now) }
      sockets.handle(web: &web, at: now)
      settle(at: now)
      answering.handleTimeout(web: &web, service: &desk.host.service, at: now)
      settle(at: now)
      sockets.serve(web: &web, at: now)
      live.show(desk.host.service, name: settings.name, at: now)
      if desk.host.foreign.isEmpty { quietAllocations += BuildInfo.threadAllocations - allocationsBefore }
    }
    hangUpAll()
    desk.note(.information, "end", "ended")
    desk.finish()
    return ExitCode.done
  }

  /// Takes events to and fro until there are none.
  private func settle(at now: Instant) {
    var isBusy = true
    while isBusy {
      isBusy = false
      while let event = web.pollEvent() {
        isBusy = true
        switch event {
        case .call(let call): answering.handle(call, web: &web, service: &desk.host.service, at: now)
        case .statusWanted: web.provide(status(at: now), at: now)
        }
      }
      desk.host.flush(at: now)
      while let event = desk.host.nextEvent() {
        isBusy = true
        answering.handle(event, web: &web, service: &desk.host.service, at: now)
      }
      while let line = answering.pollLine() { desk.note(line) }
    }
  }

  private func hangUpAll() {
    let now = Clock.now()
    for id in desk.host.service.connections { desk.host.service.closeConnection(id, at: now) }
    desk.host.flush(at: now)
    settle(at: now)
  }

  private func status(at now: Instant) -> StatusReport {
    var report = StatusReport(service: desk.host.service)
    report.name = settings.name
    report.version = BuildInfo.version
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
