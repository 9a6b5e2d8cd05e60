// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The 40-pin header's table, held against itself.

import Core
import Testing

@Suite("Header pins")
struct HeaderPinsTests {
  @Test("each of the lines 0 to 27 has one pin, and the rest is supply and ground")
  func table() {
    var lines: [Int] = []
    var grounds = 0
    for pin in 1...HeaderPins.count {
      switch HeaderPins.use(ofPin: pin) {
      case .line(let number)?:
        lines.append(number)
        #expect(HeaderPins.pin(ofLine: number) == pin)
      case .ground?: grounds += 1
      case .supply3V3?, .supply5V?: break
      case nil: Issue.record("pin \(pin) has no use")
      }
    }
    #expect(lines.sorted() == Array(0...27))
    #expect(grounds == 8)
    #expect(HeaderPins.use(ofPin: 0) == nil && HeaderPins.use(ofPin: 41) == nil)
    #expect(HeaderPins.pin(ofLine: 28) == nil)
  }

  @Test(
    "a line has two names",
    arguments: [
      ("GPIO17", "PIN11"), ("PIN11", "GPIO17"), ("GPIO0", "PIN27"), ("GPIO4", "PIN7"), ("PIN40", "GPIO21"),
    ])
  func alias(name: String, other: String) { #expect(HeaderPins.alias(of: name) == other) }

  @Test(
    "anything else has one",
    arguments: ["PIN1", "PIN6", "PIN41", "PIN0", "GPIO28", "GPIO017", "gpio17", "GPIO", "GPIO1x", "GPIO117", "", "PTT"])
  func noAlias(name: String) { #expect(HeaderPins.alias(of: name) == nil) }
}
