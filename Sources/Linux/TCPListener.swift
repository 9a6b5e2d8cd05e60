// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TCP: waiting for connections.

import CLinux
public import Core

/// A listening, non-blocking TCP socket. Owned by the loop thread.
public struct TCPListener: ~Copyable {
  private let descriptor: FileDescriptor
  /// The endpoint it listens on, with the port the kernel chose when 0 was asked.
  public let local: Endpoint

  /// Listens on `local` (port 0: any); `backlog` connections may wait. A port in use throws `LinuxError.addressInUse`;
  /// one that a program before us has just left does not.
  public init(bindingTo local: Endpoint, backlog: Int = 16) throws(LinuxError) {
    var wanted = clinux_endpoint(local)
    let opened = FileDescriptor(owning: try check(clinux_tcp_listen(&wanted, Int32(clamping: backlog)), "bind"))
    self.local = try localEndpoint(of: opened.number)
    descriptor = opened
  }

  /// What to watch for `.readable`.
  public var number: Int32 { descriptor.number }

  /// The next connection, or nil when none is waiting (any more). Throws when there is one that cannot be taken, as for
  /// want of descriptors: it stays waiting, so stop watching for a while.
  public mutating func accept() throws(LinuxError) -> TCPConnection? {
    var remote = clinux_endpoint()
    let number = clinux_tcp_accept(descriptor.number, &remote)
    if number >= 0 { return TCPConnection(descriptor: FileDescriptor(owning: number), remote: remote.endpoint) }
    let error = LinuxError(number, "accept")
    switch error.errno {
    case LinuxError.wouldBlock, LinuxError.interrupted, LinuxError.connectionAborted: return nil
    default: throw error
    }
  }
}
