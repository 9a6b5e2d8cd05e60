// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reads TOML 1.0 (https://toml.io/en/v1.0.0): lines, headers, keys, and the rules on what may be written twice.
//
// DESIGN. The bytes are checked for UTF-8 and control characters first, so that no later step meets either; a zero byte
// therefore stands for the end of the file. The first mistake ends the reading, as what follows it cannot be trusted.
// The values are read in TOMLReader+Values, +Strings, +Numbers and +DateTimes. All of TOML's structure is read; what is
// left out is size: see `Limits`, group "Configuration".

import Core

/// A cursor over a TOML file that builds its tables.
struct TOMLReader {
  /// Ends the reading; the reader's `problem` says why. An error of many words thrown through every step would double
  /// the code.
  struct Stop: Error {}

  /// A part of a dotted key.
  struct Key {
    let text: String
    let place: Range<Int>
  }

  let source: SourceText
  let file: String
  var offset = 0
  /// The tables made so far; the first is the root.
  var tables = [TOMLTable(place: 0..<0, origin: .header)]
  /// The table that keys go to.
  var current = 0
  /// Levels of arrays and inline tables around the cursor.
  var depth = 0
  /// Keys and values met so far.
  var valueCount = 0
  /// The header's name and the key's name as written, for errors.
  var headerName = ""
  var keyName = ""
  /// Why the reading ended early.
  private(set) var problem: ConfigError?

  init(_ source: SourceText, file: String) {
    self.source = source
    self.file = file
  }

  /// Reads the whole file.
  mutating func run() throws(Stop) {
    if bytes.count > Limits.configurationBytesMax {
      throw error(
        .fileTooLarge, at: 0, found: "\(bytes.count) bytes", expected: "at most \(Limits.configurationBytesMax)")
    }
    if let flaw = source.firstFlaw() {
      let byte = String(bytes[flaw.offset], radix: 16, uppercase: true)
      throw error(
        flaw.kind, at: flaw.offset, found: "byte 0x" + (byte.utf8.count < 2 ? "0" : "") + byte,
        expected: flaw.kind == .malformedUTF8 ? "UTF-8" : "printable text, tabs, and lines that end in LF or CR LF")
    }
    offset = source.start
    while true {
      skipBlankLines()
      if isAtEnd { return }
      if peek() == UInt8(ascii: "[") {
        try header()
      } else {
        keyName = ""
        try keyAndValue(in: current)
      }
      keyName = ""
      try endOfLine()
    }
  }

  // MARK: Lines

  private mutating func header() throws(Stop) {
    let start = offset
    offset += 1
    let isArray = peek() == UInt8(ascii: "[")
    if isArray { offset += 1 }
    (headerName, keyName) = ("", "")
    skipBlanks()
    let path = try dottedKey()
    for _ in 0..<(isArray ? 2 : 1) {
      guard peek() == UInt8(ascii: "]") else {
        throw unexpected(isArray ? "]] after the table's name" : "] after the table's name")
      }
      offset += 1
    }
    current = try isArray ? appendTable(path, at: start) : openTable(path, at: start)
    headerName = keyName
  }

  /// Reads `key = value` into table `index`.
  mutating func keyAndValue(in index: Int) throws(Stop) {
    let path = try dottedKey()
    guard peek() == UInt8(ascii: "=") else { throw unexpected("= after the key") }
    offset += 1
    skipBlanks()
    let table = try dottedTable(path, in: index)
    let key = path[path.count - 1]
    if let earlier = entryIndex(key.text, in: table) {
      throw error(.duplicateKey, at: key.place.lowerBound, other: tables[table].entries[earlier].place.lowerBound)
    }
    let node = try value()
    tables[table].entries.append(TOMLTable.Entry(key: key.text, place: key.place, node: node))
  }

  private mutating func endOfLine() throws(Stop) {
    skipBlanks()
    skipComment()
    if isAtEnd || skipLineEnd() { return }
    throw unexpected("the end of the line")
  }

  // MARK: Keys

  /// Reads a key of one or more parts, and the blanks behind it.
  private mutating func dottedKey() throws(Stop) -> [Key] {
    let nameBefore = keyName
    var path: [Key] = []
    while true {
      let start = offset
      let text = try keyPart()
      try countValue(at: start)
      path.append(Key(text: text, place: start..<offset))
      let written = source.excerpt(start..<offset)
      keyName = path.count == 1 ? (nameBefore.isEmpty ? written : nameBefore + "." + written) : keyName + "." + written
      if path.count > Limits.configurationDepthMax {
        throw error(.tooDeep, at: start, expected: "at most \(Limits.configurationDepthMax) parts in a key")
      }
      skipBlanks()
      guard peek() == UInt8(ascii: ".") else { return path }
      offset += 1
      skipBlanks()
    }
  }

  private mutating func keyPart() throws(Stop) -> String {
    switch peek() {
    case UInt8(ascii: "\""):
      if peek(1) == UInt8(ascii: "\""), peek(2) == UInt8(ascii: "\"") { throw unexpected("a key on one line") }
      return try basicString()
    case UInt8(ascii: "'"):
      if peek(1) == UInt8(ascii: "'"), peek(2) == UInt8(ascii: "'") { throw unexpected("a key on one line") }
      return try literalString()
    default:
      let start = offset
      while Self.isBareKeyByte(peek()) { offset += 1 }
      guard offset > start else { throw unexpected("a key, or a table's name in brackets") }
      return bytes[start..<offset].text()
    }
  }

  // MARK: Tables

