// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Connections to the TLS port until their handshake is done: so many at once, so many from one address, so long each.

import Core
import Host
import Linux
import Security

/// Where to listen with TLS, and as whom.
struct SecureListening {
  let endpoint: Endpoint
  let identity: TLSIdentity
  let handshakes: HandshakeThread
}

/// What became of handshakes, since the start.
struct SecureCounters {
  /// Done.
  var handshakes: UInt64 = 0
  /// Came to nothing: not trusted, garbage, given up, or too slow.
  var failed: UInt64 = 0
  /// Sent away because their address had too many under way, or everybody together.
  var refused: UInt64 = 0
  /// Spoke HTTP in the clear.
  var clear: UInt64 = 0
}

/// The TLS listener and its handshakes. Loop thread.
final class SecureNewcomers {
  private struct Newcomer {
    let stream: StreamConnection
    let deadline: Instant
    /// What the poller watches it for.
    var interest: Readiness = .readable
    /// Whether it was lent out when it was looked at last.
    var wasAway = false
  }

  private let host: ServiceHost
  private let handshakes: HandshakeThread
  private var listener: TCPListener
  private var places = [Newcomer?](repeating: nil, count: Limits.tlsHandshakesMax)
  private var done: [StreamConnection] = []
  private var acceptPausedUntil = Instant.zero
  /// Who those that come from now on see.
  var identity: TLSIdentity
  /// What became of them.
  private(set) var counters = SecureCounters()

  /// The answer to a request in the clear.
  private static let answerInTheClear: StaticString = """
    HTTP/1.1 400 Bad Request\r
    Content-Type: text/plain; charset=utf-8\r
    Content-Length: 56\r
    Connection: close\r
    \r
    This port speaks HTTPS: begin the address with https://

    """

  init(_ listening: SecureListening, host: ServiceHost) throws(LinuxError) {
    self.host = host
    handshakes = listening.handshakes
    identity = listening.identity
    listener = try TCPListener(bindingTo: listening.endpoint, backlog: 64)
    try host.poller.add(listener.number, for: .readable, token: Desk.secureListenerToken)
  }

  /// Where it listens.
  var local: Endpoint { listener.local }

  /// When the loop has to come back.
  func pollTimeout() -> Instant {
    var earliest = Instant.never
    for index in places.indices { earliest = min(earliest, places[index]?.deadline ?? .never) }
    return earliest
  }

  /// Takes in what the poller saw and the time.
  func handle(at now: Instant) {
    for index in host.foreign.indices {
      let token = host.foreign[index].token
      if token == Desk.secureListenerToken {
        accept(at: now)
      } else if token >= Desk.newcomerToken, token < Desk.newcomerToken + UInt64(places.count) {
        advance(Int(token - Desk.newcomerToken))
      }
    }
    for index in places.indices {
      guard let newcomer = places[index] else { continue }
      if newcomer.wasAway, !newcomer.stream.isAway { advance(index) }
      if let newcomer = places[index], now >= newcomer.deadline {
        drop(index)
        counters.failed += 1
      }
    }
  }

  /// The next connection whose handshake is done, or nil. It is still watched, by a token of ours.
  func next() -> StreamConnection? { done.isEmpty ? nil : done.removeFirst() }

  private func accept(at now: Instant) {
    guard now >= acceptPausedUntil else { return }
    do throws(LinuxError) {
      while let connection = try listener.accept() {
        guard let index = place(for: connection.remote.address) else {
          counters.refused += 1
          continue
        }
        try host.poller.add(connection.number, for: .readable, token: Desk.newcomerToken + UInt64(index))
        let stream = StreamConnection(connection, identity: identity, handshakes: handshakes)
        places[index] = Newcomer(stream: stream, deadline: now + .milliseconds(Limits.tlsHandshakeMilliseconds))
      }
    } catch {
      acceptPausedUntil = now + .milliseconds(100)
    }
  }

  /// A free place, or that of the oldest; nil: this address has too many. One that waits for us, not we for it, keeps its
  /// place: who is sent away would still have to be computed.
  private func place(for address: IPAddress) -> Int? {
    var count = 0
    var free: Int?
    var oldest: Int?
    var earliest = Instant.never
    for index in places.indices {
      guard let newcomer = places[index] else {
        free = free ?? index
        continue
      }
      if newcomer.stream.remote.address == address { count += 1 }
      if newcomer.deadline < earliest, !newcomer.stream.isAway { (oldest, earliest) = (index, newcomer.deadline) }
    }
    guard count < Limits.tlsHandshakesPerAddressMax else { return nil }
    if let free { return free }
    guard let oldest else { return nil }
    drop(oldest)
    counters.refused += 1
    return oldest
  }

  private func advance(_ index: Int) {
    guard let stream = places[index]?.stream else { return }
    switch stream.advance() {
    case .pending: watch(index, stream)
    case .open:
      counters.handshakes += 1
      places[index] = nil
      done.append(stream)
    case .failed:
      if stream.beganInTheClear {
        counters.clear += 1
        Self.answerInTheClear.withUTF8Buffer { stream.writeInTheClear(ByteView(UnsafeRawBufferPointer($0))) }
        stream.finishWriting()
      } else {
        counters.failed += 1
      }
      drop(index)
    }
  }

  /// One that is lent out is not watched: the loop could do nothing about it.
  private func watch(_ index: Int, _ stream: StreamConnection) {
    let interest: Readiness = stream.isAway ? [] : stream.hasOutput ? [.readable, .writable] : .readable
    places[index]?.wasAway = stream.isAway
    guard places[index]?.interest != interest else { return }
    places[index]?.interest = interest
    try? host.poller.modify(stream.number, for: interest, token: Desk.newcomerToken + UInt64(index))
  }

  private func drop(_ index: Int) {
    if let stream = places[index]?.stream { try? host.poller.remove(stream.number) }
    places[index] = nil
  }
}
