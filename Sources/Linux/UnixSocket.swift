// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Stream sockets with a path: the control socket and those who use it.

import CLinux
public import Core

/// A non-blocking connection to or from a Unix socket. Owned by one thread; closes with the value.
public struct UnixConnection: ~Copyable {
  private let descriptor: FileDescriptor

  init(descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// Connects to the socket at `path`, at once. Throws `LinuxError.notFound` when there is none, `.connectionRefused`
  /// when nobody listens on it any more, `.accessDenied` without permission, `.wouldBlock` when too many wait there.
  public init(connectingTo path: String) throws(LinuxError) {
    descriptor = FileDescriptor(owning: try check(path.withCString { clinux_unix_connect($0) }, "connect"))
  }

  /// What to watch.
  public var number: Int32 { descriptor.number }

  /// Reads what is there, at most `bytes.count`.
  public mutating func read(into bytes: MutableByteView) -> StreamResult {
    StreamResult(reading: clinux_tcp_read(number, bytes.base, Int64(bytes.count)), of: bytes.count, "recv")
  }

  /// Writes as much of `bytes` as there is room for.
  public mutating func write(_ bytes: ByteView) -> StreamResult {
    StreamResult(writing: clinux_tcp_write(number, bytes.base, Int64(bytes.count)), "send")
  }

  /// Waits until there is something to read, or `deadline`: false. For commands, not for the loop thread.
  public func waitReadable(until deadline: Instant) throws(LinuxError) -> Bool {
    var poller = try Poller()
    try poller.add(number, for: .readable, token: 0)
    while true {
      let now = Clock.now()
      if try poller.wait(until: deadline, at: now) > 0 { return true }
      if Clock.now() >= deadline { return false }
    }
  }
}

/// A listening, non-blocking Unix socket. Owned by the loop thread; `remove` takes its path away.
public struct UnixListener: ~Copyable {
  private let descriptor: FileDescriptor
  /// Where it listens.
  public let path: String
  private var device: UInt64 = 0
  private var inode: UInt64 = 0

  /// Listens at `path`. Who may connect: the owner alone, or with a `group` (its number) its members too. A socket left
  /// behind by a program that is gone is replaced. Throws `LinuxError.addressInUse` when a program listens there,
  /// `.exists` when something else than a socket is there, `.notPermitted` when the group is none of ours.
  public init(listeningAt path: String, group: UInt32?, backlog: Int = 8) throws(LinuxError) {
    let mode: UInt32 = group == nil ? 0o600 : 0o660
    let number = group.map { Int64($0) } ?? -1
    let result = path.withCString { clinux_unix_listen($0, mode, number, Int32(clamping: backlog)) }
    descriptor = FileDescriptor(owning: try check(result, "bind"))
    self.path = path
    var found: (device: UInt64, inode: UInt64) = (0, 0)
    _ = path.withCString { clinux_file_identity($0, &found.device, &found.inode) }
    (device, inode) = found
  }

  /// What to watch for `.readable`.
  public var number: Int32 { descriptor.number }

  /// The next connection, or nil when none is waiting. Throws when there is one that cannot be taken, as for want of
  /// descriptors: it stays waiting, so stop watching for a while.
  public mutating func accept() throws(LinuxError) -> UnixConnection? {
    let number = clinux_unix_accept(descriptor.number)
    if number >= 0 { return UnixConnection(descriptor: FileDescriptor(owning: number)) }
    let error = LinuxError(number, "accept")
    switch error.errno {
    case LinuxError.wouldBlock, LinuxError.interrupted, LinuxError.connectionAborted: return nil
    default: throw error
    }
  }

  /// Removes the path, unless another program has put its own socket there meanwhile.
  public mutating func remove() { path.withCString { clinux_unix_remove($0, device, inode) } }
}
