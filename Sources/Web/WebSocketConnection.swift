// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One WebSocket after its opening handshake, as a machine: bytes in, messages out; messages in, bytes out (RFC 6455).
//
//   open ──close sent or received──▶ closing ──far side's close, output sent──▶ lingering ──▶ closed
//    └──────── silence, output that does not leave, end of file ──────────────────────────────▲
//
// DESIGN. A far side is asked for a sign of life when it has sent nothing for a while, and given up when it then still does
// not. What waits to be sent is bounded: a far side that does not read is given up at the bound, never waited for. The
// server closes the TCP connection first (section 7.1.1); a client gives it a second to do so.

public import Core

/// One WebSocket, ours or theirs. Loop thread only.
///
/// Commands: `send`, `close`. Handle: `handle`, `handleEnd`, `handleTimeout`. Poll: `pollMessage`, `pollOutput`, `pollTimeout`.
/// Questions: `isOpen`, `hasOutput`, `disposition`, `closeCode`. After every change: poll the messages, the output, the
/// questions.
public struct WebSocketConnection: Sendable {
  /// A whole message.
  public enum Message: Equatable, Sendable {
    /// A text, well-formed UTF-8.
    case text([UInt8])
    /// Bytes.
    case binary([UInt8])
  }

  private enum Phase: Equatable {
    case open, closing, lingering, closed
  }

  private var reader: WebSocketFrameReader
  /// A client's masking keys; nil in a server.
  private var masks: Randomness?
  private var messages: [Message] = []
  private var output: [UInt8]
  private var sent = 0
  private var phase = Phase.open
  private var isCloseSent = false
  private var isCloseReceived = false
  /// Nothing that comes in is looked at any more.
  private var isDeaf = false
  private var heard: Instant
  private var pingDue: Instant
  private var writeDeadline: Instant
  private var closeDeadline = Instant.never
  /// Why it was closed: what the far side said, else what we did; nil: nobody said.
  public private(set) var closeCode: WebSocketCloseCode?

  /// The server's side; `response`: what accepts the handshake, sent before anything else.
  public static func server(response: [UInt8], at now: Instant) -> WebSocketConnection {
    WebSocketConnection(masks: nil, output: response, at: now)
  }

  /// The client's side, whose handshake is over; `randomness` makes its masking keys.
  public static func client(randomness: Randomness, at now: Instant) -> WebSocketConnection {
    WebSocketConnection(masks: randomness, output: [], at: now)
  }

  private init(masks: Randomness?, output: [UInt8], at now: Instant) {
    reader = WebSocketFrameReader(expectsMask: masks == nil)
    self.masks = masks
    self.output = output
    heard = now
    pingDue = now + .milliseconds(Limits.webSocketPingMilliseconds)
    writeDeadline = now + .milliseconds(Limits.httpWriteMilliseconds)
  }

  // MARK: Commands

  /// Sends a text. False, and nothing is sent, when it is closing; a far side that has not read what waits already is
  /// given up.
  @discardableResult
  public mutating func send(_ text: ByteView, at now: Instant) -> Bool {
    guard phase == .open, !isCloseSent else { return false }
    write(.text, text, at: now)
    return phase == .open
  }

  /// Begins the closing handshake.
  public mutating func close(_ code: WebSocketCloseCode, reason: String = "", at now: Instant) {
    guard phase == .open, !isCloseSent else { return }
    writeClose(code, reason: reason, at: now)
    phase = .closing
    settle(at: now)
  }

  /// Drops everything and asks for the socket to be closed.
  public mutating func drop() {
    phase = .closed
    output = []
    sent = 0
  }

  // MARK: Handle

  /// Takes what was read from the socket.
  public mutating func handle(_ bytes: ByteView, at now: Instant) {
    guard phase == .open || phase == .closing, !isDeaf else { return }
    heard = now
    pingDue = now + .milliseconds(Limits.webSocketPingMilliseconds)
    var offset = 0
    do throws(WebSocketError) {
      while !isDeaf, phase != .closed, let input = try reader.read(bytes, from: &offset) { take(input, at: now) }
    } catch {
      isDeaf = true
      if !isCloseSent { writeClose(error.closeCode, reason: "", at: now) }
      if phase == .open { phase = .closing }
      closeCode = error.closeCode
    }
    settle(at: now)
  }

