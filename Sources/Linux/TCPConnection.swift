// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TCP: one connection, ours or theirs.

import CLinux
public import Core

/// What became of a read or a write on a connection, a pipe or a terminal.
public enum StreamResult: Sendable {
  /// So many bytes were read or written, at least one (or none, when none were asked for).
  case bytes(Int)
  /// It would have to wait.
  case wouldBlock
  /// Reading: the far side sends nothing more.
  case endOfStream
  /// The far side ended the connection the hard way, or nobody reads any more.
  case reset
  /// Anything else; the stream is useless.
  case failed(LinuxError)

  init(reading count: Int64, of asked: Int, _ call: StaticString) {
    if count == 0, asked > 0 { self = .endOfStream } else { self.init(writing: count, call) }
  }

  init(writing count: Int64, _ call: StaticString) {
    guard count < 0 else {
      self = .bytes(Int(count))
      return
    }
    let error = LinuxError(count, call)
    switch error.errno {
    case LinuxError.wouldBlock, LinuxError.interrupted: self = .wouldBlock
    case LinuxError.connectionReset, LinuxError.brokenPipe: self = .reset
    default: self = .failed(error)
    }
  }
}

/// What became of an attempt to connect.
public enum ConnectResult: Sendable {
  /// Bytes can be exchanged.
  case connected
  /// Not known yet: wait for `.writable`.
  case pending
  /// It failed; close it.
  case failed(LinuxError)
}

/// A non-blocking TCP connection that sends without delay. Owned by the loop thread; closes with the value.
public struct TCPConnection: ~Copyable {
  private let descriptor: FileDescriptor
  /// The far endpoint.
  public let remote: Endpoint

  init(descriptor: consuming FileDescriptor, remote: Endpoint) {
    self.descriptor = descriptor
    self.remote = remote
  }

  /// Begins to connect to `remote`; `connectResult`, asked when it is writable, tells the outcome.
  public init(connectingTo remote: Endpoint) throws(LinuxError) {
    var wanted = clinux_endpoint(remote)
    descriptor = FileDescriptor(owning: try check(clinux_tcp_connect(&wanted), "connect"))
    self.remote = remote
  }

  /// What to watch.
  public var number: Int32 { descriptor.number }

  /// The near endpoint.
  public func local() throws(LinuxError) -> Endpoint { try localEndpoint(of: descriptor.number) }

  /// What became of the attempt to connect. Ask until it is not `.pending`, then no more.
  public mutating func connectResult() -> ConnectResult {
    let result = clinux_tcp_connect_result(descriptor.number)
    if result == 0 { return .connected }
    if result == -LinuxError.inProgress { return .pending }
    return .failed(LinuxError(result, "connect"))
  }

  /// Reads what is there, at most `bytes.count`.
  public mutating func read(into bytes: MutableByteView) -> StreamResult {
    StreamResult(
      reading: clinux_tcp_read(descriptor.number, bytes.base, Int64(bytes.count)), of: bytes.count, "recv")
  }

  /// Writes as much of `bytes` as there is room for.
  public mutating func write(_ bytes: ByteView) -> StreamResult {
    StreamResult(writing: clinux_tcp_write(descriptor.number, bytes.base, Int64(bytes.count)), "send")
  }

  /// Tells the far side that nothing more comes; reading goes on.
  public mutating func finishWriting() { _ = clinux_tcp_shutdown_write(descriptor.number) }
}
