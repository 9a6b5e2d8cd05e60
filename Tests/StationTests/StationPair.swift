// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two whole stations that can call each other: services, web servers and placed calls, in virtual time.

import Config
import Core
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

/// "alpha" at 10.0.0.1 and "zulu" at 10.0.0.2, each the other's peer.
final class StationPair {
  typealias Call = VirtualCall<ClearChannel, PassThroughEncoder, PassThroughDecoder>

  /// The wire of one placed call's signaling.
  private struct Wire {
    var number: CallNumber?
    var connection: WebConnectionID?
  }

  let call: Call
  var stations: [Station]
  var webs = [WebServer(randomness: Randomness(seed: 7)), WebServer(randomness: Randomness(seed: 8))]
  /// What each side's log says.
  var lines: [[String]] = [[], []]
  /// Tones that were begun.
  var tones: [[Tone]] = [[], []]
  var remembered: [RememberedCall?] = [nil, nil]
  /// Whether the web servers are reached at all.
  var isReachable = true
  /// Moves what else joins the two, and answers whether anything moved.
  var carryMore: (Int) -> Bool = { _ in false }
  private var wires: [[Wire]]
  private var seen = [0, 0]

  /// Other words that the stations wanted done: pages, the bell, pairing.
  var outputs: [[String]] = [[], []]
  /// Who somebody is, to both, that has shown nothing.
  var principal = Principal.everybody {
    didSet {
      for side in 0..<2 { webs[side].doorkeeper.configure(principal == .anonymous ? .paired : .open, token: nil) }
    }
  }
  /// Changes what the calling side sends, on its way.
  var changing: (String) -> String = { $0 }
  /// Changes what the called side answers, on its way.
  var changingAnswer: (String) -> String = { $0 }

  init(_ change: (inout Settings) -> Void = { _ in }) {
    call = Call(
      plan: VirtualCallPlan(seed: 1), identities: [.init(seed: 1), .init(seed: 2)],
      makeEncoder: { PassThroughEncoder() }, makeDecoder: { PassThroughDecoder() })
    stations = [
      Station(Self.settings("alpha", peer: "zulu", host: "10.0.0.2", change), randomness: Randomness(seed: 4)),
      Station(Self.settings("zulu", peer: "alpha", host: "10.0.0.1", change), randomness: Randomness(seed: 5)),
    ]
    let none = [Wire](repeating: Wire(), count: Limits.placedCallSlotsMax)
    wires = [none, none]
    for side in call.sides { side.keepsSound = false }
  }

  private static func settings(
    _ name: String, peer: String, host: String, _ change: (inout Settings) -> Void
  ) -> Settings {
    var settings = Settings(name: name)
    var setting = PeerSetting()
    setting.name = peer
    setting.url = CallURL(host: host, port: 8080, path: "/call")
    settings.peers = [setting]
    change(&settings)
    return settings
  }

  var now: Instant { call.now }
  var states: [CallState] { stations.map { $0.model.state } }

  func command(_ side: Int, _ command: StationCommand) {
    do throws(CommandRefusal) { try stations[side].handle(command, by: .hardware, isMuted: false, at: now) } catch {
      Issue.record("\(error.text)")
    }
  }

  /// The side's program ends, and says goodbye.
  func end(_ side: Int) {
    call.with(side) { stations[side].hangUpAll(web: &webs[side], service: &$0, at: now) }
    settle()
  }

  func run(milliseconds: Int) {
    for _ in 0..<milliseconds where !call.isStuck {
      call.run(for: .milliseconds(1))
      for side in 0..<2 where webs[side].pollTimeout() <= now { webs[side].handleTimeout(at: now) }
      settle()
    }
    #expect(!call.isStuck)
  }

  /// Runs until both are in these states, for at most `seconds`.
  func run(until wanted: [CallState], seconds: Int) {
    let end = now + .seconds(seconds)
    while states != wanted, now < end, !call.isStuck { run(milliseconds: 1) }
    #expect(states == wanted, "\(lines)")
  }

  private func settle() {
    var isBusy = true
    while isBusy {
      isBusy = false
      for side in 0..<2 where settle(side) { isBusy = true }
    }
  }

