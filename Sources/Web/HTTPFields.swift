// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The fields of an HTTP message (RFC 9110 section 5), in the order they came.

import Core

/// One header field.
public struct HTTPField: Equatable, Sendable {
  /// The name as written; compared without regard to case.
  public var name: String
  /// The value without blanks at its ends.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A list of header fields; names are compared without regard to case.
public struct HTTPFields: Equatable, Sendable {
  /// The fields in order.
  public private(set) var list: [HTTPField] = []

  /// No fields.
  public init() {}

  /// These fields.
  public init(_ list: [HTTPField]) { self.list = list }

  /// How many there are.
  public var count: Int { list.count }

  /// Adds a field at the end.
  public mutating func add(_ name: String, _ value: String) { list.append(HTTPField(name, value)) }

  /// The value of the first field called `name`, or nil.
  public func first(_ name: String) -> String? {
    for field in list where field.name.hasBytesIgnoringCase(of: name) { return field.value }
    return nil
  }

  /// The values of all fields called `name`.
  public func all(_ name: String) -> [String] {
    var values: [String] = []
    for field in list where field.name.hasBytesIgnoringCase(of: name) { values.append(field.value) }
    return values
  }

  /// Whether there is a field called `name`.
  public func contains(_ name: String) -> Bool { first(name) != nil }

  /// The members of the comma-separated lists in all fields called `name`, without blanks, empty ones left out. Commas
  /// within quotes do not separate (RFC 9110 section 5.6.1).
  public func members(_ name: String) -> [String] {
    var members: [String] = []
    for value in all(name) {
      let bytes = Array(value.utf8)
      var (start, index, quoted) = (0, 0, false)
      while index <= bytes.count {
        if index == bytes.count || (bytes[index] == ASCII.comma && !quoted) {
          let part = ASCII.trimmed(bytes[start..<index])
          if !part.isEmpty { members.append(String(bytes: part)) }
          start = index + 1
        } else if bytes[index] == ASCII.quote {
          quoted.toggle()
        } else if bytes[index] == 0x5C, quoted, index + 1 < bytes.count {
          index += 1
        }
        index += 1
      }
    }
    return members
  }

  /// Whether a list field called `name` has the member `token`, without regard to case.
  public func hasMember(_ name: String, _ token: String) -> Bool {
    for member in members(name) where member.hasBytesIgnoringCase(of: token) { return true }
    return false
  }

  /// Writes every field as a line; a control byte in a value is written as a space, so that no value can add a line.
  func write(into bytes: inout [UInt8]) {
    for field in list {
      bytes.append(text: field.name)
      bytes.append(text: ": ")
      for byte in field.value.utf8 { bytes.append(byte < ASCII.space || byte == 0x7F ? ASCII.space : byte) }
      bytes.append(text: "\r\n")
    }
  }
}
