// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TOML dates and times (RFC 3339). No setting wants one yet; they are read so that the error says so.

import Core

extension TOMLReader {
  /// Whether `text` begins like a date (four digits and a hyphen) or a time (two digits and a colon).
  static func looksLikeDateTime(_ text: ByteView) -> Bool {
    var digits = 0
    while digits < text.count, digit(text[digits], radix: 10) != nil { digits += 1 }
    guard digits < text.count else { return false }
    return digits == 4 && text[4] == UInt8(ascii: "-") || digits == 2 && text[2] == UInt8(ascii: ":")
  }

  /// Reads the date or time that begins at `start` and reaches at least to the cursor.
  mutating func dateTime(from start: Int) throws(Stop) -> TOMLDateTime {
    // A single blank may stand between date and time.
    if offset - start == 10, peek() == 0x20, Self.digit(peek(1), radix: 10) != nil {
      offset += 1
      while Self.isTokenByte(peek()) { offset += 1 }
    }
    var fields = DateTimeFields(text: bytes[start..<offset])
    guard offset - start <= Limits.configurationNumberBytesMax, let value = fields.read() else {
      throw error(
        .badDateTime, at: start, found: source.excerpt(start..<offset),
        expected: "1979-05-27, 07:32:00, 1979-05-27T07:32:00 or 1979-05-27T07:32:00+02:00, and a day that exists")
    }
    return value
  }
}

/// A cursor over a date or time.
private struct DateTimeFields {
  let text: ByteView
  var offset = 0

  init(text: ByteView) { self.text = text }

  mutating func read() -> TOMLDateTime? {
    var date: TOMLDateTime.Date?
    if text.count > 4, text[4] == UInt8(ascii: "-") {
      guard let value = readDate() else { return nil }
      date = value
      if offset == text.count { return TOMLDateTime(date: date, time: nil, offsetMinutes: nil) }
      guard skip("T") || skip("t") || skip(" ") else { return nil }
    }
    guard let time = readTime() else { return nil }
    var offsetMinutes: Int?
    if date != nil, offset < text.count {
      guard let value = readOffset() else { return nil }
      offsetMinutes = value
    }
    return offset == text.count ? TOMLDateTime(date: date, time: time, offsetMinutes: offsetMinutes) : nil
  }

  private mutating func readDate() -> TOMLDateTime.Date? {
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
    guard month >= 1, month <= 12, day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    return day <= days ? TOMLDateTime.Date(year: year, month: month, day: day) : nil
  }

  private mutating func readTime() -> TOMLDateTime.Time? {
    guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2) else { return nil }
    guard hour <= 23, minute <= 59, second <= 60 else { return nil }
    var nanosecond = 0
    if skip(".") {
      var weight = 100_000_000
      guard number(1) != nil else { return nil }
      offset -= 1
      while let digit = number(1) {
        nanosecond += digit * weight
        weight /= 10
      }
    }
    return TOMLDateTime.Time(hour: hour, minute: minute, second: second, nanosecond: nanosecond)
  }

  private mutating func readOffset() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(2), skip(":"), let minutes = number(2) else { return nil }
    guard hours <= 23, minutes <= 59 else { return nil }
    return (hours * 60 + minutes) * (isWest ? -1 : 1)
  }

  /// Reads exactly `count` digits; nil, and nothing read, where there are fewer.
  private mutating func number(_ count: Int) -> Int? {
    guard offset + count <= text.count else { return nil }
    var value = 0
    for index in offset..<offset + count {
      guard let digit = TOMLReader.digit(text[index], radix: 10) else { return nil }
      value = value * 10 + Int(digit)
    }
    offset += count
    return value
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard offset < text.count, text[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }
}
