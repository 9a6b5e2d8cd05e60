// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A server's sockets: bytes between the poller and `Web.WebServer` or `Rooms.RoomDoor`, in the clear and over TLS.
//
//   plain listener ───────────────────────────────▶ box ◀─▶ server
//   TLS listener ──▶ SecureNewcomers (handshakes) ──▶ box
//
// DESIGN. A connection over TLS is not the server's before its handshake is done: those who never finish one take no
// place of the server's. A TLS record may hold more than the server wants at once: such boxes are `isPending`, and are read
// again without the socket's asking.

import Core
import Host
import Linux
import Security
import Web

/// The listeners and the connections of a server.
final class WebSockets {
  private final class Box {
    let id: WebConnectionID
    let stream: StreamConnection
    var isReading = true
    var isWriting = false
    /// Whether there may be bytes that the socket does not tell of.
    var isPending: Bool

    init(id: WebConnectionID, stream: StreamConnection, isPending: Bool) {
      self.id = id
      self.stream = stream
      self.isPending = isPending
    }
  }

  private let host: ServiceHost
  private var listener: TCPListener
  private var newcomers: SecureNewcomers?
  private var boxes: [Box?]
  private let buffer: MutableByteView
  /// When accepting goes on after the kernel refused.
  private var acceptPausedUntil = Instant.zero

  /// Listens on `endpoint` in the clear, and as `secure` says with TLS (nil: not), for a server of `connectionsMax` connections.
  init(
    listeningOn endpoint: Endpoint, host: ServiceHost, secure: SecureListening?,
    connectionsMax: Int = Limits.webConnectionsMax
  ) throws(LinuxError) {
    self.host = host
    boxes = [Box?](repeating: nil, count: connectionsMax)
    buffer = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
    listener = try TCPListener(bindingTo: endpoint, backlog: 64)
    try host.poller.add(listener.number, for: .readable, token: Desk.listenerToken)
    if let secure { newcomers = try SecureNewcomers(secure, host: host) }
  }

  deinit { buffer.base?.deallocate() }

  /// Where it listens in the clear, with the port that the kernel chose when 0 was asked.
  var local: Endpoint { listener.local }
  /// Where it listens with TLS; nil: nowhere.
  var secureLocal: Endpoint? { newcomers?.local }
  /// What became of handshakes; nil: there are none.
  var secureCounters: SecureCounters? { newcomers?.counters }

  /// Connections that come from now on see this certificate.
  func setIdentity(_ identity: TLSIdentity) { newcomers?.identity = identity }

  /// When the loop has to come back.
  func pollTimeout() -> Instant { newcomers?.pollTimeout() ?? .never }

  /// Takes in what the poller saw, then does what the server wants.
  func handle(web: inout some SocketServer, at now: Instant) {
    for index in host.foreign.indices {
      let event = host.foreign[index]
      if event.token == Desk.listenerToken {
        accept(web: &web, at: now)
      } else if event.token >= Desk.webToken {
        handle(event, web: &web, at: now)
      }
    }
    takeNewcomers(web: &web, at: now)
    serve(web: &web, at: now)
  }

  /// Does what the server wants: after every change of it.
  func serve(web: inout some SocketServer, at now: Instant) {
    repeat {
      while let action = web.pollAction() { perform(action, web: &web, at: now) }
    } while readPending(web: &web, at: now)
  }

  private func perform(_ action: WebAction, web: inout some SocketServer, at now: Instant) {
    switch action {
    case .send(let id): send(id, web: &web, at: now)
    case .setReading(let id, let isReading):
      guard let box = box(id) else { return }
      box.isReading = isReading
      watch(box)
    case .shutDownWriting(let id):
      guard let box = box(id) else { return }
      box.stream.finishWriting()
      if box.stream.hasOutput { watch(box) }
    case .close(let id):
      guard let box = box(id) else { return }
      if box.stream.isSecure { box.stream.finishWriting() }
      boxes[id.index] = nil
    }
  }

  // MARK: Coming in

