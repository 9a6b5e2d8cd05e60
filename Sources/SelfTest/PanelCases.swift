// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Buttons and lights, inside the product: option sets, virtual time, and lists that stay where they are.

import Core
import Panel

extension SelfTest {
  static var panelCases: [SelfTestCase] {
    [
      SelfTestCase("a bouncing press is one press, at its leading edge") { check in
        var panel = Panel([PanelButton(role: .talk, line: 0), PanelButton(role: .mute, line: 1, isLatching: true)])
        panel.handle(edge(0, false, at: 0, 0))
        panel.handle(edge(1, true, at: 0, 0))
        check.same(events(&panel), "+1 ")
        let times = [100, 101, 103, 104, 109, 400, 401, 402]
        for (index, time) in times.enumerated() {
          panel.handle(edge(0, index & 1 == 0, at: time, UInt32(index + 1)))
        }
        check.same(events(&panel), "+0 -0 ")
        panel.handleTimeout(at: moment(1000))
        check.same(events(&panel), "")
        panel.handle(edge(0, true, at: 1100, 12))
        check.same(events(&panel), "lost0 +0 ")
        check.equal(panel.edgesLost, 3, "edges lost")
        panel.handleTimeout(at: moment(61_100))
        panel.handle(edge(0, false, at: 70_000, 13))
        check.same(events(&panel), "-0 stuck0 freed0 ")
        check.expect(panel.pollTimeout() == moment(70_020), "time is not waited for as it should be")
      },
      SelfTestCase("short, long, double and very long presses are told apart") { check in
        let buttons = [
          PanelButton(role: .answer, line: 0), PanelButton(role: .hangUp, press: .long, line: 0),
          PanelButton(role: .call, press: .double, line: 0), PanelButton(role: .shutDown, line: 0),
        ]
        let rows: [([Int], StaticString)] = [
          ([0, 100], "+0 "), ([0, 1500], "+1 "), ([0, 100, 300, 400], "+2 "), ([0, 100, 600, 700], "+0 +0 "),
          ([0, 4000], "+1 +3 "), ([0, 700], "+0 "),
        ]
        for (times, wanted) in rows {
          var panel = Panel(buttons)
          panel.handle(edge(0, false, at: 0, 0))
          for (index, time) in times.enumerated() {
            panel.handle(edge(0, index & 1 == 0, at: time, UInt32(index + 1)))
          }
          panel.handleTimeout(at: moment(10_000))
          check.same(events(&panel), Check.text(wanted))
        }
      },
      SelfTestCase("lights blink at their times, and together") { check in
        var player = LightPlayer(count: 2)
        player.set(.blinkSlow, light: 0, at: moment(50))
        player.set(.doubleBlink, light: 1, at: moment(150))
        var text = ""
        var now = moment(150)
        while now < moment(1100) {
          while let change = player.pollChange() {
            text += "\(now.nanoseconds / 1_000_000):\(change.light)\(change.isLit ? "+" : "-") "
          }
          now = player.pollTimeout()
          player.handleTimeout(at: now)
        }
        check.same(text, "150:0+ 150:1- 250:1+ 350:1- 550:0- 1050:0+ 1050:1+ ")
      },
    ]
  }

  private static func moment(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

  private static func edge(_ line: Int, _ isActive: Bool, at milliseconds: Int, _ sequence: UInt32) -> LineEdge {
    LineEdge(line: line, isActive: isActive, instant: moment(milliseconds), sequence: sequence)
  }

  /// What waits in the panel, as text: `+0` pressed, `-0` released.
  private static func events(_ panel: inout Panel) -> String {
    var text = ""
    while let event = panel.pollEvent() {
      switch event {
      case .pressed(let button): text += "+\(button) "
      case .released(let button): text += "-\(button) "
      case .stuck(let line): text += "stuck\(line) "
      case .freed(let line): text += "freed\(line) "
      case .edgesLost(let line): text += "lost\(line) "
      }
    }
    return text
  }
}
