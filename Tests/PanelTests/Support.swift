// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the tests of this room share: stories of edges, and events as a person reads them.

import Core
import Panel

/// A panel and what came out of it, in virtual time.
struct Bench {
  var panel: Panel
  var sequences: [UInt32]
  var events: [String] = []
  var now = Instant.zero

  init(_ buttons: [PanelButton], levels: [Bool] = []) {
    panel = Panel(buttons)
    let lines = (buttons.map(\.line).max() ?? -1) + 1
    sequences = [UInt32](repeating: 0, count: lines)
    for line in 0..<lines {
      let isActive = line < levels.count && levels[line]
      panel.handle(LineEdge(line: line, isActive: isActive, instant: .zero, sequence: 0))
    }
    drain(at: .zero)
  }

  /// Lets time pass until `milliseconds`, waking when the panel asks for it.
  mutating func run(until milliseconds: Double) {
    let end = instant(milliseconds)
    while panel.pollTimeout() <= end {
      let due = panel.pollTimeout()
      panel.handleTimeout(at: due)
      drain(at: due)
      precondition(panel.pollTimeout() > due, "the panel asks for a time that has come")
    }
    now = end
  }

  /// An edge of `line`.
  mutating func edge(_ isActive: Bool, at milliseconds: Double, line: Int = 0, skipping lost: UInt32 = 0) {
    run(until: milliseconds)
    sequences[line] += 1 + lost
    panel.handle(LineEdge(line: line, isActive: isActive, instant: now, sequence: sequences[line]))
    drain(at: now)
  }

  /// Edges of line 0 that alternate, the first one active.
  mutating func edges(_ milliseconds: [Double], line: Int = 0) {
    for (index, time) in milliseconds.enumerated() { edge(index % 2 == 0, at: time, line: line) }
  }

  mutating func drain(at moment: Instant) {
    while let event = panel.pollEvent() { events.append("\(moment.nanoseconds / 1_000_000) \(name(event))") }
  }

  private func name(_ event: PanelEvent) -> String {
    switch event {
    case .pressed(let button): return "pressed \(button)"
    case .released(let button): return "released \(button)"
    case .stuck(let line): return "stuck \(line)"
    case .freed(let line): return "freed \(line)"
    case .edgesLost(let line): return "lost \(line)"
    }
  }
}

func instant(_ milliseconds: Double) -> Instant { Instant(nanoseconds: Int64(milliseconds * 1e6)) }
