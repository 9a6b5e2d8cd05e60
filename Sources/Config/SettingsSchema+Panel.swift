// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The tables of talking, calls, buttons, lights, mixer controls and the control socket.

import Core

extension SettingsSchema {
  static var talk: TableRule {
    TableRule(
      "talk",
      [
        KeyRule(
          "mode", default: "\"open\"", "\"open\", \"push\" or \"half-duplex\"",
          .word([("open", TalkMode.open), ("push", .push), ("half-duplex", .halfDuplex)]) { mode, settings in
            settings.talk.mode = mode
          }),
        KeyRule(
          "release_tail_ms", default: "200", "0 to 2000",
          .number(0...2000) { value, settings in settings.talk.releaseTailMilliseconds = value }),
        KeyRule(
          "pre_roll_ms", default: "0", "0 to 300",
          .number(0...300) { value, settings in settings.talk.preRollMilliseconds = value }),
        KeyRule(
          "permit_tone", default: "false", "true or false",
          .boolean { value, settings in settings.talk.permitTone = value }),
      ])
  }

  static var call: TableRule {
    TableRule(
      "call",
      [
        KeyRule(
          "answer", default: "\"ring\"", "\"ring\" or \"auto\"",
          .word([("ring", AnswerPolicy.ring), ("auto", .auto)]) { answer, settings in settings.call.answer = answer }),
        KeyRule(
          "busy", default: "\"refuse\"", "\"refuse\" or \"wait\"",
          .word([("refuse", BusyPolicy.refuse), ("wait", .wait)]) { busy, settings in settings.call.busy = busy }),
        KeyRule(
          "do_not_disturb", default: "false", "true or false",
          .boolean { value, settings in settings.call.doNotDisturb = value }),
        KeyRule(
          "ring_timeout_s", default: "30", "5 to 120",
          .number(5...120) { value, settings in settings.call.ringTimeoutSeconds = value }),
        KeyRule(
          "redial", default: "true", "true or false",
          .boolean { value, settings in settings.call.redial = value }),
      ])
  }

  static var button: TableRule {
    TableRule(
      list: "button", maximum: Limits.configurationButtonsMax,
      begin: { settings in settings.buttons.append(ButtonSetting()) },
      [
        KeyRule(
          required: "line", lineText,
          .string { text, settings in
            settings.lastButton.line = text
            return LineName.verdict(on: text)
          }),
        KeyRule(
          required: "role",
          "\"talk\", \"mute\", \"call\", \"answer\", \"hang-up\", \"volume-up\", \"volume-down\", "
            + "\"shut-down\" or \"pair\"",
          .word(ButtonRole.allCases.map { ($0.settingText, $0) }) { role, settings in
            settings.lastButton.role = role
          }),
        KeyRule(
          "press", default: "\"short\"", "\"short\", \"long\" or \"double\"",
          .word(Press.allCases.map { ($0.settingText, $0) }) { press, settings in settings.lastButton.press = press }),
        KeyRule(
          "peers", default: "[]", "names of [[peer]], such as [\"kitchen\"], or [] for all",
          .strings(
            maximum: Limits.configurationPeersMax, begin: { settings in settings.lastButton.peers = [] },
            add: { text, settings in
              settings.lastButton.peers.append(text)
              return isName(text) ? .accepted : .refused
            })),
        KeyRule(
          "active", default: "\"low\"", "\"low\" or \"high\"",
          .word(LinePolarity.settingWords) { polarity, settings in settings.lastButton.polarity = polarity }),
        KeyRule(
          "bias", default: "\"pull-up\"", "\"pull-up\", \"pull-down\", \"disabled\" or \"unchanged\"",
          .word(LineBias.settingWords) { bias, settings in settings.lastButton.bias = bias }),
        KeyRule(
          "debounce_ms", default: "20", "0 to 200",
          .number(0...200) { value, settings in settings.lastButton.debounceMilliseconds = value }),
        KeyRule(
          "kind", default: "\"momentary\"", "\"momentary\" or \"latching\"",
          .word([("momentary", false), ("latching", true)]) { isLatching, settings in
            settings.lastButton.isLatching = isLatching
          }),
      ])
  }

