// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Base64 with padding (RFC 4648 section 4).

/// The encoding of bytes as letters.
public enum Base64 {
  /// The letters of `bytes`, padded.
  public static func encode(_ bytes: ByteView) -> String {
    var letters: [UInt8] = []
    letters.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let first = bytes[index]
      let second = index + 1 < bytes.count ? bytes[index + 1] : 0
      let third = index + 2 < bytes.count ? bytes[index + 2] : 0
      letters.append(letter(first >> 2))
      letters.append(letter((first & 3) << 4 | second >> 4))
      letters.append(index + 1 < bytes.count ? letter((second & 15) << 2 | third >> 6) : UInt8(ascii: "="))
      letters.append(index + 2 < bytes.count ? letter(third & 63) : UInt8(ascii: "="))
      index += 3
    }
    return String(decoding: letters, as: UTF8.self)
  }

  /// The bytes of `text`; nil for any other letter, missing or misplaced padding, or bits that stand for nothing.
  public static func decode(_ text: String) -> [UInt8]? {
    let letters = Array(text.utf8)
    guard letters.count % 4 == 0 else { return nil }
    var padding = 0
    while padding < 2, padding < letters.count, letters[letters.count - 1 - padding] == UInt8(ascii: "=") {
      padding += 1
    }
    var (bytes, bits, count): ([UInt8], UInt32, UInt32) = ([], 0, 0)
    for letter in letters.dropLast(padding) {
      guard let value = value(letter) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      bits &= 1 << count - 1
    }
    return bits == 0 ? bytes : nil
  }

  private static func letter(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: 0x41 + value
    case 26..<52: 0x61 + value - 26
    case 52..<62: 0x30 + value - 52
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }

  private static func value(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x41...0x5A: letter - 0x41
    case 0x61...0x7A: letter - 0x61 + 26
    case 0x30...0x39: letter - 0x30 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
