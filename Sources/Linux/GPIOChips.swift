// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which GPIO chips there are, for `intercom devices`.

import CGPIO

/// libgpiod itself.
public enum GPIO {
  /// Its version, as 2.2.1.
  public static var version: String { textFrom(atMost: 32) { cgpio_version($0, $1) } }
}

/// A GPIO chip.
public struct GPIOChip: Sendable {
  /// The kernel's number, as in /dev/gpiochip0; it may be another after the next boot.
  public let number: Int
  /// The kernel's name: `gpiochip0`.
  public let name: String
  /// What the driver calls it: `pinctrl-bcm2835`.
  public let label: String
  /// How many lines it has.
  public let lineCount: Int

  /// The name of line `index` (0 ..< lineCount), as `GPIO17`, empty when it has none; and whether someone holds it.
  public func line(_ index: Int) throws(LinuxError) -> (name: String, isUsed: Bool) {
    var name = InlineArray<80, UInt8>(repeating: 0)
    var used: UInt32 = 0
    let result = withBytes(of: &name) { cgpio_line_text(Int32(number), UInt32(index), $0, 80, &used) }
    _ = try check(result, "gpiod_chip_get_line_info")
    return (zeroEndedText(name), used != 0)
  }
}

/// The GPIO chips of this machine. Allocates and opens devices; not for a running call.
public enum GPIOChips {
  /// The chips, in the kernel's order, and how many could not be opened (most often for want of permission).
  public static func list() -> (chips: [GPIOChip], refused: Int) {
    var chips: [GPIOChip] = []
    var refused = 0
    var number = cgpio_next_chip(-1)
    while number >= 0 {
      var name = InlineArray<80, UInt8>(repeating: 0)
      var label = InlineArray<80, UInt8>(repeating: 0)
      var lines: UInt32 = 0
      let result = withBytes(of: &name) { name in
        withBytes(of: &label) { cgpio_chip_text(number, name, $0, 80, &lines) }
      }
      if result < 0 {
        refused += 1
      } else {
        chips.append(
          GPIOChip(
            number: Int(number), name: zeroEndedText(name), label: zeroEndedText(label), lineCount: Int(lines)))
      }
      number = cgpio_next_chip(number)
    }
    return (chips, refused)
  }
}