  private func accept(web: inout some SocketServer, at now: Instant) {
    guard now >= acceptPausedUntil else { return }
    do throws(LinuxError) {
      while let connection = try listener.accept() {
        let near = (try? connection.local().address) ?? local.address
        guard let id = web.open(from: connection.remote.address, to: near, transport: .plain, at: now) else { continue }
        try host.poller.add(connection.number, for: .readable, token: Desk.webToken + UInt64(id.index))
        boxes[id.index] = Box(id: id, stream: StreamConnection(connection), isPending: false)
        serve(web: &web, at: now)
      }
    } catch {
      // Out of descriptors or memory: the connection stays in the queue; looking at it at every turn would spin.
      acceptPausedUntil = now + .milliseconds(100)
    }
  }

  /// Those whose handshake is done become the server's.
  private func takeNewcomers(web: inout some SocketServer, at now: Instant) {
    newcomers?.handle(at: now)
    while let stream = newcomers?.next() {
      let near = (try? stream.local().address) ?? local.address
      guard let id = web.open(from: stream.remote.address, to: near, transport: .secure, at: now) else {
        try? host.poller.remove(stream.number)
        continue
      }
      let box = Box(id: id, stream: stream, isPending: true)
      boxes[id.index] = box
      watch(box)
      serve(web: &web, at: now)
    }
  }

  // MARK: Bytes

  private func handle(_ event: Poller.Event, web: inout some SocketServer, at now: Instant) {
    let index = Int(event.token - Desk.webToken)
    guard boxes.indices.contains(index), let box = boxes[index] else { return }
    if event.readiness.contains(.writable) { send(box.id, web: &web, at: now) }
    guard box.isReading, event.readiness.contains(.readable) || event.readiness.contains(.hangUp) else {
      if event.readiness.contains(.hangUp) { web.handleFailure(on: box.id, at: now) }
      return
    }
    read(box, web: &web, at: now)
  }

  private func read(_ box: Box, web: inout some SocketServer, at now: Instant) {
    box.isPending = false
    switch box.stream.read(into: buffer) {
    case .bytes(let count):
      box.isPending = box.stream.isSecure
      if count > 0 { web.handle(buffer.readOnly[0..<count], on: box.id, at: now) }
    case .wouldBlock: break
    case .endOfStream: web.handleEnd(on: box.id, at: now)
    case .reset, .failed: web.handleFailure(on: box.id, at: now)
    }
  }

  /// Reads what TLS holds ready for those who want it; answers whether there was any.
  private func readPending(web: inout some SocketServer, at now: Instant) -> Bool {
    guard newcomers != nil else { return false }
    var hasRead = false
    for index in boxes.indices {
      guard let box = boxes[index], box.isPending, box.isReading else { continue }
      hasRead = true
      read(box, web: &web, at: now)
    }
    return hasRead
  }

  private func send(_ id: WebConnectionID, web: inout some SocketServer, at now: Instant) {
    guard let box = box(id) else { return }
    var isBroken = !box.stream.flush()
    web.pollOutput(on: id, at: now) { bytes in
      switch box.stream.write(bytes) {
      case .bytes(let count): return count
      case .wouldBlock, .endOfStream: return 0
      case .reset, .failed:
        isBroken = true
        return 0
      }
    }
    if isBroken { return web.handleFailure(on: id, at: now) }
    let isWriting = web.hasOutput(on: id) || box.stream.hasOutput
    guard isWriting != box.isWriting else { return }
    box.isWriting = isWriting
    watch(box)
  }

  private func watch(_ box: Box) {
    var interest: Readiness = []
    if box.isReading { interest.insert(.readable) }
    if box.isWriting || box.stream.hasOutput { interest.insert(.writable) }
    // A failure shows at the next read or write.
    try? host.poller.modify(box.stream.number, for: interest, token: Desk.webToken + UInt64(box.id.index))
  }

  private func box(_ id: WebConnectionID) -> Box? {
    guard let box = boxes[id.index], box.id == id else { return nil }
    return box
  }
}
