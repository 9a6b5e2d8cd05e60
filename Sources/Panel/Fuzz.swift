// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a fuzzer calls: any bytes as a story of edges and time; never traps.

public import Core

/// The machines of this room.
public enum PanelFuzz {
  /// Feeds a panel edges made from `bytes`, four bytes each, and holds what comes out against what must always be so:
  /// a release follows its press, and a line is freed only when it was stuck.
  public static func edges(_ bytes: ByteView) {
    let buttons = [
      PanelButton(role: .talk, line: 0), PanelButton(role: .answer, line: 1),
      PanelButton(role: .hangUp, press: .long, line: 1), PanelButton(role: .call, press: .double, line: 1),
      PanelButton(role: .shutDown, line: 1),
      PanelButton(role: .mute, line: 2, debounceMilliseconds: 0, isLatching: true),
      PanelButton(role: .talk, press: .double, line: 3, debounceMilliseconds: 200),
    ]
    var panel = Panel(buttons)
    var lights = LightPlayer(count: 2)
    var pressed = InlineArray<7, Bool>(repeating: false)
    var stuck = InlineArray<4, Bool>(repeating: false)
    var now = Instant.zero
    var place = 0
    while place + 4 <= bytes.count {
      let step = Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
      now += .microseconds(step &* step / 16)
      let line = Int(bytes[place] & 7)
      switch bytes[place] >> 4 {
      case 0: panel.handleTimeout(at: now)
      case 1: panel.handleLoss(line: line, at: now)
      case 3:
        if let code = BlinkedCode("\(bytes[place + 3])") {
          lights.show(code, light: line & 1, until: now + .seconds(line), at: now)
        }
      case 2: lights.set(LightPattern.allCases[line % 5], light: line & 1, at: now)
      default:
        panel.handle(
          LineEdge(line: line, isActive: bytes[place] & 8 != 0, instant: now, sequence: UInt32(bytes[place + 3])))
      }
      lights.handleTimeout(at: now)
      while lights.pollChange() != nil {}
      precondition(lights.pollTimeout() > now, "a light is to change in the past")
      place += 4
      while let event = panel.pollEvent() {
        switch event {
        case .pressed(let button):
          precondition(!pressed[button], "a button is pressed that is pressed")
          pressed[button] = buttons[button].tellsRelease
        case .released(let button):
          precondition(pressed[button], "a button is let go that is not pressed")
          pressed[button] = false
        case .stuck(let line):
          precondition(!stuck[line], "a line is stuck that is stuck")
          stuck[line] = true
        case .freed(let line):
          precondition(stuck[line], "a line is freed that is not stuck")
          stuck[line] = false
        case .edgesLost: break
        }
      }
    }
  }
}
