// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The header field in which a caller says what it is called: percent-encoded UTF-8 (RFC 3986 section 2.1), because a field holds
// ASCII only. A claim, not proof.

import Core

/// What a caller says it is called.
enum CallerName {
  /// The field's name.
  static let field = "Intercom-Name"

  /// The name as the field writes it: letters, digits and `-._~` as they are, every other byte as %XX.
  static func written(_ name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      if isPlain(byte) {
        bytes.append(byte)
      } else {
        bytes.append(0x25)
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 15))
      }
    }
    return String(bytes: bytes[...])
  }

  /// The name in `fields`: empty without the field, nil when it is there twice or malformed: longer than
  /// `Limits.nameBytesMax` bytes, no UTF-8, or with control characters.
  static func read(_ fields: HTTPFields) -> String? {
    let written = fields.all(field)
    guard let first = written.first else { return "" }
    guard written.count == 1, let bytes = decoded(Array(first.utf8)), (1...Limits.nameBytesMax).contains(bytes.count)
    else { return nil }
    let name = String(decoding: bytes, as: UTF8.self)
    // Repairing broken UTF-8 changes it.
    guard name.utf8.elementsEqual(bytes) else { return nil }
    for byte in bytes where byte < 0x20 || byte == 0x7F { return nil }
    return name
  }

  private static func decoded(_ written: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    var index = 0
    while index < written.count {
      guard written[index] == 0x25 else {
        bytes.append(written[index])
        index += 1
        continue
      }
      guard index + 2 < written.count, let high = value(written[index + 1]), let low = value(written[index + 2]) else {
        return nil
      }
      bytes.append(high << 4 | low)
      index += 3
    }
    return bytes
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x37
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
