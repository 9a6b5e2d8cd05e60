// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The socket of a placed call's or a room's signaling: bytes and names between the poller and a `Web.SocketClient`.

import Core
import Host
import Linux
import Security
import Web

/// The socket of a placed call's signaling.
final class CallSocket {
  private final class Box {
    let stream: StreamConnection
    var isConnecting = true
    /// Whether a handshake goes on.
    var isSecuring = false

    init(_ stream: StreamConnection) { self.stream = stream }
  }

  private let host: ServiceHost
  private let token: UInt64
  private let resolverToken: UInt64
  private var resolver: Resolver
  private let handshakes: HandshakeThread
  /// Whom to believe where the call names no authority.
  private let trust: StreamTrust
  private var box: Box?
  private var target: HTTPURL?
  /// Addresses of the name that have not been tried, best first: a name may stand for IPv6 and IPv4, and one may not answer.
  private var untried: [IPAddress] = []
  private let buffer: MutableByteView

  /// A socket that is not connected; the poller tells of it by two tokens, from `token` on. With https it believes `trust`
  /// unless its call names an authority.
  init(
    host: ServiceHost, handshakes: HandshakeThread, trust: StreamTrust = .system, token: UInt64 = Desk.clientToken
  ) throws(HostError) {
    self.host = host
    self.handshakes = handshakes
    self.trust = trust
    self.token = token
    resolverToken = token + 1
    buffer = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
    do throws(LinuxError) {
      resolver = try Resolver()
      try host.poller.add(resolver.number, for: .readable, token: resolverToken)
    } catch { throw .system(what: "name look-up", error) }
  }

  deinit { buffer.base?.deallocate() }

  /// When the loop has to come back.
  func pollTimeout(_ client: some SocketClient) -> Instant { client.pollTimeout() }

  /// Takes in what the poller saw and the time, then does what the client wants.
  func handle(_ client: inout some SocketClient, at now: Instant) {
    if client.pollTimeout() <= now { client.handleTimeout(at: now) }
    for index in host.foreign.indices {
      let event = host.foreign[index]
      if event.token == resolverToken { takeAddress(&client, at: now) }
      if event.token == token { handle(event, &client, at: now) }
    }
    secure(&client, at: now)
    serve(&client, at: now)
  }

  /// Closes the socket, for its call is gone.
  func close() {
    box = nil
    untried = []
  }

  /// Does what the client wants: after every change of it. Answers whether it wanted anything.
  @discardableResult
  func serve(_ client: inout some SocketClient, at now: Instant) -> Bool {
    var hasMoved = false
    while let action = client.pollAction() {
      hasMoved = true
      switch action {
      case .connect(let url): connect(to: url, &client, at: now)
      case .close:
        if let box, box.stream.isSecure { box.stream.finishWriting() }
        box = nil
      }
    }
    send(&client, at: now)
    return hasMoved
  }

  private func connect(to url: HTTPURL, _ client: inout some SocketClient, at now: Instant) {
    box = nil
    target = url
    untried = []
    if let address = url.authority.address {
      untried = [address]
      return connectNext(&client, at: now)
    }
    do throws(LinuxError) {
      if try !resolver.resolve(url.host, token: 0) { client.handleFailure(at: now) }
    } catch { client.handleFailure(at: now) }
  }

  private func takeAddress(_ client: inout some SocketClient, at now: Instant) {
    while let lookup = resolver.next() {
      guard !lookup.isFailed else {
        client.handleFailure(at: now)
        continue
      }
      untried = []
      for index in lookup.addresses.indices { untried.append(lookup.addresses[index]) }
      connectNext(&client, at: now)
    }
  }

  /// Begins to connect to the next address; tells the client when there is none left.
  private func connectNext(_ client: inout some SocketClient, at now: Instant) {
    box = nil
    while !untried.isEmpty, let target {
      let endpoint = Endpoint(untried.removeFirst(), port: target.port)
      do throws(LinuxError) {
        let connection = try TCPConnection(connectingTo: endpoint)
        try host.poller.add(connection.number, for: .writable, token: token)
        box = Box(stream(connection, to: target, client.authority))
        return
      } catch { continue }
    }
    client.handleFailure(at: now)
  }

  private func stream(
    _ connection: consuming TCPConnection, to target: HTTPURL, _ authority: Fingerprint?
  ) -> StreamConnection {
    guard target.isSecure else { return StreamConnection(connection) }
    let trust = authority.map { StreamTrust.particular(.authority($0)) } ?? trust
    return StreamConnection(connection, host: target.host, trust: trust, handshakes: handshakes)
  }

  private func handle(_ event: Poller.Event, _ client: inout some SocketClient, at now: Instant) {
    guard let box else { return }
    if box.isConnecting {
      switch box.stream.connectResult() {
      case .pending: return
      case .failed: return connectNext(&client, at: now)
      case .connected:
        box.isConnecting = false
        box.isSecuring = true
        return secure(&client, at: now)
      }
    }
    guard !box.isSecuring, event.readiness.contains(.readable) || event.readiness.contains(.hangUp) else { return }
    read(box, &client, at: now)
  }

  /// Goes on with a handshake, if there is one; then the client is connected.
  private func secure(_ client: inout some SocketClient, at now: Instant) {
    guard let box, box.isSecuring, !box.stream.isAway else { return }
    switch box.stream.advance() {
    case .pending: watch(client)
    case .open:
      box.isSecuring = false
      client.handleConnected(at: now)
      watch(client)
    case .failed(let reason):
      self.box = nil
      client.handleInsecurity(reason.text, at: now)
    }
  }

  /// Reads until the socket is empty, with TLS; in the clear the poller tells of the rest.
  private func read(_ box: Box, _ client: inout some SocketClient, at now: Instant) {
    repeat {
      switch box.stream.read(into: buffer) {
      case .bytes(let count): client.handle(buffer.readOnly[0..<count], at: now)
      case .wouldBlock: return
      case .endOfStream: return client.handleEnd(at: now)
      case .reset, .failed:
        guard let reason = box.stream.error, reason != .truncated else { return client.handleFailure(at: now) }
        return client.handleInsecurity(reason.text, at: now)
      }
    } while box.stream.isSecure && self.box === box
  }

  private func send(_ client: inout some SocketClient, at now: Instant) {
    guard let box, !box.isConnecting, !box.isSecuring, client.hasOutput || box.stream.hasOutput else { return }
    var isBroken = !box.stream.flush()
    client.pollOutput { bytes in
      switch box.stream.write(bytes) {
      case .bytes(let count): return count
      case .wouldBlock, .endOfStream: return 0
      case .reset, .failed:
        isBroken = true
        return 0
      }
    }
    if isBroken { client.handleFailure(at: now) }
    watch(client)
  }

  private func watch(_ client: some SocketClient) {
    guard let box else { return }
    // A failure shows at the next read or write.
    let isWriting = box.stream.hasOutput || (client.hasOutput && !box.isSecuring)
    let interest: Readiness = box.stream.isAway ? [] : isWriting ? [.readable, .writable] : .readable
    try? host.poller.modify(box.stream.number, for: interest, token: token)
  }
}
