// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two secure channels and the wire between them, in virtual time: always the earliest thing next.

import Core
import Peer

/// What a wire does to datagrams.
struct Wire {
  var lossPercent = 0
  var duplicatePercent = 0
  /// Every datagram takes this long, and up to `jitterMilliseconds` more: what is sent later may come earlier.
  var delayMilliseconds = 5
  var jitterMilliseconds = 0
}

/// One of the two ends.
enum Side { case left, right }

/// A datagram on its way.
struct Flight {
  var arrival: Instant
  var number: Int
  var to: Side
  var bytes: [UInt8]
}

struct Pair<Channel: SecureChannel & ~Copyable>: ~Copyable {
  var left: Channel
  var right: Channel
  var wire = Wire()
  var chance: Randomness
  var now = Instant.zero
  var flights: [Flight] = []
  /// Everything ever sent, with its moment and destination, lost or not.
  var sent: [Flight] = []
  var leftEvents: [String] = []
  var rightEvents: [String] = []
  private var datagram = Datagram()

  init(left: Channel.Identity, right: Channel.Identity, seed: UInt64 = 1) {
    self.left = Channel(identity: left)
    self.right = Channel(identity: right)
    chance = Randomness(seed: seed)
  }

  /// Left is client, right is server, each told the other's fingerprint.
  mutating func start(leftIs role: DTLSRole = .client, expecting: (left: Fingerprint, right: Fingerprint)) {
    left.start(role: role, remoteFingerprint: expecting.right, at: now)
    drain()
    right.start(role: role == .client ? .server : .client, remoteFingerprint: expecting.left, at: now)
    drain()
  }

  /// Takes everything out of both channels.
  mutating func drain() {
    while left.pollTransmit(into: &datagram) { send(to: .right, datagram.bytes.array()) }
    while let event = left.pollEvent() { leftEvents.append(name(event)) }
    while right.pollTransmit(into: &datagram) { send(to: .left, datagram.bytes.array()) }
    while let event = right.pollEvent() { rightEvents.append(name(event)) }
  }

  /// Puts a datagram on the wire.
  mutating func send(to side: Side, _ bytes: [UInt8]) {
    sent.append(Flight(arrival: now, number: sent.count, to: side, bytes: bytes))
    for _ in 0..<(chance.chance(percent: wire.duplicatePercent) ? 2 : 1) {
      if chance.chance(percent: wire.lossPercent) { continue }
      let jitter = chance.below(wire.jitterMilliseconds + 1)
      let arrival = now + .milliseconds(wire.delayMilliseconds + jitter)
      flights.append(Flight(arrival: arrival, number: sent.count, to: side, bytes: bytes))
    }
  }

  /// Hands a datagram over at once.
  mutating func deliver(to side: Side, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      switch side {
      case .left: left.handleHandshake(ByteView(buffer), at: now)
      case .right: right.handleHandshake(ByteView(buffer), at: now)
      }
    }
    drain()
  }

  /// Does the earliest thing; false when nothing is left to come.
  mutating func step() -> Bool {
    let next = flights.indices.min {
      (flights[$0].arrival, flights[$0].number) < (flights[$1].arrival, flights[$1].number)
    }
    let leftTimeout = left.pollTimeout() ?? .never
    let rightTimeout = right.pollTimeout() ?? .never
    let arrival = next.map { flights[$0].arrival } ?? .never
    let earliest = min(arrival, leftTimeout, rightTimeout)
    guard earliest != .never else { return false }
    now = max(now, earliest)
    if let next, arrival == earliest {
      let flight = flights.remove(at: next)
      deliver(to: flight.to, flight.bytes)
    } else if leftTimeout == earliest {
      left.handleTimeout(at: now)
    } else {
      right.handleTimeout(at: now)
    }
    drain()
    return true
  }

  /// Steps until nothing is left to come, or `limit` steps are done; answers whether it came to rest.
  mutating func run(limit: Int = 2000) -> Bool {
    for _ in 0..<limit where !step() { return true }
    return false
  }

  /// Sends a packet through `left` and `right` and answers what came of it.
  mutating func carryRTP(_ packet: [UInt8], from side: Side) -> (results: [SecureResult], plain: [UInt8], wire: [UInt8])
  {
    var datagram = Datagram(packet)
    let first = side == .left ? left.protectRTP(&datagram) : right.protectRTP(&datagram)
    let wire = datagram.bytes.array()
    let second = side == .left ? right.unprotectRTP(&datagram) : left.unprotectRTP(&datagram)
    return ([first, second], datagram.bytes.array(), wire)
  }

  /// The same for RTCP.
  mutating func carryRTCP(_ packet: [UInt8], from side: Side) -> (
    results: [SecureResult], plain: [UInt8], wire: [UInt8]
  ) {
    var datagram = Datagram(packet)
    let first = side == .left ? left.protectRTCP(&datagram) : right.protectRTCP(&datagram)
    let wire = datagram.bytes.array()
    let second = side == .left ? right.unprotectRTCP(&datagram) : left.unprotectRTCP(&datagram)
    return ([first, second], datagram.bytes.array(), wire)
  }
}

/// An event as a word.
func name(_ event: SecureChannelEvent) -> String {
  switch event {
  case .established: "established"
  case .closedByPeer: "closed by peer"
  case .failed(.fingerprintMismatch): "fingerprint mismatch"
  case .failed(.handshake(let code)): "handshake \(code)"
  case .failed(.noCommonProfile): "no common profile"
  case .failed(.timeout): "timeout"
  case .failed(.unavailable): "unavailable"
  }
}
