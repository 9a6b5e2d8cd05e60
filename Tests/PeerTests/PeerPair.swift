// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two connections and the network between them, in virtual time: always the earliest thing next.

import Core
import Peer
import SelfTest

/// A moment of virtual time.
func ms(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

/// Two connections: side 0 at 10.0.0.1:4000, side 1 at 10.0.0.2:4000.
final class PeerPair<Channel: SecureChannel & ~Copyable> {
  /// A datagram that a side sent.
  struct Sent {
    let side: Int
    let at: Instant
    let bytes: [UInt8]
  }

  var now = Instant.zero
  var network: SimulatedNetwork
  /// What each side said.
  var events: [[String]] = [[], []]
  /// When each side was first connected.
  var connectedAt = [Instant.never, Instant.never]
  /// Voice that each side received.
  var heard: [[EncodedFrame]] = [[], []]
  /// Everything that left, lost or not.
  var sent: [Sent] = []
  /// Candidates that each side told of.
  var candidates: [[String]] = [[], []]
  /// Whether a datagram on its way to a side is dropped.
  var drops: (Int, [UInt8]) -> Bool = { _, _ in false }
  static var endpoints: [Endpoint] { [Endpoint(.v4(10, 0, 0, 1), port: 4000), Endpoint(.v4(10, 0, 0, 2), port: 4000)] }

  private var left: Connection<Channel>
  private var right: Connection<Channel>
  private var datagram = Datagram()
  private var sequence: UInt32 = 0

  /// Two connections that have not begun.
  init(_ identities: [Channel.Identity], seed: UInt64 = 1) {
    var chance = Randomness(seed: seed)
    network = SimulatedNetwork(conditions: .init(), randomness: chance.split())
    let clock = WallClock(time: NTPTime(unixSeconds: 1_700_000_000, nanoseconds: 0), instant: .zero)
    left = Connection(
      configuration: ConnectionConfiguration(), identity: identities[0], randomness: chance.split(), clock: clock,
      at: .zero)
    right = Connection(
      configuration: ConnectionConfiguration(), identity: identities[1], randomness: chance.split(), clock: clock,
      at: .zero)
  }

  /// Does something with a side's connection, and drains it.
  @discardableResult
  func with<Result, Failure: Error>(
    _ side: Int, _ body: (inout Connection<Channel>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { drain(side) }
    return side == 0 ? try body(&left) : try body(&right)
  }

  func state(_ side: Int) -> ConnectionState { side == 0 ? left.state : right.state }
  func statistics(_ side: Int) -> ConnectionStatistics { side == 0 ? left.statistics : right.statistics }
  func counters(_ side: Int) -> ConnectionCounters { side == 0 ? left.counters : right.counters }

  /// Binds both sides' sockets.
  func bind() {
    for side in 0...1 {
      with(side) {
        $0.addLocalAddress(Self.endpoints[side], at: now)
        $0.endLocalAddresses(at: now)
      }
    }
  }

  /// Side 0 offers, side 1 answers; `changing` may change the offer on its way.
  func exchange(changing: (String) -> String = { $0 }) throws(PeerError) {
    let offer = changing(try with(0) { (side) throws(PeerError) in try side.createOffer(at: now) })
    try setOffer(offer)
    let answer = try with(1) { (side) throws(PeerError) in try side.createAnswer(at: now) }
    try setAnswer(answer)
  }

  func setOffer(_ offer: String) throws(PeerError) {
    try with(1) { (side) throws(PeerError) in
      try Self.withBytes(offer) { (bytes) throws(PeerError) in try side.setRemoteOffer(bytes, at: now) }
    }
  }

  func setAnswer(_ answer: String) throws(PeerError) {
    try with(0) { (side) throws(PeerError) in
      try Self.withBytes(answer) { (bytes) throws(PeerError) in try side.setRemoteAnswer(bytes, at: now) }
    }
  }

  func addFragment(_ fragment: String, to side: Int) throws(PeerError) {
    try with(side) { (peer) throws(PeerError) in
      try Self.withBytes(fragment) { (bytes) throws(PeerError) in try peer.addRemoteFragment(bytes, at: now) }
    }
  }

  private static func withBytes(_ text: String, _ body: (ByteView) throws(PeerError) -> Void) throws(PeerError) {
    var failure: PeerError?
    text.withByteView { bytes in
      do throws(PeerError) { try body(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Lets time pass until `end`.
  func run(until end: Instant) {
    var steps = 0
    while steps < 200_000 {
      steps += 1
      let next = min(network.nextArrival, min(left.pollTimeout(), right.pollTimeout()))
      guard next <= end else { break }
      now = max(now, next)
      if network.receive(into: &datagram, at: now) {
        let side = datagram.local == Self.endpoints[0] ? 0 : 1
        if !drops(side, datagram.bytes.array()) { deliver(to: side) }
      } else if left.pollTimeout() <= now {
        with(0) { $0.handleTimeout(at: now) }
      } else {
        with(1) { $0.handleTimeout(at: now) }
      }
    }
    if steps == 200_000 { events[0].append("livelock") }
    now = max(now, end)
  }

  /// Hands `bytes` to a side as if `from` had sent them.
  func inject(_ bytes: [UInt8], to side: Int, from: Endpoint? = nil) {
    bytes.withByteView { _ = datagram.assign($0) }
    datagram.local = Self.endpoints[side]
    datagram.remote = from ?? Self.endpoints[1 - side]
    deliver(to: side)
  }

  private func deliver(to side: Int) {
    var frame = EncodedFrame()
    let isVoice =
      side == 0 ? left.handle(&datagram, into: &frame, at: now) : right.handle(&datagram, into: &frame, at: now)
    if isVoice { heard[side].append(frame) }
    drain(side)
  }

  /// Sends a frame of voice; false when the connection cannot.
  @discardableResult
  func speak(_ side: Int) -> Bool {
    var frame = EncodedFrame()
    frame.count = 40
    frame.sequence = sequence
    frame.timestamp = RTPTimestamp(sequence &* 960)
    frame.instant = now
    frame.payload[0] = UInt8(truncatingIfNeeded: sequence)
    sequence &+= 1
    let isSent =
      side == 0 ? left.send(&frame, into: &datagram, at: now) : right.send(&frame, into: &datagram, at: now)
    if isSent { carry(from: side) }
    return isSent
  }

  private func carry(from side: Int) {
    sent.append(Sent(side: side, at: now, bytes: datagram.bytes.array()))
    network.send(datagram, at: now)
  }

  private func drain(_ side: Int) {
    while side == 0 ? left.pollTransmit(into: &datagram, at: now) : right.pollTransmit(into: &datagram, at: now) {
      carry(from: side)
    }
    while let event = side == 0 ? left.pollEvent() : right.pollEvent() {
      switch event {
      case .localCandidate(let candidate): candidates[side].append(candidate)
      case .gatheringComplete: events[side].append("gathered")
      case .stateChanged(let state):
        events[side].append(state.text)
        if state == .connected { connectedAt[side] = min(connectedAt[side], now) }
      case .voiceEnded: events[side].append("voice ended")
      case .failed(let error): events[side].append(error.text)
      }
    }
  }
}

/// The error that `body` threw, as a sentence; empty when there was none.
func refusal(_ body: () throws(PeerError) -> Void) -> String {
  do throws(PeerError) {
    try body()
    return ""
  } catch { return error.text }
}
