// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which line a name means: a value, so that it can be asked about boards that are not here.
//
// DESIGN. In this order: a line of exactly that name on any chip; then the 40-pin header's other name for it, because
// kernels disagree on whether `GPIO17` or `PIN11` is what they call the line, and the header chips of Raspberry Pi
// boards are known by label; then a chip's label and an offset. More than one line at any step is an error: a guess
// could press somebody else's button. A chip's number never counts, since it changes with the order in which drivers
// load.

import Core

/// Where a line is.
public struct GPIOPlace: Hashable, Sendable, BitwiseCopyable {
  /// The chip's number now, as in /dev/gpiochip0.
  public let chip: Int
  /// The line's offset on it.
  public let offset: Int

  /// Line `offset` of chip `chip`.
  public init(chip: Int, offset: Int) {
    self.chip = chip
    self.offset = offset
  }
}

/// The chips and lines of a machine at one moment.
public struct GPIODirectory: Sendable {
  /// The chips, by number.
  public let chips: [GPIOChip]
  /// How many chips could not be opened.
  public let refused: Int

  /// A machine with these chips.
  public init(chips: [GPIOChip], refused: Int = 0) {
    self.chips = chips
    self.refused = refused
  }

  /// This machine, now. Opens devices; not for a running call.
  public static func read() -> GPIODirectory {
    let (chips, refused) = GPIOChips.list()
    return GPIODirectory(chips: chips, refused: refused)
  }

  /// The line that `name` means: a line's name, a pin of the 40-pin header (`PIN11`), or a chip's label and an offset
  /// (`pinctrl-bcm2835:17`).
  public func find(_ name: String) throws(GPIOError) -> GPIOPlace {
    if let place = try only(named(name), of: name) { return place }
    if let alias = HeaderPins.alias(of: name) {
      if let place = try only(named(alias), of: name) { return place }
      let gpio = HeaderPins.number(in: name, after: "GPIO") ?? HeaderPins.number(in: alias, after: "GPIO")
      if let gpio, let place = try only(onHeader(gpio), of: name) { return place }
    }
    if let (label, offset) = Self.split(name) {
      if Self.isChipNumber(label) { throw .chipNumber(line: name) }
      if let place = try only(at(label, offset), of: name) { return place }
    }
    if Self.isChipNumber(name) { throw .chipNumber(line: name) }
    throw .notFound(line: name, choices: choices(near: name))
  }

  /// Where a line is, for people: `line 17 of gpiochip0 (pinctrl-bcm2835)`, and who uses it. Allocates.
  public func text(of place: GPIOPlace) -> String {
    for chip in chips where chip.number == place.chip {
      var text = "line \(place.offset) of \(chip.name) (\(chip.label))"
      if let facts = facts(of: place), facts.isUsed {
        text += facts.consumer.utf8.isEmpty ? ", in use" : ", used by " + facts.consumer
      }
      return text
    }
    return "line \(place.offset) of a chip that has gone"
  }

  /// What is known of the line at `place`; nil when it has gone.
  public func facts(of place: GPIOPlace) -> GPIOLineFacts? {
    for chip in chips where chip.number == place.chip && place.offset < chip.lineCount {
      return chip.lines[place.offset]
    }
    return nil
  }

  // MARK: Private

  private func only(_ places: [GPIOPlace], of name: String) throws(GPIOError) -> GPIOPlace? {
    guard places.count > 1 else { return places.first }
    var text = ""
    for place in places {
      if !text.utf8.isEmpty { text += ", " }
      text += label(of: place.chip) + ":\(place.offset)"
    }
    throw .ambiguous(line: name, places: text)
  }

  private func label(of number: Int) -> String {
    for chip in chips where chip.number == number { return chip.label }
    return ""
  }

  private func named(_ name: String) -> [GPIOPlace] {
    var places: [GPIOPlace] = []
    for chip in chips {
      for (offset, line) in chip.lines.enumerated() where line.isNamed && sameBytes(line.name, name) {
        places.append(GPIOPlace(chip: chip.number, offset: offset))
      }
    }
    return places
  }

