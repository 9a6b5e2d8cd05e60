// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A server's sockets: bytes between the poller and `Web.WebServer` or `Rooms.RoomDoor`.

import Core
import Host
import Linux
import Web

/// The listener and the connections of a server.
final class WebSockets {
  private final class Box {
    let id: WebConnectionID
    var connection: TCPConnection
    var isReading = true
    var isWriting = false

    init(id: WebConnectionID, connection: consuming TCPConnection) {
      self.id = id
      self.connection = connection
    }
  }

  private let host: ServiceHost
  private var listener: TCPListener
  private var boxes: [Box?]
  private let buffer: MutableByteView
  /// When accepting goes on after the kernel refused.
  private var acceptPausedUntil = Instant.zero

  /// Listens on `endpoint`, for a server of `connectionsMax` connections.
  init(
    listeningOn endpoint: Endpoint, host: ServiceHost, connectionsMax: Int = Limits.webConnectionsMax
  ) throws(LinuxError) {
    self.host = host
    boxes = [Box?](repeating: nil, count: connectionsMax)
    buffer = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
    listener = try TCPListener(bindingTo: endpoint, backlog: 64)
    try host.poller.add(listener.number, for: .readable, token: Desk.listenerToken)
  }

  deinit { buffer.base?.deallocate() }

  /// Where it listens, with the port that the kernel chose when 0 was asked.
  var local: Endpoint { listener.local }

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
    serve(web: &web, at: now)
  }

  /// Does what the server wants: after every change of it.
  func serve(web: inout some SocketServer, at now: Instant) {
    while let action = web.pollAction() {
      switch action {
      case .send(let id): send(id, web: &web, at: now)
      case .setReading(let id, let isReading):
        guard let box = box(id) else { continue }
        box.isReading = isReading
        watch(box)
      case .shutDownWriting(let id): box(id)?.connection.finishWriting()
      case .close(let id): if box(id) != nil { boxes[id.index] = nil }
      }
    }
  }

  private func accept(web: inout some SocketServer, at now: Instant) {
    guard now >= acceptPausedUntil else { return }
    do throws(LinuxError) {
      while let connection = try listener.accept() {
        let near = (try? connection.local().address) ?? local.address
        guard let id = web.open(from: connection.remote.address, to: near, at: now) else { continue }
        try host.poller.add(connection.number, for: .readable, token: Desk.webToken + UInt64(id.index))
        boxes[id.index] = Box(id: id, connection: connection)
        serve(web: &web, at: now)
      }
    } catch {
      // Out of descriptors or memory: the connection stays in the queue; looking at it at every turn would spin.
      acceptPausedUntil = now + .milliseconds(100)
    }
  }

  private func handle(_ event: Poller.Event, web: inout some SocketServer, at now: Instant) {
    let index = Int(event.token - Desk.webToken)
    guard boxes.indices.contains(index), let box = boxes[index] else { return }
    if event.readiness.contains(.writable) { send(box.id, web: &web, at: now) }
    guard box.isReading, event.readiness.contains(.readable) || event.readiness.contains(.hangUp) else {
      if event.readiness.contains(.hangUp) { web.handleFailure(on: box.id, at: now) }
      return
    }
    switch box.connection.read(into: buffer) {
    case .bytes(let count): web.handle(buffer.readOnly[0..<count], on: box.id, at: now)
    case .wouldBlock: break
    case .endOfStream: web.handleEnd(on: box.id, at: now)
    case .reset, .failed: web.handleFailure(on: box.id, at: now)
    }
  }

  private func send(_ id: WebConnectionID, web: inout some SocketServer, at now: Instant) {
    guard let box = box(id) else { return }
    var isBroken = false
    web.pollOutput(on: id, at: now) { bytes in
      switch box.connection.write(bytes) {
      case .bytes(let count): return count
      case .wouldBlock, .endOfStream: return 0
      case .reset, .failed:
        isBroken = true
        return 0
      }
    }
    if isBroken { return web.handleFailure(on: id, at: now) }
    let isWriting = web.hasOutput(on: id)
    guard isWriting != box.isWriting else { return }
    box.isWriting = isWriting
    watch(box)
  }

  private func watch(_ box: Box) {
    var interest: Readiness = []
    if box.isReading { interest.insert(.readable) }
    if box.isWriting { interest.insert(.writable) }
    // A failure shows at the next read or write.
    try? host.poller.modify(box.connection.number, for: interest, token: Desk.webToken + UInt64(box.id.index))
  }

  private func box(_ id: WebConnectionID) -> Box? {
    guard let box = boxes[id.index], box.id == id else { return nil }
    return box
  }
}
