// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Numbers that wrap.

import Core
import Testing

@Suite("Sequence numbers") struct SequenceNumberTests {
  @Test(
    "distances go the short way round",
    arguments: [
      (5, 3, 2), (3, 5, -2), (0, 65_535, 1), (65_535, 0, -1), (32_767, 0, 32_767), (32_768, 0, -32_768), (7, 7, 0),
    ] as [(UInt16, UInt16, Int)])
  func distance(left: UInt16, right: UInt16, expected: Int) {
    #expect(SequenceNumber(left).distance(from: SequenceNumber(right)) == expected)
  }

  @Test("the number after the last is the first")
  func next() {
    #expect(SequenceNumber(65_535).next == SequenceNumber(0))
    #expect(SequenceNumber(41).next == SequenceNumber(42))
  }

  @Test("timestamps wrap likewise")
  func timestamps() {
    let late = RTPTimestamp(.max - 479)
    #expect(late.advanced(by: 960) == RTPTimestamp(480))
    #expect(late.advanced(by: 960).distance(from: late) == 960)
    #expect(late.distance(from: late.advanced(by: 960)) == -960)
    #expect(RTPTimestamp(0).advanced(by: -1) == RTPTimestamp(.max))
  }
}
