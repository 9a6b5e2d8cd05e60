// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The UDP sockets of the connections, one for each usable address.

import Core
import Linux
import VOIP

/// One socket of one connection.
final class ConnectionSocket {
  let id: ConnectionID
  var socket: UDPSocket

  init(id: ConnectionID, socket: consuming UDPSocket) {
    self.id = id
    self.socket = socket
  }
}

/// The sockets of all connections; an index is the poller's token.
struct SocketTable {
  private var sockets: [ConnectionSocket?] = []

  /// The socket at `index`, or nil when it has gone meanwhile.
  subscript(index: Int) -> ConnectionSocket? { sockets.indices.contains(index) ? sockets[index] : nil }

  /// The socket of connection `id` that is bound to `local`.
  func socket(of id: ConnectionID, at local: Endpoint) -> ConnectionSocket? {
    for socket in sockets {
      if let socket, socket.id == id, socket.socket.local == local { return socket }
    }
    return nil
  }

  /// Adds a socket; answers its index.
  mutating func add(_ socket: ConnectionSocket) -> Int {
    if let free = sockets.firstIndex(where: { $0 == nil }) {
      sockets[free] = socket
      return free
    }
    sockets.append(socket)
    return sockets.count - 1
  }

  /// Lets all sockets of connection `id` go, which closes them.
  mutating func remove(_ id: ConnectionID) {
    for index in sockets.indices where sockets[index]?.id == id { sockets[index] = nil }
  }
}
