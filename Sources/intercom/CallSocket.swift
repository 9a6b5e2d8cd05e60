// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The socket of a placed call's or a room's signaling: bytes and names between the poller and a `Web.SocketClient`.

import Core
import Host
import Linux
import Web

/// The socket of a placed call's signaling.
final class CallSocket {
  private final class Box {
    var connection: TCPConnection
    var isConnecting = true

    init(_ connection: consuming TCPConnection) { self.connection = connection }
  }

  private let host: ServiceHost
  private let token: UInt64
  private let resolverToken: UInt64
  private var resolver: Resolver
  private var box: Box?
  private var port: UInt16 = 0
  /// Addresses of the name that have not been tried, best first: a name may stand for IPv6 and IPv4, and one may not answer.
  private var untried: [IPAddress] = []
  private let buffer: MutableByteView

  /// A socket that is not connected; the poller tells of it by two tokens, from `token` on.
  init(host: ServiceHost, token: UInt64 = Desk.clientToken) throws(HostError) {
    self.host = host
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
      case .close: box = nil
      }
    }
    send(&client, at: now)
    return hasMoved
  }

  private func connect(to url: HTTPURL, _ client: inout some SocketClient, at now: Instant) {
    box = nil
    port = url.port
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
    while !untried.isEmpty {
      let endpoint = Endpoint(untried.removeFirst(), port: port)
      do throws(LinuxError) {
        let box = Box(try TCPConnection(connectingTo: endpoint))
        try host.poller.add(box.connection.number, for: .writable, token: token)
        self.box = box
        return
      } catch { continue }
    }
    client.handleFailure(at: now)
  }

  private func handle(_ event: Poller.Event, _ client: inout some SocketClient, at now: Instant) {
    guard let box else { return }
    if box.isConnecting {
      switch box.connection.connectResult() {
      case .pending: return
      case .failed: return connectNext(&client, at: now)
      case .connected:
        box.isConnecting = false
        client.handleConnected(at: now)
        return watch(client)
      }
    }
    guard event.readiness.contains(.readable) || event.readiness.contains(.hangUp) else { return }
    switch box.connection.read(into: buffer) {
    case .bytes(let count): client.handle(buffer.readOnly[0..<count], at: now)
    case .wouldBlock: break
    case .endOfStream: client.handleEnd(at: now)
    case .reset, .failed: client.handleFailure(at: now)
    }
  }

  private func send(_ client: inout some SocketClient, at now: Instant) {
    guard let box, !box.isConnecting, client.hasOutput else { return }
    var isBroken = false
    client.pollOutput { bytes in
      switch box.connection.write(bytes) {
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
    try? host.poller.modify(
      box.connection.number, for: client.hasOutput ? [.readable, .writable] : .readable, token: token)
  }
}
