// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom call URL|NAME`: places one call by HTTP.

import Config
import Core
import Host
import Peer
import Linux
import Station
import VOIP
import Web

/// `intercom call URL|NAME`.
enum CallCommand {
  static func run(_ options: Command.CallOptions) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(options.config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    guard let (name, url) = target(options.target, configuration.settings) else { return ExitCode.usage }
    do throws(HostError) {
      return try Calling(configuration, options, peer: name, url: url).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      return ExitCode.unavailable
    }
  }

  /// Whom `text` names: a peer of the configuration, or a URL.
  private static func target(_ text: String, _ settings: Settings) -> (String, Web.HTTPURL)? {
    let peer = settings.peers.first { $0.name == text }
    do throws(HTTPURLError) {
      return (text, try Web.HTTPURL(peer?.url.text ?? Config.HTTPURL(text)?.text ?? text))
    } catch {
      Terminal.complain("intercom: '\(text)' is no [[peer]] of the configuration and no URL: \(error.text)")
      return nil
    }
  }
}

/// The loop of `intercom call URL|NAME`.
private final class Calling {
  private let options: Command.CallOptions
  private let desk: Desk
  private let peer: String
  private let client: CallSocket
  private var call: PlacedCall
  private var measurement: CallMeasurement
  private var final = FinalFigures()
  private var hangUpAt = Instant.never
  private var live = LiveLine()

  init(_ configuration: Configuration, _ options: Command.CallOptions, peer: String, url: Web.HTTPURL) throws(HostError)
  {
    self.options = options
    self.peer = peer
    desk = try Desk(configuration.host, level: configuration.settings.log.level.linux)
    client = try CallSocket(host: desk.host)
    call = PlacedCall(to: url)
    measurement = CallMeasurement(at: Clock.now())
    desk.note(.information, "start", configuration.origin)
    desk.noteSound()
    desk.note(.notice, "start", "calling \(url.text)")
  }

  func run() throws(HostError) -> Int32 {
    let outcome = try converse()
    let text = outcome.text
    desk.note(call.wasUp ? .notice : .error, "end", "call: \(text)")
    desk.finish()
    if let path = options.report {
      let json = measurement.json(desk.host, final, outcome: text)
      let failure: LinuxError? = json.withByteView { bytes in
        do throws(LinuxError) {
          try Files.writeAtomically(bytes, to: path, access: .everybodyReads)
          return nil
        } catch { return error }
      }
      if let failure {
        Terminal.complain("intercom: the report could not be written to \(path): \(failure.text)")
        return ExitCode.failed
      }
    }
    guard call.wasUp else { return ExitCode.unavailable }
    if case .lost = outcome { return ExitCode.failed }
    return ExitCode.done
  }

  /// Holds the call until it is over.
  private func converse() throws(HostError) -> PlacedCallEnd {
    desk.host.service.enableMicrophone()
    begin(at: Clock.now())
    while true {
      if case .over(let end) = call.phase { return end }
      let now = try desk.turn(until: min(min(client.pollTimeout(call.client), hangUpAt), live.next))
      client.handle(&call.client, at: now)
      if let id = call.connection { final.take(id, of: desk.host.service) }
      settle(at: now)
      measurement.note(desk.host, at: now)
      live.print(final, call.phase, peer: peer, at: now)
      if desk.isAskedToEnd || hangUpAt <= now {
        hangUpAt = .never
        if let id = call.connection { final.takePair(id, of: desk.host.service) }
        call.hangUp(service: &desk.host.service, at: now)
        settle(at: now)
      }
    }
  }

  private func begin(at now: Instant) {
    do throws(VOIPError) {
      try call.begin(with: peer, service: &desk.host.service, at: now)
      settle(at: now)
      try call.place(service: &desk.host.service, at: now)
    } catch { desk.note(.error, "call", error.text) }
    settle(at: now)
  }

  /// Takes events to and fro until there are none.
  private func settle(at now: Instant) {
    var isBusy = true
    while isBusy {
      isBusy = false
      call.handleClient(service: &desk.host.service, at: now)
      desk.host.flush(at: now)
      while let event = desk.host.nextEvent() {
        isBusy = true
        measurement.handle(event, at: now)
        if case .connectionStateChanged(let id, .connected) = event { final.takePair(id, of: desk.host.service) }
        call.handle(event, service: &desk.host.service, at: now)
      }
      while let line = call.pollLine() { desk.note(line) }
      client.serve(&call.client, at: now)
    }
    if call.phase == .up, hangUpAt == .never, let seconds = options.seconds, !isLimited {
      isLimited = true
      hangUpAt = now + .seconds(seconds)
    }
  }

  private var isLimited = false
}

/// A line about the call on the terminal, once a second.
private struct LiveLine {
  /// When the next line is due; `.never` where nobody looks.
  private(set) var next = Instant.never
  private let isShown = Program.isTerminal(1) || Program.environment("INTERCOM_LIVE") != nil

  mutating func print(_ figures: FinalFigures, _ phase: PlacedCall.Phase, peer: String, at now: Instant) {
    guard isShown, phase == .up else { return }
    if next == .never { next = now }
    guard now >= next else { return }
    next = now + .seconds(1)
    let loss = figures.statistics.recentLossPerMille
    Swift.print(
      "\(peer): up, level \(figures.inputLevel), quality \(figures.quality), "
        + "delay \(figures.talker.playoutDelaySamples / 48) ms, loss \(loss / 10).\(loss % 10) %")
  }
}
