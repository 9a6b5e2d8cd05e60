// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What stands behind `alsa:` in the configuration, as names that alsa-lib can open.

import Core

/// A sound card's name as a person writes it.
public enum SoundName {
  /// The names to try, best first. A bare card id or number, with or without a device (`Zero`, `1`, `Zero,1`), is the card
  /// itself and, where that has no format we know, the card behind alsa-lib's converters; every other name (`hw:Zero`,
  /// `plughw:...`, `dmix:Zero`, `null`) stands for itself. `default` is not for here. Pure.
  public static func candidates(_ name: String) -> [String] {
    let bytes = Array(name.utf8)
    let isBare =
      !bytes.isEmpty && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: ",") } && bytes != Array("null".utf8)
    guard isBare else { return [name] }
    let parts = bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let device = parts.count == 2 ? Int32(decimal: parts[1]) : 0
    guard parts.count <= 2, !parts[0].isEmpty, let device else { return [name] }
    return candidates(card: String(decoding: parts[0], as: UTF8.self), device: device)
  }

  /// The names to try for a device of the card with this id or number.
  static func candidates(card: String, device: Int32) -> [String] {
    ["hw:CARD=\(card),DEV=\(device)", "plughw:CARD=\(card),DEV=\(device)"]
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension Int32 {
  /// A number of one or two decimal digits.
  fileprivate init?(decimal digits: ArraySlice<UInt8>) {
    guard !digits.isEmpty, digits.count <= 2 else { return nil }
    var value: Int32 = 0
    for digit in digits {
      guard digit >= 48, digit <= 57 else { return nil }
      value = value * 10 + Int32(digit - 48)
    }
    self = value
  }
}
