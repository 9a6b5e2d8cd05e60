// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a TOML file says: tables of keys and values, each with its place in the file.

public import Core

/// A TOML 1.0 file, read. Tables lie in one list and values name them by index, so that nothing is recursive but
/// arrays.
public struct TOMLDocument: Sendable {
  /// Every table; the first is the root.
  public let tables: [TOMLTable]

  /// The root table.
  public var root: TOMLTable { tables[0] }

  /// The document in `bytes`; `file` is its name in an error. Accepts all of TOML 1.0 within the limits of group
  /// "Configuration": size, nesting, number of values, length of a number.
  public static func read(_ bytes: ByteView, file: String) throws(ConfigError) -> TOMLDocument {
    var reader = TOMLReader(SourceText(bytes: bytes), file: file)
    do throws(TOMLReader.Stop) {
      try reader.run()
    } catch {
      guard let problem = reader.problem else { preconditionFailure("a reading ended early without a reason") }
      throw problem
    }
    return TOMLDocument(tables: reader.tables)
  }
}

/// A table: keys in the file's order.
public struct TOMLTable: Sendable {
  /// A key and its value.
  public struct Entry: Sendable {
    /// The key, unquoted.
    public let key: String
    /// Where the key stands, in bytes from the file's start.
    public let place: Range<Int>
    /// Its value.
    public internal(set) var node: TOMLNode
  }

  /// How a table came to be, which decides how it may be extended.
  enum Origin {
    /// Named only as part of a longer header; a header of its own may follow.
    case path
    /// The root, or a table with its own header.
    case header
    /// Made by a dotted key; more dotted keys may follow.
    case dotted
    /// Written in braces; closed.
    case inline
  }

  /// The keys and values, in the file's order.
  public internal(set) var entries: [Entry] = []
  /// Where its header or brace stands, in bytes from the file's start.
  public internal(set) var place: Range<Int>
  var origin: Origin

  /// The value of `key`, or nil.
  public subscript(key: String) -> TOMLNode? {
    for entry in entries where sameBytes(entry.key, key) { return entry.node }
    return nil
  }
}

/// A value and its place.
public struct TOMLNode: Sendable {
  /// The value.
  public internal(set) var value: TOMLValue
  /// Where it stands, in bytes from the file's start.
  public let place: Range<Int>
}

/// A TOML value.
public enum TOMLValue: Sendable {
  /// Text.
  case string(String)
  /// A whole number.
  case integer(Int64)
  /// A number with a fraction or an exponent, an infinity or not a number.
  case float(Double)
  /// True or false.
  case boolean(Bool)
  /// A date, a time, or both.
  case dateTime(TOMLDateTime)
  /// An array in brackets.
  case array([TOMLNode])
  /// A table, by its index in the document.
  case table(Int)
  /// The tables written under one `[[header]]`, by their index in the document.
  case tables([Int])

  /// The type in words, with its article.
  public var typeName: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .float: "a float"
    case .boolean: "a boolean"
    case .dateTime: "a date or time"
    case .array: "an array"
    case .table: "a table"
    case .tables: "an array of tables"
    }
  }
}

/// A date, a time of day, or both, with or without an offset from UTC (RFC 3339).
public struct TOMLDateTime: Equatable, Sendable {
  /// A calendar date.
  public struct Date: Equatable, Sendable {
    /// 0 ... 9999.
    public let year: Int
    /// 1 ... 12.
    public let month: Int
    /// 1 ... 31, as the month allows.
    public let day: Int
  }

  /// A time of day.
  public struct Time: Equatable, Sendable {
    /// 0 ... 23.
    public let hour: Int
    /// 0 ... 59.
    public let minute: Int
    /// 0 ... 60; 60 is a leap second.
    public let second: Int
    /// 0 ... 999,999,999; finer digits are dropped.
    public let nanosecond: Int
  }

  /// The date; nil in a local time.
  public let date: Date?
  /// The time; nil in a local date.
  public let time: Time?
  /// Minutes east of UTC; nil in local values.
  public let offsetMinutes: Int?
}
