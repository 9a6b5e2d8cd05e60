// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The calls of a room: a member's signaling on one side, connections of the service on the other.
//
//   RoomMember ◄─ offer, answer, candidate, bye ─► RoomDesk ─ a CarriedCall for each ─► VOIPService
//
// HANDLE    handle(_: VOIPEvent …), handleMember (bytes of the signaling)
// COMMANDS  place, accept, refuse, hangUp, hangUpAll
// POLL      proceed, then pollEvent, pollLine; pollTimeout
//
// An offer is only kept until it is accepted: nothing is set up for a call that nobody takes. A call that is up needs the room
// no more: a server that is gone, or a member that comes back as somebody new, changes nothing about it.

public import Core
public import Peer
public import Rooms
public import VOIP
import Web

/// The calls of a room. Owned by the loop thread.
public struct RoomDesk: Sendable {
  /// The member.
  public private(set) var member: RoomMember
  private var legs: [RoomLeg] = []
  private var randomness: Randomness
  private var lastNumber: UInt32 = 0
  private var events: [RoomDeskEvent] = []
  private var lines: [LogLine] = []
  private var isTroubleTold = false
  /// The certificates that names are held against: the room server may be anybody's, and lie.
  var pins = PinBook([], [])

  /// A desk for `member`, which has not started.
  public init(_ member: RoomMember, randomness: Randomness) {
    self.member = member
    self.randomness = randomness
  }

  // MARK: Questions

  /// The names of the others in the room.
  public var names: [String] { member.peers.map { $0.name } }

  /// Whether there is no call, not even one that is being ended.
  public var isQuiet: Bool { legs.isEmpty }

  /// The connection of a call; nil while it has none.
  public func connection(of id: RoomCallID) -> ConnectionID? { legs.first { $0.id == id }?.carried.connection }

  // MARK: Commands

  /// Goes into the room.
  public mutating func start(at now: Instant) { member.start(at: now) }

  /// Leaves the room; calls go on.
  public mutating func leave(at now: Instant) { member.leave(at: now) }

  /// Calls the member of this name; nil when there is none, or nothing can be set up.
  public mutating func place<Channel: SecureChannel & ~Copyable>(
    to name: String, service: inout VOIPService<Channel>, at now: Instant
  ) -> RoomCallID? {
    guard let peer = member.peers.first(where: { sameBytes($0.name, name) }), legs.count < Limits.callSessionsMax else {
      return nil
    }
    var leg = RoomLeg(
      id: nextID(), call: RoomLeg.newCall(&randomness), member: peer.member, name: name, isPlaced: true, step: .begun)
    do throws(VOIPError) { try leg.carried.begin(service: &service, at: now) } catch {
      lines.append(LogLine(.warning, "\(name) cannot be called: \(error.text)"))
      return nil
    }
    legs.append(leg)
    return leg.id
  }

  /// Takes a call that was offered.
  public mutating func accept<Channel: SecureChannel & ~Copyable>(
    _ id: RoomCallID, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard let index = legs.firstIndex(where: { $0.id == id && $0.step == .kept }) else { return }
    do throws(VOIPError) {
      try legs[index].carried.begin(service: &service, at: now)
      legs[index].step = .begun
      legs[index].isAnswered = true
    } catch {
      lines.append(LogLine(.warning, "the call cannot be taken: \(error.text)"))
      events.append(.over(id, .lost))
      refuse(id, RoomSignal.busy, at: now)
    }
  }

  /// Refuses a call that was offered; `reason` as in `RoomSignal`.
  public mutating func refuse(_ id: RoomCallID, _ reason: String, at now: Instant) {
    guard let index = legs.firstIndex(where: { $0.id == id && $0.step == .kept }) else { return }
    let leg = legs.remove(at: index)
    member.send(RoomSignal(leg.call, .bye(reason: reason)), to: leg.member, at: now)
  }

  /// Ends a call.
  public mutating func hangUp<Channel: SecureChannel & ~Copyable>(
    _ id: RoomCallID, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard let index = legs.firstIndex(where: { $0.id == id }) else { return }
    legs[index].isSettled = true
    legs[index].carried.hangUp(service: &service, at: now)
  }

