// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A configuration file's bytes as text: is it clean, where is an offset, what stands there.

import Core

/// The bytes of a file, with the questions that errors ask. Valid as long as the bytes are.
struct SourceText {
  let bytes: ByteView

  /// What the first unusable byte is: malformed UTF-8 (RFC 3629), or a control character that TOML forbids everywhere.
  /// A carriage return is allowed in front of a line feed only.
  func firstFlaw() -> (kind: ConfigError.Kind, offset: Int)? {
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        let isLineEnd = byte == 0x0A || byte == 0x0D && offset + 1 < bytes.count && bytes[offset + 1] == 0x0A
        if byte == 0x7F || byte < 0x20 && byte != 0x09 && !isLineEnd { return (.controlCharacter, offset) }
        offset += 1
      } else {
        let length = sequenceLength(at: offset)
        if length == 0 { return (.malformedUTF8, offset) }
        offset += length
      }
    }
    return nil
  }

  /// How many bytes the well-formed character of several bytes at `offset` has; 0 when it is malformed.
  private func sequenceLength(at offset: Int) -> Int {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[offset] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return 0 }
    for index in 2..<max(length, 2) where bytes[offset + index] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// The first byte of the text proper: behind a byte order mark, if there is one.
  var start: Int {
    bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
  }

  /// The line and column of `offset`, both from 1; the column counts characters (Unicode scalars).
  func position(of offset: Int) -> (line: Int, column: Int) {
    var (line, column) = (1, 1)
    var index = start
    while index < min(offset, bytes.count) {
      if bytes[index] == 0x0A {
        line += 1
        column = 1
      } else if bytes[index] & 0xC0 != 0x80 {
        column += 1
      }
      index += 1
    }
    return (line, column)
  }

  /// The text of `range`, cut at the line's end and after 40 characters.
  func excerpt(_ range: Range<Int>) -> String {
    var end = range.lowerBound
    var characters = 0
    while end < min(range.upperBound, bytes.count), bytes[end] != 0x0A, bytes[end] != 0x0D {
      if bytes[end] & 0xC0 != 0x80 {
        if characters == 40 { break }
        characters += 1
      }
      end += 1
    }
    let text = bytes[range.lowerBound..<max(end, range.lowerBound)].text()
    return end < range.upperBound ? text + "…" : text
  }

  /// What a reader sees at `offset`: a word or a character in quotation marks, or the name of an end.
  func describe(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the file" }
    if bytes[offset] == 0x0A || bytes[offset] == 0x0D { return "the end of the line" }
    var end = offset + 1
    if TOMLReader.isTokenByte(bytes[offset]) {
      while end < bytes.count, TOMLReader.isTokenByte(bytes[end]) { end += 1 }
    } else {
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    }
    return "'" + excerpt(offset..<end) + "'"
  }

  /// The line that holds `offset`, cut to 100 characters around it, and the marks that put a caret under it.
  func line(at offset: Int) -> (text: String, caret: String) {
    var first = min(max(offset, start), bytes.count)
    let place = first
    while first > start, bytes[first - 1] != 0x0A { first -= 1 }
    var before = 0
    for index in first..<place where bytes[index] & 0xC0 != 0x80 { before += 1 }
    while before > 60 {
      first += 1
      while bytes[first] & 0xC0 == 0x80 { first += 1 }
      before -= 1
    }
    var last = first
    var shown = 0
    while last < bytes.count, bytes[last] != 0x0A, bytes[last] != 0x0D {
      if bytes[last] & 0xC0 != 0x80 {
        if shown == 100 { break }
        shown += 1
      }
      last += 1
    }
    var caret = ""
    for index in first..<max(place, first) where bytes[index] & 0xC0 != 0x80 {
      caret += bytes[index] == 0x09 ? "\t" : " "
    }
    // A malformed byte must not reach a terminal: such a line is shown with replacement characters.
    return (bytes[first..<max(last, first)].text(), caret + "^")
  }
}

/// Whether `text` has no control characters.
func isPrintable(_ text: String) -> Bool {
  for byte in text.utf8 where byte < 0x20 || byte == 0x7F { return false }
  return true
}
