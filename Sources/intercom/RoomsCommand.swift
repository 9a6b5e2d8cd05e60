// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom rooms`: the room server.

import Access
import Config
import Core
import Host
import Linux
import Rooms
import Security
import Web

/// `intercom rooms`.
enum RoomsCommand {
  static func run(_ options: Command.RoomsOptions) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(options.config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    do throws(HostError) {
      return try RoomServing(configuration, listen: options.listen).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      return error.exitCode
    }
  }
}

/// The loop of `intercom rooms`.
private final class RoomServing {
  private let desk: Desk
  private let sockets: WebSockets
  private let identity: WebIdentity
  private var shownIdentity: Int
  private var door: RoomDoor

  /// How long goodbyes may take to be sent.
  private static let lastWords = Instant.Span.milliseconds(Limits.webSocketCloseMilliseconds)

  init(_ configuration: Configuration, listen: Endpoint?) throws(HostError) {
    var settings = configuration.settings
    if let listen { settings.web.listen = listen }
    // A host without sound: only its poller is used.
    desk = try Desk(HostSettings(), level: settings.log.level.linux)
    desk.note(.information, "start", configuration.origin)
    do throws(LinuxError) {
      var randomness = try Entropy.randomness()
      identity = WebIdentity(settings, randomness: &randomness, at: Clock.now())
    } catch { throw .system(what: "certificate", error) }
    shownIdentity = identity.version
    var secure: SecureListening?
    if let endpoint = settings.web.httpsEndpoint, let shown = try identity.forConnections() {
      secure = SecureListening(endpoint: endpoint, identity: shown, handshakes: desk.handshakes)
    }
    let verifier = Self.verifier(settings, desk)
    do throws(LinuxError) {
      sockets = try WebSockets(
        listeningOn: settings.web.listen, host: desk.host, secure: secure, connectionsMax: RoomDoor.connectionsMax)
      let doorkeeper = RoomDoorkeeper(settings.web.accessMode, verifier: verifier)
      door = RoomDoor(RoomServer(randomness: try Entropy.randomness(), doorkeeper: doorkeeper))
    } catch { throw .system(what: "room server at \(settings.web.listen.text)", error) }
    desk.note(.notice, "start", "rooms at ws://\(sockets.local.text)/")
    if let endpoint = sockets.secureLocal { desk.note(.notice, "start", "rooms at wss://\(endpoint.text)/") }
    noteIdentity()
    if settings.web.accessMode == .paired, verifier == nil {
      desk.note(
        .warning, "start",
        "only programs of this machine are let in, for a room server pairs nobody: "
          + "set access = \"token\" or \"open\" in [web]"
      )
    }
  }

  /// What signed tokens are checked with. A key that cannot be read leaves them out, and the log says so.
  private static func verifier(_ settings: Settings, _ desk: Desk) -> TokenVerifier? {
    guard settings.web.accessMode != .open, let token = settings.token else { return nil }
    switch TokenKeyFile.read(token) {
    case .success(let key): return TokenVerifier(TokenPolicy(key, audience: token.audience), .library)
    case .failure(let why):
      desk.note(.error, "door", "no token is taken: \(why.text)")
      return nil
    }
  }

  func run() throws(HostError) -> Int32 {
    var seen = RoomServerCounters()
    while !desk.isAskedToEnd {
      try turn(until: .never)
      note(&seen)
    }
    let patience = Clock.now() + Self.lastWords
    door.closeAll(at: Clock.now())
    sockets.serve(web: &door, at: Clock.now())
    while door.connectionCount > 0, Clock.now() < patience { try turn(until: patience) }
    desk.note(.information, "end", "ended")
    desk.finish()
    return ExitCode.done
  }

  private func turn(until moment: Instant) throws(HostError) {
    let due = min(min(door.pollTimeout(), sockets.pollTimeout()), identity.pollTimeout)
    let now = try desk.turn(until: min(moment, due))
    door.wallSeconds = Clock.wallSeconds()
    if identity.pollTimeout <= now {
      identity.handleTimeout(isBusy: false, at: now)
      noteIdentity()
    }
    if door.pollTimeout() <= now { door.handleTimeout(at: now) }
    sockets.handle(web: &door, at: now)
  }

  /// Says what became of the certificate, and shows a renewed one from now on.
  private func noteIdentity() {
    for note in identity.takeNotes() { desk.note(note.level, "certificate", note.text) }
    guard identity.version != shownIdentity else { return }
    shownIdentity = identity.version
    do throws(HostError) {
      if let renewed = try identity.forConnections() { sockets.setIdentity(renewed) }
    } catch { desk.note(.error, "certificate", "\(error.text); the one that was there before is shown on") }
  }

  /// Says what has become of the members, without a name: who talks to whom is nobody's business.
  private func note(_ seen: inout RoomServerCounters) {
    let counters = door.rooms.counters
    guard counters.joined != seen.joined || counters.resumed != seen.resumed || counters.refused != seen.refused else {
      return
    }
    seen = counters
    let (members, rooms) = (door.rooms.memberCount, door.rooms.roomCount)
    desk.note(
      .information, "rooms",
      "\(members) members in \(rooms) rooms; joined \(seen.joined), resumed \(seen.resumed), refused \(seen.refused)"
        + (seen.wrongTokens > 0 ? ", wrong tokens \(seen.wrongTokens)" : ""))
  }
}