  private func settle(_ side: Int) -> Bool {
    var isBusy = false
    for slot in 0..<Limits.placedCallSlotsMax where carry(side, slot) { isBusy = true }
    if carryMore(side) { isBusy = true }
    while let event = webs[side].pollEvent() {
      isBusy = true
      if case .call(let event) = event {
        call.with(side) { stations[side].handle(event, web: &webs[side], service: &$0, at: now) }
      }
    }
    while seen[side] < call.sides[side].events.count {
      isBusy = true
      let event = call.sides[side].events[seen[side]].event
      seen[side] += 1
      call.with(side) { stations[side].handle(event, web: &webs[side], service: &$0, at: now) }
    }
    if call.with(side, { stations[side].proceed(web: &webs[side], service: &$0, at: now) }) { isBusy = true }
    while let line = stations[side].pollLine() { lines[side].append(line.text) }
    while let output = stations[side].pollOutput() {
      switch output {
      case .playTone(let tone): tones[side].append(tone)
      case .remember(let call): remembered[side] = call
      case .forget: remembered[side] = nil
      case .ringPages(let id): outputs[side].append("ring \(id)")
      case .ringPagesOver(let id): outputs[side].append("over \(id)")
      case .bell: outputs[side].append("bell")
      case .openPairing(let role): outputs[side].append("pair \(role.text)")
      default: break
      }
    }
    return isBusy
  }

  /// Moves the bytes of one placed call between its client and the other side's server.
  private func carry(_ side: Int, _ slot: Int) -> Bool {
    var moved = false
    let far = 1 - side
    let number = stations[side].placed(inSlot: slot)
    if number != wires[side][slot].number {
      hangUp(side, slot)
      wires[side][slot].number = number
    }
    guard number != nil else { return false }
    var client = CallClient(to: CallURL(host: "unused", port: 1, path: "/").flatURL)
    stations[side].handleClient(inSlot: slot) { client = $0 }
    while let action = client.pollAction() {
      moved = true
      hangUp(side, slot)
      guard case .connect = action else { continue }
      if isReachable { wires[side][slot].connection = webs[far].open(from: address(side), to: address(far), at: now) }
      if wires[side][slot].connection == nil { client.handleFailure(at: now) } else { client.handleConnected(at: now) }
    }
    if let connection = wires[side][slot].connection {
      var request: [UInt8] = []
      client.pollOutput { view in
        request += view.array()
        return view.count
      }
      if !request.isEmpty { request = Array(changing(String(decoding: request, as: UTF8.self)).utf8) }
      var offset = 0
      while offset < request.count {
        moved = true
        let piece = Array(request[offset..<min(request.count, offset + Limits.httpReadBytesMax)])
        piece.withByteView { webs[far].handle($0, on: connection, at: now) }
        offset += piece.count
      }
      var answer: [UInt8] = []
      webs[far].pollOutput(on: connection, at: now) { view in
        answer += view.array()
        return view.count
      }
      if !answer.isEmpty {
        moved = true
        answer = Array(changingAnswer(String(decoding: answer, as: UTF8.self)).utf8)
        answer.withByteView { client.handle($0, at: now) }
      }
    }
    while webs[far].pollAction() != nil { moved = true }
    stations[side].handleClient(inSlot: slot) { $0 = client }
    return moved
  }

  /// Sends a request of somebody else to a side, and answers what comes back within `milliseconds`.
  func exchange(_ wire: String, with side: Int, milliseconds: Int = 5) -> String {
    guard let id = webs[side].open(from: .v4(10, 0, 0, 9), to: address(side), at: now) else { return "" }
    let bytes = Array(wire.utf8)
    var offset = 0
    while offset < bytes.count {
      let piece = Array(bytes[offset..<min(bytes.count, offset + Limits.httpReadBytesMax)])
      piece.withByteView { webs[side].handle($0, on: id, at: now) }
      offset += piece.count
    }
    run(milliseconds: milliseconds)
    var answer: [UInt8] = []
    webs[side].pollOutput(on: id, at: now) { view in
      answer += view.array()
      return view.count
    }
    if !answer.isEmpty { webs[side].handleFailure(on: id, at: now) }
    return String(decoding: answer, as: UTF8.self)
  }

  private func hangUp(_ side: Int, _ slot: Int) {
    if let connection = wires[side][slot].connection { webs[1 - side].handleFailure(on: connection, at: now) }
    wires[side][slot].connection = nil
  }

  private func address(_ side: Int) -> IPAddress { .v4(10, 0, 0, UInt8(side + 1)) }
}

extension CallURL {
  /// The same as a URL of the web room.
  var flatURL: HTTPURL {
    do { return try HTTPURL(text) } catch { preconditionFailure("no URL") }
  }
}
