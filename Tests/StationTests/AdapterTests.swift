// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One call, whichever way its signaling goes: in memory, lines of --stdio, HTTP, and WebSocket by way of a room. What is asked
// of the call is written once.

import Core
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

/// Signaling between two services in virtual time.
private protocol SignalingAdapter: AnyObject {
  /// The services.
  var call: StationPair.Call { get }
  /// Side 0 calls side 1, which takes the call.
  func begin() throws
  /// Lets time pass.
  func run(milliseconds: Int)
  /// A side ends the call.
  func hangUp(_ side: Int)
}

/// Descriptions and candidates as values.
private final class InMemory: SignalingAdapter {
  let call = StationPair.Call(
    plan: VirtualCallPlan(seed: 1), identities: [.init(seed: 1), .init(seed: 2)],
    makeEncoder: { PassThroughEncoder() }, makeDecoder: { PassThroughDecoder() })

  func begin() throws { _ = try #require(call.place(from: 0, to: 1)) }
  func run(milliseconds: Int) { call.run(for: .milliseconds(milliseconds)) }

  func hangUp(_ side: Int) {
    call.with(side) { service in
      for id in service.connections { service.closeConnection(id, at: call.now) }
    }
  }
}

/// Lines of `intercom call --stdio`.
private final class Stdio: SignalingAdapter {
  let call = StationPair.Call(
    plan: VirtualCallPlan(seed: 1), identities: [.init(seed: 1), .init(seed: 2)],
    makeEncoder: { PassThroughEncoder() }, makeDecoder: { PassThroughDecoder() })
  private var ends = [CarriedCall(), CarriedCall()]
  private var readers = [StdioReader(), StdioReader()]
  private var seen = [0, 0]

  func begin() throws {
    for side in 0..<2 {
      try call.with(side) { (service) throws(VOIPError) in try ends[side].begin(service: &service, at: call.now) }
    }
    settle()
    try call.with(0) { (service) throws(VOIPError) in try ends[0].offer(service: &service, at: call.now) }
    settle()
  }

  func run(milliseconds: Int) {
    for _ in 0..<milliseconds {
      call.run(for: .milliseconds(1))
      settle()
    }
  }

  func hangUp(_ side: Int) {
    call.with(side) { ends[side].hangUp(service: &$0, at: call.now) }
    settle()
  }

  private func settle() {
    for side in 0..<2 {
      while seen[side] < call.sides[side].events.count {
        let event = call.sides[side].events[seen[side]].event
        seen[side] += 1
        call.with(side) { ends[side].handle(event, service: &$0, at: call.now) }
      }
      while let message = ends[side].pollMessage() { hand(message.line(), to: 1 - side) }
    }
  }

  private func hand(_ line: [UInt8], to side: Int) {
    line.withByteView { readers[side].handle($0) }
    while let input = readers[side].poll() {
      guard case .message(let message) = input else {
        Issue.record("a line was not understood")
        continue
      }
      call.with(side) { service in
        do throws(CarriedCallError) { try ends[side].handle(message, service: &service, at: call.now) } catch {
          Issue.record("\(error.text)")
        }
      }
    }
  }
}

/// `POST /call`: bytes between `CallClient` and `WebServer`.
private final class HTTP: SignalingAdapter {
  private let pair = StationPair()
  var call: StationPair.Call { pair.call }

  func begin() {
    pair.command(0, .call([]))
    pair.run(milliseconds: 100)
    pair.command(1, .answer)
  }

  func run(milliseconds: Int) { pair.run(milliseconds: milliseconds) }
  func hangUp(_ side: Int) { pair.command(side, .hangUp) }
}

/// A room: bytes between two `RoomMember` and a `RoomDoor`.
private final class WebSocket: SignalingAdapter {
  private let pair: StationPair
  private let room: RoomBetween
  var call: StationPair.Call { pair.call }

  init() {
    pair = StationPair { $0.peers = [] }
    room = RoomBetween(pair)
  }

  func begin() throws {
    try room.enter(0, voice: false)
    try room.enter(1, voice: false)
    pair.run(milliseconds: 100)
    pair.command(0, .call(["zulu"]))
    pair.run(milliseconds: 100)
    pair.command(1, .answer)
  }

  func run(milliseconds: Int) { pair.run(milliseconds: milliseconds) }
  func hangUp(_ side: Int) { pair.command(side, .hangUp) }
}

@Suite("The same call over every adapter")
struct AdapterTests {
  enum Way: CaseIterable { case memory, stdio, http, webSocket }

  private func adapter(_ way: Way) -> any SignalingAdapter {
    switch way {
    case .memory: InMemory()
    case .stdio: Stdio()
    case .http: HTTP()
    case .webSocket: WebSocket()
    }
  }

  private func isConnected(_ side: VirtualSide<ClearChannel, PassThroughEncoder, PassThroughDecoder>) -> Bool {
    side.service.connections.contains { side.connectionState(of: $0) == .connected }
  }

  @Test("it comes up, is heard both ways, is muted, and is hung up from either side", arguments: Way.allCases, [0, 1])
  func call(way: Way, whoHangsUp: Int) throws {
    let adapter = adapter(way)
    let (call, sides) = (adapter.call, adapter.call.sides)
    for side in sides { side.keepsSound = true }
    try adapter.begin()
    var waited = 0
    while !sides.allSatisfy({ isConnected($0) }), waited < 3_000 {
      adapter.run(milliseconds: 10)
      waited += 10
    }
    #expect(sides.allSatisfy { isConnected($0) })

    // What tells that the call is up is over by then.
    adapter.run(milliseconds: 2_000)
    var begin = call.now
    adapter.run(milliseconds: 1_000)
    #expect((690...710).contains(sides[0].played.hertz(from: begin, to: call.now)))
    #expect((430...450).contains(sides[1].played.hertz(from: begin, to: call.now)))

    for side in 0..<2 {
      call.with(side) { _ = $0.setMicrophoneMuted(true, by: .local) }
      adapter.run(milliseconds: 1_000)
      begin = call.now
      adapter.run(milliseconds: 500)
      #expect(sides[1 - side].played.firstSound(from: begin) == .never, "what side \(side) muted is heard")
      #expect(sides[side].played.firstSound(from: begin) != .never)
      call.with(side) { _ = $0.setMicrophoneMuted(false, by: .local) }
      adapter.run(milliseconds: 1_000)
      #expect(sides[1 - side].played.firstSound(from: call.now - .milliseconds(100)) != .never)
    }

    adapter.hangUp(whoHangsUp)
    adapter.run(milliseconds: 2_000)
    #expect(sides.allSatisfy { !isConnected($0) })
    begin = call.now
    adapter.run(milliseconds: 500)
    for side in sides { #expect(side.played.firstSound(from: begin) == .never) }
    #expect(!call.isStuck)
  }
}
