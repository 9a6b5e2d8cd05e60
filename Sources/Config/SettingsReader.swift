// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Holds a TOML document against the schema, and collects every mistake so that a user mends them at once.

import Core

/// Walks a document's tables and keys in the file's order; what concerns two keys at once is checked at the end.
struct SettingsReader {
  private let document: TOMLDocument
  private let source: SourceText
  private let file: String
  private let rules = SettingsSchema.tables
  var settings = Settings(name: "")
  private var mistakes: [Mistake] = []
  /// Which table of a list is being read, from 0; 0 elsewhere.
  private var item = 0
  /// Where the values stand that were taken over; `key` has its table in front, `item` tells in which table of a list.
  private var taken: [(key: String, item: Int, offset: Int)] = []
  /// Where the tables of lists begin, in the same way.
  private var begun: [(header: String, offset: Int)] = []

  init(_ document: TOMLDocument, source: SourceText, file: String) {
    self.document = document
    self.source = source
    self.file = file
  }

  mutating func run() throws(ConfigErrors) -> Settings {
    table(document.root, rule: rules[0], isRoot: true)
    checkPeriod()
    checkCertificate()
    checkToken()
    checkPeerNames()
    checkButtons()
    checkLights()
    guard mistakes.isEmpty else {
      mistakes.sort { $0.offset < $1.offset }
      let shown = mistakes.prefix(Limits.configurationErrorsMax).map { $0.error(in: source, file: file) }
      throw ConfigErrors(shown, omitted: mistakes.count - shown.count)
    }
    return settings
  }

  // MARK: Tables

  private mutating func table(_ table: TOMLTable, rule: TableRule, isRoot: Bool = false) {
    for entry in table.entries {
      if let key = rule.keys.first(where: { sameBytes($0.name, entry.key) }) {
        value(entry.node, of: key, in: rule)
      } else if isRoot, let inner = rules.first(where: { sameBytes($0.name, entry.key) }) {
        tables(entry, rule: inner)
      } else {
        unknown(entry, in: rule, isRoot: isRoot)
      }
    }
    for key in rule.keys where key.isRequired && table[key.name] == nil {
      mistake(.missingKey, at: table.place.lowerBound, key: name(key, in: rule), expected: key.expected)
    }
  }

  private mutating func tables(_ entry: TOMLTable.Entry, rule: TableRule) {
    let offset = entry.place.lowerBound
    guard let list = rule.list else {
      guard case .table(let index) = entry.node.value else {
        return wrongType(entry.node, key: rule.name, expected: "the table " + rule.header)
      }
      return table(document.tables[index], rule: rule)
    }
    var indices: [Int] = []
    switch entry.node.value {
    case .tables(let found): indices = found
    case .array(let nodes):
      for node in nodes {
        guard case .table(let index) = node.value else {
          wrongType(node, key: rule.name, expected: "tables, each written " + rule.header)
          continue
        }
        indices.append(index)
      }
    case .table:
      return mistake(
        .wrongType, at: offset, key: rule.name, found: "a table", expected: rule.header + " with two brackets")
    default:
      return wrongType(entry.node, key: rule.name, expected: "tables, each written " + rule.header)
    }
    if indices.count > list.maximum {
      let extra = document.tables[indices[list.maximum]].place.lowerBound
      mistake(
        .tooMany, at: extra, key: rule.name, found: "\(indices.count)", expected: "at most \(list.maximum)")
    }
    for (count, index) in indices.prefix(list.maximum).enumerated() {
      item = count
      list.begin(&settings)
      begun.append((rule.name, document.tables[index].place.lowerBound))
      table(document.tables[index], rule: rule)
    }
    item = 0
  }

  private mutating func unknown(_ entry: TOMLTable.Entry, in rule: TableRule, isRoot: Bool) {
    let key = isRoot ? entry.key : rule.name + "." + entry.key
    var isTable = false
    switch entry.node.value {
    case .table, .tables: isTable = true
    default: break
    }
    let keys = rule.keys.map { $0.name }
    let headers = rules.dropFirst().map { $0.name }
    var suggestion = ""
    var expected = ""
    if isRoot && isTable {
      suggestion = Spelling.suggestion(for: entry.key, among: headers)
      for table in rules.dropFirst() { expected += (expected.isEmpty ? "" : ", ") + table.header }
    } else {
      suggestion = Spelling.suggestion(for: entry.key, among: isRoot ? keys + headers : keys)
      for name in keys { expected += (expected.isEmpty ? "" : ", ") + name }
      // A known key under the wrong header is the likelier mistake.
      for other in rules where suggestion.isEmpty && other.keys.contains(where: { sameBytes($0.name, entry.key) }) {
        suggestion = other.name.isEmpty ? entry.key + " in front of the first table" : entry.key + " in " + other.header
      }
    }
    mistake(
      isTable ? .unknownTable : .unknownKey, at: entry.place.lowerBound, key: key, expected: expected,
      suggestion: suggestion)
  }

  // MARK: Values

  private mutating func value(_ node: TOMLNode, of key: KeyRule, in rule: TableRule) {
    let name = name(key, in: rule)
    let before = mistakes.count
    switch (key.action, node.value) {
    case (.boolean(let take), .boolean(let value)):
      take(value, &settings)
    case (.integer(let take), .integer(let value)):
      verdict(take(value, &settings), on: node, name: name, expected: key.expected)
    case (.string(let take), .string(let value)):
      verdict(take(value, &settings), on: node, name: name, expected: key.expected, word: value)
    case (.strings(let maximum, let begin, let add), .array(let nodes)):
      begin(&settings)
      for (index, element) in nodes.enumerated() {
        if index == maximum {
          mistake(
            .tooMany, at: element.place.lowerBound, key: name, found: "\(nodes.count)", expected: "at most \(maximum)")
          break
        }
        guard case .string(let value) = element.value else {
          wrongType(element, key: name, expected: "a string: " + key.expected)
          continue
        }
        verdict(add(value, &settings), on: element, name: name, expected: key.expected, word: value)
      }
    default:
      wrongType(node, key: name, expected: key.action.typeName + ": " + key.expected)
    }
    if mistakes.count == before { taken.append((name, item, node.place.lowerBound)) }
  }

