// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TOML values: which kind stands here, arrays, inline tables, booleans.

import Core

extension TOMLReader {
  /// Reads the value at the cursor.
  mutating func value() throws(Stop) -> TOMLNode {
    let start = offset
    try countValue(at: start)
    let value: TOMLValue
    switch peek() {
    case UInt8(ascii: "\""):
      let isLong = peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"")
      value = .string(try isLong ? multilineBasicString() : basicString())
    case UInt8(ascii: "'"):
      let isLong = peek(1) == UInt8(ascii: "'") && peek(2) == UInt8(ascii: "'")
      value = .string(try isLong ? multilineLiteralString() : literalString())
    case UInt8(ascii: "["):
      value = try nested { (reader) throws(Stop) in .array(try reader.array()) }
    case UInt8(ascii: "{"):
      value = try nested { (reader) throws(Stop) in .table(try reader.inlineTable()) }
    default:
      value = try token()
    }
    return TOMLNode(value: value, place: start..<offset)
  }

  private mutating func nested(
    _ read: (inout TOMLReader) throws(Stop) -> TOMLValue
  ) throws(Stop) -> TOMLValue {
    guard depth < Limits.configurationDepthMax else {
      throw error(.tooDeep, at: offset, expected: "at most \(Limits.configurationDepthMax) levels")
    }
    depth += 1
    let value = try read(&self)
    depth -= 1
    return value
  }

  /// Reads `[value, value]`; lines may end and comments may stand between values.
  private mutating func array() throws(Stop) -> [TOMLNode] {
    let start = offset
    offset += 1
    var nodes: [TOMLNode] = []
    while true {
      skipBlankLines()
      if isAtEnd { throw error(.unterminated, at: start, found: "[", expected: "] before the end of the file") }
      if peek() == UInt8(ascii: "]") { break }
      nodes.append(try value())
      skipBlankLines()
      if isAtEnd { throw error(.unterminated, at: start, found: "[", expected: "] before the end of the file") }
      if peek() == UInt8(ascii: "]") { break }
      guard peek() == UInt8(ascii: ",") else { throw unexpected(", or ] after a value") }
      offset += 1
    }
    offset += 1
    return nodes
  }

  /// Reads `{ key = value, key = value }`, on one line and without a comma at the end.
  private mutating func inlineTable() throws(Stop) -> Int {
    let start = offset
    offset += 1
    let index = tables.count
    tables.append(TOMLTable(place: start..<offset, origin: .header))
    skipBlanks()
    let nameBefore = keyName
    if peek() == UInt8(ascii: "}") {
      offset += 1
    } else {
      while true {
        try insideInlineTable(from: start)
        keyName = nameBefore
        try keyAndValue(in: index)
        keyName = nameBefore
        skipBlanks()
        try insideInlineTable(from: start)
        if peek() == UInt8(ascii: "}") { break }
        guard peek() == UInt8(ascii: ",") else { throw unexpected(", or } after a value") }
        offset += 1
        skipBlanks()
      }
      offset += 1
    }
    tables[index].origin = .inline
    tables[index].place = start..<offset
    return index
  }

  private mutating func insideInlineTable(from start: Int) throws(Stop) {
    if isAtEnd || peek() == 0x0A || peek() == 0x0D {
      throw error(.unterminated, at: start, found: "{", expected: "} on the same line")
    }
  }

  /// Reads a boolean, a number, or a date or time.
  private mutating func token() throws(Stop) -> TOMLValue {
    let start = offset
    while Self.isTokenByte(peek()) { offset += 1 }
    guard offset > start else { throw unexpected("a value: text in quotation marks, a number, true or false") }
    guard offset - start <= Limits.configurationNumberBytesMax else {
      throw error(
        .badNumber, at: start, found: source.describe(at: start),
        expected: "at most \(Limits.configurationNumberBytesMax) characters")
    }
    let text = bytes[start..<offset]
    if text.elementsEqual("true") { return .boolean(true) }
    if text.elementsEqual("false") { return .boolean(false) }
    if Self.looksLikeDateTime(text) { return .dateTime(try dateTime(from: start)) }
    if let value = try number(text, at: start) { return value }
    offset = start
    throw unexpected("a value: text in quotation marks, a number, true or false")
  }
}
