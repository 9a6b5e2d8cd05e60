// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A TCP connection with or without TLS: plain bytes on this side, whatever the wire wants on the other.
//
//   advance until not .pending ─▶ read, write ─▶ finishWriting
//
// DESIGN. In the clear it is open at once, and every call goes straight to the socket. With TLS the handshake's steps are
// computed by `HandshakeThread`: `advance` reads, lends the connection out and takes its answer; while it `isAway` every
// call does nothing. Who owns it calls `advance` when the socket is readable or writable, and after `takeBack`.

public import Core
public import Linux
public import Security

/// Whom a client believes.
public enum StreamTrust: Sendable {
  /// The authorities of this machine.
  case system
  /// Somebody in particular.
  case particular(TLSTrust)
}

/// How far a connection's handshake is.
public enum StreamProgress: Equatable, Sendable {
  /// Not done: watch the socket.
  case pending
  /// Bytes can pass.
  case open
  /// It came to nothing.
  case failed(TLSError)
}

/// A TCP connection with or without TLS. Loop thread.
public final class StreamConnection {
  private enum Plan {
    case clear
    case server(TLSIdentity)
    case client(host: String, StreamTrust)
  }

  private var connection: TCPConnection
  private let plan: Plan
  private let handshakes: HandshakeThread?
  /// Made by the handshake thread; touched by it alone while away.
  private var channel: TLSChannel?
  private var progress = StreamProgress.pending
  private var socketEnded = false
  private var isFinishing = false
  private var isShutDown = false
  /// Whether the handshake thread has it: nothing can be done with it.
  public private(set) var isAway = false
  /// Whether what came first was a request in the clear, though TLS was wanted.
  public private(set) var beganInTheClear = false
  private var isFirst = true

  /// A connection in the clear.
  public init(_ connection: consuming TCPConnection) {
    self.connection = connection
    plan = .clear
    handshakes = nil
    progress = .open
  }

  /// A connection that was accepted, with TLS as `identity`.
  public init(_ connection: consuming TCPConnection, identity: TLSIdentity, handshakes: HandshakeThread) {
    self.connection = connection
    plan = .server(identity)
    self.handshakes = handshakes
  }

  /// A connection to the server called `host` (a name or an address without brackets), with TLS.
  public init(
    _ connection: consuming TCPConnection, host: String, trust: StreamTrust, handshakes: HandshakeThread
  ) {
    self.connection = connection
    plan = .client(host: host, trust)
    self.handshakes = handshakes
  }

  /// What to watch.
  public var number: Int32 { connection.number }
  /// The far endpoint.
  public var remote: Endpoint { connection.remote }
  /// The near endpoint.
  public func local() throws(LinuxError) -> Endpoint { try connection.local() }
  /// What became of the attempt to connect.
  public func connectResult() -> ConnectResult { connection.connectResult() }
  /// Whether TLS is spoken.
  public var isSecure: Bool { handshakes != nil }
  /// Why TLS came to nothing, or was cut off; nil: it did not.
  public private(set) var error: TLSError?

  // MARK: Handshake

  /// Goes on with the handshake. Returns at once.
  public func advance() -> StreamProgress {
    guard progress == .pending, !isAway else { return progress }
    let hasNews = take()
    settle()
    // A client has the first word.
    guard progress == .pending, !isAway, hasNews || isNew else { return progress }
    lend()
    return progress
  }

  private var isNew: Bool {
    guard channel == nil, case .client = plan else { return false }
    return true
  }

  /// Reads from the socket what the channel takes.
  private func take() -> Bool {
    guard let scratch = handshakes?.scratch, !socketEnded else { return false }
    guard makeServer() else { return false }
    // A client's channel is made by the first step.
    let room = min(channel?.inputRoom ?? 0, scratch.count)
    guard room > 0 else { return false }
    switch connection.read(into: scratch[0..<room]) {
    case .bytes(let count):
      note(scratch[0])
      _ = channel?.put(scratch.readOnly[0..<count])
      return true
    case .wouldBlock: return false
    case .endOfStream, .reset, .failed:
      socketEnded = true
      channel?.putEnd()
      return true
    }
  }

  private func note(_ first: UInt8) {
    if isFirst { beganInTheClear = first >= UInt8(ascii: "A") && first <= UInt8(ascii: "Z") }
    isFirst = false
  }

  /// A server's channel costs nothing and is made here, so that there is something to read into.
  private func makeServer() -> Bool {
    guard channel == nil, case .server(let identity) = plan else { return true }
    do throws(TLSError) { channel = try TLSChannel(server: identity) } catch {
      fail(error)
      return false
    }
    return true
  }

