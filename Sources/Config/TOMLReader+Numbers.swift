// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TOML numbers: integers in four radices, floats.

import Core

extension TOMLReader {
  /// The value of `digit` in `radix`, or nil.
  static func digit(_ byte: UInt8, radix: UInt64) -> UInt64? {
    let value: UInt64
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): value = UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): value = UInt64(byte - UInt8(ascii: "A") + 10)
    default: return nil
    }
    return value < radix ? value : nil
  }

  /// The number that `text`, which stands at `start`, writes; nil when it does not even begin like one.
  mutating func number(_ text: ByteView, at start: Int) throws(Stop) -> TOMLValue? {
    let sign = text[0]
    let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
    let isNegative = sign == UInt8(ascii: "-")
    let body = text.dropFirst(isSigned ? 1 : 0)
    if body.elementsEqual("inf") { return .float(isNegative ? -Double.infinity : .infinity) }
    if body.elementsEqual("nan") { return .float(.nan) }
    guard isSigned || Self.digit(text[0], radix: 10) != nil else { return nil }

    if body.count >= 2, body[0] == UInt8(ascii: "0"), let radix = Self.radix(body[1]) {
      guard !isSigned else { throw badNumber(text, at: start, "no sign before 0x, 0o and 0b") }
      guard let digits = Self.digits(body.dropFirst(2), radix: radix) else {
        throw badNumber(text, at: start, "digits after 0x, 0o or 0b, with _ only between two of them")
      }
      return .integer(try integer(digits, radix: radix, isNegative: false, text: text, at: start))
    }
    var isFloat = false
    for index in body.indices where [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(body[index]) {
      isFloat = true
    }
    if isFloat { return .float(try float(body, isNegative: isNegative, text: text, at: start)) }
    guard let digits = Self.digits(body, radix: 10) else {
      throw badNumber(text, at: start, "digits, with _ only between two of them")
    }
    guard digits.count == 1 || digits[0] != 0 else { throw badNumber(text, at: start, "no zero in front") }
    return .integer(try integer(digits, radix: 10, isNegative: isNegative, text: text, at: start))
  }

  private static func radix(_ letter: UInt8) -> UInt64? {
    switch letter {
    case UInt8(ascii: "x"): 16
    case UInt8(ascii: "o"): 8
    case UInt8(ascii: "b"): 2
    default: nil
    }
  }

  /// The values of the digits in `text`, underscores between two digits left out; nil when there is anything else or
  /// nothing.
  private static func digits(_ text: ByteView, radix: UInt64) -> [UInt8]? {
    var digits: [UInt8] = []
    var wasDigit = false
    for index in text.indices {
      if let digit = digit(text[index], radix: radix) {
        digits.append(UInt8(digit))
        wasDigit = true
      } else {
        guard text[index] == UInt8(ascii: "_"), wasDigit else { return nil }
        wasDigit = false
      }
    }
    return wasDigit ? digits : nil
  }

  private mutating func integer(
    _ digits: [UInt8], radix: UInt64, isNegative: Bool, text: ByteView, at start: Int
  ) throws(Stop) -> Int64 {
    var value: UInt64 = 0
    for digit in digits {
      let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflows) = product.addingReportingOverflow(UInt64(digit))
      let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
      guard !tooLarge, !overflows, sum <= limit else {
        throw error(.numberTooLarge, at: start, found: text.text(), expected: "a signed number of 64 bits")
      }
      value = sum
    }
    return isNegative ? Int64(truncatingIfNeeded: 0 &- value) : Int64(value)
  }

  private mutating func float(
    _ body: ByteView, isNegative: Bool, text: ByteView, at start: Int
  ) throws(Stop) -> Double {
    var mantissaEnd = 0
    while mantissaEnd < body.count, body[mantissaEnd] | 0x20 != UInt8(ascii: "e") { mantissaEnd += 1 }
    var point = 0
    while point < mantissaEnd, body[point] != UInt8(ascii: ".") { point += 1 }

    guard let whole = Self.digits(body[0..<point], radix: 10) else {
      throw badNumber(text, at: start, "digits before the point, with _ only between two of them")
    }
    guard whole.count == 1 || whole[0] != 0 else { throw badNumber(text, at: start, "no zero in front") }
    var digits = whole
    var exponent = 0
    if point < mantissaEnd {
      guard let fraction = Self.digits(body[(point + 1)..<mantissaEnd], radix: 10) else {
        throw badNumber(text, at: start, "digits after the point, with _ only between two of them")
      }
      digits += fraction
      exponent = -fraction.count
    }
    if mantissaEnd < body.count {
      var rest = body.dropFirst(mantissaEnd + 1)
      let isSmall = rest.count > 0 && rest[0] == UInt8(ascii: "-")
      if isSmall || rest.count > 0 && rest[0] == UInt8(ascii: "+") { rest = rest.dropFirst(1) }
      guard let power = Self.digits(rest, radix: 10) else {
        throw badNumber(text, at: start, "digits after the e, with _ only between two of them")
      }
      var magnitude = 0
      for digit in power { magnitude = min(magnitude * 10 + Int(digit), 100_000) }
      exponent += isSmall ? -magnitude : magnitude
    }
    guard let value = DecimalNumber(digits: digits, exponent: exponent).double else {
      throw error(.numberTooLarge, at: start, found: text.text(), expected: "at most 1.7976931348623157e308")
    }
    return isNegative ? -value : value
  }

  private mutating func badNumber(_ text: ByteView, at start: Int, _ expected: String) -> Stop {
    error(.badNumber, at: start, found: text.text(), expected: expected)
  }
}
