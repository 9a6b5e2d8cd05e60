// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What buttons and lights may not be together: one line has one wiring, one press one meaning, one lamp one light.

import Core

extension SettingsReader {
  /// Defaults that depend on other keys, then every button against its own keys and against those before it.
  mutating func checkButtons() {
    for index in settings.buttons.indices {
      setButtonDefaults(index)
      checkPress(index)
      checkButtonPeers(index)
      guard let place = place(of: "button.line", item: index) else { continue }
      for earlier in 0..<index where self.place(of: "button.line", item: earlier) != nil {
        guard isSameLine(settings.buttons[index].line, settings.buttons[earlier].line) else { continue }
        checkSharedLine(index, earlier, at: place)
        break
      }
    }
  }

  /// Every light against its own keys, the buttons, and the lights before it.
  mutating func checkLights() {
    for index in settings.lights.indices {
      checkDriver(index)
      switch settings.lights[index].driver {
      case .line(let line):
        guard let place = place(of: "light.line", item: index) else { continue }
        checkLineIsFree(line, light: index, at: place)
      case .apa102(let device, let lamp):
        guard let place = place(of: "light.spi", item: index) else { continue }
        for earlier in 0..<index where settings.lights[earlier].driver == settings.lights[index].driver {
          mistake(
            .conflict, at: self.place(of: "light.index", item: index) ?? place, key: "light.index",
            found: "lamp \(lamp) of \"\(device)\"", expected: "a lamp that no other light has",
            other: self.place(of: "light.spi", item: earlier))
          break
        }
      }
    }
  }

  // MARK: Buttons

  private mutating func setButtonDefaults(_ index: Int) {
    let button = settings.buttons[index]
    if button.role.isHeld, place(of: "button.press", item: index) == nil { settings.buttons[index].press = .long }
    if button.polarity == .activeHigh, place(of: "button.bias", item: index) == nil {
      settings.buttons[index].bias = .pullDown
    }
  }

  private mutating func checkPress(_ index: Int) {
    let button = settings.buttons[index]
    guard let place = place(of: "button.press", item: index) ?? self.place(of: "button.kind", item: index) else {
      return
    }
    let role = self.place(of: "button.role", item: index)
    let press = "\"" + button.press.settingText + "\""
    let named = "role = \"" + button.role.settingText + "\""
    if role != nil, button.role.isHeld, button.isLatching {
      mistake(
        .conflict, at: self.place(of: "button.kind", item: index) ?? place, key: "button.kind", found: "\"latching\"",
        expected: "a momentary button for " + named + ", which is held", other: role)
    } else if role != nil, button.role.isHeld, button.press != .long {
      mistake(
        .conflict, at: place, key: "button.press", found: press,
        expected: "press = \"long\" for " + named + ", so that nobody does it by accident", other: role)
    } else if role != nil, button.role == .talk, button.press != .short {
      mistake(
        .conflict, at: place, key: "button.press", found: press,
        expected: "press = \"short\" for role = \"talk\", which acts as long as it is held", other: role)
    } else if button.isLatching, button.press != .short {
      mistake(
        .conflict, at: place, key: "button.press", found: press,
        expected: "press = \"short\" for a latching button, which stays where it is put",
        other: self.place(of: "button.kind", item: index))
    }
  }

  private mutating func checkButtonPeers(_ index: Int) {
    let button = settings.buttons[index]
    guard let place = place(of: "button.peers", item: index) else { return }
    if let role = self.place(of: "button.role", item: index), button.role != .call, !button.peers.isEmpty {
      mistake(
        .conflict, at: place, key: "button.peers", found: "peers for role = \"" + button.role.settingText + "\"",
        expected: "peers with role = \"call\" only", other: role)
      return
    }
    // A peer whose name is wrong has its own mistake already.
    if hasMistake(in: "peer.name") { return }
    let names = settings.peers.map { $0.name }
    for name in button.peers where !names.contains(where: { sameBytes($0, name) }) {
      let suggestion = Spelling.suggestion(for: name, among: names)
      mistake(
        .conflict, at: place, key: "button.peers", found: "\"" + name + "\"",
        expected: names.isEmpty ? "a [[peer]] of that name in this file" : "the name of a [[peer]] in this file",
        suggestion: suggestion.isEmpty ? "" : "\"" + suggestion + "\"")
    }
  }

