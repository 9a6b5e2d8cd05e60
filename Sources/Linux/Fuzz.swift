// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a fuzzer calls: names and values as a person writes them, never a trap. Nothing is opened.

public import Core

/// Fuzz entries.
public enum LinuxFuzz {
  /// Bytes as the value of a mixer control, for controls of every kind, and as a control's name.
  public static func mixer(_ bytes: ByteView) {
    let text = bytes.text()
    var controls = [MixerControl(name: "Capture Switch", kind: .toggle, channels: 2, values: [1, 0])]
    controls.append(
      MixerControl(
        name: "Speaker Playback Volume", kind: .number(minimum: 0, maximum: 127), channels: 2,
        centibels: -12_100...600, values: [90]))
    controls.append(
      MixerControl(name: "Mic", kind: .number(minimum: -1 << 31, maximum: 1 << 31), channels: 1, values: []))
    controls.append(MixerControl(name: "Input", kind: .choice(["Line In", "2", "50%"]), channels: 1, values: [7]))
    for value in MixerValue.list(text) {
      for control in controls {
        guard let number = control.number(for: value) else { continue }
        switch control.kind {
        case .toggle: precondition(number == 0 || number == 1, "a switch is set to a number")
        case .number(let minimum, let maximum):
          precondition(number >= minimum && number <= maximum, "a control is set beyond its range")
        case .choice(let items): precondition(items.indices.contains(Int(number)), "a choice is made that is not there")
        }
      }
      _ = MixerControl.find(text, for: value, in: controls)
    }
    _ = MixerControl.nearest(to: text, in: controls.map { $0.name })
  }

  /// Bytes as the name of a sound card.
  public static func soundName(_ bytes: ByteView) {
    precondition(!SoundName.candidates(bytes.text()).isEmpty, "a sound card's name means nothing at all")
  }

  /// Bytes as the name of a GPIO line; what is found exists, and what is not gets a sentence.
  public static func line(_ bytes: ByteView) {
    var lines: [GPIOLineFacts] = []
    for number in 0..<28 { lines.append(GPIOLineFacts(name: number == 4 ? "-" : "GPIO\(number)")) }
    var chips = [GPIOChip(number: 0, name: "gpiochip0", label: "pinctrl-bcm2835", lines: lines)]
    chips.append(
      GPIOChip(number: 1, name: "gpiochip1", label: "exp", lines: [GPIOLineFacts(name: "PIN11", isUsed: true)]))
    for directory in [GPIODirectory(chips: chips), GPIODirectory(chips: [], refused: 1)] {
      do throws(GPIOError) {
        let place = try directory.find(bytes.text())
        precondition(directory.facts(of: place) != nil, "a line is found that is not there")
      } catch { _ = GPIOError.texts([error, error]) }
    }
  }
}
