// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reads one JSON text (RFC 8259), strictly: well-formed UTF-8, no byte order mark, no comments, no lone surrogates, unique
// names, and bounded in size, depth and count.

/// Why a text is not the JSON we read.
public enum JSONError: Error, Equatable, Sendable {
  /// Larger than `Limits.jsonBytesMax`.
  case tooLarge
  /// Nested deeper than `Limits.jsonDepthMax`.
  case tooDeep
  /// More values than `Limits.jsonValuesMax`.
  case tooManyValues
  /// The text ends within a value.
  case truncated
  /// Not UTF-8.
  case malformedText
  /// A byte where another thing should stand.
  case unexpectedByte
  /// A string with an unknown escape or an unescaped control byte.
  case malformedString
  /// Half a surrogate pair.
  case loneSurrogate
  /// A number of another form, or beyond what a 64-bit floating-point number holds.
  case malformedNumber
  /// An object with the same name twice.
  case duplicateName
  /// Something after the value.
  case trailingBytes

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .tooLarge: "The JSON text is too large."
    case .tooDeep: "The JSON text is nested too deeply."
    case .tooManyValues: "The JSON text has too many values."
    case .truncated: "The JSON text ends too early."
    case .malformedText: "The JSON text is not UTF-8."
    case .unexpectedByte: "The JSON text has a character where something else should stand."
    case .malformedString: "A JSON string has an unknown escape or a control character."
    case .loneSurrogate: "A JSON string has half a surrogate pair."
    case .malformedNumber: "A JSON number is malformed or out of range."
    case .duplicateName: "A JSON object has the same name twice."
    case .trailingBytes: "Something follows the JSON value."
    }
  }
}

/// A reader of one JSON text.
public struct JSONReader {
  private let bytes: ByteView
  private var offset = 0
  private var values = 0

  private init(_ bytes: ByteView) { self.bytes = bytes }

