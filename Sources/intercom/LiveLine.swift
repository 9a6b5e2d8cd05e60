// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A line about each call on standard output, once a second, for whoever watches.

import Core
import Host
import Linux
import Peer
import VOIP

/// When the next lines about calls are due, and what they say.
struct LiveLine: ~Copyable {
  /// When the next line is due; `.never` where nobody watches or there is no call.
  private(set) var next = Instant.never
  private let isShown: Bool
  private var output = LineWriter()

  /// Lines, if they are to be shown.
  init(isShown: Bool) { self.isShown = isShown }

  /// Whether lines are wanted: where the environment has `INTERCOM_LIVE`, and, if `onTerminal`, where standard output is
  /// a terminal.
  static func isWanted(onTerminal: Bool) -> Bool {
    Program.environment("INTERCOM_LIVE") != nil || (onTerminal && Program.isTerminal(1))
  }

  /// Writes a line about each of the service's connections that is up, when it is time. `name` is who we are.
  mutating func show(_ service: borrowing Service, name: String, at now: Instant) {
    guard isShown, next == .never || now >= next else { return }
    guard service.state.connectionCount > 0 else {
      next = .never
      return
    }
    next = now + .seconds(1)
    for id in service.connections { write(id, of: service, name: name) }
  }

  private mutating func write(_ id: ConnectionID, of service: borrowing Service, name: String) {
    guard service.connectionState(of: id) == .connected, let figures = service.statistics(of: id) else { return }
    let state = service.state
    let delay = (service.talkerReport(of: id)?.playoutDelaySamples ?? 0) / 48
    let loss = max(figures.recentLossPerMille, figures.remoteLossPerMille)
    var line = "\(name), \(service.names(of: id)?.userID ?? ""): connected"
    line += ", input level \(state.inputLevel), output level \(state.outputLevel)"
    line += ", delay \(delay) ms, loss \(loss / 10).\(loss % 10) %, quality \(service.connectionQuality(of: id))"
    output.write(line)
  }
}
