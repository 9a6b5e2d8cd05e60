// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reads WebSocket frames from a byte stream, and puts messages together (RFC 6455 section 5).
//
//    0 1 2 3  4 5 6 7   0  1 ... 7
//   ┌─┬─────┬────────┐ ┌─┬─────────┐ ┌────────────────────┐ ┌──────────┐ ┌───────────┐
//   │F│R R R│ opcode │ │M│ length  │ │ 16 or 64 bits more │ │ mask (4) │ │ payload   │
//   └─┴─────┴────────┘ └─┴─────────┘ └─ length 126, 127 ──┘ └─ if M ───┘ └───────────┘
//
// A length beyond the limit is refused when its header has come, before any of it is kept. Extensions are left out.

public import Core

/// An incremental, bounded reader. After an error it is of no more use.
public struct WebSocketFrameReader: Sendable {
  private let expectsMask: Bool
  private let messageBytesMax: Int
  private var header: [UInt8] = []
  /// The frame whose payload is being read.
  private var frame: Frame?
  private var control: [UInt8] = []
  private var message: [UInt8] = []
  /// What kind of message is being put together; nil: none.
  private var messageKind: WebSocketOpcode?

  private struct Frame {
    let opcode: WebSocketOpcode
    let isFinal: Bool
    let length: Int
    let mask: [UInt8]
    var count = 0
  }

  /// A reader of what a client (`expectsMask`) or a server sends, of messages up to `messageBytesMax` bytes.
  public init(expectsMask: Bool, messageBytesMax: Int = Limits.webSocketMessageBytesMax) {
    self.expectsMask = expectsMask
    self.messageBytesMax = messageBytesMax
  }

  /// Memory held, in bytes.
  public var memoryBytes: Int { header.capacity + control.capacity + message.capacity }

  /// Reads on from `offset`, which is left behind the last byte used: a message or control frame, or nil when all bytes are
  /// used and more are needed.
  public mutating func read(_ bytes: ByteView, from offset: inout Int) throws(WebSocketError) -> WebSocketInput? {
    while true {
      if frame == nil {
        guard offset < bytes.count else { return nil }
        header.append(bytes[offset])
        offset += 1
        try readHeader()
      }
      guard var frame else { continue }
      while frame.count < frame.length, offset < bytes.count {
        let byte = bytes[offset] ^ (frame.mask.isEmpty ? 0 : frame.mask[frame.count & 3])
        if frame.opcode.isControl { control.append(byte) } else { message.append(byte) }
        frame.count += 1
        offset += 1
      }
      self.frame = frame
      guard frame.count == frame.length else { return nil }
      self.frame = nil
      if let input = try finish(frame) { return input }
    }
  }

  /// Looks at the header as far as it has come.
  private mutating func readHeader() throws(WebSocketError) {
    guard header[0] & 0x70 == 0 else { throw .reservedBit }
    guard let opcode = WebSocketOpcode(rawValue: header[0] & 0x0F) else { throw .unknownOpcode }
    let isFinal = header[0] & 0x80 != 0
    if opcode.isControl, !isFinal { throw .malformedControl }
    if opcode == .continuation, messageKind == nil { throw .nothingToContinue }
    if opcode == .text || opcode == .binary, messageKind != nil { throw .messageWithinMessage }
    guard header.count >= 2 else { return }
    guard (header[1] & 0x80 != 0) == expectsMask else { throw .wrongMask }
    let short = Int(header[1] & 0x7F)
    if opcode.isControl, short > 125 { throw .malformedControl }
    let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
    guard header.count >= 2 + lengthBytes else { return }
    var length = UInt64(short)
    if lengthBytes > 0 {
      length = 0
      for byte in header[2..<(2 + lengthBytes)] { length = length << 8 | UInt64(byte) }
      guard length > (lengthBytes == 2 ? 125 : 65_535), length < 1 << 63 else { throw .malformedLength }
    }
    guard opcode.isControl || length <= UInt64(messageBytesMax - message.count) else { throw .tooLarge }
    let headerBytes = 2 + lengthBytes + (expectsMask ? 4 : 0)
    guard header.count == headerBytes else { return }
    let mask = Array(header[(headerBytes - (expectsMask ? 4 : 0))...])
    frame = Frame(opcode: opcode, isFinal: isFinal, length: Int(length), mask: mask)
    if opcode == .text || opcode == .binary { messageKind = opcode }
    header.removeAll(keepingCapacity: true)
  }

  /// What a whole frame completes, or nil.
  private mutating func finish(_ frame: Frame) throws(WebSocketError) -> WebSocketInput? {
    guard frame.opcode.isControl else {
      guard frame.isFinal, let kind = messageKind else { return nil }
      messageKind = nil
      var whole: [UInt8] = []
      swap(&whole, &message)
      guard kind == .text else { return .binary(whole) }
      guard whole.withByteView({ ASCII.isUTF8($0) }) else { throw .malformedText }
      return .text(whole)
    }
    let payload = control
    control.removeAll(keepingCapacity: true)
    switch frame.opcode {
    case .ping: return .ping(payload)
    case .pong: return .pong(payload)
    default: return try close(payload)
    }
  }

  /// `code (16 bits), reason`, or nothing at all.
  private func close(_ payload: [UInt8]) throws(WebSocketError) -> WebSocketInput {
    guard !payload.isEmpty else { return .close(nil, reason: []) }
    guard payload.count >= 2 else { throw .malformedClose }
    let code = WebSocketCloseCode(UInt16(payload[0]) << 8 | UInt16(payload[1]))
    guard code.mayBeSent else { throw .malformedClose }
    let reason = Array(payload[2...])
    guard reason.withByteView({ ASCII.isUTF8($0) }) else { throw .malformedText }
    return .close(code, reason: reason)
  }
}