  private mutating func verdict(
    _ verdict: Verdict, on node: TOMLNode, name: String, expected: String, word: String = ""
  ) {
    let found = source.excerpt(node.place)
    let offset = node.place.lowerBound
    switch verdict {
    case .accepted: break
    case .refused: mistake(.notAllowed, at: offset, key: name, found: found, expected: expected)
    case .misspelt(let words):
      let word = Spelling.suggestion(for: word, among: words)
      mistake(
        .notAllowed, at: offset, key: name, found: found, expected: expected,
        suggestion: word.isEmpty ? "" : "\"" + word + "\"")
    case .wrong(let what):
      mistake(.notAllowed, at: offset, key: name, found: found + " (" + what + ")", expected: expected)
    case .notYet(let what):
      mistake(.notYet, at: offset, key: name, found: found + " (" + what + ")", expected: expected)
    }
  }

  // MARK: Two keys at once

  private mutating func checkPeriod() {
    guard settings.audio.periodMilliseconds > settings.audio.frameMilliseconds else { return }
    guard let period = place(of: "audio.period_ms"), let frame = place(of: "audio.frame_ms") else { return }
    mistake(
      .conflict, at: period, key: "audio.period_ms", found: "\(settings.audio.periodMilliseconds)",
      expected: "at most frame_ms, \(settings.audio.frameMilliseconds)", other: frame)
  }

  private mutating func checkCertificate() {
    for (key, other) in [("certificate", "key"), ("key", "certificate")] {
      guard let place = place(of: "web." + key), self.place(of: "web." + other) == nil,
        !hasMistake(in: "web." + other)
      else { continue }
      mistake(
        .conflict, at: place, key: "web." + key, found: "no \(other) beside it",
        expected: "both certificate and key, or neither")
    }
  }

  /// `[token]` and access = "token" need each other.
  private mutating func checkToken() {
    if settings.web.access == .token, settings.token == nil, let place = place(of: "web.access") {
      mistake(
        .conflict, at: place, key: "web.access", found: "\"token\", and no [token]",
        expected: "a table [token] that says how tokens are checked")
    }
    guard settings.web.access != .token, !hasMistake(in: "web.access"), let place = place(of: "token.key_file") else {
      return
    }
    mistake(
      .conflict, at: place, key: "token.key_file", found: "a [token], and no access = \"token\" in [web]",
      expected: "access = \"token\" in [web], or no [token]")
  }

  private mutating func checkPeerNames() {
    for (index, peer) in settings.peers.enumerated() {
      guard let place = place(of: "peer.name", item: index) else { continue }
      for earlier in 0..<index where sameBytes(settings.peers[earlier].name, peer.name) {
        guard let other = self.place(of: "peer.name", item: earlier) else { continue }
        mistake(
          .conflict, at: place, key: "peer.name", found: "\"\(peer.name)\"",
          expected: "a name that no other peer has", other: other)
        break
      }
    }
  }

  /// Where the value of `key` stands, which has its table in front; of a list, in which of its tables. Nil: it was not
  /// written, or is wrong.
  func place(of key: String, item: Int = 0) -> Int? {
    for value in taken where value.item == item && sameBytes(value.key, key) { return value.offset }
    return nil
  }

  /// Where table `item` of the list `[[name]]` begins.
  func place(ofTable name: String, item: Int) -> Int? {
    var count = 0
    for table in begun where sameBytes(table.header, name) {
      if count == item { return table.offset }
      count += 1
    }
    return nil
  }

  /// Whether `key` has a mistake of its own already, in any table of its list.
  func hasMistake(in key: String) -> Bool {
    for mistake in mistakes where sameBytes(mistake.key, key) { return true }
    return false
  }

  // MARK: Mistakes

  private func name(_ key: KeyRule, in rule: TableRule) -> String {
    rule.name.isEmpty ? key.name : rule.name + "." + key.name
  }

  private mutating func wrongType(_ node: TOMLNode, key: String, expected: String) {
    let found: String
    switch node.value {
    case .table, .tables: found = node.value.typeName
    default: found = source.excerpt(node.place) + ", " + node.value.typeName
    }
    mistake(.wrongType, at: node.place.lowerBound, key: key, found: found, expected: expected)
  }

  mutating func mistake(
    _ kind: ConfigError.Kind, at offset: Int, key: String, found: String = "", expected: String = "",
    suggestion: String = "", other: Int? = nil
  ) {
    mistakes.append(
      Mistake(
        kind: kind, offset: offset, key: key, found: found, expected: expected, suggestion: suggestion, other: other))
  }
}

/// A mistake before its line is looked up, which takes a pass over the file and is done for those that are shown.
private struct Mistake {
  let kind: ConfigError.Kind
  let offset: Int
  let key: String
  let found: String
  let expected: String
  let suggestion: String
  let other: Int?

  func error(in source: SourceText, file: String) -> ConfigError {
    ConfigError(
      kind, in: source, file: file, at: offset, key: key, found: found, expected: expected, suggestion: suggestion,
      other: other)
  }
}
