// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A JSON value as a small tree.

/// One member of a JSON object.
public struct JSONMember: Equatable, Sendable {
  /// The name, escapes resolved.
  public var name: String
  /// The value.
  public var value: JSONValue

  /// A member.
  public init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// A JSON value (RFC 8259 section 3).
public indirect enum JSONValue: Equatable, Sendable {
  /// null.
  case null
  /// true or false.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number; the nearest value or one of its neighbours (long fractions are not rounded exactly).
  case number(Double)
  /// Text, escapes resolved.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; its names are unique and keep their order.
  case object([JSONMember])

  /// The member called `name` of an object; nil for anything else.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    for member in members where member.name.hasBytes(of: name) { return member.value }
    return nil
  }

  /// The text of a string; nil for anything else.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a whole number; nil for anything else.
  public var integer: Int64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The value of any number; nil for anything else.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value of true or false; nil for anything else.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The elements of an array; nil for anything else.
  public var array: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }
}
