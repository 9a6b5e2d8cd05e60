// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sequence numbers by rows: RFC 3550 appendices A.1 and A.3.

import Core
import RTP
import Testing

struct SequenceTrackerTests {
  typealias Verdict = SequenceTracker.Verdict

  /// The numbers handed over in order, each with what it means.
  static let rows: [(name: String, probation: Int, steps: [(Int, Verdict)], lost: Int64)] = [
    ("two in a row end probation", 2, [(10, .waiting), (11, .started), (12, .accepted)], 0),
    ("a hole begins probation anew", 2, [(10, .waiting), (12, .waiting), (13, .started)], 0),
    ("without probation the first counts", 1, [(10, .started), (11, .accepted)], 0),
    ("a gap is lost", 1, [(10, .started), (14, .accepted)], 3),
    ("a late packet fills its gap", 1, [(10, .started), (12, .accepted), (11, .late)], 0),
    ("a duplicate of the newest", 1, [(10, .started), (10, .duplicate)], -1),
    ("a duplicate of an older one", 1, [(10, .started), (11, .accepted), (10, .duplicate)], -1),
    ("a late packet twice", 1, [(10, .started), (12, .accepted), (11, .late), (11, .duplicate)], -1),
    ("the wrap", 1, [(65534, .started), (65535, .accepted), (0, .accepted), (1, .accepted)], 0),
    ("a gap over the wrap", 1, [(65534, .started), (2, .accepted)], 3),
    ("a late packet over the wrap", 1, [(65535, .started), (1, .accepted), (0, .late), (65535, .duplicate)], -1),
    ("a packet before the first", 1, [(0, .started), (65535, .late)], -1),
    ("the longest gap", 1, [(0, .started), (2999, .accepted)], 2998),
    ("a jump needs a second packet", 1, [(0, .started), (3000, .waiting), (3001, .started)], 0),
    ("a lone jump changes nothing", 1, [(0, .started), (3000, .waiting), (1, .accepted)], 0),
    ("two jumps apart change nothing", 1, [(0, .started), (3000, .waiting), (9000, .waiting), (1, .accepted)], 0),
    ("a jump back needs a second packet", 1, [(30000, .started), (20000, .waiting), (20001, .started)], 0),
    ("the furthest late packet", 1, [(30000, .started), (29901, .late), (29900, .waiting)], -1),
  ]

  @Test("a source's numbers are judged as appendix A.1 does", arguments: rows)
  func verdicts(_ row: (name: String, probation: Int, steps: [(Int, Verdict)], lost: Int64)) {
    var tracker = SequenceTracker(first: SequenceNumber(UInt16(row.steps[0].0)), probationPackets: row.probation)
    for (number, verdict) in row.steps {
      #expect(tracker.update(SequenceNumber(UInt16(number))) == verdict, "\(row.name), at \(number)")
    }
    #expect(tracker.cumulativeLost == row.lost, "\(row.name)")
  }

  @Test("extended numbers count on over three wraps, and never go back at a restart")
  func extends() {
    var tracker = SequenceTracker(first: SequenceNumber(65000), probationPackets: 1)
    var last: UInt32 = 0
    for number in 65000..<65000 + 3 * 65536 {
      let sequence = SequenceNumber(UInt16(truncatingIfNeeded: number))
      _ = tracker.update(sequence)
      let extended = tracker.extended(sequence)
      #expect(last == 0 || extended == last + 1)
      last = extended
    }
    #expect(tracker.extendedHighest == 3 * 65536 + 64999)
    #expect(tracker.update(SequenceNumber(20000)) == .waiting)
    #expect(tracker.update(SequenceNumber(20001)) == .started)
    #expect(tracker.extended(SequenceNumber(20001)) >= last + 65536)
    #expect(tracker.extendedHighest == 20001)
    #expect(tracker.restarts == 1)
  }

  @Test("the fraction lost is that of the interval, in 256ths")
  func fractions() {
    var tracker = SequenceTracker(first: SequenceNumber(0), probationPackets: 1)
    for number in 0..<100 where number % 4 != 3 { _ = tracker.update(SequenceNumber(UInt16(number))) }
    #expect(tracker.takeFractionLost() == UInt8(24 * 256 / 99))
    #expect(!tracker.hasNews)
    for number in 100..<200 { _ = tracker.update(SequenceNumber(UInt16(number))) }
    #expect(tracker.hasNews)
    #expect(tracker.takeFractionLost() == UInt8(1 * 256 / 101))
    for _ in 0..<10 { _ = tracker.update(SequenceNumber(199)) }
    #expect(tracker.takeFractionLost() == 0)
    #expect(tracker.cumulativeLost == 25 - 10)
    #expect(tracker.lostPackets == 15)
  }

  @Test("losses before a restart stay in the total")
  func lossesAddUp() {
    var tracker = SequenceTracker(first: SequenceNumber(0), probationPackets: 1)
    for number in [0, 5, 20000, 20001, 20003] { _ = tracker.update(SequenceNumber(UInt16(number))) }
    #expect(tracker.cumulativeLost == 1)
    #expect(tracker.lostPackets == 5)
  }

  @Test("the jitter estimate follows appendix A.8's whole-number recurrence")
  func jitter() {
    var jitter = InterarrivalJitter()
    var expected = 0
    var lastTransit: Int?
    var randomness = Randomness(seed: 3)
    for index in 0..<2000 {
      let arrivalMilliseconds = index * 20 + randomness.below(30)
      let timestamp = index * 960
      jitter.update(timestamp: RTPTimestamp(UInt32(timestamp)), at: .zero + .milliseconds(arrivalMilliseconds))
      let transit = arrivalMilliseconds * 48 - timestamp
      if let lastTransit { expected += abs(transit - lastTransit) - ((expected + 8) >> 4) }
      lastTransit = transit
      #expect(jitter.samples == UInt32(expected >> 4))
    }
    #expect(jitter.samples > 300 && jitter.samples < 700)
  }

  @Test("jitter is zero for even arrivals over the timestamp's wrap, and a jump moves it by a bounded step")
  func jitterWraps() {
    var jitter = InterarrivalJitter()
    for index in 0..<100 {
      let timestamp = (UInt32.max - 10_000) &+ UInt32(index * 960)
      jitter.update(timestamp: RTPTimestamp(timestamp), at: .zero + .milliseconds(index * 20))
    }
    #expect(jitter.samples == 0)
    jitter.update(timestamp: RTPTimestamp(0x8000_0000), at: .zero + .seconds(2))
    #expect(jitter.samples <= 480_000 / 16)
    jitter.restart()
    let before = jitter.samples
    jitter.update(timestamp: RTPTimestamp(0), at: .zero + .seconds(3))
    #expect(jitter.samples == before)
  }
}
