// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The station as a member of a room: whoever is there can be called like a peer of the configuration, and with `voice` a call
// is held with them as long as both are there.
//
// WHO OFFERS. Whoever came later, for it alone knows that the other is there already; the other takes the call without
// ringing. A call that is lost is got back by whoever placed it, as any call is. A person who hangs up ends it until somebody
// calls, or comes into the room anew.

import Config
public import Core
import Peer
public import Rooms
import VOIP

/// The room that a station is in.
struct StationRoom: Sendable {
  struct Call {
    let number: CallNumber
    let id: RoomCallID
  }

  var desk: RoomDesk
  /// Whether a call is held as long as both are there.
  let voice: Bool
  var calls: [Call] = []
  /// Whom to call as soon as nothing else is going on, by its name in the room.
  var wanted: String?
  var wantedAt = Instant.zero
  var failures = 0

  func id(of number: CallNumber) -> RoomCallID? { calls.first { $0.number == number }?.id }
  func number(of id: RoomCallID) -> CallNumber? { calls.first { $0.id == id }?.number }
}

extension PeerSetting {
  /// A member of the room as the call model knows it: a peer without a URL, which nobody can claim to be over HTTP.
  init(inRoom name: String, voice: Bool) {
    self.init()
    self.name = name
    autoAnswer = voice ? true : nil
  }

  /// Whether it is a member of the room.
  var isInRoom: Bool { url.host.utf8.isEmpty }
}

extension Station {
  // MARK: Commands

  /// Goes into a room; `voice`: a call is held as long as somebody else is there. Once, at start.
  public mutating func enter(_ member: RoomMember, voice: Bool, randomness: Randomness, at now: Instant) {
    var desk = RoomDesk(member, randomness: randomness)
    desk.start(at: now)
    room = StationRoom(desk: desk, voice: voice)
  }

  /// Lets the hall move the bytes of the room's signaling.
  public mutating func handleRoom(_ change: (inout RoomMember) -> Void) { room?.desk.handleMember(change) }

  // MARK: Questions

  /// Whether the room is left, or none was entered.
  public var hasLeftRoom: Bool { room?.desk.member.isDone ?? true }

  /// The settings with those in the room as peers.
  var settingsWithRoom: Settings {
    guard let room else { return settings }
    var settings = settings
    for name in room.desk.names { settings.peers.append(PeerSetting(inRoom: shown(name), voice: room.voice)) }
    return settings
  }

  /// What a member is called here: a peer of the configuration keeps its name.
  private func shown(_ name: String) -> String {
    settings.peers.contains { sameBytes($0.name, name) } ? name + " (room)" : name
  }

  // MARK: Of the station's own

  /// Places a call to a member; false when no member is called so.
  mutating func placeInRoom<Channel: SecureChannel & ~Copyable>(
    _ number: CallNumber, _ peer: String, service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    guard var room else { return false }
    guard !settings.peers.contains(where: { sameBytes($0.name, peer) }) else { return false }
    guard let name = room.desk.names.first(where: { sameBytes(shown($0), peer) }),
      let id = room.desk.place(to: name, service: &service, at: now)
    else {
      // It has just left, or is away while a lost call is to be got back.
      model.failed(number, .unreachable, at: now)
      return true
    }
    room.calls.append(StationRoom.Call(number: number, id: id))
    self.room = room
    return true
  }

  mutating func answerInRoom<Channel: SecureChannel & ~Copyable>(
    _ number: CallNumber, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if let id = room?.id(of: number) { room?.desk.accept(id, service: &service, at: now) }
  }

  mutating func refuseInRoom(_ number: CallNumber, _ why: OfferRefusal, at now: Instant) {
    guard let id = room?.id(of: number) else { return }
    let reason =
      switch why {
      case .busy, .noCall, .ringOver: RoomSignal.busy
      case .refused: RoomSignal.refused
      case .noAnswer: RoomSignal.noAnswer
      }
    room?.desk.refuse(id, reason, at: now)
    room?.calls.removeAll { $0.number == number }
  }

