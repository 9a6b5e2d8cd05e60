// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Writes WebSocket frames (RFC 6455 section 5). Every message is one frame; only tests write pieces.

public import Core

/// A writer of frames.
public enum WebSocketFrameWriter {
  /// Writes a frame behind what `bytes` holds; `mask`: a client's masking key, fresh from a strong source for each frame
  /// (RFC 6455 section 5.3), nil in a server's frames.
  public static func write(
    _ opcode: WebSocketOpcode, _ payload: ByteView, mask: UInt32?, isFinal: Bool = true, into bytes: inout [UInt8]
  ) {
    precondition(!opcode.isControl || payload.count <= 125 && isFinal, "a control frame is too long or in pieces")
    bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch payload.count {
    case 0...125: bytes.append(maskBit | UInt8(payload.count))
    case 126...65_535:
      bytes.append(maskBit | 126)
      append(UInt64(payload.count), byteCount: 2, to: &bytes)
    default:
      bytes.append(maskBit | 127)
      append(UInt64(payload.count), byteCount: 8, to: &bytes)
    }
    guard let mask else {
      for index in payload.indices { bytes.append(payload[index]) }
      return
    }
    append(UInt64(mask), byteCount: 4, to: &bytes)
    for index in payload.indices {
      bytes.append(payload[index] ^ UInt8(truncatingIfNeeded: mask >> UInt32(24 - (index & 3) * 8)))
    }
  }

  /// Writes a close frame; the reason is cut at 123 bytes, between characters.
  public static func writeClose(
    _ code: WebSocketCloseCode?, reason: String = "", mask: UInt32?, into bytes: inout [UInt8]
  ) {
    var payload: [UInt8] = []
    if let code {
      append(UInt64(code.number), byteCount: 2, to: &payload)
      var text = Array(reason.utf8.prefix(123))
      while !text.withByteView({ ASCII.isUTF8($0) }) { text.removeLast() }
      payload += text
    }
    payload.withByteView { write(.close, $0, mask: mask, into: &bytes) }
  }

  private static func append(_ value: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
    for index in 0..<byteCount {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64((byteCount - 1 - index) * 8)))
    }
  }
}
