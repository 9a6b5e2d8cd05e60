// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Writes JSON (RFC 8259) as it is told, with the commas, colons and escapes in their places.

/// A streaming writer of one JSON text on a single line.
///
/// Order of calls: `begin…`, then in an object `name` and a value (or `member`) each, in an array values, then `end…`.
/// A line feed within a string is escaped, so the text never has one.
public struct JSONWriter {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []
  /// One bit a level: whether the next value there needs a comma.
  private var needsComma: UInt64 = 0
  private var depth = 0
  private var followsName = false

  /// A writer of nothing yet.
  public init() {}

  /// Opens an object.
  public mutating func beginObject() { begin(0x7B) }
  /// Closes an object.
  public mutating func endObject() { end(0x7D) }
  /// Opens an array.
  public mutating func beginArray() { begin(0x5B) }
  /// Closes an array.
  public mutating func endArray() { end(0x5D) }

  /// The name of the member whose value comes next.
  public mutating func name(_ name: String) {
    value(name)
    bytes.append(ASCII.colon)
    followsName = true
  }

  /// A string.
  public mutating func value(_ text: String) {
    separate()
    bytes.append(ASCII.quote)
    if text.utf8.contains(where: Self.isEscaped) {
      for byte in text.utf8 { escape(byte) }
    } else {
      bytes.append(text: text)
    }
    bytes.append(ASCII.quote)
  }

  /// A whole number.
  public mutating func value(_ number: Int64) {
    separate()
    bytes.append(text: "\(number)")
  }

  /// A number with at most three decimals; null when it is not finite or has more than 18 whole digits.
  public mutating func value(_ number: Double) {
    separate()
    bytes.append(text: DecimalText.fixed(number) ?? "null")
  }

  /// true or false.
  public mutating func value(_ flag: Bool) {
    separate()
    bytes.append(text: flag ? "true" : "false")
  }

  /// null.
  public mutating func null() {
    separate()
    bytes.append(text: "null")
  }

  /// A whole tree.
  public mutating func value(_ tree: JSONValue) {
    switch tree {
    case .null: null()
    case .bool(let flag): value(flag)
    case .integer(let number): value(number)
    case .number(let number): value(number)
    case .string(let text): value(text)
    case .array(let elements):
      beginArray()
      for element in elements { value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        name(member.name)
        value(member.value)
      }
      endObject()
    }
  }

  /// A member that is a string.
  public mutating func member(_ name: String, _ text: String) {
    self.name(name)
    value(text)
  }

  /// A member that is a whole number.
  public mutating func member(_ name: String, _ number: Int64) {
    self.name(name)
    value(number)
  }

  /// A member that is a number, or null.
  public mutating func member(_ name: String, _ number: Double?) {
    self.name(name)
    if let number { value(number) } else { null() }
  }

  /// A member that is true or false.
  public mutating func member(_ name: String, _ flag: Bool) {
    self.name(name)
    value(flag)
  }

  private mutating func begin(_ byte: UInt8) {
    precondition(depth < 63, "JSON is written too deep")
    separate()
    bytes.append(byte)
    depth += 1
    needsComma &= ~(1 << UInt64(depth))
  }

  private mutating func end(_ byte: UInt8) {
    precondition(depth > 0, "JSON is closed that was not opened")
    bytes.append(byte)
    depth -= 1
  }

  private mutating func separate() {
    if followsName {
      followsName = false
    } else {
      if needsComma & 1 << UInt64(depth) != 0 { bytes.append(ASCII.comma) }
      needsComma |= 1 << UInt64(depth)
    }
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == ASCII.quote || byte == 0x5C || byte == 0x7F
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case ASCII.quote: bytes.append(text: "\\\"")
    case 0x5C: bytes.append(text: "\\\\")
    case ASCII.lineFeed: bytes.append(text: "\\n")
    case ASCII.carriageReturn: bytes.append(text: "\\r")
    case ASCII.tab: bytes.append(text: "\\t")
    case 0x00..<0x20, 0x7F:
      bytes.append(text: "\\u00")
      for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    default: bytes.append(byte)
    }
  }
}
