// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Members and a room server joined by bytes in virtual time: connections open, carry bytes in pieces, are cut, and fall silent.

import Core
import Rooms
import Web

/// Members, a server, and the wires between them. Every byte takes `delay`.
struct RoomNetwork {
  struct Wire {
    var id: WebConnectionID?
    var isSilent = false
    var toServer: [(due: Instant, bytes: [UInt8])] = []
    var toMember: [(due: Instant, bytes: [UInt8])] = []
    /// When the member learns that it is connected, or that the connection is gone.
    var connectedAt: Instant?
    var goneAt: Instant?
  }

  var door: RoomDoor
  var members: [RoomMember] = []
  /// What each member has learnt, with the time.
  var events: [[(at: Instant, event: RoomMemberEvent)]] = []
  var wires: [Wire?] = []
  var now = Instant.zero
  /// Nobody answers connections.
  var isDown = false
  var delay = Instant.Span.milliseconds(5)
  var randomness: Randomness

  init(seed: UInt64 = 1, doorkeeper: RoomDoorkeeper = .everybody) {
    randomness = Randomness(seed: seed)
    door = RoomDoor(RoomServer(randomness: randomness.split(), doorkeeper: doorkeeper))
  }

  /// Where the members find the server.
  private static var url: HTTPURL {
    guard let url = try? HTTPURL("http://127.0.0.1:1/room") else { preconditionFailure("the server's URL is none") }
    return url
  }

  /// A member that goes in now; answers its place.
  mutating func add(_ name: String, room: String = "house", token: String? = nil) -> Int {
    var member = RoomMember(RoomName(room)!, at: Self.url, name: name, token: token, randomness: randomness.split())
    member.start(at: now)
    members.append(member)
    events.append([])
    wires.append(nil)
    settle()
    return members.count - 1
  }

  /// Runs until nothing is due before `moment`.
  mutating func run(until moment: Instant) {
    while true {
      let due = nextDue
      guard due <= moment else { break }
      now = max(now, due)
      step()
      settle()
    }
    now = moment
  }

  mutating func run(seconds: Double) { run(until: now + .milliseconds(Int(seconds * 1000))) }

  /// The connection of a member breaks, and both ends see it.
  mutating func cut(_ index: Int) {
    guard let wire = wires[index] else { return }
    wires[index] = nil
    if let id = wire.id { door.handleFailure(on: id, at: now) }
    members[index].handleFailure(at: now)
    settle()
  }

  /// From now on nothing crosses the member's connection, and nobody is told.
  mutating func silence(_ index: Int) { wires[index]?.isSilent = true }

  /// The member's program is killed: its connection ends, and nothing of it is there any more.
  mutating func kill(_ index: Int) {
    if let id = wires[index]?.id { door.handleEnd(on: id, at: now) }
    wires[index] = nil
    members[index] = RoomMember(
      RoomName("nowhere")!, at: Self.url, name: "dead", token: nil,
      randomness: Randomness(seed: 0))
    settle()
  }

  /// The server's program is killed and starts again: it knows nothing.
  mutating func restart(doorkeeper: RoomDoorkeeper = .everybody) {
    door = RoomDoor(RoomServer(randomness: randomness.split(), doorkeeper: doorkeeper))
    for index in wires.indices where wires[index] != nil {
      wires[index] = nil
      members[index].handleEnd(at: now)
    }
    settle()
  }

  /// The events of a member, in words.
  func story(_ index: Int) -> [String] {
    events[index].map {
      switch $0.event {
      case .inside(let peers, let isResumed):
        "inside\(isResumed ? " again" : "") with \(peers.map { $0.name }.joined(separator: ","))"
      case .joined(let peer): "joined \(peer.name)"
      case .left(let peer): "left \(peer.name)"
      case .signal(let signal, _): "signal \(signal.call)"
      case .undeliverable(let call): "undeliverable \(call)"
      case .away: "away"
      case .refused(let code, _): "refused \(code.text)"
      case .done: "done"
      }
    }
  }

  private var nextDue: Instant {
    var due = door.pollTimeout()
    for index in members.indices {
      due = min(due, members[index].pollTimeout())
      guard let wire = wires[index] else { continue }
      due = min(due, min(wire.connectedAt ?? .never, wire.goneAt ?? .never))
      if !wire.isSilent { due = min(due, min(wire.toServer.first?.due ?? .never, wire.toMember.first?.due ?? .never)) }
    }
    return due
  }

  private mutating func step() {
    if door.pollTimeout() <= now { door.handleTimeout(at: now) }
    for index in members.indices {
      if members[index].pollTimeout() <= now { members[index].handleTimeout(at: now) }
      if let due = wires[index]?.connectedAt, due <= now { connect(index) }
      if let due = wires[index]?.goneAt, due <= now {
        wires[index] = nil
        members[index].handleEnd(at: now)
      }
      guard let wire = wires[index], !wire.isSilent else { continue }
      if let first = wire.toServer.first, first.due <= now {
        wires[index]!.toServer.removeFirst()
        if let id = wire.id { first.bytes.withByteView { door.handle($0, on: id, at: now) } }
      }
      if let first = wire.toMember.first, first.due <= now, wires[index] != nil {
        wires[index]!.toMember.removeFirst()
        first.bytes.withByteView { members[index].handle($0, at: now) }
      }
    }
  }

  private mutating func connect(_ index: Int) {
    wires[index]!.connectedAt = nil
    guard !isDown, let id = door.open(from: .loopbackV4, to: .loopbackV4, at: now) else {
      wires[index] = nil
      return members[index].handleFailure(at: now)
    }
    wires[index]!.id = id
    members[index].handleConnected(at: now)
  }

  /// Moves bytes into the wires, and does what the machines want.
  mutating func settle() {
    for index in members.indices {
      while let action = members[index].pollAction() {
        if let id = wires[index]?.id, wires[index]?.isSilent == false { door.handleEnd(on: id, at: now) }
        wires[index] = nil
        if case .connect = action { wires[index] = Wire(connectedAt: now + delay) }
      }
      while members[index].hasOutput {
        var sent: [UInt8] = []
        members[index].pollOutput { view in
          sent = view[0..<min(view.count, 1000)].array()
          return sent.count
        }
        wires[index]?.toServer.append((now + delay, sent))
      }
      while let event = members[index].pollEvent() { events[index].append((now, event)) }
    }
    while let action = door.pollAction() {
      switch action {
      case .send(let id):
        while door.hasOutput(on: id) {
          var sent: [UInt8] = []
          door.pollOutput(on: id, at: now) { view in
            sent = view[0..<min(view.count, 1500)].array()
            return sent.count
          }
          if let index = wires.firstIndex(where: { $0?.id == id }) {
            wires[index]!.toMember.append((now + delay, sent))
          }
        }
      case .close(let id):
        if let index = wires.firstIndex(where: { $0?.id == id }), wires[index]?.isSilent == false {
          wires[index]!.id = nil
          wires[index]!.goneAt = now + delay
        }
      case .setReading, .shutDownWriting: break
      }
    }
  }
}
