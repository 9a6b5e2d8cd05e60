// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Values of a sound card's controls, and what is said about wrong ones.

import Core
import Linux
import Testing

@Suite("Mixer") struct MixerTests {
  private let volume = MixerControl(
    name: "Speaker Playback Volume", kind: .number(minimum: 0, maximum: 127), channels: 2, centibels: -12_100...600)
  private let plain = MixerControl(name: "Gain", kind: .number(minimum: -10, maximum: 10), channels: 1)
  private let toggle = MixerControl(name: "Speaker Playback Switch", kind: .toggle, channels: 2)
  private let choice = MixerControl(name: "Input Mux", kind: .choice(["Mic", "Line In", "2", "50%"]), channels: 1)

  @Test("a value is what it looks like; what looks like nothing is an item's name")
  func values() {
    let rows: [(String, MixerValue)] = [
      ("on", .state(true)), ("Off", .state(false)), ("true", .state(true)), ("no", .state(false)),
      ("12", .number(12)), ("-3", .number(-3)), ("+4", .number(4)), ("75%", .perMille(750)), ("12.5%", .perMille(125)),
      ("-6dB", .centibels(-600)), ("-6.25 dB", .centibels(-625)), ("0db", .centibels(0)), ("Line In", .item("Line In")),
      ("", .item("")), ("1.5", .item("1.5")), ("-", .item("-")), ("%", .item("%")), ("dB", .item("dB")),
      ("99999999999999999999", .item("99999999999999999999")),
    ]
    for (text, value) in rows { #expect(MixerValue(text) == value, "\(text)") }
    #expect(MixerValue.list("on, off") == [.state(true), .state(false)])
    #expect(MixerValue.list(" 75% ,-6dB,Mic") == [.perMille(750), .centibels(-600), .item("Mic")])
    #expect(MixerValue.list("") == [.item("")])
  }

  @Test("a value becomes the control's own number, within its bounds only")
  func numbers() {
    let rows: [(MixerControl, String, Int64?)] = [
      (volume, "87", 87), (volume, "128", nil), (volume, "-1", nil), (volume, "0%", 0), (volume, "100%", 127),
      (volume, "50%", 64), (volume, "101%", nil), (volume, "6dB", 127), (volume, "0dB", 121), (volume, "-121dB", 0),
      (volume, "7dB", nil), (volume, "on", nil), (volume, "Mic", nil),
      (plain, "50%", 0), (plain, "-10", -10), (plain, "0dB", nil),
      (toggle, "on", 1), (toggle, "off", 0), (toggle, "1", 1), (toggle, "2", nil), (toggle, "50%", nil),
      (choice, "Mic", 0), (choice, "line in", 1), (choice, "2", 2), (choice, "1", 1), (choice, "50%", 3),
      (choice, "Phono", nil), (choice, "4", nil), (choice, "on", nil),
    ]
    for (control, text, expected) in rows {
      #expect(control.number(for: MixerValue(text)) == expected, "\(control.name) = \(text)")
    }
  }

  @Test("a control is found by its name, or by the one that amixer knows it by")
  func find() {
    let all = [volume, toggle, choice]
    let rows: [(String, String, String?)] = [
      ("Speaker Playback Volume", "1", "Speaker Playback Volume"), ("speaker playback volume", "1", volume.name),
      ("Speaker", "75%", volume.name), ("Speaker", "on", toggle.name), ("Input Mux", "Mic", choice.name),
      ("Speker", "on", nil), ("", "on", nil),
    ]
    for (name, value, expected) in rows {
      #expect(MixerControl.find(name, for: MixerValue(value), in: all)?.name == expected, "\(name) = \(value)")
    }
  }

  @Test("what is not there is said with what there is, the nearest name first")
  func missing() {
    let names = ["Speaker", "Headphone", "Mic"]
    #expect(
      SoundMixer.missing("Speker", on: "Zero", among: names)
        == "card Zero has no control 'Speker' (did you mean 'Speaker'?); it has: Speaker, Headphone, Mic")
    #expect(
      SoundMixer.missing("Frobnicate", on: "Zero", among: names)
        == "card Zero has no control 'Frobnicate'; it has: Speaker, Headphone, Mic")
    #expect(
      SoundMixer.missing("Mic", on: "Zero", among: []) == "card Zero has no control 'Mic'; it has none at all")
    #expect(MixerControl.nearest(to: "mic", in: names) == "Mic")
  }

  @Test("what a control takes and has reads as text")
  func texts() {
    #expect(volume.range == "0 to 127 (-121 to 6 dB)" && toggle.range == "on or off" && plain.range == "-10 to 10")
    #expect(choice.range == "one of \"Mic\", \"Line In\", \"2\", \"50%\"")
    let half = MixerControl(
      name: "x", kind: .number(minimum: 0, maximum: 2), channels: 1, centibels: -50...1205, values: [1])
    #expect(half.range == "0 to 2 (-0.50 to 12.05 dB)" && half.valueText == "1")
    #expect(MixerControl(name: "x", kind: .toggle, channels: 2, values: [1, 0]).valueText == "on,off")
  }

  @Test("a card that is not there is an error with a remedy", arguments: ["NoSuchCard", "", "99", "{"])
  func noCard(card: String) {
    let presets = ["Speaker", "Capture"].map { MixerPreset(card: card, control: $0, value: "on") }
    let (count, errors) = SoundMixer.apply(presets)
    #expect(count == 0 && errors.count == 1, "one card is one complaint")
    #expect(errors.first?.text.contains("the controls of card \(card) cannot be used: snd_ctl_open: ") == true)
  }
}
