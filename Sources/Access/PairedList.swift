// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whoever was paired: a bounded list, and its text in the file `paired`.
//
//   CHECKSUM next 4
//   CHECKSUM paired 1 talk bearer 1764000000 1764086400 SHA-256 Anna's phone
//   CHECKSUM paired 3 talk device 1764000000 0 FINGERPRINT https://192.168.1.20:8443/call Kitchen
//
// CHECKSUM is the first eight bytes of the SHA-256 of what follows it, in hexadecimal: a disk that lost some bytes costs one line.
// The list never holds a token, so reading the file lets nobody in.

import Core

/// The paired browsers, programs and devices, oldest first.
struct PairedList: Sendable {
  private(set) var records: [PairedRecord] = []
  /// The number that the next one gets.
  private var next: UInt32 = 1
  private var isChanged = false

  typealias Hash = @Sendable (ByteView) -> Digest256

  // MARK: Commands

  /// Adds one. A device that is there already, known by its certificate, is replaced: it was paired anew.
  mutating func add(
    _ name: String, _ role: Role, _ kind: PairedRecord.Kind, created: Int64
  ) throws(PairingRefusal) -> PairedRecord {
    if case .device(let fingerprint, _) = kind { records.removeAll { $0.fingerprint == fingerprint } }
    guard records.count < Limits.pairedMax else { throw .full }
    let time = Self.time(created)
    let record = PairedRecord(id: PairedID(next), name: name, role: role, kind: kind, created: time, lastSeen: time)
    records.append(record)
    next += 1
    isChanged = true
    return record
  }

  /// Removes number `id`; what it was.
  mutating func remove(_ id: PairedID) -> PairedRecord? {
    guard let index = records.firstIndex(where: { $0.id == id }) else { return nil }
    isChanged = true
    return records.remove(at: index)
  }

  /// Number `id` was seen. Coarse, so that the file is seldom written; a clock that is not set, or that went back, says nothing.
  mutating func note(_ id: PairedID, seen wall: Int64) {
    guard wall >= Limits.wallClockSecondsMin, let index = records.firstIndex(where: { $0.id == id }),
      wall - records[index].lastSeen >= Int64(Limits.pairedSeenSeconds)
    else { return }
    records[index].lastSeen = wall
    isChanged = true
  }

  // MARK: Questions

  /// Whose token has this digest; nil: nobody's. All are compared, whole.
  func find(_ digest: Digest256) -> PairedID? {
    var found: PairedID?
    for record in records {
      if case .bearer(let kept) = record.kind, kept == digest { found = record.id }
    }
    return found
  }

  /// What number `id`, which is in the list, may do.
  func role(of id: PairedID) -> Role {
    for record in records where record.id == id { return record.role }
    return .talk
  }

