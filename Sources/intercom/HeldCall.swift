// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What `intercom call` does beside signaling, whichever way the call is signaled: it measures, shows a line a second,
// hangs up when the time of `--for` is over, and writes the report.

import Core
import Host
import Linux
import Station
import VOIP

/// The one call of `intercom call`, without its signaling.
struct HeldCall: ~Copyable {
  private let options: Command.CallOptions
  private let name: String
  private var measurement: CallMeasurement
  private var figures = FinalFigures()
  private var live: LiveLine
  private var hangUpAt = Instant.never
  private var hasBeenUp = false

  /// A call of the intercom called `name`, whose signaling begins now.
  init(_ options: Command.CallOptions, name: String, at now: Instant) {
    self.options = options
    self.name = name
    measurement = CallMeasurement(at: now)
    // With --stdio, standard output is the carrier's.
    live = LiveLine(isShown: options.isStdio ? false : LiveLine.isWanted(onTerminal: true))
  }

  /// When `note` is due at the latest.
  var pollTimeout: Instant { min(hangUpAt, live.next) }

  /// Whether the call has lasted as long as it was to.
  func isTimeOver(at now: Instant) -> Bool { hangUpAt <= now }

  /// Takes in what the service says of the call.
  mutating func handle(_ event: VOIPEvent, _ host: ServiceHost, at now: Instant) {
    // Not `now`: the handshake's last step takes milliseconds, and they belong to the set-up.
    measurement.handle(event, at: Clock.now())
    guard case .connectionStateChanged(let id, .connected) = event else { return }
    figures.takePair(id, of: host.service)
    if !hasBeenUp, let seconds = options.seconds { hangUpAt = now + .seconds(seconds) }
    hasBeenUp = true
  }

  /// Takes the figures as they are now; call it at every turn. Does not allocate.
  mutating func note(_ connection: ConnectionID?, _ host: ServiceHost, at now: Instant) {
    if let connection { figures.take(connection, of: host.service) }
    measurement.note(host, at: now)
    live.show(host.service, name: name, at: now)
  }

  /// Takes what is only there until the call is ended; call it before that.
  mutating func noteEnding(_ connection: ConnectionID?, _ host: ServiceHost) {
    hangUpAt = .never
    if let connection { figures.takePair(connection, of: host.service) }
  }

  /// Says how the call ended, ends the sound, and writes the report; answers the exit code.
  func finish(_ end: PlacedCallEnd, wasUp: Bool, _ desk: Desk) -> Int32 {
    desk.note(wasUp ? .notice : .error, "end", "call: \(end.text)")
    desk.finish()
    if let path = options.report, !writeReport(to: path, desk.host, outcome: end.text) { return ExitCode.failed }
    guard wasUp else { return ExitCode.unavailable }
    if case .lost = end { return ExitCode.failed }
    return ExitCode.done
  }

  private func writeReport(to path: String, _ host: ServiceHost, outcome: String) -> Bool {
    measurement.json(host, figures, outcome: outcome).withByteView { bytes in
      do throws(LinuxError) {
        try Files.writeAtomically(bytes, to: path, access: .everybodyReads)
        return true
      } catch {
        Terminal.complain("intercom: the report could not be written to \(path): \(error.text)")
        return false
      }
    }
  }
}
