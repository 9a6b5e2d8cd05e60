// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A control of a sound card: what it is, and what a value means to it.

import Core

/// A control as the driver names it.
public struct MixerControl: Sendable {
  /// What kind of values it has.
  public enum Kind: Sendable, Equatable {
    /// On or off.
    case toggle
    /// A number within bounds.
    case number(minimum: Int64, maximum: Int64)
    /// One of some items.
    case choice([String])
  }

  /// Its name; with `,1` and so on behind it where several have the same.
  public let name: String
  /// What kind of values it has.
  public let kind: Kind
  /// How many values it has, one for each channel.
  public let channels: Int
  /// The decibels times 100 that its bounds stand for; nil where it knows none.
  public let centibels: ClosedRange<Int64>?
  /// Whether it can be set.
  public let isWritable: Bool
  /// What it is set to now, of the first Limits.mixerChannelsMax channels.
  public let values: [Int64]
  /// Where it stands in the card's list.
  let position: Int32

  /// A control.
  public init(
    name: String, kind: Kind, channels: Int, centibels: ClosedRange<Int64>? = nil, isWritable: Bool = true,
    values: [Int64] = [], position: Int32 = 0
  ) {
    self.name = name
    self.kind = kind
    self.channels = channels
    self.centibels = centibels
    self.isWritable = isWritable
    self.values = values
    self.position = position
  }

  /// The control's own number for `value`, or nil when it has none. Decibels are spread evenly over its range here; where
  /// the card knows better, it is asked instead. Pure.
  public func number(for value: MixerValue) -> Int64? {
    switch (kind, value) {
    case (.toggle, .state(let isOn)): return isOn ? 1 : 0
    case (.toggle, .number(let number)): return number == 0 || number == 1 ? number : nil
    case (.toggle, _): return nil
    case (.number(let minimum, let maximum), .number(let number)):
      return number >= minimum && number <= maximum ? number : nil
    case (.number(let minimum, let maximum), .perMille(let part)):
      guard part >= 0, part <= 1000 else { return nil }
      return minimum + ((maximum - minimum) * part + 500) / 1000
    case (.number(let minimum, let maximum), .centibels(let wanted)):
      guard let centibels, centibels.contains(wanted) else { return nil }
      let range = centibels.upperBound - centibels.lowerBound
      return minimum + ((maximum - minimum) * (wanted - centibels.lowerBound) + range / 2) / range
    case (.number, _): return nil
    case (.choice(let items), .item(let name)):
      return items.firstIndex { Self.isSame($0, name) }.map(Int64.init)
    case (.choice(let items), .number(let number)):
      // An item may be called 2; its name comes before its place.
      if let index = items.firstIndex(where: { Self.isSame($0, "\(number)") }) { return Int64(index) }
      return number >= 0 && number < Int64(items.count) ? number : nil
    case (.choice(let items), .state(let isOn)):
      return items.firstIndex { Self.isSame($0, isOn ? "on" : "off") }.map(Int64.init)
    case (.choice(let items), .perMille(let part)):
      guard part % 10 == 0 else { return nil }
      return items.firstIndex { Self.isSame($0, "\(part / 10)%") || Self.isSame($0, "\(part / 10) %") }.map(Int64.init)
    case (.choice(let items), .centibels(let wanted)):
      guard wanted % 100 == 0 else { return nil }
      return items.firstIndex { Self.isSame($0, "\(wanted / 100)dB") || Self.isSame($0, "\(wanted / 100) dB") }
        .map(Int64.init)
    }
  }

  /// What it can be set to: `on or off`, `0 to 127 (-57 to 6 dB)`, `one of "Mic", "Line"`. Allocates.
  public var range: String {
    switch kind {
    case .toggle: return "on or off"
    case .number(let minimum, let maximum):
      guard let centibels else { return "\(minimum) to \(maximum)" }
      return "\(minimum) to \(maximum) (\(Self.decibels(centibels.lowerBound)) to "
        + "\(Self.decibels(centibels.upperBound)) dB)"
    case .choice(let items):
      var text = "one of "
      for (index, item) in items.enumerated() { text += (index == 0 ? "\"" : ", \"") + item + "\"" }
      return text
    }
  }

  /// What it is set to: `on,off`, `87`, `Mic`. Allocates.
  public var valueText: String {
    var text = ""
    for (index, value) in values.enumerated() {
      if index > 0 { text += "," }
      switch kind {
      case .toggle: text += value == 0 ? "off" : "on"
      case .number: text += "\(value)"
      case .choice(let items):
        if value >= 0, value < Int64(items.count) { text += items[Int(value)] } else { text += "\(value)" }
      }
    }
    return text
  }

  /// The control that `name` means to someone who sets `value`: the one of that name, in whatever case; else the one that
  /// `amixer` would find below it, such as `Speaker Playback Volume` for `Speaker`. Pure.
  public static func find(_ name: String, for value: MixerValue, in controls: [MixerControl]) -> MixerControl? {
    if let exact = controls.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return exact }
    if let same = controls.first(where: { isSame($0.name, name) }) { return same }
    let ending = if case .state = value { " Switch" } else { " Volume" }
    func below(_ way: String) -> MixerControl? { controls.first { isSame($0.name, name + way + ending) } }
    return below(" Playback") ?? below(" Capture") ?? below("")
  }

  /// The name among `names` with the fewest letters changed, where that is less than half of them. Pure.
  public static func nearest(to name: String, in names: [String]) -> String? {
    let wanted = name.utf8.map(MixerValue.lowercase)
    var best: (name: String, distance: Int)?
    for candidate in names {
      let distance = distance(wanted, candidate.utf8.map(MixerValue.lowercase))
      if distance < best?.distance ?? max(2, wanted.count / 2) { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (index, byte) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let changed = diagonal + (byte == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, min(diagonal, row[column]) + 1)
      }
    }
    return row[other.count]
  }

  static func isSame(_ one: String, _ other: String) -> Bool {
    one.utf8.lazy.map(MixerValue.lowercase).elementsEqual(other.utf8.lazy.map(MixerValue.lowercase))
  }

  private static func decibels(_ centibels: Int64) -> String {
    let whole = centibels / 100
    let part = abs(centibels % 100)
    if part == 0 { return "\(whole)" }
    return (centibels < 0 && whole == 0 ? "-" : "") + "\(whole)." + (part < 10 ? "0" : "") + "\(part)"
  }
}
