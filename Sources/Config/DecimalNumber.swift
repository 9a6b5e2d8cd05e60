// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A decimal number as the nearest double, without the C library: exact, with whole numbers of any size.
//
// DESIGN. digits × 10^e is written as q × 2^−k with a whole q and a note whether anything was left over: for e ≥ 0 by
// multiplying, for e < 0 by giving q enough low zero bits and dividing by ten |e| times (dividing step by step and
// rounding down gives the same as dividing at once). Then q is rounded once, to nearest, ties to even (IEEE 754 section
// 4.3.1). Slower than the usual tricks, and short enough to be seen right; configuration files hold few floats.

/// digits × 10^exponent.
struct DecimalNumber {
  /// 0 ... 9 each, most significant first.
  let digits: [UInt8]
  /// The power of ten.
  let exponent: Int

  /// The nearest double; nil when it would be an infinity.
  var double: Double? {
    let significant = digits.drop { $0 == 0 }
    let magnitude = significant.count + exponent
    if significant.isEmpty || magnitude < -330 { return 0 }
    if magnitude > 310 { return nil }

    var number = WholeNumber()
    for digit in significant { number.multiply(by: 10, adding: UInt32(digit)) }
    var fractionBits = 0
    var isInexact = false
    if exponent >= 0 {
      for _ in 0..<exponent { number.multiply(by: 10, adding: 0) }
    } else {
      // 10^n has fewer than 4n bits; 96 more leave at least 64 in the quotient.
      let words = (4 * -exponent + 96) / 32
      number.shiftLeft(words: words)
      fractionBits = words * 32
      for _ in 0..<(-exponent) {
        let remainder = number.divide(by: 10)
        isInexact = isInexact || remainder != 0
      }
    }
    return Self.round(number, fractionBits: fractionBits, isInexact: isInexact)
  }

  /// The double nearest to number × 2^−fractionBits; `isInexact`: the true value is a little larger.
  private static func round(_ number: WholeNumber, fractionBits: Int, isInexact: Bool) -> Double? {
    // The power of two that the last bit of the result stands for.
    let unit = max(number.bitCount - 1 - fractionBits - 52, -1074)
    let dropped = unit + fractionBits
    var mantissa = number.bits(from: dropped, count: 54)
    if dropped > 0, number.bit(dropped - 1) {
      let isAboveHalf = isInexact || number.hasBits(below: dropped - 1)
      if isAboveHalf || mantissa & 1 == 1 { mantissa += 1 }
    }
    // The exponent field is one more than unit + 1074 where the mantissa's top bit is set, and that bit adds the one.
    let pattern = UInt64(unit + 1074) << 52 + mantissa
    return pattern < 0x7FF0_0000_0000_0000 ? Double(bitPattern: pattern) : nil
  }
}

/// A whole number of any size, 32 bits a word, least significant first.
private struct WholeNumber {
  private var words: [UInt32] = []

  mutating func multiply(by factor: UInt32, adding addend: UInt32) {
    var carry = UInt64(addend)
    for index in words.indices {
      let product = UInt64(words[index]) * UInt64(factor) + carry
      words[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  /// Divides and answers the remainder.
  mutating func divide(by divisor: UInt32) -> UInt32 {
    var remainder: UInt64 = 0
    for index in words.indices.reversed() {
      let value = remainder << 32 | UInt64(words[index])
      words[index] = UInt32(truncatingIfNeeded: value / UInt64(divisor))
      remainder = value % UInt64(divisor)
    }
    while words.last == 0 { words.removeLast() }
    return UInt32(remainder)
  }

  mutating func shiftLeft(words count: Int) { words = [UInt32](repeating: 0, count: count) + words }

  /// How many bits there are up to the highest one set.
  var bitCount: Int {
    guard let last = words.last else { return 0 }
    return words.count * 32 - last.leadingZeroBitCount
  }

  func bit(_ index: Int) -> Bool {
    index >= 0 && index / 32 < words.count && words[index / 32] >> UInt32(index % 32) & 1 == 1
  }

  /// `count` bits from bit `start` up; bits below 0 are zero.
  func bits(from start: Int, count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 1 | (bit(start + index) ? 1 : 0) }
    return value
  }

  func hasBits(below end: Int) -> Bool {
    for index in 0..<max(end, 0) where bit(index) { return true }
    return false
  }
}
