// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Bouncing made by chance: however contacts chatter, n presses give n events.

import Core
import Panel
import Testing

@Suite("Bouncing")
struct BouncingTests {
  /// Adds the edges of one movement that ends with the line being `isActive`: a leading edge, and for up to `chatter`
  /// milliseconds edges back and forth, most of them close together, as a switch has them.
  private func move(
    to isActive: Bool, at start: Double, chatter: Double, _ edges: inout [(Bool, Double)],
    _ randomness: inout Randomness
  ) {
    edges.append((isActive, start))
    var time = start
    while true {
      let open = 0.01 + 3 * randomness.unit() * randomness.unit()
      let closed = 0.01 + 3 * randomness.unit() * randomness.unit()
      guard time + open + closed < start + chatter, randomness.chance(percent: 90) else { return }
      edges.append((!isActive, time + open))
      time += open + closed
      edges.append((isActive, time))
    }
  }

  @Test("n presses give n presses and n releases, each at its leading edge", arguments: 1...60)
  func presses(seed: UInt64) {
    var randomness = Randomness(seed: seed)
    var bench = Bench([PanelButton(role: .talk, line: 0), PanelButton(role: .mute, line: 0)])
    var edges: [(Bool, Double)] = []
    var wanted: [String] = []
    var time = 100.0
    for _ in 0..<30 {
      move(to: true, at: time, chatter: 20, &edges, &randomness)
      wanted += ["\(Int(time)) pressed 0", "\(Int(time)) pressed 1"]
      time = Double(Int(time) + 41 + randomness.below(300))
      move(to: false, at: time, chatter: 20, &edges, &randomness)
      wanted.append("\(Int(time)) released 0")
      time = Double(Int(time) + 41 + randomness.below(300))
    }
    for (isActive, time) in edges { bench.edge(isActive, at: time) }
    bench.run(until: time + 1000)
    #expect(bench.events == wanted, "seed \(seed)")
  }

  @Test("whatever the line does, presses and releases alternate and the end is the line's", arguments: 1...60)
  func anything(seed: UInt64) {
    var randomness = Randomness(seed: seed)
    var bench = Bench([PanelButton(role: .talk, line: 0)])
    var time = 0.0
    var isActive = false
    for _ in 0..<500 {
      time += randomness.chance(percent: 80) ? 10 * randomness.unit() : 300 * randomness.unit()
      // Now and then the kernel says the same twice.
      if !randomness.chance(percent: 5) { isActive.toggle() }
      bench.edge(isActive, at: time)
    }
    bench.run(until: time + 200)
    var isPressed = false
    for event in bench.events {
      #expect(event.hasSuffix(isPressed ? "released 0" : "pressed 0"), "seed \(seed): \(event)")
      isPressed.toggle()
    }
    #expect(isPressed == isActive, "seed \(seed)")
    #expect(bench.panel.isActive(line: 0) == isActive, "seed \(seed)")
  }

  @Test("stories from chance trap nothing", arguments: 1...8)
  func fuzz(seed: UInt64) {
    var randomness = Randomness(seed: seed)
    for _ in 0..<400 {
      var bytes = [UInt8](repeating: 0, count: 4 * randomness.below(120))
      for index in bytes.indices { bytes[index] = randomness.uint8() }
      // Small steps, and numbers that mostly follow on each other, go deeper.
      for place in stride(from: 0, to: bytes.count, by: 4) where randomness.chance(percent: 70) {
        bytes[place + 1] = randomness.uint8() & 15
        bytes[place + 3] = UInt8(truncatingIfNeeded: place / 4)
      }
      bytes.withByteView(PanelFuzz.edges)
    }
  }
}
