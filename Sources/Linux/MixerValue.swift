// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a mixer setting's value says: `on`, `12`, `75%`, `-6dB`, `Line In`; for each channel, with commas between.

import Core

/// A value for one channel of a control, as it was written.
public enum MixerValue: Equatable, Sendable {
  /// `on` (or `true`, `yes`) or `off`.
  case state(Bool)
  /// A number in the control's own steps.
  case number(Int64)
  /// Thousandths of the control's range.
  case perMille(Int64)
  /// Hundredths of a decibel.
  case centibels(Int64)
  /// The name of an item.
  case item(String)

  /// The value in `text`, which is never refused: what is nothing else is an item's name. Pure.
  public init(_ text: String) {
    let bytes = Array(text.utf8)
    let lower = bytes.map(Self.lowercase)
    if let number = Self.thousandths(lower[...]), number % 1000 == 0 {
      self = .number(number / 1000)
    } else if lower.last == UInt8(ascii: "%"), let number = Self.thousandths(lower.dropLast()) {
      self = .perMille(number / 100)
    } else if lower.count > 2, lower.suffix(2).elementsEqual("db".utf8),
      let number = Self.thousandths(Self.trimmed(lower.dropLast(2)))
    {
      self = .centibels(number / 10)
    } else if Self.isSame(lower, "on") || Self.isSame(lower, "true") || Self.isSame(lower, "yes") {
      self = .state(true)
    } else if Self.isSame(lower, "off") || Self.isSame(lower, "false") || Self.isSame(lower, "no") {
      self = .state(false)
    } else {
      self = .item(text)
    }
  }

  /// The values in `text`, with commas between and spaces around them. Pure.
  public static func list(_ text: String) -> [MixerValue] {
    Array(text.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
      MixerValue(String(decoding: trimmed($0), as: UTF8.self))
    }
  }

  private static func isSame(_ bytes: [UInt8], _ word: String) -> Bool { word.utf8.elementsEqual(bytes) }

  static func lowercase(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte + 32 : byte }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while bytes.first == 32 { bytes.removeFirst() }
    while bytes.last == 32 { bytes.removeLast() }
    return bytes
  }

  /// A decimal number of at most nine digits before and three behind the point, times 1,000.
  private static func thousandths(_ text: ArraySlice<UInt8>) -> Int64? {
    var text = text
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative || text.first == UInt8(ascii: "+") { text.removeFirst() }
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.count <= 2, !whole.isEmpty, whole.count <= 9 else { return nil }
    var value: Int64 = 0
    for byte in whole {
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    var unit: Int64 = 1000
    value *= unit
    if parts.count == 2 {
      guard !parts[1].isEmpty, parts[1].count <= 3 else { return nil }
      for byte in parts[1] {
        guard byte >= 48, byte <= 57 else { return nil }
        unit /= 10
        value += Int64(byte - 48) * unit
      }
    }
    return isNegative ? -value : value
  }
}
