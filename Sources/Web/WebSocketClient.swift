// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A WebSocket client as one machine: connect, the opening handshake, then messages.

public import Core

/// What the hall needs of a client's machine to move its bytes: `CallClient` and `WebSocketClient` are such.
public protocol SocketClient {
  /// The socket is connected.
  mutating func handleConnected(at now: Instant)
  /// The name could not be resolved, the socket could not connect, or it broke.
  mutating func handleFailure(at now: Instant)
  /// Takes what was read from the socket.
  mutating func handle(_ bytes: ByteView, at now: Instant)
  /// The socket's end of file.
  mutating func handleEnd(at now: Instant)
  /// Acts on a deadline that has come.
  mutating func handleTimeout(at now: Instant)
  /// What to do with the socket next.
  mutating func pollAction() -> CallClientAction?
  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  mutating func pollOutput(_ send: (ByteView) -> Int)
  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  func pollTimeout() -> Instant
  /// Whether there are bytes to be sent, and a connection to send them on.
  var hasOutput: Bool { get }
  /// The digest of the authority that the far side's certificate must come from; nil: the usual ones.
  var authority: Fingerprint? { get }
  /// The far side's certificate is not to be trusted, or TLS failed; `reason` is a sentence.
  mutating func handleInsecurity(_ reason: String, at now: Instant)
}

extension CallClient: SocketClient {}

/// Why there is no WebSocket, or none any more.
public enum WebSocketClientError: Error, Equatable, Sendable {
  /// The far side could not be reached, or did not answer as HTTP.
  case connection(HTTPClientError)
  /// The far side answered, but did not accept the handshake.
  case refused(status: HTTPStatus)
  /// It was there, and is gone; a code when the far side said why.
  case closed(WebSocketCloseCode?)

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .connection(let error): error.text
    case .refused(let status): "The far side does not open a WebSocket there: \(status.code)."
    case .closed(let code):
      code.map { "The far side closed the connection with code \($0.number)." } ?? "The connection was lost."
    }
  }
}

/// One WebSocket to a server, again and again. Loop thread only; the hall owns the socket.
///
/// Order of calls: `open`; `.opened` follows, or `.failed`, after which it may be opened anew. Drain `pollAction`, `pollEvent`
/// and the output after every change.
public struct WebSocketClient: SocketClient, Sendable {
  /// What has happened.
  public enum Event: Equatable, Sendable {
    /// Messages can be sent.
    case opened
    /// A message came.
    case message(WebSocketConnection.Message)
    /// There is no connection any more; nothing follows.
    case failed(WebSocketClientError)
  }

  private enum Phase {
    case idle
    case connecting
    case shaking(HTTPResponseReader, key: String)
    case open(WebSocketConnection)
  }

  private let url: HTTPURL
  private let fields: [HTTPField]
  private var randomness: Randomness
  private var phase = Phase.idle
  private var output: [UInt8] = []
  private var sent = 0
  private var deadline = Instant.never
  /// When anything was last done: what is sent leaves right after that.
  private var latest = Instant.zero
  private var actions: [CallClientAction] = []
  private var events: [Event] = []

  /// A client of `url` that is not connected; `fields` are added to its requests.
  public init(to url: HTTPURL, fields: [HTTPField] = [], randomness: Randomness) {
    self.url = url
    self.fields = fields
    self.randomness = randomness
  }

  // MARK: Commands

  /// Connects. Only while it is not connected.
  public mutating func open(at now: Instant) {
    guard case .idle = phase else { return }
    latest = now
    phase = .connecting
    deadline = now + .milliseconds(Limits.httpConnectMilliseconds)
    actions.append(.connect(url))
  }

  /// Sends a text; false when it is not connected.
  @discardableResult
  public mutating func send(_ text: ByteView, at now: Instant) -> Bool {
    latest = now
    guard case .open(var connection) = phase else { return false }
    let isSent = connection.send(text, at: now)
    phase = .open(connection)
    settle(at: now)
    return isSent
  }

  /// Closes: `.failed` follows.
  public mutating func close(at now: Instant) {
    latest = now
    switch phase {
    case .idle: break
    case .connecting, .shaking: fail(.closed(nil))
    case .open(var connection):
      connection.close(.normal, at: now)
      phase = .open(connection)
      settle(at: now)
    }
  }

