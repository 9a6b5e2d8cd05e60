// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The truth table of the lights.

import Core
import Station
import Testing

@Suite("Indicators")
struct IndicatorsTests {
  @Test("the link light shows the state, and trouble only where there is no power light and no call")
  func link() {
    let rows: [(CallState, LightPattern)] = [
      (.idle, .off), (.calling, .blinkSlow), (.ringing, .blinkFast), (.connecting, .blinkSlow), (.connected, .solid),
      (.reconnecting, .doubleBlink),
    ]
    #expect(rows.count == CallState.allCases.count)
    for (state, pattern) in rows {
      for isTroubled in [false, true] {
        var facts = Indication()
        (facts.state, facts.isTroubled) = (state, isTroubled)
        #expect(Indicators.pattern(of: .link, facts) == pattern)
        #expect(Indicators.pattern(of: .power, facts) == (isTroubled ? .doubleBlink : .solid))
        facts.hasPowerLight = false
        let single = state == .idle && isTroubled ? LightPattern.doubleBlink : pattern
        #expect(Indicators.pattern(of: .link, facts) == single)
      }
    }
  }

  @Test("the talk light is lit while the voice really goes out, the mute light while it really is muted")
  func voice() {
    for state in CallState.allCases {
      for bits in 0..<8 {
        var facts = Indication()
        facts.state = state
        (facts.isMuted, facts.isTalking, facts.isTalkingWhileMuted) = (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0)
        let goesOut = state == .connected && facts.isTalking && !facts.isMuted
        #expect((Indicators.pattern(of: .talk, facts) == .solid) == goesOut)
        let mute = Indicators.pattern(of: .mute, facts)
        #expect((mute == .off) == !facts.isMuted)
        #expect((mute == .blinkFast) == (facts.isMuted && facts.isTalkingWhileMuted))
      }
    }
  }
}
