// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two programs in memory: one that places a call by HTTP and one that answers it, each with a whole service, and the
// connection of bytes between them. Virtual time, in turns of a millisecond.

import Config
import Core
import Peer
import SelfTest
import Station
import Testing
import VOIP
import Voice
import Web

/// A moment of virtual time.
func ms(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

/// Side 0 calls, side 1 answers.
final class Hall {
  typealias Call = VirtualCall<ClearChannel, PassThroughEncoder, PassThroughDecoder>

  let call: Call
  var web = WebServer(randomness: Randomness(seed: 7))
  var station: Station
  var placed: PlacedCall
  /// Status codes of the responses that went over the wire, in order.
  var statuses: [Int] = []
  /// Methods of the requests that went over the wire, in order.
  var methods: [String] = []
  /// What the caller's log says.
  var callerLines: [String] = []
  /// What the answering side's log says.
  var deskLines: [String] = []
  /// What the answering side wanted done.
  var outputs: [StationOutput] = []
  /// Changes what the caller sends.
  var changing: (String) -> String = { $0 }
  /// Whether the server's side is reached at all.
  var isReachable = true
  /// When the first 201 went over the wire.
  var answeredAt = Instant.never
  private var connection: WebConnectionID?
  private var seen = [0, 0]

  init(
    _ plan: VirtualCallPlan = VirtualCallPlan(seed: 1), answer: AnswerPolicy = .auto, callerName: String = ""
  ) throws {
    station = Station(callSettings { $0.call.answer = answer }, randomness: Randomness(seed: 3))
    call = Call(
      plan: plan, identities: [.init(seed: 1), .init(seed: 2)], makeEncoder: { PassThroughEncoder() },
      makeDecoder: { PassThroughDecoder() })
    placed = PlacedCall(to: try HTTPURL("http://10.0.0.2:8080/call"), name: callerName)
  }

  var now: Instant { call.now }

  /// Makes the connection and places the call.
  func place() throws {
    try call.with(0) { (service) throws(VOIPError) in try placed.begin(with: "door", service: &service, at: now) }
    settle()
    try call.with(0) { (service) throws(VOIPError) in try placed.place(service: &service, at: now) }
    settle()
  }

  func hangUp() {
    call.with(0) { placed.hangUp(service: &$0, at: now) }
    settle()
  }

  /// Lets time pass until `end`.
  func run(until end: Instant) {
    while now < end, !call.isStuck {
      call.run(for: .milliseconds(1))
      if web.pollTimeout() <= now { web.handleTimeout(at: now) }
      if placed.client.pollTimeout() <= now { placed.client.handleTimeout(at: now) }
      settle()
    }
    #expect(!call.isStuck)
  }

  /// Sends a request on a connection of its own to the answering side, and answers what comes back at once.
  func exchange(_ wire: String) -> String {
    guard let id = web.open(from: .v4(10, 0, 0, 9), to: .v4(10, 0, 0, 2), at: now) else { return "" }
    give(wire, to: id)
    settle()
    let answer = take(id)
    web.handleFailure(on: id, at: now)
    settle()
    return answer
  }

  /// A request that nobody waits for any longer: the socket is gone before the answer.
  func abandon(_ wire: String) {
    guard let id = web.open(from: .v4(10, 0, 0, 9), to: .v4(10, 0, 0, 2), at: now) else { return }
    give(wire, to: id)
    settle()
    web.handleFailure(on: id, at: now)
    settle()
  }

  /// What somebody does at the answering side.
  func command(_ command: StationCommand) {
    do throws(CommandRefusal) { try station.handle(command, by: .hardware, isMuted: false, at: now) } catch {
      Issue.record("\(error.text)")
    }
    settle()
  }

  // MARK: Bytes

  private func give(_ wire: String, to id: WebConnectionID) {
    let bytes = Array(wire.utf8)
    var offset = 0
    while offset < bytes.count {
      let piece = Array(bytes[offset..<min(bytes.count, offset + Limits.httpReadBytesMax)])
      piece.withByteView { web.handle($0, on: id, at: now) }
      offset += piece.count
    }
  }

  private func take(_ id: WebConnectionID) -> String {
    var bytes: [UInt8] = []
    web.pollOutput(on: id, at: now) { view in
      bytes += view.array()
      return view.count
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Takes events and bytes to and fro until nothing moves.
  private func settle() {
    var isBusy = true
    while isBusy {
      isBusy = settleServices()
      call.with(0) { placed.handleClient(service: &$0, at: now) }
      if carry() { isBusy = true }
      while let event = web.pollEvent() {
        isBusy = true
        if case .call(let event) = event { call.with(1) { station.handle(event, web: &web, service: &$0, at: now) } }
      }
      while let line = placed.pollLine() { callerLines.append(line.text) }
      if call.with(1, { station.proceed(web: &web, service: &$0, at: now) }) { isBusy = true }
      while let output = station.pollOutput() { outputs.append(output) }
      while let line = station.pollLine() { deskLines.append(line.text) }
    }
  }

  private func settleServices() -> Bool {
    var isBusy = false
    while seen[0] < call.sides[0].events.count {
      isBusy = true
      let event = call.sides[0].events[seen[0]].event
      seen[0] += 1
      call.with(0) { placed.handle(event, service: &$0, at: now) }
    }
    while seen[1] < call.sides[1].events.count {
      isBusy = true
      let event = call.sides[1].events[seen[1]].event
      seen[1] += 1
      call.with(1) { station.handle(event, web: &web, service: &$0, at: now) }
    }
    return isBusy
  }

  /// Carries bytes between the caller's client and the server.
  private func carry() -> Bool {
    var moved = false
    while let action = placed.client.pollAction() {
      moved = true
      if let connection { web.handleFailure(on: connection, at: now) }
      connection = nil
      if case .connect = action {
        if isReachable { connection = web.open(from: .v4(10, 0, 0, 1), to: .v4(10, 0, 0, 2), at: now) }
        if connection == nil {
          placed.client.handleFailure(at: now)
        } else {
          placed.client.handleConnected(at: now)
        }
      }
    }
    var closed: [WebConnectionID] = []
    while let action = web.pollAction() {
      if case .close(let id) = action { closed.append(id) }
    }
    guard let connection else { return moved }
    var request: [UInt8] = []
    placed.client.pollOutput { view in
      request += view.array()
      return view.count
    }
    if !request.isEmpty {
      moved = true
      let text = String(decoding: request, as: UTF8.self)
      methods.append(String(text.prefix { $0 != " " }))
      give(changing(text), to: connection)
    }
    let answer = take(connection)
    if !answer.isEmpty {
      moved = true
      let status = Int(answer.dropFirst(9).prefix(3)) ?? 0
      statuses.append(status)
      if status == 201 { answeredAt = min(answeredAt, now) }
      Array(answer.utf8).withByteView { placed.client.handle($0, at: now) }
    }
    if closed.contains(connection) {
      moved = true
      self.connection = nil
      placed.client.handleEnd(at: now)
    }
    return moved
  }
}

/// A POST of `offer`, as a caller that is no intercom would write it.
func post(_ offer: String) -> String {
  "POST /call HTTP/1.1\r\nHost: 10.0.0.2:8080\r\nContent-Type: application/sdp\r\n"
    + "Content-Length: \(offer.utf8.count)\r\n\r\n\(offer)"
}
