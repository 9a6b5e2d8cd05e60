// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Decimal text of floating-point numbers, both ways, without the library's: Embedded Swift has none to rely on.

/// Decimal text, both ways.
public enum DecimalText {
  /// `digits` × 10^`exponent`; infinite or 0 beyond the range. Exact rounding holds up to 2^53 and 10^±22.
  public static func scaled(_ digits: UInt64, exponent: Int) -> Double {
    guard digits > 0, exponent > -360 else { return 0 }
    guard exponent < 310 else { return .infinity }
    var value = Double(digits)
    var left = exponent < 0 ? -exponent : exponent
    while left > 0 {
      let step = min(left, 22)
      var power = 1.0
      for _ in 0..<step { power *= 10 }
      value = exponent < 0 ? value / power : value * power
      left -= step
    }
    return value
  }

  /// The number with at most three decimals, half away from zero, no exponent, or nil when it is not finite or has more than
  /// 18 whole digits.
  public static func fixed(_ value: Double) -> String? {
    let size = value < 0 ? -value : value
    guard size < 9e17 else { return nil }
    var whole = Int64(size)
    var thousandths = Int64((size - Double(whole)) * 1000 + 0.5)
    if thousandths >= 1000 {
      whole += 1
      thousandths -= 1000
    }
    let sign = value < 0 && (whole > 0 || thousandths > 0) ? "-" : ""
    guard thousandths > 0 else { return "\(sign)\(whole)" }
    if thousandths % 100 == 0 { return "\(sign)\(whole).\(thousandths / 100)" }
    if thousandths % 10 == 0 { return "\(sign)\(whole).\(thousandths < 100 ? "0" : "")\(thousandths / 10)" }
    return "\(sign)\(whole).\(thousandths < 100 ? "0" : "")\(thousandths < 10 ? "0" : "")\(thousandths)"
  }
}