  private func lend() {
    isAway = true
    if handshakes?.submit(self) != true {
      isAway = false
      fail(.unavailable(code: 0))
    }
  }

  /// One step. Handshake thread only.
  func work(_ authorities: SystemAuthorities) {
    if channel == nil, case .client(let host, let trust) = plan {
      do throws(TLSError) { channel = try TLSChannel(client: host, trust: try Self.whom(trust, authorities)) } catch {
        self.error = error
        return
      }
    }
    channel?.step()
  }

  private static func whom(_ trust: StreamTrust, _ authorities: SystemAuthorities) throws(TLSError) -> TLSTrust {
    switch trust {
    case .particular(let trust): return trust
    case .system:
      guard let bundle = authorities.get() else { throw .noAuthorities }
      return .bundle(bundle)
    }
  }

  /// The handshake thread has given it back.
  func hasReturned() {
    isAway = false
    if let error { progress = .failed(error) }
  }

  /// Sends what a step has left, and takes over its outcome.
  private func settle() {
    _ = flush()
    switch channel?.state {
    case .established?, .closedByPeer?, .finished?: progress = .open
    case .failed(let reason)?: fail(reason)
    case .handshaking?, nil: break
    }
  }

  private func fail(_ reason: TLSError) {
    error = reason
    progress = .failed(reason)
  }

  // MARK: Bytes

  /// Reads what is there, at most `bytes.count`. With TLS there may be more though the socket has no more: read until it
  /// would block.
  public func read(into bytes: MutableByteView) -> StreamResult {
    guard case .open = progress, let scratch = handshakes?.scratch, !isAway else {
      if case .clear = plan { return connection.read(into: bytes) }
      return .wouldBlock
    }
    if isFinishing { return passOver(scratch) }
    while true {
      let count = channel?.read(into: bytes) ?? 0
      if count > 0 { return .bytes(count) }
      switch channel?.state {
      case .established?: break
      case .closedByPeer?: return .endOfStream
      case .failed(let reason)?:
        error = reason
        _ = flush()
        return .reset
      default: return .reset
      }
      let room = min(channel?.inputRoom ?? 0, scratch.count)
      guard room > 0 else { return .reset }
      switch connection.read(into: scratch[0..<room]) {
      case .bytes(let count): _ = channel?.put(scratch.readOnly[0..<count])
      case .endOfStream: channel?.putEnd()
      case .wouldBlock: return .wouldBlock
      case .reset: return .reset
      case .failed(let error): return .failed(error)
      }
    }
  }

  /// What comes after our goodbye is nobody's.
  private func passOver(_ scratch: MutableByteView) -> StreamResult {
    switch connection.read(into: scratch) {
    case .bytes: .bytes(0)
    case let other: other
    }
  }

  /// Writes as much of `bytes` as there is room for.
  public func write(_ bytes: ByteView) -> StreamResult {
    if case .clear = plan { return connection.write(bytes) }
    guard case .open = progress, !isAway, !isFinishing else { return .wouldBlock }
    guard flush() else { return .reset }
    guard channel?.hasOutput != true else { return .wouldBlock }
    let count = channel?.write(bytes) ?? 0
    if case .failed(let reason)? = channel?.state {
      error = reason
      return .reset
    }
    guard flush() else { return .reset }
    return count > 0 || bytes.isEmpty ? .bytes(count) : .wouldBlock
  }

  /// Writes past TLS, for a far side that does not speak it; what the socket does not take at once is lost.
  public func writeInTheClear(_ bytes: ByteView) { _ = connection.write(bytes) }

  /// Sends what was written before and waits; false: the connection is broken. Call it when the socket is writable.
  @discardableResult
  public func flush() -> Bool {
    guard !isAway else { return true }
    var isBroken = false
    while channel?.hasOutput == true, !isBroken {
      var isFull = false
      channel?.pollOutput { bytes in
        switch connection.write(bytes) {
        case .bytes(let count): return count
        case .wouldBlock, .endOfStream: isFull = true
        case .reset, .failed: isBroken = true
        }
        return 0
      }
      if isFull { return true }
    }
    if isFinishing, !isShutDown, !isBroken {
      isShutDown = true
      connection.finishWriting()
    }
    return !isBroken
  }

  /// Whether something that was written waits to be sent: watch for `.writable`.
  public var hasOutput: Bool {
    guard !isAway else { return false }
    return channel?.hasOutput == true
  }

  /// Tells the far side that nothing more comes, behind what waits to be sent; reading goes on, to no use.
  public func finishWriting() {
    guard !isAway, !isFinishing else { return }
    isFinishing = true
    channel?.finish()
    flush()
  }
}
