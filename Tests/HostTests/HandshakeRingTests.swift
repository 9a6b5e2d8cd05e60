// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Connections lent to the handshake thread and taken back. Run once with --sanitize=thread: it must stay silent.

import Core
import Host
import Linux
import Security
import Testing

@Suite("Connections between the loop and the handshake thread")
struct HandshakeRingTests {
  /// The places of the server, each with its client: as many as fit the ring.
  private static let pairs = Limits.handshakeRingSlots / 2
  private static let secondsMax = 60

  /// Both ends of connections on loopback, and a loop that goes on with whichever is not lent out.
  private final class Loop {
    let handshakes: HandshakeThread
    var poller: Poller
    /// Servers and clients in turn; nil: it was given up.
    var streams: [StreamConnection?] = []
    private var interests: [Readiness] = []

    init() throws {
      handshakes = try HandshakeThread()
      poller = try Poller()
      try poller.add(handshakes.number, for: .readable, token: .max)
    }

    func add(_ stream: StreamConnection) throws {
      try poller.add(stream.number, for: [.readable, .writable], token: UInt64(streams.count))
      streams.append(stream)
      interests.append([.readable, .writable])
    }

    /// One turn, as the product's loop has it: what is lent out is not watched.
    func turn() throws {
      for (index, stream) in streams.enumerated() {
        guard let stream else { continue }
        _ = stream.advance()
        let wanted: Readiness = stream.isAway ? [] : stream.hasOutput ? [.readable, .writable] : .readable
        if wanted != interests[index] { try poller.modify(stream.number, for: wanted, token: UInt64(index)) }
        interests[index] = wanted
      }
      let now = Clock.now()
      _ = try poller.wait(until: now + .milliseconds(100), at: now)
      handshakes.takeBack()
    }

    func giveUp(_ index: Int) throws {
      if let stream = streams[index] { try poller.remove(stream.number) }
      streams[index] = nil
    }
  }

  private func connect(_ loop: Loop) throws {
    var randomness = Randomness(seed: 9)
    let authority = try CertificateAuthority.make(name: "Door", names: ["door.local"], randomness: &randomness)
    let pem = try authority.serverCertificate(
      names: ["door.local"], addresses: [], from: 1_700_000_000, to: 2_300_000_000)
    let identity = try pem.withByteView { text in Result { try TLSIdentity.read(certificates: text, key: text) } }.get()
    var listener = try TCPListener(bindingTo: Endpoint(.loopbackV4, port: 0), backlog: Self.pairs)
    for _ in 0..<Self.pairs {
      let caller = try TCPConnection(connectingTo: listener.local)
      guard let callee = try listener.accept() else {
        Issue.record("nobody came")
        return
      }
      try loop.add(StreamConnection(callee, identity: identity, handshakes: loop.handshakes))
      let trust = TLSTrust.authority(identity.lastFingerprint)
      try loop.add(StreamConnection(caller, host: "door.local", trust: .particular(trust), handshakes: loop.handshakes))
    }
  }

  @Test("handshakes of every place are done at once, and bytes pass")
  func every() throws {
    let loop = try Loop()
    try connect(loop)
    let end = Clock.now() + .seconds(Self.secondsMax)
    while Clock.now() < end, !loop.streams.allSatisfy({ $0?.advance() == .open }) { try loop.turn() }
    for stream in loop.streams { #expect(stream?.advance() == .open && stream?.error == nil) }
    for index in stride(from: 0, to: loop.streams.count, by: 2) {
      guard let server = loop.streams[index], let client = loop.streams[index + 1] else { continue }
      let written = "word \(index)".withByteView { client.write($0) }
      guard case .bytes = written else {
        Issue.record("nothing was written")
        continue
      }
      #expect(try read(server, loop, until: end) == "word \(index)")
    }
  }

  @Test("connections that are given up while lent out go when they come back, and harm nobody")
  func givenUp() throws {
    let loop = try Loop()
    try connect(loop)
    let end = Clock.now() + .seconds(Self.secondsMax)
    var chance = Randomness(seed: 3)
    var left = Self.pairs / 2
    while Clock.now() < end, left > 0 {
      try loop.turn()
      let index = chance.below(loop.streams.count)
      guard let stream = loop.streams[index], stream.isAway || stream.advance() == .pending else {
        left -= 1
        continue
      }
      try loop.giveUp(index)
      left -= 1
    }
    func isSettled(_ stream: StreamConnection?) -> Bool { stream == nil || stream?.advance() != .pending }
    while Clock.now() < end, !loop.streams.allSatisfy(isSettled) { try loop.turn() }
    for index in stride(from: 0, to: loop.streams.count, by: 2) {
      guard let server = loop.streams[index], let client = loop.streams[index + 1] else { continue }
      #expect(server.advance() == .open && client.advance() == .open)
    }
  }

  private func read(_ stream: StreamConnection, _ loop: Loop, until end: Instant) throws -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    while Clock.now() < end {
      let result = bytes.withUnsafeMutableBytes { stream.read(into: MutableByteView($0)) }
      if case .bytes(let count) = result, count > 0 { return String(decoding: bytes[0..<count], as: UTF8.self) }
      try loop.turn()
    }
    return ""
  }
}