  /// Two buttons on one line: the same switch, pressed in two ways.
  private mutating func checkSharedLine(_ index: Int, _ earlier: Int, at place: Int) {
    let (one, two) = (settings.buttons[index], settings.buttons[earlier])
    let other = self.place(of: "button.line", item: earlier)
    let line = LineName.described(one.line)
    // Any of those before may have the same press; their wiring agrees, or has its own mistake.
    for previous in 0..<index {
      let button = settings.buttons[previous]
      guard isSameLine(button.line, one.line), button.press == one.press,
        let before = self.place(of: "button.line", item: previous)
      else { continue }
      return mistake(
        .conflict, at: place, key: "button.line",
        found: line + " with press = \"" + one.press.settingText + "\" a second time",
        expected: "another line, or another press of the same", other: before)
    }
    if one.role == .talk || two.role == .talk || one.isLatching || two.isLatching {
      return mistake(
        .conflict, at: place, key: "button.line", found: line + " a second time",
        expected: "a line of its own for a talk or latching button, which acts as long as it is pressed", other: other)
    }
    if one.polarity != two.polarity {
      wiring(index, "active", one.polarity.settingText, two.polarity.settingText, line: place, other: other)
    } else if one.bias != two.bias {
      wiring(index, "bias", one.bias.settingText, two.bias.settingText, line: place, other: other)
    } else if one.debounceMilliseconds != two.debounceMilliseconds {
      wiring(
        index, "debounce_ms", "\(one.debounceMilliseconds)", "\(two.debounceMilliseconds)", line: place, other: other)
    }
  }

  private mutating func wiring(
    _ index: Int, _ key: String, _ found: String, _ before: String, line: Int, other: Int?
  ) {
    mistake(
      .conflict, at: place(of: "button." + key, item: index) ?? line, key: "button." + key, found: found,
      expected: before + ", as the other button on this line", other: other)
  }

  // MARK: Lights

  private mutating func checkDriver(_ index: Int) {
    guard let table = place(ofTable: "light", item: index) else { return }
    let line = place(of: "light.line", item: index)
    let spi = place(of: "light.spi", item: index)
    // A wrong line or device has its own mistake already.
    if line == nil, spi == nil {
      if hasMistake(in: "light.line") || hasMistake(in: "light.spi") { return }
      return mistake(
        .missingKey, at: table, key: "light.line",
        expected: "line = \"GPIO25\" for a lamp on a line, or spi = \"/dev/spidev0.0\" and index for an APA102")
    }
    if let line, let spi {
      return mistake(
        .conflict, at: max(line, spi), key: spi > line ? "light.spi" : "light.line", found: "both line and spi",
        expected: "one of them", other: min(line, spi))
    }
    if let line {
      for key in ["light.index", "light.colour"] {
        guard let place = place(of: key, item: index) else { continue }
        mistake(
          .conflict, at: place, key: key, found: "a lamp on a line", expected: "this key with spi only", other: line)
      }
    } else if let active = place(of: "light.active", item: index) {
      mistake(
        .conflict, at: active, key: "light.active", found: "a lamp on SPI", expected: "this key with line only",
        other: spi)
    }
  }

  private mutating func checkLineIsFree(_ line: String, light index: Int, at place: Int) {
    for button in settings.buttons.indices {
      guard let other = self.place(of: "button.line", item: button),
        isSameLine(settings.buttons[button].line, line)
      else { continue }
      return mistake(
        .conflict, at: place, key: "light.line", found: LineName.described(line),
        expected: "a line that no button has", other: other)
    }
    for earlier in 0..<index {
      guard case .line(let before) = settings.lights[earlier].driver,
        let other = self.place(of: "light.line", item: earlier), isSameLine(before, line)
      else { continue }
      return mistake(
        .conflict, at: place, key: "light.line", found: LineName.described(line),
        expected: "a line that no other light has", other: other)
    }
  }

  private func isSameLine(_ left: String, _ right: String) -> Bool {
    sameBytes(LineName.canonical(left), LineName.canonical(right))
  }
}

extension ButtonRole {
  /// Whether it takes a long press, so that nobody does it by accident.
  fileprivate var isHeld: Bool { self == .shutDown || self == .pair }
}
