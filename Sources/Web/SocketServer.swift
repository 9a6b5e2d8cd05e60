// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the servers whose sockets the hall owns have in common.

public import Core

/// What the hall needs of a server's machine to move its connections' bytes.
public protocol SocketServer {
  /// The most connections at once.
  static var connectionsMax: Int { get }
  /// A connection was accepted from `client` at our address `local`. Nil: there is no room, close it at once.
  mutating func open(
    from client: IPAddress, to local: IPAddress, transport: Transport, at now: Instant
  ) -> WebConnectionID?
  /// Takes what was read from a socket.
  mutating func handle(_ bytes: ByteView, on id: WebConnectionID, at now: Instant)
  /// A socket's end of file.
  mutating func handleEnd(on id: WebConnectionID, at now: Instant)
  /// A socket broke (reset, hang-up).
  mutating func handleFailure(on id: WebConnectionID, at now: Instant)
  /// What to do with a socket next.
  mutating func pollAction() -> WebAction?
  /// Hands the bytes to be sent on a socket to `send`, which answers how many it took; not called when there are none.
  mutating func pollOutput(on id: WebConnectionID, at now: Instant, _ send: (ByteView) -> Int)
  /// Whether there are bytes to be sent on a socket.
  func hasOutput(on id: WebConnectionID) -> Bool
}

extension WebServer: SocketServer {
  /// The most connections at once.
  public static var connectionsMax: Int { Limits.webConnectionsMax }
}
