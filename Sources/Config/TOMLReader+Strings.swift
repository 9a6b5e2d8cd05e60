// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TOML strings: basic and literal, on one line and on several.

import Core

extension TOMLReader {
  /// Reads `"text"`.
  mutating func basicString() throws(Stop) -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while true {
      switch peek() {
      case 0, 0x0A, 0x0D:
        throw error(.unterminated, at: start, found: "\"", expected: "\" on the same line")
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        try escape(into: &text)
      default:
        text.append(peek())
        offset += 1
      }
    }
  }

  /// Reads `'text'`.
  mutating func literalString() throws(Stop) -> String {
    let start = offset
    offset += 1
    while peek() != UInt8(ascii: "'") {
      if isAtEnd || peek() == 0x0A || peek() == 0x0D {
        throw error(.unterminated, at: start, found: "'", expected: "' on the same line")
      }
      offset += 1
    }
    offset += 1
    return bytes[(start + 1)..<(offset - 1)].text()
  }

  /// Reads `"""text"""`: a line end right behind the opening is dropped, a backslash at a line's end joins lines.
  mutating func multilineBasicString() throws(Stop) -> String {
    let start = offset
    offset += 3
    _ = skipLineEnd()
    var text: [UInt8] = []
    while true {
      if isAtEnd {
        throw error(.unterminated, at: start, found: "\"\"\"", expected: "\"\"\" before the end of the file")
      }
      if let closing = closingMarks(UInt8(ascii: "\"")) {
        text.append(contentsOf: closing)
        return String(decoding: text, as: UTF8.self)
      }
      if peek() == UInt8(ascii: "\\") {
        if !joinLines() { try escape(into: &text) }
      } else {
        text.append(peek())
        offset += 1
      }
    }
  }

  /// Reads `'''text'''`: a line end right behind the opening is dropped.
  mutating func multilineLiteralString() throws(Stop) -> String {
    let start = offset
    offset += 3
    _ = skipLineEnd()
    var text: [UInt8] = []
    while true {
      if isAtEnd { throw error(.unterminated, at: start, found: "'''", expected: "''' before the end of the file") }
      if let closing = closingMarks(UInt8(ascii: "'")) {
        text.append(contentsOf: closing)
        return String(decoding: text, as: UTF8.self)
      }
      text.append(peek())
      offset += 1
    }
  }

  /// Reads three to five marks that end a multi-line string; answers those that belong to its text, or nil where it
  /// goes on.
  private mutating func closingMarks(_ mark: UInt8) -> [UInt8]? {
    guard peek() == mark, peek(1) == mark, peek(2) == mark else { return nil }
    var marks: [UInt8] = []
    while marks.count < 2, peek(3 + marks.count) == mark { marks.append(mark) }
    offset += 3 + marks.count
    return marks
  }

  /// Passes over a backslash at a line's end and all blanks and line ends behind it; false where it is an escape.
  private mutating func joinLines() -> Bool {
    let start = offset
    offset += 1
    skipBlanks()
    guard skipLineEnd() else {
      offset = start
      return false
    }
    repeat { skipBlanks() } while skipLineEnd()
    return true
  }

  /// Reads a backslash and what it stands for.
  private mutating func escape(into text: inout [UInt8]) throws(Stop) {
    let start = offset
    let letter = peek(1)
    offset += 2
    switch letter {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(letter)
    case UInt8(ascii: "u"): try character(digits: 4, from: start, into: &text)
    case UInt8(ascii: "U"): try character(digits: 8, from: start, into: &text)
    default:
      var end = min(offset, bytes.count)
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      throw error(
        .badEscape, at: start, found: source.excerpt(start..<end),
        expected: "\\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX or \\UXXXXXXXX (or text in single quotation marks)")
    }
  }

  private mutating func character(digits: Int, from start: Int, into text: inout [UInt8]) throws(Stop) {
    var value: UInt32 = 0
    var isValid = true
    for _ in 0..<digits {
      guard isValid, let digit = Self.digit(peek(), radix: 16) else {
        isValid = false
        continue
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    guard isValid, let scalar = Unicode.Scalar(value) else {
      throw error(
        .badEscape, at: start, found: source.excerpt(start..<offset),
        expected: "\(digits) hexadecimal digits that name a character (up to 10FFFF, not D800 to DFFF)")
    }
    for byte in UTF8.encode(scalar).unsafelyUnwrapped { text.append(byte) }
  }
}
