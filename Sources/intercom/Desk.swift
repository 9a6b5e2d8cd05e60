// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What every long-running command has: a host, a log, signals, and the turns of the loop.

import Core
import Host
import Linux
import Station
import VOIP

/// A running host with its log and its signals.
final class Desk {
  let host: ServiceHost
  let settings: HostSettings
  /// Where TLS handshakes are computed.
  let handshakes: HandshakeThread
  private var log: Log
  private var signals: SignalReader
  /// Whether a signal asked the program to end.
  private(set) var isAskedToEnd = false
  private var isAskedToReload = false
  private var hasNoted = false

  static let signalToken = ServiceHost.foreignToken
  static let listenerToken = ServiceHost.foreignToken + 1
  static let secureListenerToken = ServiceHost.foreignToken + 2
  static let inputToken = ServiceHost.foreignToken + 3
  static let outputToken = ServiceHost.foreignToken + 4
  static let handshakeToken = ServiceHost.foreignToken + 5
  /// The first of two tokens for the room's connection.
  static let roomToken = ServiceHost.foreignToken + 50
  /// The first of two tokens for each placed call.
  static let clientToken = ServiceHost.foreignToken + 100
  /// The first of 256 tokens for the buttons' lines.
  static let panelToken = ServiceHost.foreignToken + 600
  /// The first of Limits.tlsHandshakesMax tokens for connections whose handshake is not done.
  static let newcomerToken = ServiceHost.foreignToken + 900
  static let webToken = ServiceHost.foreignToken + 1_000

  /// A host as `settings` say, with the signals caught from now on.
  init(_ settings: HostSettings, level: LogLevel) throws(HostError) {
    self.settings = settings
    log = Log(level: level, at: Clock.now())
    do throws(LinuxError) { signals = try SignalReader() } catch { throw .system(what: "signals", error) }
    host = try ServiceHost(settings: settings)
    do throws(LinuxError) {
      handshakes = try HandshakeThread()
      try host.poller.add(signals.number, for: .readable, token: Self.signalToken)
      try host.poller.add(handshakes.number, for: .readable, token: Self.handshakeToken)
    } catch { throw .system(what: "signals and handshakes", error) }
  }

  /// Whether SIGHUP came since this was asked last.
  func takeReload() -> Bool {
    defer { isAskedToReload = false }
    return isAskedToReload
  }

  /// Whether the host had something to say since this was asked last.
  func takeNews() -> Bool {
    defer { hasNoted = false }
    return hasNoted
  }

  /// The log says so much from now on.
  func setLevel(_ level: LogLevel) { log.level = level }

  /// Writes one event to the log.
  func note(_ level: LogLevel, _ key: StaticString, _ text: String) {
    log.write(level, key, text, at: Clock.now())
  }

  /// Writes a line of the station to the log.
  func note(_ line: LogLine) {
    switch line.weight {
    case .warning: note(.warning, "station", line.text)
    // Lines of one key are limited together: many callers that are busy must not hide what becomes of the call.
    case .notice: note(.notice, "calls", line.text)
    case .information: note(.information, "call", line.text)
    }
  }

  /// Waits once, and deals with signals and notices; the owner looks at `host.foreign` and at the events.
  func turn(until deadline: Instant) throws(HostError) -> Instant {
    let now = try host.wait(until: min(deadline, log.pollTimeout() ?? .never))
    if let due = log.pollTimeout(), due <= now { log.handleTimeout(at: now) }
    for index in host.foreign.indices {
      if host.foreign[index].token == Self.signalToken { readSignals() }
      if host.foreign[index].token == Self.handshakeToken { handshakes.takeBack() }
    }
    while let notice = host.nextNotice() {
      hasNoted = true
      note(notice.level, notice.key, notice.text)
    }
    return now
  }

  /// Says what the sound is, and what it is not: once, at start.
  func noteSound() {
    let period = settings.periodSamples / 48
    switch settings.input {
    case .alsa(let name): note(.information, "sound", "input: sound card \(name), \(period) ms periods")
    case .file(let path): note(.information, "sound", "input: file \(path)")
    case .tone(let hertz): note(.notice, "sound", "input: a generated tone of \(hertz) Hz, no microphone")
    case .speech: note(.notice, "sound", "input: generated speech-like sound, no microphone")
    case .silence: note(.notice, "sound", "input: silence, no microphone")
    }
    switch settings.output {
    case .alsa(let name): note(.information, "sound", "output: sound card \(name), \(period) ms periods")
    case .file(let path): note(.information, "sound", "output: file \(path)")
    case .none: note(.notice, "sound", "output: none, nothing is heard here")
    }
    note(.information, "sound", "microphone: \(settings.service.processing.sentence)")
  }

  /// Ends the sound, completes files, and sums the log up.
  func finish() {
    host.finish()
    log.finish(at: Clock.now())
  }

  private func readSignals() {
    while let signal = signals.next() {
      switch signal {
      case .interrupt, .terminate: isAskedToEnd = true
      case .reload: isAskedToReload = true
      }
    }
  }
}