  private func at(_ label: String, _ offset: Int) -> [GPIOPlace] {
    var places: [GPIOPlace] = []
    for chip in chips where offset < chip.lineCount && sameBytes(chip.label, label) {
      places.append(GPIOPlace(chip: chip.number, offset: offset))
    }
    return places
  }

  /// The chips that lead to the 40-pin header of Raspberry Pi boards; the offset on them is the GPIO's number.
  private static let headerLabels = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"]

  private func onHeader(_ gpio: Int) -> [GPIOPlace] {
    var places: [GPIOPlace] = []
    for label in Self.headerLabels { places += at(label, gpio) }
    return places
  }

  /// Whether both names mean the same line on every board: `GPIO17`, `PIN11` and `pinctrl-rp1:17` do.
  static func isSameLine(_ left: String, _ right: String) -> Bool {
    if sameBytes(left, right) { return true }
    guard let gpio = headerLine(left) else { return false }
    return gpio == headerLine(right)
  }

  private static func headerLine(_ name: String) -> Int? {
    if let gpio = HeaderPins.number(in: name, after: "GPIO") { return HeaderPins.pin(ofLine: gpio) == nil ? nil : gpio }
    if let pin = HeaderPins.number(in: name, after: "PIN") { return HeaderPins.line(atPin: pin) }
    guard let (label, offset) = split(name), HeaderPins.pin(ofLine: offset) != nil else { return nil }
    for header in headerLabels where sameBytes(header, label) { return offset }
    return nil
  }

  /// What there is, for whoever wrote a name that is not there.
  private func choices(near name: String) -> String {
    if chips.isEmpty {
      return refused == 0
        ? "this machine has no GPIO chip: it is another board than the configuration is for, or lacks the driver"
        : "no GPIO chip could be opened: add the user to the group gpio, and log in anew"
    }
    var text = ""
    for near in nearNames(name) { text += (text.utf8.isEmpty ? "did you mean " : ", ") + near }
    text += text.utf8.isEmpty ? "chips are " : "? Chips are "
    for (index, chip) in chips.enumerated() {
      text += (index == 0 ? "" : ", ") + "\(chip.label) (\(chip.lineCount) lines)"
    }
    if refused > 0 { text += "; \(refused) more could not be opened" }
    return text + "; `intercom devices` lists all lines"
  }

  /// Up to four names at most two letters away, the nearest first.
  private func nearNames(_ name: String) -> [String] {
    var near: [String] = []
    for distance in 0...2 {
      for chip in chips {
        for line in chip.lines where line.isNamed && near.count < 4 && Self.distance(line.name, name) == distance {
          if !near.contains(where: { sameBytes($0, line.name) }) { near.append(line.name) }
        }
      }
    }
    return near
  }

  /// How many letters must be changed, added or taken out (Levenshtein), upper and lower case being the same.
  private static func distance(_ left: String, _ right: String) -> Int {
    let left = left.utf8.map(lowered)
    let right = right.utf8.map(lowered)
    if left.count > right.count + 2 || right.count > left.count + 2 { return 3 }
    var row = Array(0...right.count)
    for i in left.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in right.indices {
        let change = diagonal + (left[i] == right[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, min(row[j], row[j + 1]) + 1)
      }
    }
    return row[right.count]
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte }

  /// A label and an offset, parted by the last colon.
  private static func split(_ name: String) -> (label: String, offset: Int)? {
    let bytes = Array(name.utf8)
    guard let colon = bytes.lastIndex(of: 0x3A), colon > 0, let offset = decimal(bytes[(colon + 1)...]) else {
      return nil
    }
    return (String(decoding: bytes[..<colon], as: UTF8.self), offset)
  }

  /// `0`, `gpiochip0`, `/dev/gpiochip0`.
  private static func isChipNumber(_ label: String) -> Bool {
    var bytes = Array(label.utf8)[...]
    for prefix in ["/dev/", "gpiochip"] where bytes.starts(with: prefix.utf8) {
      bytes = bytes.dropFirst(prefix.utf8.count)
    }
    return decimal(bytes) != nil
  }

  /// A number of at most four digits.
  static func decimal(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 4 else { return nil }
    var number = 0
    for byte in bytes {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int(byte - 0x30)
    }
    return number
  }
}