  /// The value that `bytes` write.
  public static func read(_ bytes: ByteView) throws(JSONError) -> JSONValue {
    guard bytes.count <= Limits.jsonBytesMax else { throw .tooLarge }
    guard ASCII.isUTF8(bytes) else { throw .malformedText }
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 1)
    reader.skipBlanks()
    guard reader.offset == bytes.count else { throw .trailingBytes }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Limits.jsonDepthMax else { throw .tooDeep }
    values += 1
    guard values <= Limits.jsonValuesMax else { throw .tooManyValues }
    skipBlanks()
    switch try peek() {
    case 0x7B: return try object(depth: depth)
    case 0x5B: return try array(depth: depth)
    case ASCII.quote: return .string(try string())
    case 0x74:
      try literal("true")
      return .bool(true)
    case 0x66:
      try literal("false")
      return .bool(false)
    case 0x6E:
      try literal("null")
      return .null
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    var members: [JSONMember] = []
    offset += 1
    skipBlanks()
    if try peek() == 0x7D {
      offset += 1
      return .object(members)
    }
    while true {
      skipBlanks()
      guard try peek() == ASCII.quote else { throw .unexpectedByte }
      let name = try string()
      for member in members where member.name.hasBytes(of: name) { throw .duplicateName }
      skipBlanks()
      guard try peek() == ASCII.colon else { throw .unexpectedByte }
      offset += 1
      members.append(JSONMember(name, try value(depth: depth + 1)))
      if try endsList(0x7D) { return .object(members) }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    offset += 1
    skipBlanks()
    if try peek() == 0x5D {
      offset += 1
      return .array(elements)
    }
    while true {
      elements.append(try value(depth: depth + 1))
      if try endsList(0x5D) { return .array(elements) }
    }
  }

  /// Passes a comma, or the closing byte: true.
  private mutating func endsList(_ close: UInt8) throws(JSONError) -> Bool {
    skipBlanks()
    let byte = try peek()
    guard byte == close || byte == ASCII.comma else { throw .unexpectedByte }
    offset += 1
    return byte == close
  }

  private mutating func literal(_ text: StaticString) throws(JSONError) {
    for index in 0..<text.utf8CodeUnitCount {
      guard try peek() == text.utf8Start[index] else { throw .unexpectedByte }
      offset += 1
    }
  }

  private mutating func string() throws(JSONError) -> String {
    var text: [UInt8] = []
    offset += 1
    while true {
      let byte = try next()
      switch byte {
      case ASCII.quote: return String(bytes: text[...])
      case 0x5C: try escape(into: &text)
      case 0x00..<0x20: throw .malformedString
      default: text.append(byte)
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    switch try next() {
    case ASCII.quote: text.append(ASCII.quote)
    case 0x5C: text.append(0x5C)
    case ASCII.slash: text.append(ASCII.slash)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(ASCII.lineFeed)
    case 0x72: text.append(ASCII.carriageReturn)
    case 0x74: text.append(ASCII.tab)
    case 0x75:
      var code = try hexadecimal4()
      if code >= 0xDC00, code <= 0xDFFF { throw .loneSurrogate }
      if code >= 0xD800, code <= 0xDBFF {
        guard try next() == 0x5C, try next() == 0x75 else { throw .loneSurrogate }
        let low = try hexadecimal4()
        guard low >= 0xDC00, low <= 0xDFFF else { throw .loneSurrogate }
        code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      appendUTF8(code, to: &text)
    default: throw .malformedString
    }
  }

  private mutating func hexadecimal4() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = ASCII.hexadecimal(try next()) else { throw .malformedString }
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  private func appendUTF8(_ code: UInt32, to text: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: code >> shift & 0x3F) }
    switch code {
    case 0..<0x80: text.append(UInt8(code))
    case 0x80..<0x800: text += [0xC0 | UInt8(truncatingIfNeeded: code >> 6), tail(0)]
    case 0x800..<0x1_0000: text += [0xE0 | UInt8(truncatingIfNeeded: code >> 12), tail(6), tail(0)]
    default: text += [0xF0 | UInt8(truncatingIfNeeded: code >> 18), tail(12), tail(6), tail(0)]
    }
  }

  // MARK: Numbers

  /// `-? int frac? exp?` (RFC 8259 section 6). The first 19 digits count; the rest only move the point.
  private mutating func number() throws(JSONError) -> JSONValue {
    let isNegative = try peek() == 0x2D
    if isNegative { offset += 1 }
    let first = try peek()
    guard ASCII.isDigit(first) else { throw isNegative ? .malformedNumber : .unexpectedByte }
    var digits = Digits()
    if first == 0x30 {
      offset += 1
      if let byte = byte, ASCII.isDigit(byte) { throw .malformedNumber }
    } else {
      while let byte, ASCII.isDigit(byte) { digits.add(byte, isFraction: false, &offset) }
    }
    var isWhole = true
    if byte == 0x2E {
      isWhole = false
      offset += 1
      guard ASCII.isDigit(try peek()) else { throw .malformedNumber }
      while let byte, ASCII.isDigit(byte) { digits.add(byte, isFraction: true, &offset) }
    }
    var exponent = 0
    if byte == 0x65 || byte == 0x45 {
      isWhole = false
      offset += 1
      let sign = try peek()
      if sign == 0x2B || sign == 0x2D { offset += 1 }
      guard ASCII.isDigit(try peek()) else { throw .malformedNumber }
      while let byte, ASCII.isDigit(byte) {
        exponent = min(exponent * 10 + Int(byte - 0x30), 100_000)
        offset += 1
      }
      if sign == 0x2D { exponent = -exponent }
    }
    if isWhole, digits.dropped == 0 {
      if isNegative, digits.value <= 1 << 63 { return .integer(Int64(truncatingIfNeeded: 0 &- digits.value)) }
      if !isNegative, let value = Int64(exactly: digits.value) { return .integer(value) }
    }
    let value = DecimalText.scaled(digits.value, exponent: exponent + digits.dropped - digits.fractions)
    guard value.isFinite else { throw .malformedNumber }
    return .number(isNegative ? -value : value)
  }

  /// The digits of a number as they come.
  private struct Digits {
    var value: UInt64 = 0
    var count = 0
    /// Whole digits that no longer fit.
    var dropped = 0
    /// Fraction digits that count.
    var fractions = 0

    mutating func add(_ byte: UInt8, isFraction: Bool, _ offset: inout Int) {
      offset += 1
      guard count < 19 else { return dropped += isFraction ? 0 : 1 }
      value = value * 10 + UInt64(byte - 0x30)
      if value > 0 { count += 1 }
      if isFraction { fractions += 1 }
    }
  }

  // MARK: Bytes

  private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func peek() throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw .truncated }
    return bytes[offset]
  }

  private mutating func next() throws(JSONError) -> UInt8 {
    let byte = try peek()
    offset += 1
    return byte
  }

  private mutating func skipBlanks() {
    while let byte, ASCII.isBlank(byte) || byte == ASCII.lineFeed || byte == ASCII.carriageReturn { offset += 1 }
  }
}
