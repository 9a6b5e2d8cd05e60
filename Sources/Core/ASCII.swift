// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Small questions about ASCII bytes and about text compared as bytes, never by Unicode equivalence.

/// Bytes of ASCII by their names, and small questions about them.
public enum ASCII {
  /// A tab.
  public static let tab: UInt8 = 0x09
  /// A line feed.
  public static let lineFeed: UInt8 = 0x0A
  /// A carriage return.
  public static let carriageReturn: UInt8 = 0x0D
  /// A space.
  public static let space: UInt8 = 0x20
  /// `"`.
  public static let quote: UInt8 = 0x22
  /// `%`.
  public static let percent: UInt8 = 0x25
  /// `,`.
  public static let comma: UInt8 = 0x2C
  /// `/`.
  public static let slash: UInt8 = 0x2F
  /// `:`.
  public static let colon: UInt8 = 0x3A
  /// `;`.
  public static let semicolon: UInt8 = 0x3B
  /// `=`.
  public static let equals: UInt8 = 0x3D
  /// `?`.
  public static let questionMark: UInt8 = 0x3F

  /// The byte, a letter in lower case.
  public static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 0x20 : byte }

  /// Whether it is a decimal digit.
  public static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// Whether it is a letter.
  public static func isLetter(_ byte: UInt8) -> Bool { lowercased(byte) >= 0x61 && lowercased(byte) <= 0x7A }

  /// Whether it is a space or a tab.
  public static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// A `tchar` of RFC 9110 section 5.6.2.
  public static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
    default: isDigit(byte) || isLetter(byte)
    }
  }

  /// The value of a hexadecimal digit, or nil.
  public static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// The number that decimal digits write, or nil when there is none, anything else, or more than `maximum`.
  public static func decimal(_ digits: ArraySlice<UInt8>, maximum: Int) -> Int? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for digit in digits {
      guard isDigit(digit), value <= (maximum - Int(digit - 0x30)) / 10 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  /// The part without blanks at its ends.
  public static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var part = bytes
    while let first = part.first, isBlank(first) { part = part.dropFirst() }
    while let last = part.last, isBlank(last) { part = part.dropLast() }
    return part
  }

  /// Whether the bytes are well-formed UTF-8 (RFC 3629 section 4).
  public static func isUTF8(_ bytes: ByteView) -> Bool {
    var index = 0
    while index < bytes.count {
      let first = bytes[index]
      var (length, low, high): (Int, UInt8, UInt8) = (0, 0x80, 0xBF)
      switch first {
      case 0x00...0x7F: length = 1
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, low) = (3, 0xA0)
      case 0xED: (length, high) = (3, 0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, low) = (4, 0x90)
      case 0xF4: (length, high) = (4, 0x8F)
      case 0xF1...0xF3: length = 4
      default: return false
      }
      guard index + length <= bytes.count else { return false }
      if length > 1 {
        guard bytes[index + 1] >= low, bytes[index + 1] <= high else { return false }
        for tail in 2..<max(length, 2) {
          guard bytes[index + tail] & 0xC0 == 0x80 else { return false }
        }
      }
      index += length
    }
    return true
  }
}

extension String {
  /// Whether both are the same bytes.
  public func hasBytes(of other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }

  /// Whether both are the same bytes but for the case of ASCII letters.
  public func hasBytesIgnoringCase(of other: String) -> Bool {
    utf8.count == other.utf8.count
      && utf8.elementsEqual(other.utf8) { ASCII.lowercased($0) == ASCII.lowercased($1) }
  }

  /// Text of these bytes; malformed UTF-8 is replaced.
  public init(bytes: ArraySlice<UInt8>) { self = String(decoding: bytes, as: UTF8.self) }

  /// The same text with ASCII letters in lower case.
  public func asciiLowercased() -> String { String(decoding: utf8.map { ASCII.lowercased($0) }, as: UTF8.self) }
}

extension Array where Element == UInt8 {
  /// Adds the UTF-8 bytes of `text`.
  public mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// Whether the bytes are those of `text`.
  public func hasBytes(of text: String) -> Bool { elementsEqual(text.utf8) }
}

extension ArraySlice where Element == UInt8 {
  /// Whether the bytes are those of `text` but for the case of ASCII letters.
  public func hasBytesIgnoringCase(of text: String) -> Bool {
    elementsEqual(text.utf8) { ASCII.lowercased($0) == ASCII.lowercased($1) }
  }
}
