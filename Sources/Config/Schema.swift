// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The vocabulary in which SettingsSchema lists the tables and keys: one line of the list is one key.

import Core

/// What a key's rule says about a value.
enum Verdict {
  /// It is taken over.
  case accepted
  /// It is none of those allowed.
  case refused
  /// It is none of those allowed, which are words: one of them may have been meant.
  case misspelt([String])
  /// It is none of those allowed; what it is, in a few words.
  case wrong(String)
  /// It means something that is not there yet; what, as a sentence.
  case notYet(String)
}

/// The type of a key's value, and what is done with one.
enum KeyAction: Sendable {
  case boolean(@Sendable (Bool, inout Settings) -> Void)
  case integer(@Sendable (Int64, inout Settings) -> Verdict)
  case string(@Sendable (String, inout Settings) -> Verdict)
  /// An array of at most `maximum` strings: `begin` empties the setting, `add` takes one over.
  case strings(
    maximum: Int, begin: @Sendable (inout Settings) -> Void, add: @Sendable (String, inout Settings) -> Verdict)

  /// An integer of `range`.
  static func number(
    _ range: ClosedRange<Int64>, _ take: @escaping @Sendable (Int, inout Settings) -> Void
  ) -> KeyAction {
    .integer { value, settings in
      guard range.contains(value) else { return .refused }
      take(Int(value), &settings)
      return .accepted
    }
  }

  /// One of a few words, each with what it means.
  static func word<Meaning: Sendable>(
    _ words: [(String, Meaning)], _ take: @escaping @Sendable (Meaning, inout Settings) -> Void
  ) -> KeyAction {
    .string { text, settings in
      for word in words where sameBytes(word.0, text) {
        take(word.1, &settings)
        return .accepted
      }
      return .misspelt(words.map { $0.0 })
    }
  }

  /// The type in words, with its article.
  var typeName: String {
    switch self {
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .string: "a string"
    case .strings: "an array of strings"
    }
  }
}

/// A key of a table.
struct KeyRule: Sendable {
  let name: String
  /// The default as TOML writes it; nil where there is none.
  let defaultText: String?
  let isRequired: Bool
  /// The values allowed, as the end of a sentence.
  let expected: String
  let action: KeyAction

  /// A key with a default.
  init(_ name: String, default defaultText: String?, _ expected: String, _ action: KeyAction) {
    self.name = name
    self.defaultText = defaultText
    isRequired = false
    self.expected = expected
    self.action = action
  }

  /// A key that must be written.
  init(required name: String, _ expected: String, _ action: KeyAction) {
    self.name = name
    defaultText = nil
    isRequired = true
    self.expected = expected
    self.action = action
  }
}

/// A table of the file.
struct TableRule: Sendable {
  /// Its name; empty for the root.
  let name: String
  let keys: [KeyRule]
  /// For a table written `[[name]]`: how often at most, and what makes room for one more. Nil for others.
  let list: (maximum: Int, begin: @Sendable (inout Settings) -> Void)?

  init(_ name: String, _ keys: [KeyRule]) {
    self.name = name
    self.keys = keys
    list = nil
  }

  init(list name: String, maximum: Int, begin: @escaping @Sendable (inout Settings) -> Void, _ keys: [KeyRule]) {
    self.name = name
    self.keys = keys
    list = (maximum, begin)
  }

  /// The header as it is written.
  var header: String { list == nil ? "[\(name)]" : "[[\(name)]]" }
}
