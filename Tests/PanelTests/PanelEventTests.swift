// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Panel
import Testing

@Suite("Panel events")
struct PanelEventTests {
  @Test("an edge keeps what the kernel said")
  func edge() {
    let edge = LineEdge(line: 2, isActive: true, instant: .zero, sequence: 7)
    #expect(edge.line == 2 && edge.isActive && edge.sequence == 7)
  }
}