  // MARK: Handle

  /// The socket is connected.
  public mutating func handleConnected(at now: Instant) {
    latest = now
    guard case .connecting = phase else { return }
    let (request, key) = WebSocketHandshake.request(url, fields: fields, randomness: &randomness)
    output = []
    sent = 0
    request.write(into: &output)
    var reader = HTTPResponseReader()
    reader.expect(.get)
    reader.acceptsUpgrade = true
    phase = .shaking(reader, key: key)
    deadline = now + .milliseconds(Limits.httpConnectMilliseconds)
  }

  /// The name could not be resolved, the socket could not connect, or it broke.
  public mutating func handleFailure(at now: Instant) {
    switch phase {
    case .idle: break
    case .connecting: fail(.connection(.cannotConnect))
    case .shaking: fail(.connection(.closed))
    case .open: fail(.closed(nil))
    }
  }

  /// The far side's certificate is not to be trusted, or TLS failed.
  public mutating func handleInsecurity(_ reason: String, at now: Instant) {
    if case .idle = phase { return }
    fail(.connection(.insecure(reason)))
  }

  /// Takes what was read from the socket.
  public mutating func handle(_ bytes: ByteView, at now: Instant) {
    latest = now
    var rest = bytes
    if case .shaking(var reader, let key) = phase {
      var offset = 0
      do throws(HTTPError) {
        let response = try reader.read(bytes, from: &offset)
        phase = .shaking(reader, key: key)
        guard let response else { return }
        guard WebSocketHandshake.isAccepted(response, key: key) else { return fail(.refused(status: response.status)) }
      } catch { return fail(.connection(.malformed(error))) }
      phase = .open(.client(randomness: randomness.split(), at: now))
      deadline = .never
      events.append(.opened)
      rest = bytes.dropFirst(offset)
    }
    guard case .open(var connection) = phase, !rest.isEmpty else { return }
    connection.handle(rest, at: now)
    phase = .open(connection)
    settle(at: now)
  }

  /// The socket's end of file.
  public mutating func handleEnd(at now: Instant) {
    guard case .open(var connection) = phase else { return handleFailure(at: now) }
    connection.handleEnd(at: now)
    phase = .open(connection)
    settle(at: now)
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    latest = now
    switch phase {
    case .idle: break
    case .connecting: if now >= deadline { fail(.connection(.connectTimedOut)) }
    case .shaking: if now >= deadline { fail(.connection(.responseTimedOut)) }
    case .open(var connection):
      connection.handleTimeout(at: now)
      phase = .open(connection)
      settle(at: now)
    }
  }

  // MARK: Poll

  /// What to do with the socket next.
  public mutating func pollAction() -> CallClientAction? { actions.isEmpty ? nil : actions.removeFirst() }

  /// What has happened next, or nil.
  public mutating func pollEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(_ send: (ByteView) -> Int) {
    if sent < output.count, case .shaking = phase {
      sent += max(0, output.withByteView { send($0.dropFirst(sent)) })
    } else if case .open(var connection) = phase {
      connection.pollOutput(at: latest, send)
      phase = .open(connection)
      settle(at: latest)
    }
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    guard case .open(let connection) = phase else { return deadline }
    return connection.pollTimeout()
  }

  // MARK: Questions

  /// Whether there are bytes to be sent, and a connection to send them on.
  public var hasOutput: Bool {
    switch phase {
    case .idle, .connecting: false
    case .shaking: sent < output.count
    case .open(let connection): connection.hasOutput
    }
  }

  /// The far side's certificate has to come from one of the usual authorities.
  public var authority: Fingerprint? { nil }

  /// Whether there is no connection, and none is being made.
  public var isIdle: Bool {
    if case .idle = phase { return true }
    return false
  }

  // MARK: Private

  private mutating func settle(at now: Instant) {
    guard case .open(var connection) = phase else { return }
    while let message = connection.pollMessage() { events.append(.message(message)) }
    phase = .open(connection)
    // The server has said goodbye, and all of ours is sent: whoever of us closes first makes no difference any more.
    if connection.disposition != .open { fail(.closed(connection.closeCode)) }
  }

  private mutating func fail(_ error: WebSocketClientError) {
    phase = .idle
    deadline = .never
    output = []
    sent = 0
    actions.append(.close)
    events.append(.failed(error))
  }
}
