// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Seconds and dates, as certificates write them (the proleptic Gregorian calendar, UTC).

/// A moment as a date and a time of day.
public struct CalendarTime: Equatable, Sendable, BitwiseCopyable {
  /// Year, month from 1, day from 1, hour, minute, second.
  public let fields: InlineArray<6, Int32>

  /// The date of `unixSeconds` since 1970-01-01, for years 1 ... 9999.
  public init(unixSeconds: Int64) {
    var days = unixSeconds / 86_400
    var second = unixSeconds % 86_400
    if second < 0 { (days, second) = (days - 1, second + 86_400) }
    // Days from 0000-03-01, so that the leap day is a year's last; 146,097 days are 400 years.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let numbers = (year, month, day, second / 3600, second / 60 % 60, second % 60)
    fields = [
      Int32(clamping: numbers.0), Int32(clamping: numbers.1), Int32(clamping: numbers.2), Int32(clamping: numbers.3),
      Int32(clamping: numbers.4), Int32(clamping: numbers.5),
    ]
  }

  /// The date of these fields.
  public init(_ fields: InlineArray<6, Int32>) { self.fields = fields }

  /// Seconds since 1970-01-01.
  public var unixSeconds: Int64 {
    let month = Int64(fields[1])
    let year = Int64(fields[0]) - (month <= 2 ? 1 : 0)
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(fields[2]) - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return days * 86_400 + Int64(fields[3]) * 3600 + Int64(fields[4]) * 60 + Int64(fields[5])
  }

  /// YYYYMMDDhhmmss.
  public var digits: String {
    var text = Self.padded(fields[0], 4)
    for index in 1..<6 { text += Self.padded(fields[index], 2) }
    return text
  }

  /// YYYY-MM-DD.
  public var date: String { "\(Self.padded(fields[0], 4))-\(Self.padded(fields[1], 2))-\(Self.padded(fields[2], 2))" }

  /// Whether both are the same moment.
  public static func == (left: CalendarTime, right: CalendarTime) -> Bool { left.unixSeconds == right.unixSeconds }

  private static func padded(_ number: Int32, _ width: Int) -> String {
    var text = "\(number)"
    while text.utf8.count < width { text = "0" + text }
    return text
  }
}
