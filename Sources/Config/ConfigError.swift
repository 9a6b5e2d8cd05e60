// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is wrong with a configuration file, and where; the program prints it and ends with status 78.

import Core

/// One thing that is wrong with a configuration file.
public struct ConfigError: Error, Equatable, Sendable {
  /// What kind of mistake it is.
  public enum Kind: CaseIterable, Sendable {
    /// The file is larger than `Limits.configurationBytesMax`.
    case fileTooLarge
    /// A byte does not belong to UTF-8 text.
    case malformedUTF8
    /// A control character that TOML does not allow, or a carriage return without a line feed.
    case controlCharacter
    /// Something else is expected here.
    case unexpected
    /// A string, array or inline table has no end.
    case unterminated
    /// A backslash is followed by something that is no escape, or names no character.
    case badEscape
    /// A number is written in a way TOML does not know.
    case badNumber
    /// A number does not fit 64 bits.
    case numberTooLarge
    /// A date or time is malformed or does not exist.
    case badDateTime
    /// A key is written twice.
    case duplicateKey
    /// A table is written twice.
    case duplicateTable
    /// A key that has a value, or a table that is closed, is extended.
    case notExtendable
    /// Too many levels of nesting, more than `Limits.configurationDepthMax`.
    case tooDeep
    /// More keys and values than `Limits.configurationValuesMax`, or more peers or servers than their limit.
    case tooMany
    /// A key that no setting has.
    case unknownKey
    /// A table that holds no settings.
    case unknownTable
    /// A key that must be written is not there.
    case missingKey
    /// The value is of the wrong type.
    case wrongType
    /// The value is of the right type, but not one of those allowed.
    case notAllowed
    /// The value means something that is planned and not there yet.
    case notYet
    /// The value is right in itself, but not together with another one.
    case conflict
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// The file's name, as it was given to the reader.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column, from 1, counted in characters.
  public let column: Int
  /// The setting, with its tables in front of it (`audio.period_ms`); empty where none is known.
  public let key: String
  /// What was found, shortened to fit a line; empty where nothing was.
  public let found: String
  /// What would be right; empty where the kind says it all.
  public let expected: String
  /// A key or word that may have been meant; empty where none is near.
  public let suggestion: String
  /// The line in which the other half of a duplicate or a conflict stands; 0 where there is none.
  public let otherLine: Int
  /// The line of the file.
  public let sourceLine: String
  /// Blanks and a caret that point into `sourceLine` when printed below it.
  public let caret: String

  init(
    _ kind: Kind, in source: SourceText, file: String, at offset: Int, key: String = "", found: String = "",
    expected: String = "", suggestion: String = "", other: Int? = nil
  ) {
    self.kind = kind
    self.file = file
    (line, column) = source.position(of: offset)
    self.key = key
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
    otherLine = other.map { source.position(of: $0).line } ?? 0
    (sourceLine, caret) = source.line(at: offset)
  }

  /// The mistake in one line, without its place: `audio.period_ms: not allowed: found 15; expected 5, 10 or 20`.
  public var message: String {
    var text = key.isEmpty ? title : key + ": " + title
    if !found.isEmpty { text += ": found " + found }
    if otherLine > 0 { text += "; see line \(otherLine)" }
    if !expected.isEmpty { text += "; expected " + expected }
    if !suggestion.isEmpty { text += "; did you mean " + suggestion + "?" }
    return text
  }

  /// The mistake as it is printed: `file:line:column: message`, the line of the file, and a caret below the place.
  public var text: String {
    "\(file):\(line):\(column): \(message)\n  \(sourceLine)\n  \(caret)"
  }

  private var title: String {
    switch kind {
    case .fileTooLarge: "the file is too large"
    case .malformedUTF8: "not UTF-8 text"
    case .controlCharacter: "a control character"
    case .unexpected: "syntax"
    case .unterminated: "no end"
    case .badEscape: "no such escape"
    case .badNumber: "not a number"
    case .numberTooLarge: "number too large"
    case .badDateTime: "not a date or time"
    case .duplicateKey: "duplicate key"
    case .duplicateTable: "duplicate table"
    case .notExtendable: "cannot be extended"
    case .tooDeep: "nested too deeply"
    case .tooMany: "too many"
    case .unknownKey: "unknown key"
    case .unknownTable: "unknown table"
    case .missingKey: "missing"
    case .wrongType: "wrong type"
    case .notAllowed: "not allowed"
    case .notYet: "not there yet"
    case .conflict: "conflict"
    }
  }
}

/// Everything that is wrong with a configuration file, in the file's order: one syntax error, or all mistakes in
/// settings.
public struct ConfigErrors: Error, Equatable, Sendable {
  /// The mistakes, 1 ... Limits.configurationErrorsMax.
  public let errors: [ConfigError]
  /// How many more there are.
  public let omitted: Int

  init(_ errors: [ConfigError], omitted: Int = 0) {
    self.errors = errors
    self.omitted = omitted
  }

  /// The mistakes as they are printed, one below the other.
  public var text: String {
    var text = ""
    for error in errors { text += (text.isEmpty ? "" : "\n") + error.text }
    if omitted > 0 { text += "\n\(errors[0].file): \(omitted) more" }
    return text
  }
}