  /// Ends every call, and leaves the room.
  public mutating func hangUpAll<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) {
    for id in legs.map({ $0.id }) {
      refuse(id, RoomSignal.refused, at: now)
      hangUp(id, service: &service, at: now)
    }
  }

  // MARK: Handle

  /// Lets the hall move the bytes of the signaling.
  public mutating func handleMember(_ change: (inout RoomMember) -> Void) { change(&member) }

  /// Takes in what the service says.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: VOIPEvent, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if case .error(_, nil) = event { return }
    for index in legs.indices {
      legs[index].carried.handle(event, service: &service, at: now)
      guard case .connectionStateChanged(let id, let state) = event, id == legs[index].carried.connection else {
        continue
      }
      if state == .disconnected { events.append(.interrupted(legs[index].id, true)) }
      if state == .connected { events.append(.interrupted(legs[index].id, false)) }
    }
  }

  // MARK: Poll

  /// Goes on with everything; answers whether anything moved, and is then to be called again, after the service's events
  /// have been handed over.
  public mutating func proceed<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    if member.pollTimeout() <= now { member.handleTimeout(at: now) }
    var hasMoved = false
    while let event = member.pollEvent() {
      hasMoved = true
      take(event, service: &service, at: now)
    }
    for index in legs.indices where proceed(index, service: &service, at: now) { hasMoved = true }
    legs.removeAll { leg in
      guard leg.isSettled, leg.step != .kept else { return false }
      if case .over = leg.carried.phase { return true }
      return false
    }
    return hasMoved
  }

  /// What has happened next, or nil.
  public mutating func pollEvent() -> RoomDeskEvent? { events.isEmpty ? nil : events.removeFirst() }

  /// The next line for the log, or nil.
  public mutating func pollLine() -> LogLine? { lines.isEmpty ? nil : lines.removeFirst() }

  /// When `proceed` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant { member.pollTimeout() }

  // MARK: The room

  private mutating func take<Channel: SecureChannel & ~Copyable>(
    _ event: RoomMemberEvent, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .inside(let peers, let isResumed):
      isTroubleTold = false
      guard !isResumed else { return }
      lines.append(LogLine(.notice, "in the room, with \(peers.count) more"))
      // Those who were here before us know nothing of what we had going.
      for index in legs.indices where !legs[index].isAnswered { giveUp(index, service: &service, at: now) }
      dropUnanswered()
      for peer in peers { rebind(peer) }
      events.append(.membersChanged)
      events.append(.entered(peers: peers.map { $0.name }))
    case .joined(let peer):
      lines.append(LogLine(.notice, "\(peer.name) came into the room"))
      rebind(peer)
      events.append(.membersChanged)
    case .left(let peer):
      lines.append(LogLine(.notice, "\(peer.name) left the room"))
      for index in legs.indices where sameBytes(legs[index].member, peer.member) && !legs[index].isAnswered {
        giveUp(index, service: &service, at: now)
      }
      dropUnanswered()
      events.append(.membersChanged)
    case .signal(let signal, let from): take(signal, from: from, service: &service, at: now)
    case .undeliverable(let call):
      for index in legs.indices where sameBytes(legs[index].call, call) && !legs[index].isAnswered {
        giveUp(index, service: &service, at: now)
      }
      dropUnanswered()
    case .away(let error):
      if !isTroubleTold { lines.append(LogLine(.warning, "the room is away: \(error.text)")) }
      isTroubleTold = true
    case .refused(_, let sentence):
      if !isTroubleTold { lines.append(LogLine(.warning, "the room server refuses: \(sentence)")) }
      isTroubleTold = true
    case .done: break
    }
  }

  /// A member that came back as somebody new still has its call with us.
  private mutating func rebind(_ peer: RoomPeer) {
    for index in legs.indices where sameBytes(legs[index].name, peer.name) { legs[index].member = peer.member }
  }

  /// Ends a call that is not answered, and whose far side is gone.
  private mutating func giveUp<Channel: SecureChannel & ~Copyable>(
    _ index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard !legs[index].isSettled else { return }
    legs[index].isSettled = true
    let id = legs[index].id
    events.append(legs[index].isPlaced ? .failed(id, .unreachable) : .over(id, .hungUp))
    legs[index].carried.hangUp(service: &service, at: now)
  }

  private mutating func dropUnanswered() { legs.removeAll { $0.isSettled && $0.step == .kept } }

  private mutating func take<Channel: SecureChannel & ~Copyable>(
    _ signal: RoomSignal, from: String, service: inout VOIPService<Channel>, at now: Instant
  ) {
    let known = legs.firstIndex { sameBytes($0.call, signal.call) && sameBytes($0.member, from) }
    guard let index = known else {
      guard case .offer(let sdp) = signal.content, let peer = member.peers.first(where: { sameBytes($0.member, from) })
      else { return }
      guard legs.count < Limits.callSessionsMax else {
        return member.send(RoomSignal(signal.call, .bye(reason: RoomSignal.busy)), to: from, at: now)
      }
      guard pins.admits(VOIPService<Channel>.fingerprint(in: sdp), as: peer.name) else {
        member.send(RoomSignal(signal.call, .bye(reason: RoomLeg.changedSentence)), to: from, at: now)
        lines.append(LogLine(.warning, "a call in the room was refused: " + RoomLeg.changed(peer.name)))
        return events.append(.distrusted)
      }
      let leg = RoomLeg(
        id: nextID(), call: signal.call, member: from, name: peer.name, isPlaced: false, step: .kept,
        kept: [.offer(sdp)])
      legs.append(leg)
      return events.append(.offered(leg.id, from: peer.name))
    }
    let message: StdioMessage =
      switch signal.content {
      case .offer(let sdp): .offer(sdp)
      case .answer(let sdp): .answer(sdp)
      case .candidate(let candidate, let mid): .candidate(candidate, mid: mid)
      case .bye(let reason): .bye(reason: reason)
      }
    if case .bye(let reason) = message {
      legs[index].byeReason = reason
      if legs[index].step == .kept {
        events.append(.over(legs[index].id, .hungUp))
        legs.remove(at: index)
        return
      }
    }
    guard legs[index].step == .described else {
      if legs[index].kept.count < Limits.callCandidatesMax { legs[index].kept.append(message) }
      return
    }
    hand(message, to: index, service: &service, at: now)
  }

  // MARK: Calls

  private mutating func hand<Channel: SecureChannel & ~Copyable>(
    _ message: StdioMessage, to index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) {
    do throws(CarriedCallError) {
      try legs[index].carried.handle(message, service: &service, at: now)
      // Nothing has been sent yet that the far side's certificate was to protect.
      guard isTrusted(index, message, service) else { return giveUpUntrusted(index, service: &service, at: now) }
      guard case .answer = message, !legs[index].isAnswered else { return }
      legs[index].isAnswered = true
      events.append(.answered(legs[index].id))
    } catch {
      lines.append(LogLine(.warning, "a message of \(legs[index].name) was refused: \(error.text)"))
      // Without a description nothing can come of the call.
      switch message {
      case .offer, .answer: giveUpBroken(index, service: &service, at: now)
      case .candidate, .bye, .state: break
      }
    }
  }

  private func isTrusted<Channel: SecureChannel & ~Copyable>(
    _ index: Int, _ message: StdioMessage, _ service: borrowing VOIPService<Channel>
  ) -> Bool {
    switch message {
    case .offer, .answer:
      let shown = legs[index].carried.connection.flatMap { service.remoteFingerprint(of: $0) }
      return pins.admits(shown, as: legs[index].name)
    case .candidate, .bye, .state: return true
    }
  }

  private mutating func giveUpUntrusted<Channel: SecureChannel & ~Copyable>(
    _ index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) {
    legs[index].isSettled = true
    let id = legs[index].id
    lines.append(LogLine(.warning, "the call was given up: " + RoomLeg.changed(legs[index].name)))
    events.append(.distrusted)
    events.append(legs[index].isPlaced ? .failed(id, .untrusted) : .over(id, .lost))
    legs[index].carried.hangUp(service: &service, at: now)
  }

  private mutating func giveUpBroken<Channel: SecureChannel & ~Copyable>(
    _ index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard !legs[index].isSettled else { return }
    legs[index].isSettled = true
    let id = legs[index].id
    events.append(legs[index].isPlaced && !legs[index].isAnswered ? .failed(id, .unreachable) : .over(id, .lost))
    legs[index].carried.hangUp(service: &service, at: now)
  }

  private mutating func proceed<Channel: SecureChannel & ~Copyable>(
    _ index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    var hasMoved = false
    switch legs[index].step {
    case .kept, .described: break
    case .begun:
      legs[index].step = .socketsAwaited
      hasMoved = true
    case .socketsAwaited:
      legs[index].step = .described
      hasMoved = true
      describe(index, service: &service, at: now)
    }
    while let message = legs[index].carried.pollMessage() {
      hasMoved = true
      send(message, of: index, at: now)
    }
    while let line = legs[index].carried.pollLine() { lines.append(line) }
    return tell(index) || hasMoved
  }

  private mutating func describe<Channel: SecureChannel & ~Copyable>(
    _ index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if legs[index].isPlaced {
      do throws(VOIPError) { try legs[index].carried.offer(service: &service, at: now) } catch {
        lines.append(LogLine(.warning, "no offer could be made: \(error.text)"))
        return giveUpBroken(index, service: &service, at: now)
      }
    }
    let kept = legs[index].kept
    legs[index].kept = []
    for message in kept { hand(message, to: index, service: &service, at: now) }
  }

  private mutating func send(_ message: StdioMessage, of index: Int, at now: Instant) {
    let content: RoomSignal.Content
    switch message {
    case .offer(let sdp): content = .offer(sdp)
    case .answer(let sdp): content = .answer(sdp)
    case .candidate(let candidate, let mid): content = .candidate(candidate, mid: mid)
    case .bye(let reason): content = .bye(reason: reason)
    case .state: return
    }
    member.send(RoomSignal(legs[index].call, content), to: legs[index].member, at: now)
  }

  /// Tells what a call has come to.
  private mutating func tell(_ index: Int) -> Bool {
    let leg = legs[index]
    guard !leg.isSettled else { return false }
    var hasMoved = false
    if leg.carried.wasUp, !leg.isUpTold {
      legs[index].isUpTold = true
      hasMoved = true
      events.append(.up(leg.id))
    }
    guard case .over(let end) = leg.carried.phase else { return hasMoved }
    legs[index].isSettled = true
    if leg.isPlaced, !leg.isAnswered {
      events.append(.failed(leg.id, leg.failure))
    } else {
      events.append(.over(leg.id, end == .hungUp || end == .farSideHungUp ? .hungUp : .lost))
    }
    return true
  }

  private mutating func nextID() -> RoomCallID {
    lastNumber &+= 1
    return RoomCallID(number: lastNumber)
  }
}
