// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom rooms`: the room server.

import Config
import Core
import Host
import Linux
import Rooms
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
  private var door: RoomDoor

  /// How long goodbyes may take to be sent.
  private static let lastWords = Instant.Span.milliseconds(Limits.webSocketCloseMilliseconds)

  init(_ configuration: Configuration, listen: Endpoint?) throws(HostError) {
    var web = configuration.settings.web
    if let listen { web.listen = listen }
    // A host without sound: only its poller is used.
    desk = try Desk(HostSettings(), level: configuration.settings.log.level.linux)
    desk.note(.information, "start", configuration.origin)
    do throws(LinuxError) {
      sockets = try WebSockets(
        listeningOn: web.listen, host: desk.host, secure: nil, connectionsMax: RoomDoor.connectionsMax)
      door = RoomDoor(RoomServer(randomness: try Entropy.randomness(), doorkeeper: Self.doorkeeper(web.accessMode)))
    } catch { throw .system(what: "room server at \(web.listen.text)", error) }
    desk.note(.notice, "start", "rooms at ws://\(sockets.local.text)/")
    if web.accessMode != .open {
      desk.note(.warning, "start", "only programs of this machine are let in: [web] access is not open")
    }
  }

  /// Who may be in which room.
  private static func doorkeeper(_ mode: AccessMode) -> RoomDoorkeeper {
    { _, _, client in mode == .open || client.isLoopback }
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
    let now = try desk.turn(until: min(moment, door.pollTimeout()))
    if door.pollTimeout() <= now { door.handleTimeout(at: now) }
    sockets.handle(web: &door, at: now)
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
      "\(members) members in \(rooms) rooms; joined \(seen.joined), resumed \(seen.resumed), refused \(seen.refused)")
  }
}