  mutating func hangUpInRoom<Channel: SecureChannel & ~Copyable>(
    _ number: CallNumber, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard let id = room?.id(of: number) else { return }
    room?.desk.hangUp(id, service: &service, at: now)
    room?.calls.removeAll { $0.number == number }
  }

  /// Goes on with the room; answers whether anything moved.
  mutating func proceedInRoom<Channel: SecureChannel & ~Copyable>(
    isEnding: Bool, service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    guard room != nil else { return false }
    room?.desk.pins = pins
    var hasMoved = room?.desk.proceed(service: &service, at: now) ?? false
    while let event = room?.desk.pollEvent() {
      hasMoved = true
      if !isEnding { take(event, at: now) }
    }
    while let line = room?.desk.pollLine() { note(line) }
    if isEnding, room?.desk.isQuiet == true { room?.desk.leave(at: now) }
    if !isEnding, callWanted(at: now) { hasMoved = true }
    return hasMoved
  }

  /// When `proceedInRoom` is due.
  func pollRoomTimeout() -> Instant {
    guard let room else { return .never }
    let isWaiting = room.wanted != nil && model.state == .idle
    return min(room.desk.pollTimeout(), isWaiting ? room.wantedAt : .never)
  }

  // MARK: Private

  private mutating func take(_ event: RoomDeskEvent, at now: Instant) {
    switch event {
    case .entered(let peers):
      guard room?.voice == true, let peer = peers.first else { return }
      // We may only have been away, and have a call with it that outlived the room.
      if model.state != .idle, let party = model.party?.peer, sameBytes(party, shown(peer)) { return }
      room?.wanted = peer
      room?.wantedAt = now
      room?.failures = 0
    case .membersChanged: model.reconfigure(settingsWithRoom)
    case .offered(let id, let name): offer(id, from: name, at: now)
    case .answered(let id): if let number = room?.number(of: id) { model.answered(number, at: now) }
    case .up(let id):
      room?.wanted = nil
      room?.failures = 0
      if let number = room?.number(of: id) { model.up(number, at: now) }
    case .interrupted(let id, let isInterrupted):
      if let number = room?.number(of: id) { model.interrupted(number, isInterrupted) }
    case .failed(let id, let failure):
      guard let number = forget(id) else { return }
      model.failed(number, failure, at: now)
      delayWanted(at: now)
    case .distrusted: counters.changedCertificates += 1
    case .over(let id, let how): if let number = forget(id) { model.over(number, how, at: now) }
    }
  }

  private mutating func offer(_ id: RoomCallID, from name: String, at now: Instant) {
    let party = CallParty(peer: shown(name), name: name)
    if let why = model.refusal(of: party, at: now) {
      note(LogLine(.notice, "\(party.text) was refused: \(why == .busy ? "busy" : "there is no such call")"))
      room?.desk.refuse(id, RoomSignal.busy, at: now)
      return
    }
    // Whom we were about to call has called.
    room?.wanted = nil
    let number = model.offer(from: party, at: now)
    room?.calls.append(StationRoom.Call(number: number, id: id))
  }

  private mutating func forget(_ id: RoomCallID) -> CallNumber? {
    let number = room?.number(of: id)
    room?.calls.removeAll { $0.id == id }
    return number
  }

  /// Calls whom the room is for, when nothing else is going on.
  private mutating func callWanted(at now: Instant) -> Bool {
    guard let room, let name = room.wanted, room.wantedAt <= now, model.state == .idle else { return false }
    guard room.desk.names.contains(where: { sameBytes($0, name) }) else {
      self.room?.wanted = nil
      return false
    }
    delayWanted(at: now)
    // Nothing else is going on, and the member is there: it is not refused.
    do throws(CommandRefusal) { try model.call([shown(name)], at: now) } catch { self.room?.wanted = nil }
    return true
  }

  /// A call that the room is for may not come to be: the other may be busy, and is asked again after a while.
  private mutating func delayWanted(at now: Instant) {
    guard let room, room.wanted != nil else { return }
    let wait = min(Limits.redialMillisecondsFirst << min(room.failures + 2, 16), Limits.redialMillisecondsMax)
    self.room?.failures += 1
    self.room?.wantedAt = now + .milliseconds(wait)
  }
}
