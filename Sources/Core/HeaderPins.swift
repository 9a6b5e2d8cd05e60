// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The 40-pin header that the Raspberry Pi boards have in common: which pin is which line. Kernels name a line `GPIO17`,
// some of them `PIN11`, and people write either.

/// The pins of the 40-pin header.
public enum HeaderPins {
  /// What a pin is for.
  public enum Use: Equatable, Sendable, BitwiseCopyable {
    /// A line, by its GPIO number, 0 ... 27.
    case line(Int)
    /// Ground.
    case ground
    /// The 3.3 V supply.
    case supply3V3
    /// The 5 V supply.
    case supply5V
  }

  /// How many pins there are.
  public static let count = 40

  /// What pin `pin` (1 ... 40) is for; nil: there is no such pin.
  public static func use(ofPin pin: Int) -> Use? {
    switch pin {
    case 1, 17: .supply3V3
    case 2, 4: .supply5V
    case 6, 9, 14, 20, 25, 30, 34, 39: .ground
    case 3: .line(2)
    case 5: .line(3)
    case 7: .line(4)
    case 8: .line(14)
    case 10: .line(15)
    case 11: .line(17)
    case 12: .line(18)
    case 13: .line(27)
    case 15: .line(22)
    case 16: .line(23)
    case 18: .line(24)
    case 19: .line(10)
    case 21: .line(9)
    case 22: .line(25)
    case 23: .line(11)
    case 24: .line(8)
    case 26: .line(7)
    case 27: .line(0)
    case 28: .line(1)
    case 29: .line(5)
    case 31: .line(6)
    case 32: .line(12)
    case 33: .line(13)
    case 35: .line(19)
    case 36: .line(16)
    case 37: .line(26)
    case 38: .line(20)
    case 40: .line(21)
    default: nil
    }
  }

  /// The GPIO number of the line at `pin`; nil: it is no line, or there is no such pin.
  public static func line(atPin pin: Int) -> Int? {
    if case .line(let number)? = use(ofPin: pin) { return number }
    return nil
  }

  /// The pin of line `number`; nil: it is not on the header.
  public static func pin(ofLine number: Int) -> Int? {
    for pin in 1...count where line(atPin: pin) == number { return pin }
    return nil
  }

  /// The other name of a line: `PIN11` for `GPIO17`, `GPIO17` for `PIN11`; nil where `name` is neither, or not on the
  /// header.
  public static func alias(of name: String) -> String? {
    if let number = number(in: name, after: "GPIO") { return pin(ofLine: number).map { "PIN\($0)" } }
    if let pin = number(in: name, after: "PIN") { return line(atPin: pin).map { "GPIO\($0)" } }
    return nil
  }

  /// The number that follows `prefix` in `name`, in one or two decimal digits without a zero in front; or nil.
  public static func number(in name: String, after prefix: StaticString) -> Int? {
    let bytes = Array(name.utf8)
    let length = prefix.utf8CodeUnitCount
    guard bytes.count > length, bytes.count <= length + 2 else { return nil }
    guard bytes.withByteView({ $0.prefix(length).elementsEqual(prefix) }) else { return nil }
    guard bytes[length] != UInt8(ascii: "0") || bytes.count == length + 1 else { return nil }
    var value = 0
    for byte in bytes[length...] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