  static var light: TableRule {
    TableRule(
      list: "light", maximum: Limits.configurationLightsMax,
      begin: { settings in settings.lights.append(LightSetting()) },
      [
        KeyRule(
          required: "role", "\"link\", \"talk\", \"mute\" or \"power\"",
          .word(LightRole.allCases.map { ($0.settingText, $0) }) { role, settings in settings.lastLight.role = role }),
        KeyRule(
          "line", default: nil, lineText,
          .string { text, settings in
            settings.lastLight.driver = .line(text)
            return LineName.verdict(on: text)
          }),
        KeyRule(
          "spi", default: nil, "the path of an SPI device, such as \"/dev/spidev0.0\"",
          .string { text, settings in
            settings.lastLight.driver = .apa102(device: text, index: settings.lastLight.lamp)
            return isText(text) && text.utf8.first == UInt8(ascii: "/") ? .accepted : .refused
          }),
        KeyRule(
          "index", default: "0", "0 to 63",
          .integer { value, settings in
            guard value >= 0, value < Limits.configurationLampsMax else { return .refused }
            settings.lastLight.driver = .apa102(device: settings.lastLight.device, index: Int(value))
            return .accepted
          }),
        KeyRule(
          "active", default: "\"high\"", "\"low\" or \"high\"",
          .word(LinePolarity.settingWords) { polarity, settings in settings.lastLight.polarity = polarity }),
        KeyRule(
          "colour", default: "\"#004000\"", "red, green and blue as hexadecimal digits, such as \"#00ff40\"",
          .string { text, settings in
            guard let colour = Colour(setting: text) else { return .refused }
            settings.lastLight.colour = colour
            return .accepted
          }),
      ])
  }

  static var mixer: TableRule {
    TableRule(
      list: "mixer", maximum: Limits.configurationMixerMax,
      begin: { settings in settings.mixer.append(MixerSetting()) },
      [
        KeyRule(
          required: "card", "the card's id, as intercom devices lists it, such as card = \"Device\"",
          .string { text, settings in
            settings.mixer[settings.mixer.count - 1].card = text
            return isName(text) ? .accepted : .refused
          }),
        KeyRule(
          required: "control", "the control's name, as intercom devices lists it, such as control = \"Speaker\"",
          .string { text, settings in
            settings.mixer[settings.mixer.count - 1].control = text
            return isName(text) ? .accepted : .refused
          }),
        KeyRule(
          required: "value",
          "\"on\", \"off\", a number, a percentage (\"75%\"), decibels (\"-6dB\") or an item's name; "
            + "with commas between, one for each channel",
          .string { text, settings in
            settings.mixer[settings.mixer.count - 1].value = text
            return isName(text) ? .accepted : .refused
          }),
      ])
  }

  static var control: TableRule {
    TableRule(
      "control",
      [
        KeyRule(
          "socket", default: nil, "a path that begins with /, at most 107 bytes, such as \"/run/intercom/control\"",
          .string { text, settings in
            settings.control.path = text
            let isPath = isText(text) && text.utf8.first == UInt8(ascii: "/")
            return isPath && text.utf8.count <= Limits.configurationSocketBytesMax ? .accepted : .refused
          }),
        KeyRule(
          "group", default: nil, "a group's name, 1 to 32 bytes, such as \"intercom\"",
          .string { text, settings in
            settings.control.group = text
            return isGroup(text) ? .accepted : .refused
          }),
      ])
  }

  private static let lineText =
    "a line's name, the header's pin or a chip's label and the offset, such as \"GPIO17\", \"PIN11\" or "
    + "\"pinctrl-bcm2835:17\""

  private static func isGroup(_ text: String) -> Bool {
    for byte in text.utf8 where byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ":") || byte == 0x7F { return false }
    return text.utf8.count >= 1 && text.utf8.count <= Limits.configurationGroupBytesMax
  }
}

// MARK: The table of a list that is being read

extension Settings {
  fileprivate var lastButton: ButtonSetting {
    get { buttons[buttons.count - 1] }
    set { buttons[buttons.count - 1] = newValue }
  }

  fileprivate var lastLight: LightSetting {
    get { lights[lights.count - 1] }
    set { lights[lights.count - 1] = newValue }
  }
}

extension LightSetting {
  fileprivate var device: String {
    if case .apa102(let device, _) = driver { return device }
    return ""
  }

  fileprivate var lamp: Int {
    if case .apa102(_, let index) = driver { return index }
    return 0
  }
}
