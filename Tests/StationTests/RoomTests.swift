// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two whole stations in a room: they meet, are held together, lose each other and the server, and are called by name.

import Config
import Core
import Peer
import Rooms
import Station
import Testing
import VOIP
import Web

/// A room server between two stations, reached without delay.
final class RoomBetween {
  let pair: StationPair
  var door: RoomDoor
  /// Whether the server can be reached.
  var isUp = true
  /// What the server makes of the bytes that it hands on to a side.
  var lie: (Int, [UInt8]) -> [UInt8] = { _, bytes in bytes }
  private var connections: [WebConnectionID?] = [nil, nil]

  private static func server(_ seed: UInt64) -> RoomDoor {
    RoomDoor(RoomServer(randomness: Randomness(seed: seed), doorkeeper: .everybody))
  }

  init(_ pair: StationPair) {
    self.pair = pair
    door = Self.server(1)
    pair.carryMore = { [unowned self] in carry($0) }
  }

  func enter(_ side: Int, voice: Bool = true) throws {
    let member = RoomMember(
      RoomName("house")!, at: try HTTPURL("http://10.0.0.9/room"), name: ["alpha", "zulu"][side], token: nil,
      randomness: Randomness(seed: UInt64(side) + 20))
    pair.stations[side].enter(member, voice: voice, randomness: Randomness(seed: UInt64(side) + 30), at: pair.now)
  }

  /// The server's program ends and forgets everything, or begins again.
  func setUp(_ isUp: Bool) {
    self.isUp = isUp
    if !isUp { door = Self.server(UInt64(pair.now.nanoseconds)) }
    for side in 0..<2 where connections[side] != nil && !isUp {
      connections[side] = nil
      pair.stations[side].handleRoom { $0.handleEnd(at: pair.now) }
    }
  }

  private func carry(_ side: Int) -> Bool {
    var moved = false
    if door.pollTimeout() <= pair.now { door.handleTimeout(at: pair.now) }
    pair.stations[side].handleRoom { member in
      while let action = member.pollAction() {
        moved = true
        if let id = connections[side] { door.handleEnd(on: id, at: pair.now) }
        connections[side] = nil
        guard case .connect = action else { continue }
        if isUp { connections[side] = door.open(from: .loopbackV4, to: .loopbackV4, at: pair.now) }
        if connections[side] == nil { member.handleFailure(at: pair.now) } else { member.handleConnected(at: pair.now) }
      }
      while member.hasOutput, let id = connections[side] {
        moved = true
        member.pollOutput { view in
          let count = min(view.count, 1000)
          door.handle(view[0..<count], on: id, at: pair.now)
          return count
        }
      }
    }
    while let action = door.pollAction() {
      if case .close(let id) = action, let side = connections.firstIndex(of: id) {
        connections[side] = nil
        pair.stations[side].handleRoom { $0.handleEnd(at: pair.now) }
        moved = true
      }
    }
    for side in 0..<2 {
      while let id = connections[side], door.hasOutput(on: id) {
        moved = true
        var bytes: [UInt8] = []
        door.pollOutput(on: id, at: pair.now) { view in
          bytes = view.array()
          return view.count
        }
        bytes = lie(side, bytes)
        pair.stations[side].handleRoom { member in bytes.withByteView { member.handle($0, at: pair.now) } }
      }
    }
    return moved
  }
}

@Suite("Two stations in a room")
struct StationRoomTests {
  private func stations() -> (pair: StationPair, room: RoomBetween) {
    let pair = StationPair { $0.peers = [] }
    return (pair, RoomBetween(pair))
  }

  @Test("with voice, whoever comes later calls, and the other answers without ringing")
  func voice() throws {
    let (pair, room) = stations()
    try room.enter(0)
    pair.run(milliseconds: 500)
    #expect(pair.states == [.idle, .idle])
    try room.enter(1)
    pair.run(until: [.connected, .connected], seconds: 5)
    #expect(!pair.tones[0].contains(.ring))
    #expect(pair.call.sides.allSatisfy { $0.service.connections.count == 1 })
  }

  // Pinned certificates

  private static func certificate(_ seed: UInt64) -> Fingerprint { ClearChannel.fingerprint(of: .init(seed: seed)) }

  /// Stations that have each other's certificates pinned.
  private func pinned() -> (pair: StationPair, room: RoomBetween) {
    let pair = StationPair {
      $0.peers[0].fingerprint = Self.certificate($0.peers[0].name == "alpha" ? 1 : 2)
    }
    return (pair, RoomBetween(pair))
  }

