// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The wall clock jumps when a board learns the time: nothing that waits, counts or orders may look at it.

import Foundation
import Testing

@Suite("The wall clock") struct WallClockTests {
  /// Who may look, and why a jump does not hurt there.
  private static let permitted: [String: String] = [
    "Sources/Linux/Clock.swift": "it is the clock",
    "Sources/Host/ServiceHost.swift": "once, at start: sender reports count on from there by the monotonic clock",
    "Sources/intercom/Running.swift": "to judge signed tokens, which say how long they hold by it",
    "Sources/intercom/RoomsCommand.swift": "to judge signed tokens, as Running does",
    "Sources/intercom/PairCommand.swift": "to say how many days ago somebody was seen",
    "Sources/intercom/DoctorChecks.swift": "to say that it is wrong",
    "Sources/intercom/DoctorChecks+Certificate.swift": "to say what a browser will say of the dates",
    "Sources/intercom/WebIdentity.swift": "at each look anew, for dates in certificates; the plan is made for jumps",
  ]

  @Test("only those look at it who are not hurt when it jumps")
  func readers() {
    var readers: Set<String> = []
    for file in House.files(under: "Sources", endings: [".swift"]) {
      for name in ["wallTime()", "wallSeconds()", "clinux_realtime("] where file.text.contains(name) {
        readers.insert(file.path)
      }
    }
    #expect(readers == Set(Self.permitted.keys))
  }

  @Test("the shims read it in one place and wait by the monotonic clock only")
  func shims() {
    var uses: [String: Int] = [:]
    for file in House.files(under: "Sources", endings: [".c", ".h"]) {
      for name in ["CLOCK_REALTIME", "gettimeofday(", "time(NULL)"] {
        let count = file.text.components(separatedBy: name).count - 1
        // What is named in a comment of the header is no use.
        if count > 0, file.path.hasSuffix(".c") { uses["\(file.path) \(name)", default: 0] += count }
      }
    }
    #expect(uses == ["Sources/CLinux/Clock.c CLOCK_REALTIME": 1])
  }
}