  /// Whether `text` can be a name: 1 ... Limits.configurationNameBytesMax bytes, printable.
  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count >= 1, bytes.count <= Limits.configurationNameBytesMax, bytes.first != 0x20 else { return false }
    return !bytes.contains { $0 < 0x20 || $0 == 0x7F }
  }

  /// Whether `text` can be where a device takes calls.
  static func isURL(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count <= Limits.urlBytesMax, bytes.starts(with: "http".utf8) else { return false }
    return !bytes.contains { $0 <= 0x20 || $0 >= 0x7F }
  }

  // MARK: The file

  /// The text of the file, when the list changed since this was asked last.
  mutating func pollSave(_ hash: Hash) -> [UInt8]? {
    guard isChanged else { return nil }
    isChanged = false
    var text: [UInt8] = []
    Self.append("next \(next)", to: &text, hash)
    for record in records {
      let what = "paired \(record.id.number) \(record.role.text) "
      let times = " \(record.created) \(record.lastSeen) "
      switch record.kind {
      case .bearer(let digest):
        Self.append(what + "bearer" + times + Self.hexadecimal(digest, 32) + " " + record.name, to: &text, hash)
      case .device(let fingerprint, let url):
        let proof = Self.hexadecimal(fingerprint)
        Self.append(what + "device" + times + proof + " \(url ?? "-") " + record.name, to: &text, hash)
      }
    }
    return text
  }

  /// Takes the list from the text of the file; how many lines were damaged and left out.
  mutating func restore(_ bytes: ByteView, _ hash: Hash) -> Int {
    (records, next, isChanged) = ([], 1, false)
    guard bytes.count <= Limits.pairedFileBytesMax else { return 1 }
    var damaged = 0
    for line in bytes.array().split(separator: 0x0A) where !take(Array(line), hash) { damaged += 1 }
    for record in records { next = max(next, record.id.number &+ 1) }
    return damaged
  }

  private mutating func take(_ line: [UInt8], _ hash: Hash) -> Bool {
    guard line.count > 17, line[16] == 0x20 else { return false }
    let rest = Array(line[17...])
    let digest = rest.withByteView { hash($0) }
    guard line[..<16].elementsEqual(Self.hexadecimal(digest, 8).utf8) else { return false }
    var words = Words(rest[...])
    let kind = words.next()
    if sameBytes(kind, "next") {
      guard let number = words.number(), number >= 1, number <= Self.numberMax else { return false }
      next = max(next, UInt32(number))
      return true
    }
    guard sameBytes(kind, "paired"), let record = record(&words), records.count < Limits.pairedMax,
      !records.contains(where: { $0.id == record.id })
    else { return false }
    records.append(record)
    return true
  }

  /// Numbers stay far from where counting on would overflow.
  private static let numberMax = Int64(UInt32.max / 2)

  private func record(_ words: inout Words) -> PairedRecord? {
    guard let number = words.number(), number >= 1, number <= Self.numberMax, let role = Role(words.next())
    else { return nil }
    let what = words.next()
    guard let created = words.number(), let seen = words.number() else { return nil }
    let proof = words.bytes()
    let kind: PairedRecord.Kind
    if sameBytes(what, "bearer") {
      guard let digest = proof.withByteView({ Digest256($0) }) else { return nil }
      kind = .bearer(digest)
    } else {
      guard sameBytes(what, "device"), let algorithm = Self.algorithm(proof.count),
        let fingerprint = proof.withByteView({ Fingerprint(algorithm: algorithm, bytes: $0) })
      else { return nil }
      let url = words.next()
      kind = .device(fingerprint, url: sameBytes(url, "-") ? nil : url)
    }
    let name = words.rest
    guard Self.isName(name) else { return nil }
    return PairedRecord(
      id: PairedID(UInt32(number)), name: name, role: role, kind: kind, created: created, lastSeen: seen)
  }

  // MARK: Text

  private static func append(_ line: String, to text: inout [UInt8], _ hash: Hash) {
    let digest = line.withByteView { hash($0) }
    text += Array(hexadecimal(digest, 8).utf8)
    text.append(0x20)
    text += Array(line.utf8)
    text.append(0x0A)
  }

  private static func hexadecimal(_ digest: Digest256, _ count: Int) -> String {
    var text: [UInt8] = []
    for index in 0..<count { append(digest.bytes[index], to: &text) }
    return String(decoding: text, as: UTF8.self)
  }

  private static func hexadecimal(_ fingerprint: Fingerprint) -> String {
    var text: [UInt8] = []
    for index in 0..<fingerprint.algorithm.byteCount { append(fingerprint.bytes[index], to: &text) }
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ byte: UInt8, to text: inout [UInt8]) {
    for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }

  private static func algorithm(_ count: Int) -> Fingerprint.Algorithm? {
    switch count {
    case 32: .sha256
    case 48: .sha384
    case 64: .sha512
    default: nil
    }
  }

  /// Times before the clock was set are none.
  private static func time(_ wall: Int64) -> Int64 { wall >= Limits.wallClockSecondsMin ? wall : 0 }

  /// The words of a line, one after the other.
  private struct Words {
    private var left: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) { left = line }

    /// The next word; empty when there is none.
    mutating func next() -> String {
      let end = left.firstIndex(of: 0x20) ?? left.endIndex
      let word = left[left.startIndex..<end]
      left = end == left.endIndex ? left[end...] : left[(end + 1)...]
      return String(decoding: Array(word), as: UTF8.self)
    }

    /// The next word as a number; nil: it is none.
    mutating func number() -> Int64? {
      ASCII.decimal(Array(next().utf8)[...], maximum: Int(Int64.max / 16)).map { Int64($0) }
    }

    /// The next word as bytes in hexadecimal; empty: it is not.
    mutating func bytes() -> [UInt8] {
      let digits = Array(next().utf8)
      guard digits.count % 2 == 0 else { return [] }
      var values: [UInt8] = []
      for index in 0..<(digits.count / 2) {
        guard let high = ASCII.hexadecimal(digits[index * 2]), let low = ASCII.hexadecimal(digits[index * 2 + 1]) else {
          return []
        }
        values.append(high << 4 | low)
      }
      return values
    }

    /// What is left.
    var rest: String { String(decoding: Array(left), as: UTF8.self) }
  }
}
