// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The words of the WebSocket protocol (RFC 6455): opcodes, close codes, what comes in, and what is wrong with it.

/// What a frame is (RFC 6455 section 5.2); other opcodes are refused.
public enum WebSocketOpcode: UInt8, Sendable {
  /// The next piece of a message.
  case continuation = 0x0
  /// A text message, or its first piece.
  case text = 0x1
  /// A message of bytes, or its first piece.
  case binary = 0x2
  /// The connection is over.
  case close = 0x8
  /// A question whether somebody is there.
  case ping = 0x9
  /// The answer to it.
  case pong = 0xA

  /// Whether it may stand between the pieces of a message (RFC 6455 section 5.5).
  public var isControl: Bool { rawValue >= 0x8 }
}

/// Why a connection is closed (RFC 6455 section 7.4).
public struct WebSocketCloseCode: Equatable, Sendable, BitwiseCopyable {
  /// The number, 1000 ... 4999.
  public let number: UInt16

  /// The code of `number`.
  public init(_ number: UInt16) { self.number = number }

  /// Its purpose is fulfilled.
  public static let normal = WebSocketCloseCode(1000)
  /// One side goes away.
  public static let goingAway = WebSocketCloseCode(1001)
  /// A frame was malformed.
  public static let protocolError = WebSocketCloseCode(1002)
  /// A kind of message that is not understood.
  public static let unsupportedData = WebSocketCloseCode(1003)
  /// A text that is not UTF-8.
  public static let invalidText = WebSocketCloseCode(1007)
  /// What was sent is against the rules.
  public static let policyViolation = WebSocketCloseCode(1008)
  /// A message is too large.
  public static let tooLarge = WebSocketCloseCode(1009)

  /// Whether it may stand in a close frame: the codes of the registry, and those for libraries and applications.
  public var mayBeSent: Bool {
    switch number {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

/// A whole message, or a control frame.
public enum WebSocketInput: Equatable, Sendable {
  /// A text, well-formed UTF-8.
  case text([UInt8])
  /// Bytes.
  case binary([UInt8])
  /// A ping, at most 125 bytes.
  case ping([UInt8])
  /// A pong.
  case pong([UInt8])
  /// The far side closes; nil: it does not say why.
  case close(WebSocketCloseCode?, reason: [UInt8])
}

/// What is wrong with what came in; the connection is failed with `closeCode` (RFC 6455 section 7.1.7).
public enum WebSocketError: Error, Equatable, CaseIterable, Sendable {
  /// A reserved bit is set: no extension was agreed on.
  case reservedBit
  /// An opcode that is not known.
  case unknownOpcode
  /// A client's frame without a mask, or a server's with one.
  case wrongMask
  /// A length written longer than it need be, or beyond 63 bits.
  case malformedLength
  /// A control frame in pieces, or of more than 125 bytes.
  case malformedControl
  /// A continuation of nothing.
  case nothingToContinue
  /// A new message within another.
  case messageWithinMessage
  /// A close frame of one byte, or with a code that may not be sent.
  case malformedClose
  /// A text or a reason that is not UTF-8.
  case malformedText
  /// A message beyond the limit.
  case tooLarge

  /// The code to close with.
  public var closeCode: WebSocketCloseCode {
    switch self {
    case .malformedText: .invalidText
    case .tooLarge: .tooLarge
    default: .protocolError
    }
  }
}