  /// The far side will send no more (end of file).
  public mutating func handleEnd(at now: Instant) {
    // Without a closing handshake there is nobody to send the rest to.
    drop()
  }

  /// Acts on a deadline that has come.
  public mutating func handleTimeout(at now: Instant) {
    if now >= closeDeadline || (hasOutput && now >= writeDeadline) { return drop() }
    guard phase == .open else { return }
    if now >= silenceDeadline { return drop() }
    guard now >= pingDue else { return }
    write(.ping, .empty, at: now)
    pingDue = now + .milliseconds(Limits.webSocketPingMilliseconds)
  }

  // MARK: Poll

  /// The next message, or nil.
  public mutating func pollMessage() -> Message? { messages.isEmpty ? nil : messages.removeFirst() }

  /// Hands the bytes to be sent to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(at now: Instant, _ send: (ByteView) -> Int) {
    guard hasOutput else { return }
    let count = output.withByteView { send($0.dropFirst(sent)) }
    guard count > 0 else { return }
    sent = min(sent + count, output.count)
    writeDeadline = now + .milliseconds(Limits.httpWriteMilliseconds)
    guard sent == output.count else { return }
    output.removeAll(keepingCapacity: output.capacity <= Limits.webSocketMessageBytesMax)
    sent = 0
    settle(at: now)
  }

  /// When `handleTimeout` is to be called; `.never` when nothing waits.
  public func pollTimeout() -> Instant {
    guard phase != .closed else { return .never }
    var earliest = min(closeDeadline, hasOutput ? writeDeadline : .never)
    if phase == .open { earliest = min(earliest, min(pingDue, silenceDeadline)) }
    return earliest
  }

  // MARK: Questions

  /// Whether messages can be sent.
  public var isOpen: Bool { phase == .open && !isCloseSent }
  /// Whether there are bytes to be sent.
  public var hasOutput: Bool { sent < output.count }
  /// Whether to read from the socket: always, until it is closed, for what comes late is thrown away.
  public var wantsInput: Bool { phase != .closed }
  /// What to do with the socket.
  public var disposition: HTTPServerConnection.Disposition {
    switch phase {
    case .open, .closing: .open
    case .lingering: .halfClosed
    case .closed: .closed
    }
  }
  /// When the far side sent anything last.
  public var lastHeard: Instant { heard }
  /// Memory held, in bytes.
  public var memoryBytes: Int { reader.memoryBytes + output.capacity }

  // MARK: Private

  private var silenceDeadline: Instant { heard + .milliseconds(Limits.webSocketSilenceMilliseconds) }

  private mutating func take(_ input: WebSocketInput, at now: Instant) {
    switch input {
    case .text(let text): if phase == .open { messages.append(.text(text)) }
    case .binary(let bytes): if phase == .open { messages.append(.binary(bytes)) }
    case .ping(let payload): if phase == .open { payload.withByteView { write(.pong, $0, at: now) } }
    case .pong: break
    case .close(let code, _):
      isCloseReceived = true
      isDeaf = true
      closeCode = code
      if !isCloseSent { writeClose(code, reason: "", at: now) }
      if phase == .open { phase = .closing }
    }
  }

  private mutating func settle(at now: Instant) {
    guard phase == .closing, !hasOutput, isDeaf else { return }
    // A client lets the server close; whoever fails the connection half-closes it, so that no reset destroys its frame.
    if masks == nil, isCloseReceived { return drop() }
    phase = .lingering
  }

  private mutating func writeClose(_ code: WebSocketCloseCode?, reason: String, at now: Instant) {
    isCloseSent = true
    closeCode = code
    closeDeadline = now + .milliseconds(Limits.webSocketCloseMilliseconds)
    startOutput(at: now)
    let mask = masks?.uint32()
    WebSocketFrameWriter.writeClose(code, reason: reason, mask: mask, into: &output)
  }

  private mutating func write(_ opcode: WebSocketOpcode, _ payload: ByteView, at now: Instant) {
    startOutput(at: now)
    let mask = masks?.uint32()
    WebSocketFrameWriter.write(opcode, payload, mask: mask, into: &output)
    if output.count - sent > Limits.webSocketOutputBytesMax { drop() }
  }

  private mutating func startOutput(at now: Instant) {
    if !hasOutput { writeDeadline = now + .milliseconds(Limits.httpWriteMilliseconds) }
  }
}
