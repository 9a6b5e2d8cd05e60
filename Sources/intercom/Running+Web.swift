// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the web server wants of the device: calls, the state, commands of its pages, the bell, and who is let in.

import Access
import Config
import Core
import Host
import Linux
import Peer
import Security
import Station
import VOIP
import Web

extension Running {
  // MARK: Making

  /// The names and origins that requests may carry: the host's name and NAME.local, and what the configuration adds.
  static func access(_ settings: Settings) -> WebAccess {
    var hosts = settings.web.names
    let name = Program.hostName
    if !name.utf8.isEmpty {
      hosts.append(name)
      hosts.append(name + ".local")
    }
    return WebAccess(hosts: hosts, origins: settings.web.origins)
  }

  /// The doorkeeper as the configuration wants it.
  static func doorkeeper(_ settings: Settings, _ randomness: Randomness) -> AccessControl {
    AccessControl(settings.web.accessMode, cryptography: .library, randomness: randomness)
  }

  /// What the web server says of this device.
  var facts: WebFacts {
    let trust =
      sockets.secureLocal.map { identity.facts(port: sockets.local.port, securePort: $0.port) }
      ?? TrustFacts(name: settings.name)
    return WebFacts(
      trust: trust, version: BuildInfo.version, fingerprint: desk.host.service.fingerprint.text,
      stunServers: settings.ice.servers.map {
        // An IPv6 address is written in brackets (RFC 7064 section 3.1).
        $0.host.utf8.contains(UInt8(ascii: ":")) ? "stun:[\($0.host)]:\($0.port)" : "stun:\($0.host):\($0.port)"
      })
  }

  // MARK: Events

  /// Does what the web server asks for.
  func serveWeb(_ event: WebEvent, at now: Instant) {
    switch event {
    case .call(let call): station.handle(call, web: &web, service: &desk.host.service, at: now)
    case .statusWanted: web.provide(report(at: now), at: now)
    case .levelsWanted: web.provide(levels, at: now)
    case .command(let id, let request): web.reply(remoteReply(to: request, at: now), to: id, at: now)
    case .bell(let address):
      note("bell", "the bell was rung from \(address.text)", at: now)
      _ = obey(.ringBell, by: .remote, at: now)
    case .access(let notice): note("door", notice.text, at: now)
    case .savePaired(let text):
      pairedStore.write(text)
      tellDevices()
    }
  }

  /// Writes a line of the station to the log, and to the open pages.
  func note(_ line: LogLine, at now: Instant) {
    desk.note(line)
    web.log(line.text, weight: line.weight.text, at: now)
  }

  private func note(_ key: StaticString, _ text: String, at now: Instant) {
    desk.note(.notice, key, text)
    web.log(text, weight: "notice", at: now)
  }

  /// A page has the least authority, whoever looks at it; who may be let in is asked elsewhere.
  private func remoteReply(to request: ControlRequest, at now: Instant) -> ControlReply {
    if request == .status { return .status(report(at: now)) }
    guard let command = StationCommand(request) else { return .refused("This is not done from a page.") }
    if let refusal = obey(command, by: .remote, at: now) { return .refused(refusal.text) }
    return .done(answer(to: command))
  }

  /// The levels, as long as a call is up: five times a second with a page open.
  private var levels: PageLevels? {
    var worst: (quality: Int, limit: QualityLimit?)?
    for id in desk.host.service.connections {
      let quality = desk.host.service.connectionQuality(of: id)
      guard quality > 0, quality < worst?.quality ?? 101 else { continue }
      worst = (quality, desk.host.service.connectionQualityLimit(of: id))
    }
    guard let worst else { return nil }
    let state = desk.host.service.state
    return PageLevels(
      input: state.inputLevel, output: state.outputLevel, quality: worst.quality, limitedBy: worst.limit?.text ?? "")
  }
}

extension LineWeight {
  /// The weight as pages are told it.
  fileprivate var text: String {
    switch self {
    case .warning: "warning"
    case .notice: "notice"
    case .information: "information"
    }
  }
}
