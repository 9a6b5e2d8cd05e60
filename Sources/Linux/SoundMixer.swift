// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A sound card's controls: listed, and set as a board's profile wants them.

import CALSA
import Core

/// What a board wants a control to be.
public struct MixerPreset: Sendable {
  /// The card's id or number.
  public var card: String
  /// The control's name, as `intercom devices` lists it.
  public var control: String
  /// Its value: `on`, `off`, a number, `75%`, `-6dB` or an item's name; one for each channel, with commas between.
  public var value: String

  /// A preset.
  public init(card: String, control: String, value: String) {
    self.card = card
    self.control = control
    self.value = value
  }
}

/// Why a control could not be set.
public enum MixerError: Error, Sendable {
  /// The card's controls cannot be read or written.
  case card(String, LinuxError)
  /// What is wrong with the preset, as a sentence that says what there is.
  case preset(String)

  /// A sentence for people. Allocates.
  public var text: String {
    switch self {
    case .card(let card, let error):
      "the controls of card \(card) cannot be used: \(error.text)"
        + (SoundRemedy.text(error.errno).isEmpty ? "" : "; \(SoundRemedy.text(error.errno))")
    case .preset(let text): text
    }
  }
}

/// The controls of one card, open. Loop thread; allocates.
public struct SoundMixer: ~Copyable {
  /// The card's id or number, as it was asked for.
  public let card: String
  private let handle: UnsafeMutableRawPointer

  /// The controls of the card with this id or number. Throws `LinuxError.noDevice` or `.notFound` when there is none.
  public init(card: String) throws(LinuxError) {
    self.card = card
    var opened: UnsafeMutableRawPointer?
    let result = card.withCString { calsa_controls_open($0, &opened) }
    guard result >= 0, let opened else { throw LinuxError(result, "snd_ctl_open") }
    handle = opened
  }

  deinit { calsa_controls_close(handle) }

  /// Switches, numbers and choices that can be read, in the driver's order, with what they are set to.
  public func controls() -> [MixerControl] {
    var controls: [MixerControl] = []
    for position in 0..<calsa_controls_count(handle) {
      var found = calsa_control()
      var isThere = false
      var name = textFrom(atMost: 80) { bytes, capacity in
        let count = calsa_control(handle, position, &found, bytes, capacity)
        isThere = count >= 0
        return count
      }
      guard isThere else { continue }
      if found.index > 0 { name += ",\(found.index)" }
      let kind: MixerControl.Kind
      switch Int(found.kind) {
      case CALSA_CONTROL_SWITCH: kind = .toggle
      case CALSA_CONTROL_NUMBER: kind = .number(minimum: found.minimum, maximum: max(found.minimum, found.maximum))
      default: kind = .choice(items(position, count: found.items))
      }
      let hasDecibels = found.minimum_centibels < found.maximum_centibels
      controls.append(
        MixerControl(
          name: name, kind: kind, channels: Int(found.channels),
          centibels: hasDecibels ? found.minimum_centibels...found.maximum_centibels : nil,
          isWritable: found.writable != 0, values: values(position, count: Int(found.channels)), position: position))
    }
    return controls
  }

  /// Sets `control` to `value`; what is wrong with either is said with what there is instead.
  public func set(_ control: String, to value: String) throws(MixerError) {
    let values = MixerValue.list(value)
    let controls = controls()
    guard let found = MixerControl.find(control, for: values[0], in: controls) else {
      throw .preset(Self.missing(control, on: card, among: controls.map { $0.name }))
    }
    guard found.isWritable else { throw .preset("card \(card): control '\(found.name)' cannot be set") }
    guard values.count <= found.channels else {
      throw .preset(
        "card \(card): control '\(found.name)' has \(found.channels) channels, and '\(value)' has \(values.count) values"
      )
    }
    var numbers: [Int64] = []
    for channel in 0..<min(found.channels, Limits.mixerChannelsMax) {
      // The last value is for the channels that are left.
      guard let number = number(for: values[min(channel, values.count - 1)], of: found) else {
        throw .preset("card \(card): control '\(found.name)' cannot be '\(value)'; it takes \(found.range)")
      }
      numbers.append(number)
    }
    let result = calsa_control_write(handle, found.position, numbers, Int32(numbers.count))
    if result < 0 { throw .card(card, LinuxError(result, "snd_ctl_elem_write")) }
  }

  /// Sets controls of cards, in order; answers how many were set, and why others were not: once for a card that cannot be
  /// used, however many of its controls were to be set.
  public static func apply(_ presets: [MixerPreset]) -> (count: Int, errors: [MixerError]) {
    var count = 0
    var errors: [MixerError] = []
    var done: [String] = []
    for first in presets where !done.contains(where: { $0.utf8.elementsEqual(first.card.utf8) }) {
      done.append(first.card)
      do throws(LinuxError) {
        let mixer = try SoundMixer(card: first.card)
        for preset in presets where preset.card.utf8.elementsEqual(first.card.utf8) {
          do throws(MixerError) {
            try mixer.set(preset.control, to: preset.value)
            count += 1
          } catch { errors.append(error) }
        }
      } catch { errors.append(.card(first.card, error)) }
    }
    return (count, errors)
  }

  /// The sentence for a control that is not there. Pure; allocates.
  public static func missing(_ control: String, on card: String, among names: [String]) -> String {
    var text = "card \(card) has no control '\(control)'"
    if let nearest = MixerControl.nearest(to: control, in: names) { text += " (did you mean '\(nearest)'?)" }
    if names.isEmpty { return text + "; it has none at all" }
    for (index, name) in names.enumerated() { text += (index == 0 ? "; it has: " : ", ") + name }
    return text
  }

  private func number(for value: MixerValue, of control: MixerControl) -> Int64? {
    if case .centibels(let centibels) = value, control.centibels?.contains(centibels) == true {
      var number: Int64 = 0
      if calsa_control_number(handle, control.position, centibels, &number) >= 0 { return number }
    }
    return control.number(for: value)
  }

  private func items(_ position: Int32, count: UInt32) -> [String] {
    var items: [String] = []
    for item in 0..<min(count, UInt32(Limits.mixerItemsMax)) {
      items.append(textFrom(atMost: 80) { calsa_control_item(handle, position, item, $0, $1) })
    }
    return items
  }

  private func values(_ position: Int32, count: Int) -> [Int64] {
    var values = [Int64](repeating: 0, count: min(count, Limits.mixerChannelsMax))
    let result = calsa_control_read(handle, position, &values, Int32(values.count))
    return result < 0 ? [] : values
  }
}
