// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom call room+ws://HOST/ROOM`: a call with whom is met in a room, or comes there.

import Config
import Core
import Host
import Linux
import Peer
import Rooms
import Station
import VOIP
import Web

/// `intercom call room+ws://HOST/ROOM`.
enum RoomCallCommand {
  static func run(_ options: Command.CallOptions) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(options.config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    let url: RoomURL
    do throws(HTTPURLError) { url = try RoomURL(room: options.target) } catch {
      Terminal.complain("intercom: '\(options.target)' is no room+ws://HOST:PORT/ROOM: \(error.text)")
      return ExitCode.usage
    }
    guard let room = url.room else { return ExitCode.usage }
    guard options.authorities == nil else {
      Terminal.complain("intercom: with a room --authority says whom to believe, not --ca")
      return ExitCode.usage
    }
    let token: String?
    do throws(LinuxError) { token = try RoomToken.read(word: options.token) } catch {
      Terminal.complain("intercom: the token cannot be read: \(error.text)")
      return ExitCode.usage
    }
    do throws(HostError) {
      return try RoomCalling(configuration, options, room: room, url: url.http, token: token).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      return error.exitCode
    }
  }
}

/// The loop of `intercom call room+ws://HOST/ROOM`. Whoever comes later offers; one call, and it is over.
private final class RoomCalling {
  private let desk: Desk
  private let socket: CallSocket
  private var room: RoomDesk
  private var held: HeldCall
  private var call: RoomCallID?
  private var end: PlacedCallEnd?
  private var wasUp = false

  init(
    _ configuration: Configuration, _ options: Command.CallOptions, room name: RoomName, url: HTTPURL, token: String?
  ) throws(HostError) {
    let (host, note) = configuration.hostOfCall()
    desk = try Desk(host, level: configuration.settings.log.level.linux)
    socket = try CallSocket(host: desk.host, handshakes: desk.handshakes)
    do throws(LinuxError) {
      let member = RoomMember(
        name, at: url, name: configuration.settings.name, token: token, authority: options.authority,
        randomness: try Entropy.randomness())
      room = RoomDesk(member, randomness: try Entropy.randomness())
    } catch { throw .system(what: "random numbers", error) }
    held = HeldCall(options, name: configuration.settings.name, at: Clock.now())
    desk.note(.information, "start", configuration.origin)
    if let note { desk.note(.notice, "start", note) }
    desk.noteSound()
    desk.note(.notice, "start", "going into the room \(name.text) at \(url.authority.text)")
  }

  func run() throws(HostError) -> Int32 {
    desk.host.service.enableMicrophone()
    room.start(at: Clock.now())
    settle(at: Clock.now())
    while end == nil {
      let now = try turn(until: held.pollTimeout)
      held.note(connection, desk.host, at: now)
      if desk.isAskedToEnd || held.isTimeOver(at: now) { hangUp(at: now) }
    }
    // Goodbyes, and leaving: so that the others need not wait until they miss us.
    let patience = Clock.now() + .milliseconds(2 * Limits.webSocketCloseMilliseconds)
    while !room.isQuiet, Clock.now() < patience { _ = try turn(until: patience) }
    room.leave(at: Clock.now())
    settle(at: Clock.now())
    while !room.member.isDone, Clock.now() < patience { _ = try turn(until: patience) }
    return held.finish(end ?? .hungUp, wasUp: wasUp, desk)
  }

  private var connection: ConnectionID? { call.flatMap { room.connection(of: $0) } }

  private func turn(until moment: Instant) throws(HostError) -> Instant {
    let now = try desk.turn(until: min(moment, room.pollTimeout()))
    room.handleMember { socket.handle(&$0, at: now) }
    settle(at: now)
    return now
  }

  private func hangUp(at now: Instant) {
    held.noteEnding(connection, desk.host)
    if let call { room.hangUp(call, service: &desk.host.service, at: now) }
    end = .hungUp
    settle(at: now)
  }

  /// Takes events to and fro until there are none.
  private func settle(at now: Instant) {
    var isBusy = true
    while isBusy {
      isBusy = room.proceed(service: &desk.host.service, at: now)
      while let event = room.pollEvent() { take(event, at: now) }
      desk.host.flush(at: now)
      while let event = desk.host.nextEvent() {
        isBusy = true
        held.handle(event, desk.host, at: now)
        room.handle(event, service: &desk.host.service, at: now)
      }
      while let line = room.pollLine() { desk.note(line) }
      room.handleMember { if socket.serve(&$0, at: now) { isBusy = true } }
    }
  }

  private func take(_ event: RoomDeskEvent, at now: Instant) {
    switch event {
    case .entered(let peers):
      guard call == nil, end == nil, let peer = peers.first else { return }
      call = room.place(to: peer, service: &desk.host.service, at: now)
    case .offered(let id, let name):
      guard call == nil, end == nil else { return room.refuse(id, RoomSignal.busy, at: now) }
      desk.note(.notice, "call", "\(name) calls")
      call = id
      room.accept(id, service: &desk.host.service, at: now)
    case .up(let id): if id == call { wasUp = true }
    case .failed(let id, _):
      // Somebody else may come: only a call that was up ends the command.
      if id == call { call = nil }
    case .over(let id, let how):
      guard id == call else { return }
      if wasUp { end = how == .hungUp ? .farSideHungUp : .lost(.consentExpired) } else { call = nil }
    case .membersChanged, .answered, .interrupted, .distrusted: break
    }
  }
}
