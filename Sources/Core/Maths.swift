// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sine, logarithm and their kin without a C library, for tables made at start and for a few values a block.

/// Elementary functions in double precision, within 1e-12 of the true value over the ranges they are used on.
public enum Maths {
  /// The ratio of a circle's circumference to its diameter.
  public static let pi = 3.141592653589793
  /// The natural logarithm of 2.
  static let ln2 = 0.6931471805599453

  /// The sine of `angle` in radians, |angle| below a million.
  public static func sine(_ angle: Double) -> Double {
    // Brought to ±π/2 where thirteen terms leave less than 1e-15.
    let turns = nearest(angle / pi)
    let rest = angle - Double(turns) * pi
    let square = rest * rest
    var term = rest
    var sum = rest
    var index = 2.0
    while index < 26 {
      term *= -square / (index * (index + 1))
      sum += term
      index += 2
    }
    return turns & 1 == 0 ? sum : -sum
  }

  /// The cosine of `angle` in radians, |angle| below a million.
  public static func cosine(_ angle: Double) -> Double { sine(angle + pi / 2) }

  /// e to the power of `value`; 0 below −700, and no more than e^700.
  public static func exponential(_ value: Double) -> Double {
    guard value > -700 else { return 0 }
    let bounded = min(value, 700)
    let power = nearest(bounded / ln2)
    let rest = bounded - Double(power) * ln2
    var term = 1.0
    var sum = 1.0
    var index = 1.0
    while index < 16 {
      term *= rest / index
      sum += term
      index += 1
    }
    return Double(sign: .plus, exponent: power, significand: sum)
  }

  /// The natural logarithm of `value`, which is above 0 and finite; −750 for what is not.
  public static func logarithm(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return -750 }
    var exponent = Double(value.exponent)
    var mantissa = value.significand
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    // 2 artanh((m − 1) / (m + 1)), at most 0.172 in its argument.
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    var index = 1.0
    while index < 24 {
      sum += term / index
      term *= square
      index += 2
    }
    return exponent * ln2 + 2 * sum
  }

  /// `base` to the power of `power`; `base` is above 0.
  public static func power(_ base: Double, _ power: Double) -> Double { exponential(power * logarithm(base)) }

  /// The whole number nearest to `value`, written without the C library's rounding.
  static func nearest(_ value: Double) -> Int { Int(value < 0 ? value - 0.5 : value + 0.5) }
}