  @Test("members whose certificates are pinned meet when they have them")
  func pinnedAndRight() throws {
    let (pair, room) = pinned()
    for side in 0..<2 { try room.enter(side) }
    pair.run(until: [.connected, .connected], seconds: 5)
    #expect(pair.stations.allSatisfy { $0.counters.changedCertificates == 0 })
  }

  @Test(
    "a room server that swaps the certificate of a description is refused by the side that reads it", arguments: [0, 1])
  func lyingServer(reader: Int) throws {
    let (pair, room) = pinned()
    let wrong = Array(Self.certificate(9).text.utf8)
    room.lie = { side, bytes in
      guard side == reader else { return bytes }
      var bytes = bytes
      for seed in 1...2 as ClosedRange<UInt64> {
        let right = Array(Self.certificate(seed).text.utf8)
        guard right.count == wrong.count, bytes.count >= right.count else { continue }
        for start in 0...bytes.count - right.count where Array(bytes[start..<start + right.count]) == right {
          bytes.replaceSubrange(start..<start + right.count, with: wrong)
        }
      }
      return bytes
    }
    for side in 0..<2 { try room.enter(side) }
    pair.run(milliseconds: 3_000)
    #expect(!pair.states.contains(.connected))
    #expect(pair.stations[reader].counters.changedCertificates > 0)
    #expect(pair.lines[reader].contains { $0.contains("certificate of \(["zulu", "alpha"][reader]) has changed") })
    #expect(!pair.tones[0].contains(.connected) && !pair.tones[1].contains(.connected))
  }

  @Test("a person's hang-up on either side ends it, and nobody calls again by itself", arguments: [0, 1])
  func hangUp(side: Int) throws {
    let (pair, room) = stations()
    try room.enter(0)
    try room.enter(1)
    pair.run(until: [.connected, .connected], seconds: 5)
    pair.command(side, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 5)
    pair.run(milliseconds: 40_000)
    #expect(pair.states == [.idle, .idle])
    #expect(pair.call.sides.allSatisfy { $0.service.connections.isEmpty })
    pair.command(side, .call([["zulu", "alpha"][side]]))
    pair.run(until: [.connected, .connected], seconds: 5)
  }

  @Test("without voice it rings, is answered, and either side hangs up")
  func called() throws {
    let (pair, room) = stations()
    try room.enter(0, voice: false)
    try room.enter(1, voice: false)
    pair.run(milliseconds: 2_000)
    #expect(pair.states == [.idle, .idle])
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 500)
    #expect(pair.states == [.calling, .ringing])
    pair.command(1, .answer)
    pair.run(until: [.connected, .connected], seconds: 5)
    pair.command(1, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 5)
  }

  @Test("without voice a call is refused, is busy, or is taken back")
  func refused() throws {
    let (pair, room) = stations()
    try room.enter(0, voice: false)
    try room.enter(1, voice: false)
    pair.run(milliseconds: 500)
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 500)
    pair.command(1, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 2)
    pair.command(1, .setDoNotDisturb(true))
    pair.command(0, .call(["zulu"]))
    pair.run(until: [.idle, .idle], seconds: 2)
    pair.command(1, .setDoNotDisturb(false))
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 500)
    #expect(pair.states == [.calling, .ringing])
    pair.command(0, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 2)
    #expect(pair.tones[0] == [.ringback, .busy, .ringback, .busy, .ringback])
    #expect(pair.call.sides.allSatisfy { $0.service.connections.isEmpty })
  }

  @Test("a call that the network loses comes back by itself")
  func lost() throws {
    let (pair, room) = stations()
    try room.enter(0)
    try room.enter(1)
    pair.run(until: [.connected, .connected], seconds: 5)
    pair.call.network.isCut = true
    pair.run(until: [.reconnecting, .reconnecting], seconds: 60)
    pair.run(milliseconds: 10_000)
    pair.call.network.isCut = false
    pair.run(until: [.connected, .connected], seconds: 90)
  }

  @Test("a room server that ends and begins again leaves the call alone, and everybody is back")
  func restart() throws {
    let (pair, room) = stations()
    try room.enter(0)
    try room.enter(1)
    pair.run(until: [.connected, .connected], seconds: 5)
    room.setUp(false)
    pair.run(milliseconds: 20_000)
    #expect(pair.states == [.connected, .connected])
    room.setUp(true)
    pair.run(milliseconds: 20_000)
    #expect(pair.states == [.connected, .connected])
    #expect(room.door.rooms.memberCount == 2)
    #expect(pair.call.sides.allSatisfy { $0.service.connections.count == 1 })
    // What is said of the call now goes to those whom they have become.
    pair.command(0, .hangUp)
    pair.run(until: [.idle, .idle], seconds: 5)
    pair.run(milliseconds: 20_000)
    #expect(pair.states == [.idle, .idle])
  }
}
