// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The words and colours of buttons and lights as the file writes them.

public import Core

extension ButtonRole {
  /// The role as the file writes it.
  public var settingText: String {
    switch self {
    case .talk: "talk"
    case .mute: "mute"
    case .call: "call"
    case .answer: "answer"
    case .hangUp: "hang-up"
    case .volumeUp: "volume-up"
    case .volumeDown: "volume-down"
    case .shutDown: "shut-down"
    case .pair: "pair"
    }
  }
}

extension Press {
  /// The press as the file writes it.
  public var settingText: String {
    switch self {
    case .short: "short"
    case .long: "long"
    case .double: "double"
    }
  }
}

extension LightRole {
  /// The role as the file writes it.
  public var settingText: String {
    switch self {
    case .link: "link"
    case .talk: "talk"
    case .mute: "mute"
    case .power: "power"
    }
  }
}

extension LinePolarity {
  static let settingWords = [("low", LinePolarity.activeLow), ("high", .activeHigh)]

  /// The level as the file writes it.
  var settingText: String { self == .activeLow ? "low" : "high" }
}

extension LineBias {
  static let settingWords: [(String, LineBias)] = [
    ("pull-up", .pullUp), ("pull-down", .pullDown), ("disabled", .disabled), ("unchanged", .unchanged),
  ]

  /// The bias as the file writes it.
  var settingText: String {
    switch self {
    case .pullUp: "pull-up"
    case .pullDown: "pull-down"
    case .disabled: "disabled"
    case .unchanged: "unchanged"
    }
  }
}

extension Colour {
  /// The colour that `#` and six hexadecimal digits write, or nil.
  init?(setting text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 7, bytes[0] == UInt8(ascii: "#") else { return nil }
    var value: UInt32 = 0
    for byte in bytes[1...] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    self.init(
      red: UInt8(value >> 16), green: UInt8(truncatingIfNeeded: value >> 8), blue: UInt8(truncatingIfNeeded: value))
  }
}
