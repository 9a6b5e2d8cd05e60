// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The client's side of one TCP connection as a machine: one request at a time, each with its deadline.

public import Core

/// Why there is no response.
public enum HTTPClientError: Error, Equatable, Sendable {
  /// The connection could not be opened.
  case cannotConnect
  /// The connection did not open in `Limits.httpConnectMilliseconds`.
  case connectTimedOut
  /// No whole response came in the time that the request was given.
  case responseTimedOut
  /// The far side closed before a response.
  case closed
  /// TLS came to nothing, because of this: a sentence for a person.
  case insecure(String)
  /// The response is not HTTP/1.x as we read it.
  case malformed(HTTPError)

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .cannotConnect: "The far side cannot be reached."
    case .connectTimedOut: "The far side did not accept a connection in time."
    case .responseTimedOut: "The far side did not answer in time."
    case .closed: "The far side closed the connection without an answer."
    case .insecure(let reason): reason
    case .malformed(let error): "The far side's answer is not understood. \(error.text)"
    }
  }
}

/// What became of a request.
public enum HTTPClientResult: Sendable {
  /// A response of any status.
  case response(HTTPResponse)
  /// None.
  case failure(HTTPClientError)
}

/// One connection of an HTTP/1.1 client. Loop thread only; the hall opens and closes the socket.
///
/// Order of calls: `open` when the socket begins to connect, `send` (before or after `handleConnected`), then results are
/// polled; another `send` while `isReusable`. Redirects are results like any other.
public struct HTTPClientConnection: Sendable {
  private enum Phase: Equatable {
    case closed, connecting, open
  }

  private var reader = HTTPResponseReader()
  private var output: [UInt8] = []
  private var sent = 0
  private var phase = Phase.closed
  private var isWaiting = false
  private var deadline = Instant.never
  private var result: HTTPClientResult?
  private var wasUsed = false
  private var patience = Limits.httpResponseMilliseconds

  /// A connection not opened yet.
  public init() {}

  // MARK: Commands

  /// The socket begins to connect.
  public mutating func open(at now: Instant) {
    close()
    phase = .connecting
    result = nil
    wasUsed = false
    deadline = now + .milliseconds(Limits.httpConnectMilliseconds)
  }

  /// Sends `request` as soon as the connection is open; one at a time. The whole response is to come in
  /// `patienceMilliseconds`.
  public mutating func send(
    _ request: HTTPRequest, patienceMilliseconds: Int = Limits.httpResponseMilliseconds, at now: Instant
  ) {
    precondition(!isWaiting && phase != .closed, "an HTTP request is sent on a connection that is not ready")
    reader.reset()
    reader.expect(request.method)
    request.write(into: &output)
    isWaiting = true
    result = nil
    patience = patienceMilliseconds
    if phase == .open { deadline = now + .milliseconds(patience) }
  }

  /// Forgets the request under way; the socket is to be closed.
  public mutating func close() {
    phase = .closed
    isWaiting = false
    deadline = .never
    output.removeAll(keepingCapacity: true)
    sent = 0
    reader.reset()
  }

  // MARK: Handle

  /// The socket is connected.
  public mutating func handleConnected(at now: Instant) {
    guard phase == .connecting else { return }
    phase = .open
    deadline = isWaiting ? now + .milliseconds(patience) : .never
  }

  /// The socket could not connect, or broke.
  public mutating func handleFailure(at now: Instant) {
    guard phase != .closed else { return }
    fail(phase == .connecting ? .cannotConnect : .closed)
  }

  /// TLS came to nothing, because of what `reason` says in a sentence for a person.
  public mutating func handleInsecurity(_ reason: String, at now: Instant) {
    guard phase != .closed else { return }
    fail(.insecure(reason))
  }

  /// Takes what was read from the socket.
  public mutating func handle(_ bytes: ByteView, at now: Instant) {
    guard phase == .open, !bytes.isEmpty else { return }
    // What comes unasked is not the answer to anything.
    guard isWaiting else { return close() }
    do throws(HTTPError) {
      var offset = 0
      guard let response = try reader.read(bytes, from: &offset) else { return }
      finish(response, isLast: offset < bytes.count)
    } catch {
      fail(.malformed(error))
    }
  }

  /// The far side will send no more (end of file).
  public mutating func handleEnd(at now: Instant) {
    guard phase == .open else { return handleFailure(at: now) }
    guard isWaiting else { return close() }
    do throws(HTTPError) {
      if let response = try reader.end() { finish(response, isLast: true) } else { fail(.closed) }
    } catch {
      fail(.malformed(error))
    }
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    guard now >= deadline else { return }
    fail(phase == .connecting ? .connectTimedOut : .responseTimedOut)
  }

  // MARK: Poll

  /// What became of the request, once.
  public mutating func pollResult() -> HTTPClientResult? {
    defer { result = nil }
    return result
  }

  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(_ send: (ByteView) -> Int) {
    guard hasOutput else { return }
    let count = output.withByteView { send($0.dropFirst(sent)) }
    sent = min(sent + max(count, 0), output.count)
    guard sent == output.count else { return }
    output.removeAll(keepingCapacity: true)
    sent = 0
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant { deadline }

  // MARK: Questions

  /// Whether there are bytes to be sent, and a connection to send them on.
  public var hasOutput: Bool { phase == .open && sent < output.count }
  /// Whether another request can be sent on it.
  public var isReusable: Bool { phase == .open && !isWaiting }
  /// Whether the socket is not connected yet, so that the far side has seen nothing.
  public var isConnecting: Bool { phase == .connecting }
  /// Whether the socket is to be closed.
  public var isClosed: Bool { phase == .closed }
  /// Whether a response came on it before: a failure may then only mean that the far side had tired of waiting.
  public var hasBeenUsed: Bool { wasUsed }

  // MARK: Private

  private mutating func finish(_ response: HTTPResponse, isLast: Bool) {
    let goesOn = reader.keepsAlive && !isLast && sent == output.count
    isWaiting = false
    wasUsed = true
    deadline = .never
    if !goesOn { close() }
    result = .response(response)
  }

  private mutating func fail(_ error: HTTPClientError) {
    let hadRequest = isWaiting
    close()
    if hadRequest { result = .failure(error) }
  }
}
