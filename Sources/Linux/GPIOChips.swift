// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which GPIO chips and lines there are: for finding lines, and for `intercom devices`.

import CGPIO

/// libgpiod itself.
public enum GPIO {
  /// Its version, as 2.2.1.
  public static var version: String { textFrom(atMost: 32) { cgpio_version($0, $1) } }
}

/// What is known of a GPIO line.
public struct GPIOLineFacts: Sendable {
  /// Its name, as `GPIO17`; empty when it has none. Names need not be unique.
  public let name: String
  /// Who holds it, as `spi0 CS0`; empty when nobody does, or nobody said.
  public let consumer: String
  /// Whether someone holds it.
  public let isUsed: Bool

  /// A line of that name.
  public init(name: String, consumer: String = "", isUsed: Bool = false) {
    self.name = name
    self.consumer = consumer
    self.isUsed = isUsed
  }

  /// Whether the name tells it from others: drivers write `-` for a line that leads nowhere.
  var isNamed: Bool { !name.utf8.isEmpty && !name.utf8.elementsEqual("-".utf8) }
}

/// A GPIO chip.
public struct GPIOChip: Sendable {
  /// The kernel's number, as in /dev/gpiochip0; it may be another after the next boot.
  public let number: Int
  /// The kernel's name: `gpiochip0`.
  public let name: String
  /// What the driver calls it: `pinctrl-bcm2835`.
  public let label: String
  /// Its lines, by offset.
  public let lines: [GPIOLineFacts]
  /// How many lines it has.
  public var lineCount: Int { lines.count }

  /// A chip with `lines`.
  public init(number: Int, name: String, label: String, lines: [GPIOLineFacts]) {
    self.number = number
    self.name = name
    self.label = label
    self.lines = lines
  }

  /// The lines that have a name or a user, a text each: `17 GPIO17`, `8 SPI_CE0_N, used by spi0 CS0`.
  public func lineTexts() -> [String] {
    var texts: [String] = []
    for (offset, line) in lines.enumerated() where line.isNamed || line.isUsed {
      var text = "\(offset)"
      if line.isNamed { text += " \(line.name)" }
      if line.isUsed { text += line.consumer.utf8.isEmpty ? ", in use" : ", used by \(line.consumer)" }
      texts.append(text)
    }
    return texts
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
      if let chip = read(number) { chips.append(chip) } else { refused += 1 }
      number = cgpio_next_chip(number)
    }
    return (chips, refused)
  }

  private static func read(_ number: Int32) -> GPIOChip? {
    var name = InlineArray<80, UInt8>(repeating: 0)
    var label = InlineArray<80, UInt8>(repeating: 0)
    var lineCount: UInt32 = 0
    let result = withBytes(of: &name) { name in
      withBytes(of: &label) { cgpio_chip_text(number, name, $0, 80, &lineCount) }
    }
    var opened: UnsafeMutableRawPointer?
    guard result >= 0, cgpio_open(number, &opened) >= 0, let opened else { return nil }
    defer { cgpio_close(opened) }
    var lines: [GPIOLineFacts] = []
    lines.reserveCapacity(Int(lineCount))
    for offset in 0..<lineCount { lines.append(facts(of: opened, offset)) }
    return GPIOChip(number: Int(number), name: zeroEndedText(name), label: zeroEndedText(label), lines: lines)
  }

  /// What is known of line `offset` of an open chip; a line that cannot be asked has no name.
  static func facts(of chip: UnsafeMutableRawPointer, _ offset: UInt32) -> GPIOLineFacts {
    var line = cgpio_line()
    guard cgpio_line(chip, offset, &line) >= 0 else { return GPIOLineFacts(name: "") }
    let name = withUnsafeBytes(of: &line.name) { zeroEnded($0) }
    let consumer = withUnsafeBytes(of: &line.consumer) { zeroEnded($0) }
    return GPIOLineFacts(name: name, consumer: consumer, isUsed: line.is_used != 0)
  }

  private static func zeroEnded(_ bytes: UnsafeRawBufferPointer) -> String {
    var count = 0
    while count < bytes.count, bytes[count] != 0 { count += 1 }
    return String(decoding: bytes[0..<count], as: UTF8.self)
  }
}
