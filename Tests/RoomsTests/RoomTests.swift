// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Rooms as members see them: coming, going, being lost and coming back; and what a room server refuses.

import Core
import Rooms
import Testing
import Web

@Suite("Rooms")
struct RoomTests {
  private func offer(_ call: String) -> RoomSignal { RoomSignal(call, .offer("v=0\r\n")) }

  @Test("two meet, and what one sends reaches the other, in order")
  func meeting() throws {
    var network = RoomNetwork()
    let (door, gate) = (network.add("Door"), 1)
    network.run(seconds: 1)
    #expect(network.add("Gate") == gate)
    network.run(seconds: 1)
    #expect(network.story(door) == ["inside with ", "joined Gate"])
    #expect(network.story(gate) == ["inside with Door"])
    let to = try #require(network.members[door].peers.first?.member)
    for index in 0..<20 { network.members[door].send(offer("\(index)"), to: to, at: network.now) }
    network.settle()
    network.run(seconds: 1)
    #expect(network.story(gate) == ["inside with Door"] + (0..<20).map { "signal \($0)" })
    guard case .signal(let signal, let from) = network.events[gate][1].event else {
      Issue.record("no signal came")
      return
    }
    #expect(signal == offer("0") && from == network.members[door].member)
  }

  @Test("other rooms hear nothing, and cannot be written to")
  func otherRooms() throws {
    var network = RoomNetwork()
    let (door, stranger) = (network.add("Door"), network.add("Door", room: "other"))
    network.run(seconds: 1)
    #expect(network.door.rooms.roomCount == 2)
    network.members[stranger].send(offer("x"), to: try #require(network.members[door].member), at: network.now)
    network.settle()
    network.run(seconds: 1)
    #expect(network.story(door) == ["inside with "])
    #expect(network.story(stranger) == ["inside with ", "undeliverable x"])
  }

  @Test("a third is told that the room is full, goes on trying, and is in when there is a place")
  func third() {
    var network = RoomNetwork()
    let (door, _, third) = (network.add("Door"), network.add("Gate"), network.add("Third"))
    network.run(seconds: 30)
    #expect(network.story(third).contains("refused room_full"))
    #expect(Set(network.story(third)) == ["refused room_full", "away"])
    #expect(network.story(door).count == 2)
    network.members[1].leave(at: network.now)
    network.settle()
    network.run(seconds: 10)
    #expect(network.story(third).last == "inside with Door")
    #expect(network.story(door).suffix(2) == ["left Gate", "joined Third"])
  }

  @Test("a leave is seen within a second")
  func leave() {
    var network = RoomNetwork()
    let (door, gate) = (network.add("Door"), network.add("Gate"))
    network.run(seconds: 5)
    let before = network.now
    network.members[gate].leave(at: network.now)
    network.settle()
    network.run(seconds: 5)
    #expect(network.story(door).last == "left Gate")
    #expect(network.events[door].last!.at < before + .milliseconds(100))
    #expect(network.story(gate).last == "done" && network.members[gate].isDone)
    #expect(network.members[gate].pollTimeout() == .never)
  }

  @Test(
    "one that is killed, and one that falls silent, are seen to have left within ten seconds", arguments: [true, false])
  func dead(isKilled: Bool) {
    for wait in stride(from: 3.0, to: 6.0, by: 0.37) {
      var network = RoomNetwork()
      let (door, gate) = (network.add("Door"), network.add("Gate"))
      network.run(seconds: wait)
      let before = network.now
      if isKilled { network.kill(gate) } else { network.silence(gate) }
      // What falls silent must not come back before it is missed.
      network.isDown = true
      network.run(seconds: 12)
      #expect(network.story(door).last == "left Gate")
      #expect(network.events[door].last!.at <= before + .seconds(10), "after \(wait) s")
    }
  }

  @Test("a connection that is cut is resumed, nobody else sees it, and nothing sent meanwhile is lost")
  func resume() throws {
    var network = RoomNetwork()
    let (door, gate) = (network.add("Door"), network.add("Gate"))
    network.run(seconds: 2)
    let (before, id) = (network.now, network.members[gate].member)
    network.isDown = true
    network.cut(gate)
    network.run(seconds: 1)
    network.members[door].send(offer("1"), to: try #require(id), at: network.now)
    network.members[gate].send(offer("2"), to: try #require(network.members[door].member), at: network.now)
    network.settle()
    network.run(seconds: 1)
    network.isDown = false
    network.run(seconds: 10)
    #expect(network.members[gate].member == id)
    #expect(network.story(door) == ["inside with ", "joined Gate", "signal 2"])
    #expect(Array(network.story(gate).suffix(2)) == ["inside again with Door", "signal 1"])
    let back = network.events[gate].first { if case .inside(_, true) = $0.event { true } else { false } }
    #expect(try #require(back).at < before + .seconds(5))
    #expect(network.door.rooms.counters.resumed == 1)
  }

  @Test("a silent connection is given up by the member and resumed in time")
  func silence() {
    var network = RoomNetwork()
    let (door, gate) = (network.add("Door"), network.add("Gate"))
    network.run(seconds: 4)
    network.silence(gate)
    network.run(seconds: 20)
    #expect(network.story(gate).last == "inside again with Door")
    #expect(network.story(door) == ["inside with ", "joined Gate"])
  }

  @Test("after the server's restart everybody is back by itself, as somebody new")
  func restart() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var network = RoomNetwork(seed: seed)
      let (door, gate) = (network.add("Door"), network.add("Gate"))
      network.run(seconds: 5)
      let ids = network.members.map { $0.member }
      network.isDown = true
      network.restart()
      network.run(seconds: 6)
      network.isDown = false
      network.run(seconds: 10)
      #expect(network.members.allSatisfy { $0.isInside }, "seed \(seed)")
      #expect(network.members[door].peers.map { $0.name } == ["Gate"])
      #expect(network.members[gate].peers.map { $0.name } == ["Door"])
      #expect(zip(ids, network.members).allSatisfy { $0 != $1.member })
    }
  }

  @Test("whoever has forgotten its secret takes the place of what it was, when that is away")
  func amnesia() {
    var network = RoomNetwork()
    let (door, gate) = (network.add("Door"), network.add("Gate"))
    network.run(seconds: 3)
    network.kill(gate)
    network.run(seconds: 1)
    let again = network.add("Gate")
    network.run(seconds: 1)
    #expect(network.story(again) == ["inside with Door"])
    #expect(network.story(door).suffix(2) == ["left Gate", "joined Gate"])
    #expect(network.add("Gate") == 3)
    network.run(seconds: 3)
    #expect(network.story(3).first == "refused name_taken")
  }

  @Test("who is refused by the doorkeeper is told so, and is not in the room")
  func refusedAtTheDoor() {
    var network = RoomNetwork(doorkeeper: RoomDoorkeeper(.token))
    let (some, none) = (network.add("a", token: "a.b.c"), network.add("b"))
    network.run(seconds: 2)
    #expect(network.story(some).first == "refused not_allowed" && network.story(none).first == "refused not_allowed")
    #expect(network.door.rooms.memberCount == 0)
    let counters = network.door.rooms.counters
    #expect(counters.wrongTokens > 0 && counters.refused > counters.wrongTokens)
  }

  @Test("waits between attempts grow to a bound, and never storm")
  func backoff() {
    var network = RoomNetwork()
    network.isDown = true
    let lonely = network.add("Door")
    network.run(seconds: 120)
    let times = network.events[lonely].map { $0.at }
    let waits = zip(times.dropFirst(), times).map { ($0 - $1).milliseconds }
    #expect(waits.count < 30)
    #expect(waits.allSatisfy { $0 <= Limits.roomReconnectMillisecondsMax + 10 })
    #expect(waits.suffix(5).allSatisfy { $0 >= Limits.roomReconnectMillisecondsMax / 2 })
  }

  @Test("whoever sends too much is thrown out, and a guest that says nothing too")
  func tooMuch() throws {
    var network = RoomNetwork()
    let (door, gate) = (network.add("Door"), network.add("Gate"))
    network.run(seconds: 2)
    let to = try #require(network.members[gate].member)
    for index in 0...Limits.roomRateBurst { network.members[door].send(offer("\(index)"), to: to, at: network.now) }
    network.settle()
    network.run(seconds: 0.2)
    #expect(network.story(door).contains("refused too_fast"))
    #expect(network.story(gate).last == "left Door")
  }

  @Test("hundreds of losses leave nobody out, whatever comes when", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func storm(seed: UInt64) {
    var network = RoomNetwork(seed: seed)
    var chance = Randomness(seed: seed &+ 100)
    _ = (network.add("Door"), network.add("Gate"))
    for _ in 0..<200 {
      network.run(seconds: Double(chance.below(4000)) / 1000)
      switch chance.below(6) {
      case 0: network.cut(0)
      case 1: network.cut(1)
      case 2: network.silence(chance.below(2))
      case 3: network.isDown.toggle()
      case 4: network.restart()
      default: break
      }
    }
    network.isDown = false
    network.run(seconds: 40)
    #expect(network.members.allSatisfy { $0.isInside }, "seed \(seed)")
    #expect(network.members[0].peers.map { $0.name } == ["Gate"], "seed \(seed)")
    #expect(network.members[1].peers.map { $0.name } == ["Door"], "seed \(seed)")
    #expect(network.door.rooms.memberCount == 2 && network.door.rooms.roomCount == 1)
  }
}

@Suite("Room door")
struct RoomDoorTests {
  private func answer(_ wire: String) -> String {
    var door = RoomDoor(RoomServer(randomness: Randomness(seed: 1), doorkeeper: .everybody))
    guard let id = door.open(from: .loopbackV4, to: .loopbackV4, at: .zero) else { return "" }
    wire.withByteView { door.handle($0, on: id, at: .zero) }
    var bytes: [UInt8] = []
    door.pollOutput(on: id, at: .zero) { view in
      bytes += view.array()
      return view.count
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("the page is one sentence, and everything else is refused")
  func pages() {
    #expect(answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n").contains("This is a room server"))
    #expect(answer("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404"))
    #expect(answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").hasPrefix("HTTP/1.1 405"))
    #expect(answer("GET /room HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 426"))
  }

  @Test("the places are bounded, and idle connections make room")
  func places() {
    var door = RoomDoor(RoomServer(randomness: Randomness(seed: 1), doorkeeper: .everybody))
    for _ in 0..<300 {
      _ = door.open(from: .loopbackV4, to: .loopbackV4, at: .zero)
      while door.pollAction() != nil {}
    }
    #expect(door.connectionCount <= Limits.roomConnectionsMax)
    while door.pollTimeout() != .never {
      door.handleTimeout(at: door.pollTimeout())
      while door.pollAction() != nil {}
    }
    #expect(door.connectionCount == 0)
  }
}
