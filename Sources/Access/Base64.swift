// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Base64 (RFC 4648): the URL alphabet strictly and without padding, as tokens use it, and the usual one of PEM.

import Core

enum Base64 {
  /// The bytes in base64url without padding (RFC 4648 section 5).
  static func urlText(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(urlDigit(UInt8(bits >> count & 0x3F)))
      }
    }
    if count > 0 { text.append(urlDigit(UInt8(bits << (6 - count) & 0x3F))) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that `text` writes in base64url without padding; nil for any other digit, an impossible length, or bits at the end
  /// that are not zero, so that every value has one text only (RFC 7515 section 2, RFC 4648 section 3.5).
  static func urlBytes(_ text: ByteView) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for index in text.indices {
      guard let digit = value(text[index], 0x2D, 0x5F) else { return nil }
      bits = bits << 6 & 0xFFFF | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    guard text.count % 4 != 1, bits & (1 << count - 1) == 0 else { return nil }
    return bytes
  }

  /// The value of a digit of the alphabet whose last two are these; nil: it is none.
  static func value(_ digit: UInt8, _ next: UInt8, _ last: UInt8) -> UInt8? {
    switch digit {
    case 0x41...0x5A: digit - 0x41
    case 0x61...0x7A: digit - 0x61 + 26
    case 0x30...0x39: digit - 0x30 + 52
    case next: 62
    case last: 63
    default: nil
    }
  }

  private static func urlDigit(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: value + 0x41
    case 26..<52: value - 26 + 0x61
    case 52..<62: value - 52 + 0x30
    case 62: 0x2D
    default: 0x5F
    }
  }
}
