// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What lamps do, in virtual time.

import Core
import Panel
import Testing

@Suite("Lights")
struct LightPlayerTests {
  /// Every change until `milliseconds`, as `500 0 off`.
  private func play(_ player: inout LightPlayer, until milliseconds: Double) -> [String] {
    var changes: [String] = []
    var now = Instant.zero
    while true {
      while let change = player.pollChange() {
        changes.append("\(now.nanoseconds / 1_000_000) \(change.light) \(change.isLit ? "on" : "off")")
      }
      let next = player.pollTimeout()
      guard next <= instant(milliseconds) else { return changes }
      now = next
      player.handleTimeout(at: now)
    }
  }

  @Test(
    "each pattern has its times",
    arguments: [
      (LightPattern.off, ["0 0 off"]), (.solid, ["0 0 on"]),
      (.blinkSlow, ["0 0 on", "500 0 off", "1000 0 on"]),
      (
        .blinkFast,
        ["0 0 on", "125 0 off", "250 0 on", "375 0 off", "500 0 on", "625 0 off", "750 0 on", "875 0 off", "1000 0 on"]
      ),
      (.doubleBlink, ["0 0 on", "100 0 off", "200 0 on", "300 0 off", "1000 0 on"]),
    ] as [(LightPattern, [String])])
  func times(pattern: LightPattern, changes: [String]) {
    var player = LightPlayer(count: 1)
    player.set(pattern, light: 0, at: .zero)
    #expect(play(&player, until: 1000) == changes)
  }

  @Test("a new pattern shows at once, and begins lit where nothing else blinks")
  func atOnce() {
    var player = LightPlayer(count: 2)
    while player.pollChange() != nil {}
    var now = instant(1234.5)
    for pattern in [LightPattern.blinkSlow, .solid, .blinkFast, .doubleBlink, .solid] {
      player.set(pattern, light: 1, at: now)
      #expect(player.isLit(light: 1))
      now += .milliseconds(77)
    }
    player.set(.off, light: 1, at: now)
    #expect(!player.isLit(light: 1))
    #expect(player.pollTimeout() == .never)
  }

  @Test("two lights blink together, and one that comes and goes does not hold the other lit")
  func together() {
    var player = LightPlayer(count: 2)
    player.set(.blinkSlow, light: 0, at: .zero)
    player.handleTimeout(at: instant(300))
    player.set(.blinkSlow, light: 1, at: instant(300))
    #expect(play(&player, until: 1000).suffix(4) == ["500 0 off", "500 1 off", "1000 0 on", "1000 1 on"])
    for step in 0..<20 {
      player.set(step % 2 == 0 ? .blinkFast : .off, light: 1, at: instant(1000 + Double(step) * 100))
      let position = (1000 + step * 100) % 1000
      #expect(player.isLit(light: 0) == (position < 500), "step \(step)")
    }
  }

  @Test("the same pattern again changes nothing")
  func again() {
    var player = LightPlayer(count: 1)
    player.set(.blinkSlow, light: 0, at: .zero)
    player.set(.blinkSlow, light: 0, at: instant(400))
    #expect(player.pollTimeout() == instant(500))
    #expect(player.pattern(light: 0) == .blinkSlow)
  }

  @Test("lit and the next change agree at every moment", arguments: LightPattern.allCases)
  func agree(pattern: LightPattern) {
    var span = Instant.Span.milliseconds(-2000)
    for _ in 0..<100 {
      guard let next = pattern.nextChange(after: span) else { return }
      #expect(next > span)
      #expect(pattern.isLit(after: span) == pattern.isLit(after: next - .milliseconds(1)))
      #expect(pattern.isLit(after: span) != pattern.isLit(after: next))
      span = next
    }
  }
}
