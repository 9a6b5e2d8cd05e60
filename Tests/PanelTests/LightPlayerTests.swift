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

  @Test("a code is blinked digit by digit, a nought as ten, again and again until it is over")
  func code() throws {
    var player = LightPlayer(count: 2)
    player.set(.solid, light: 0, at: .zero)
    player.show(try #require(BlinkedCode("203")), light: 0, until: instant(40_000), at: .zero)
    var rounds: [[Int]] = [[]]
    var last = 0.0
    for change in play(&player, until: 50_000) {
      let words = change.split(separator: " ")
      guard words[1] == "0" else { continue }
      let milliseconds = Double(words[0])!
      guard words[2] == "on" else {
        if milliseconds > 0 { #expect(milliseconds - last == 200) }
        continue
      }
      // How long it was dark tells flash, digit and round apart.
      let dark = milliseconds - last - 200
      if milliseconds == 1200 || (milliseconds < 40_000 && dark == 3000) {
        if milliseconds != 1200 { rounds.append([]) }
        rounds[rounds.count - 1].append(1)
      } else if dark == 1200 {
        rounds[rounds.count - 1].append(1)
      } else if dark == 200 {
        rounds[rounds.count - 1][rounds[rounds.count - 1].count - 1] += 1
      } else {
        #expect(milliseconds == 40_000, "lit at \(milliseconds) after \(dark) of darkness")
      }
      last = milliseconds
    }
    #expect(rounds.count >= 3)
    for round in rounds.dropLast() { #expect(round == [2, 10, 3]) }
    #expect(player.isLit(light: 0) && player.pattern(light: 0) == .solid)
    #expect(player.pollTimeout() == .never)
  }

  @Test("a code that is over leaves the light as it would be, and what is no code is none")
  func codeEnds() throws {
    for text in ["", "12x", "123456789", "-1"] { #expect(BlinkedCode(text) == nil) }
    var player = LightPlayer(count: 1)
    player.show(try #require(BlinkedCode("1")), light: 0, until: instant(60_000), at: .zero)
    player.set(.blinkSlow, light: 0, at: instant(1_300))
    #expect(player.isLit(light: 0))
    player.handleTimeout(at: instant(1_500))
    #expect(!player.isLit(light: 0))
    player.endCodes(at: instant(3_400))
    #expect(player.isLit(light: 0) && player.pollTimeout() == instant(3_800))
  }
}