  /// The table that `[path]` opens.
  private mutating func openTable(_ path: [Key], at start: Int) throws(Stop) -> Int {
    let parent = try headerParent(path)
    let key = path[path.count - 1]
    guard let entry = entryIndex(key.text, in: parent) else {
      return addTable(key, to: parent, origin: .header, place: start..<offset)
    }
    let earlier = tables[parent].entries[entry]
    guard case .table(let index) = earlier.node.value else {
      throw error(.notExtendable, at: start, found: earlier.node.value.typeName, other: earlier.place.lowerBound)
    }
    guard tables[index].origin == .path else {
      throw error(.duplicateTable, at: start, other: tables[index].place.lowerBound)
    }
    tables[index].origin = .header
    tables[index].place = start..<offset
    return index
  }

  /// The new table that `[[path]]` appends.
  private mutating func appendTable(_ path: [Key], at start: Int) throws(Stop) -> Int {
    let parent = try headerParent(path)
    let key = path[path.count - 1]
    let added = tables.count
    if let entry = entryIndex(key.text, in: parent) {
      let earlier = tables[parent].entries[entry]
      guard case .tables(let list) = earlier.node.value else {
        throw error(.notExtendable, at: start, found: earlier.node.value.typeName, other: earlier.place.lowerBound)
      }
      tables[parent].entries[entry].node.value = .tables(list + [added])
    } else {
      let node = TOMLNode(value: .tables([added]), place: key.place)
      tables[parent].entries.append(TOMLTable.Entry(key: key.text, place: key.place, node: node))
    }
    tables.append(TOMLTable(place: start..<offset, origin: .header))
    return added
  }

  /// The table that holds the last part of a header's path; tables on the way are made.
  private mutating func headerParent(_ path: [Key]) throws(Stop) -> Int {
    var table = 0
    for key in path.dropLast() {
      guard let entry = entryIndex(key.text, in: table) else {
        table = addTable(key, to: table, origin: .path, place: key.place)
        continue
      }
      let earlier = tables[table].entries[entry]
      switch earlier.node.value {
      case .table(let index) where tables[index].origin != .inline: table = index
      case .tables(let list): table = list[list.count - 1]
      default:
        throw error(
          .notExtendable, at: key.place.lowerBound, found: earlier.node.value.typeName, other: earlier.place.lowerBound)
      }
    }
    return table
  }

  /// The table that holds the last part of a dotted key; tables on the way are made.
  private mutating func dottedTable(_ path: [Key], in index: Int) throws(Stop) -> Int {
    var table = index
    for key in path.dropLast() {
      guard let entry = entryIndex(key.text, in: table) else {
        table = addTable(key, to: table, origin: .dotted, place: key.place)
        continue
      }
      let earlier = tables[table].entries[entry]
      guard case .table(let index) = earlier.node.value, tables[index].origin == .dotted else {
        throw error(
          .notExtendable, at: key.place.lowerBound, found: earlier.node.value.typeName, other: earlier.place.lowerBound)
      }
      table = index
    }
    return table
  }

  private mutating func addTable(_ key: Key, to parent: Int, origin: TOMLTable.Origin, place: Range<Int>) -> Int {
    let node = TOMLNode(value: .table(tables.count), place: key.place)
    tables[parent].entries.append(TOMLTable.Entry(key: key.text, place: key.place, node: node))
    tables.append(TOMLTable(place: place, origin: origin))
    return tables.count - 1
  }

  private func entryIndex(_ key: String, in table: Int) -> Int? {
    for index in tables[table].entries.indices where sameBytes(tables[table].entries[index].key, key) { return index }
    return nil
  }
}

// MARK: The cursor

extension TOMLReader {
  var bytes: ByteView { source.bytes }
  var isAtEnd: Bool { offset >= bytes.count }

  /// The byte `ahead` of the cursor; 0 at the end.
  func peek(_ ahead: Int = 0) -> UInt8 { offset + ahead < bytes.count ? bytes[offset + ahead] : 0 }

  mutating func skipBlanks() {
    while peek() == 0x20 || peek() == 0x09 { offset += 1 }
  }

  mutating func skipComment() {
    guard peek() == UInt8(ascii: "#") else { return }
    while !isAtEnd, peek() != 0x0A, peek() != 0x0D { offset += 1 }
  }

  /// Passes over a line's end; false where there is none.
  mutating func skipLineEnd() -> Bool {
    if peek() == 0x0D { offset += 1 }
    guard peek() == 0x0A else { return false }
    offset += 1
    return true
  }

  /// Passes over blanks, comments and line ends.
  mutating func skipBlankLines() {
    repeat {
      skipBlanks()
      skipComment()
    } while skipLineEnd()
  }

  /// Counts a key or value against the limit.
  mutating func countValue(at place: Int) throws(Stop) {
    valueCount += 1
    if valueCount > Limits.configurationValuesMax {
      throw error(.tooMany, at: place, expected: "at most \(Limits.configurationValuesMax) keys and values in a file")
    }
  }

  static func isBareKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Whether `byte` may stand in a number, a date or a bare word.
  static func isTokenByte(_ byte: UInt8) -> Bool {
    isBareKeyByte(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
  }

  /// Notes an error about what stands at `place`, and ends the reading.
  mutating func error(
    _ kind: ConfigError.Kind, at place: Int, found: String = "", expected: String = "", other: Int? = nil
  ) -> Stop {
    let name = headerName.isEmpty || keyName.isEmpty ? keyName : headerName + "." + keyName
    problem = ConfigError(
      kind, in: source, file: file, at: place, key: name, found: found, expected: expected, other: other)
    return Stop()
  }

  /// Notes an error about what stands at the cursor, and ends the reading.
  mutating func unexpected(_ expected: String) -> Stop {
    error(.unexpected, at: offset, found: source.describe(at: offset), expected: expected)
  }
}
