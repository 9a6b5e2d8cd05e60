// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The jitter buffer by rows: what arrives when, what is pulled when, what is expected.

import Core
import Testing
import Voice

/// A row of a timing table; times are in milliseconds.
enum Row {
  /// Packet `sequence` (10 ms long unless said) arrives.
  case packet(_ sequence: Int, at: Int, timestamp: Int? = nil, samples: Int = 480)
  /// A pull; the answer reads as in `describe`.
  case pull(at: Int, _ expected: String, needed: Int = 480)
  /// The state of the counters: late, duplicate, discarded.
  case counters(UInt64, UInt64, UInt64)
}

func describe(_ action: PlayoutAction) -> String {
  switch action {
  case .frame(let slot, _, let skip): skip == 0 ? "frame \(slot)" : "frame \(slot) skip \(skip)"
  case .recover(let slot, let count, let skip):
    skip == 0 ? "recover \(count) from \(slot)" : "recover \(count) from \(slot) skip \(skip)"
  case .conceal(let count): "conceal \(count)"
  case .silence(let count): "silence \(count)"
  }
}

func makeFrame(_ sequence: Int, timestamp: Int, at: Instant) -> EncodedFrame {
  var frame = EncodedFrame()
  frame.sequence = UInt32(truncatingIfNeeded: sequence)
  frame.timestamp = RTPTimestamp(UInt32(truncatingIfNeeded: timestamp))
  frame.instant = at
  frame.count = 4
  return frame
}

func play(_ rows: [Row], period: Int = 480, line: Int = #line) {
  var buffer = JitterBuffer(periodSamples: period)
  for (index, row) in rows.enumerated() {
    switch row {
    case .packet(let sequence, let at, let timestamp, let samples):
      let frame = makeFrame(sequence, timestamp: timestamp ?? sequence * samples, at: .zero + .milliseconds(at))
      buffer.insert(frame, sampleCount: samples)
    case .pull(let at, let expected, let needed):
      let action = buffer.pull(needed: needed, at: .zero + .milliseconds(at))
      #expect(describe(action) == expected, "row \(index) of the table at line \(line)")
    case .counters(let late, let duplicate, let discarded):
      let found = [buffer.latePackets, buffer.duplicatePackets, buffer.discardedPackets]
      #expect(found == [late, duplicate, discarded], "row \(index) of the table at line \(line)")
    }
  }
}

@Suite struct JitterBufferTests {
  @Test("the first packet waits for one frame's delay, then packets flow")
  func start() {
    play([
      .pull(at: 0, "silence 480"),
      .packet(0, at: 2), .pull(at: 10, "silence 480"),
      .packet(1, at: 12), .pull(at: 20, "frame 0"),
      .packet(2, at: 22), .pull(at: 30, "frame 1"),
      .pull(at: 40, "frame 2"),
      .counters(0, 0, 0),
    ])
  }

  @Test("packets out of order are put in order")
  func reorder() {
    play([
      .packet(5, at: 0), .pull(at: 10, "frame 5"),
      .packet(7, at: 11), .packet(6, at: 12), .pull(at: 20, "frame 6"),
      .pull(at: 30, "frame 7"), .counters(0, 0, 0),
    ])
  }

  @Test("a packet before the first one is played first when there is still time")
  func reorderAtStart() {
    play([
      .packet(1, at: 0), .packet(0, at: 1), .pull(at: 10, "frame 0"), .pull(at: 20, "frame 1"), .counters(0, 0, 0),
    ])
  }

  @Test("sequence numbers and timestamps may wrap")
  func wrap() {
    play([
      .packet(-1, at: 0, timestamp: -240), .pull(at: 10, "frame 63"),
      .packet(0, at: 10, timestamp: 240), .pull(at: 20, "frame 0"),
      .packet(1, at: 20, timestamp: 720), .pull(at: 30, "frame 1"), .counters(0, 0, 0),
    ])
  }

  @Test("a lost packet is recovered from the one after it, which then follows")
  func recover() {
    play([
      .packet(0, at: 0), .pull(at: 10, "frame 0"),
      .packet(2, at: 19), .pull(at: 20, "recover 480 from 2"), .pull(at: 30, "frame 2"), .counters(0, 0, 0),
    ])
  }

  @Test("of several lost packets only the last can be recovered; the others are made up")
  func recoverLast() {
    play([
      .packet(0, at: 0), .pull(at: 10, "frame 0"),
      .packet(3, at: 19), .pull(at: 20, "conceal 480"), .pull(at: 30, "recover 480 from 3"), .pull(at: 40, "frame 3"),
    ])
  }

  @Test("a frame of 20 ms that was half made up is recovered in its other half")
  func recoverHalf() {
    play([
      .packet(0, at: 0, samples: 960), .pull(at: 10, "frame 0"),
      .pull(at: 30, "conceal 480"), .packet(2, at: 39, samples: 960),
      .pull(at: 40, "recover 960 from 2 skip 480"), .pull(at: 50, "frame 2"),
    ])
  }

  /// A buffer of frames of 20 ms in which each `every`th packet is lost for good, after `seconds`; packets carry FEC and
  /// copies of the frame before as said. Answers the target, in frames beyond that of a buffer without loss.
  private static func target(every: Int, carriesRecovery: Bool, copies: Bool, seconds: Int = 30) -> Int {
    var targets = [0, 0]
    for loses in [false, true] {
      var buffer = JitterBuffer(periodSamples: 960)
      for index in 0..<seconds * 50 {
        let now = Instant.zero + .milliseconds(index * 20)
        if !loses || index % every != 1 {
          buffer.insert(makeFrame(index, timestamp: index * 960, at: now), sampleCount: 960)
          if copies, loses, index % every == 2 {
            var copy = makeFrame(index - 1, timestamp: (index - 1) * 960, at: now)
            copy.copyOffsetSamples = 960
            buffer.insert(copy, sampleCount: 960)
          }
        }
        if case .frame = buffer.pull(needed: 960, at: now + .milliseconds(10)) {
          buffer.played(carriesRecovery: carriesRecovery)
        }
      }
      targets[loses ? 1 : 0] = buffer.targetSamples
    }
    return (targets[1] - targets[0]) / 960
  }

  @Test("loss costs a frame of delay where FEC or copies are there, two where both are and much is lost, else none")
  func delayForCopies() {
    #expect(Self.target(every: 10, carriesRecovery: false, copies: false) == 0)
    #expect(Self.target(every: 10, carriesRecovery: true, copies: false) == 1)
    #expect(Self.target(every: 10, carriesRecovery: false, copies: true) == 1)
    #expect(Self.target(every: 10, carriesRecovery: true, copies: true) == 2)
    #expect(Self.target(every: 33, carriesRecovery: true, copies: true) == 1)
    #expect(Self.target(every: 300, carriesRecovery: true, copies: true) == 0)
  }

  @Test("a lost frame is made up as a whole once packets are waited for", arguments: [false, true])
  func wholeFrame(loses: Bool) {
    var buffer = JitterBuffer(periodSamples: 480)
    var made: [Int] = []
    var held = 0
    for index in 0..<2_000 {
      let now = Instant.zero + .milliseconds(index * 10)
      let sequence = index / 2
      // Two in a row, so that nothing recovers the first.
      if index % 2 == 0, !loses || sequence % 20 > 1 {
        buffer.insert(makeFrame(sequence, timestamp: sequence * 960, at: now), sampleCount: 960)
      }
      while held < 480 {
        switch buffer.pull(needed: 480 - held, offset: held, at: now + .milliseconds(3)) {
        case .frame(_, let count, let skip):
          buffer.played(carriesRecovery: true)
          held += count - skip
          if case .lengthen(let wanted, _, _) = buffer.stretchWanted() {
            buffer.stretched(by: wanted)
            held += wanted
          }
        case .recover(_, let count, let skip): held += count - skip
        case .conceal(let count):
          if index > 1_000 { made.append(count) }
          held += count
        case .silence(let count): held += count
        }
      }
      held -= 480
    }
    #expect(made == Array(repeating: 960, count: loses ? 25 : 0), "\(made)")
  }

  @Test("a duplicate is counted, whether waiting or played")
  func duplicate() {
    play([
      .packet(0, at: 0), .packet(0, at: 1), .pull(at: 10, "frame 0"), .packet(0, at: 11),
      .packet(1, at: 12), .packet(1, at: 13), .pull(at: 20, "frame 1"), .counters(0, 3, 0),
    ])
  }

  @Test("while delays are unknown a late packet is played late, and the delay grows by its lateness")
  func acceptLate() {
    play([
      .packet(0, at: 0), .pull(at: 10, "frame 0"),
      .pull(at: 20, "conceal 480"),
      .packet(1, at: 25), .packet(2, at: 26), .pull(at: 30, "frame 1"),
      .pull(at: 40, "frame 2"), .packet(3, at: 41), .pull(at: 50, "frame 3"), .counters(0, 0, 0),
    ])
  }

  @Test("with quiet delays known, one late packet is given up and the delay stays")
  func refuseLate() {
    var rows: [Row] = []
    for index in 0..<200 {
      rows.append(.packet(index, at: index * 10))
      rows.append(.pull(at: index * 10 + 8, index == 0 ? "silence 480" : "frame \((index - 1) % 64)"))
    }
    rows += [
      .pull(at: 2008, "frame \(199 % 64)"), .pull(at: 2018, "conceal 480"),
      .packet(200, at: 2020), .packet(201, at: 2021), .pull(at: 2028, "frame \(201 % 64)"), .counters(1, 0, 0),
    ]
    play(rows)
  }

  @Test("a packet that is late by half its length gives its other half")
  func joinMidway() {
    var rows: [Row] = [.packet(0, at: 0), .pull(at: 10, "frame 0", needed: 240)]
    for index in 1..<100 {
      rows += [.packet(index, at: index * 10), .pull(at: index * 10 + 10, "frame \(index % 64)", needed: 240)]
    }
    rows += [
      .pull(at: 1010, "conceal 240", needed: 240), .packet(100, at: 1011),
      .pull(at: 1015, "frame \(100 % 64) skip 240", needed: 240), .counters(0, 0, 0),
    ]
    play(rows, period: 240)
  }

  @Test("made-up sound ends after 100 ms, and a new start takes the delay that is wanted")
  func runDry() {
    var rows: [Row] = [.packet(0, at: 0), .pull(at: 10, "frame 0")]
    for index in 0..<10 { rows.append(.pull(at: 20 + index * 10, "conceal 480")) }
    rows += [
      .pull(at: 120, "silence 480"), .pull(at: 130, "silence 480"),
      .packet(1, at: 137, timestamp: 137 * 48), .pull(at: 140, "silence 480"), .pull(at: 150, "frame 1"),
      .counters(0, 0, 0),
    ]
    play(rows)
  }

  @Test("a pause of the far side costs no delay when the timestamps go on")
  func pause() {
    play([
      .packet(0, at: 0), .pull(at: 10, "frame 0"),
      .pull(at: 20, "conceal 480"), .pull(at: 30, "conceal 480"), .pull(at: 40, "conceal 480"),
      // 30 ms later than usual, and so is its timestamp: it waits for its time.
      .packet(1, at: 40, timestamp: 40 * 48), .pull(at: 50, "frame 1"), .counters(0, 0, 0),
    ])
  }

  @Test("after a pause in which the timestamps stood still the delay does not grow")
  func pauseOfTimestamps() {
    play([
      .packet(0, at: 0), .pull(at: 10, "frame 0"),
      .packet(1, at: 5000, timestamp: 480), .packet(2, at: 5010, timestamp: 960),
      .packet(3, at: 5020, timestamp: 1440), .counters(0, 0, 2),
      .pull(at: 5022, "silence 480"), .packet(4, at: 5030, timestamp: 1920), .pull(at: 5032, "frame 3"),
      .pull(at: 5042, "frame 4"),
    ])
  }

  @Test("what piled up before the first pull is dropped but for what is wanted")
  func pileAtStart() {
    var rows: [Row] = []
    for index in 0..<30 { rows.append(.packet(index, at: index * 10)) }
    // The newest came at 290; with 10 ms wanted, packet 29 is played at 300 and all before are dropped.
    rows += [.pull(at: 300, "frame 28"), .counters(0, 0, 28)]
    play(rows)
  }

  @Test("never more than 600 ms wait, however much comes at once")
  func bounded() {
    var buffer = JitterBuffer(periodSamples: 480)
    for index in 0..<500 {
      buffer.insert(makeFrame(index, timestamp: index * 960, at: .zero + .milliseconds(index * 20)), sampleCount: 960)
    }
    #expect(buffer.storedPackets == 31)
    #expect(buffer.discardedPackets == 469)
    for index in 500..<1000 {
      buffer.insert(
        makeFrame(
          index, timestamp: 480_000 + (index - 500) * 120, at: .zero + .microseconds(10_000_000 + index * 2500)),
        sampleCount: 120)
    }
    #expect(buffer.storedPackets <= Limits.jitterSlots)
    #expect(buffer.discardedPackets + UInt64(buffer.storedPackets) == 1000)
  }

  @Test("a stream that begins anew is followed after three packets agree")
  func restart() {
    play([
      .packet(0, at: 0), .pull(at: 10, "frame 0"), .packet(1, at: 10), .pull(at: 20, "frame 1"),
      .packet(40_000, at: 20, timestamp: 123), .packet(40_001, at: 30, timestamp: 603),
      .packet(40_002, at: 40, timestamp: 1083), .counters(0, 0, 2),
      .pull(at: 50, "frame \(40_002 % 64)"),
    ])
  }

  @Test("the delay is made to follow its target by stretching, once in 20 ms at most")
  func stretching() {
    var buffer = JitterBuffer(periodSamples: 480)
    var (accelerated, expanded, last) = (0, 0, -10)
    for index in 0..<1500 {
      // The first packet comes 30 ms late and sets the delay; from 10 s on all come 20 ms later than before.
      let late = index == 0 ? 30 : index >= 1000 ? 20 : 0
      buffer.insert(
        makeFrame(index, timestamp: index * 480, at: .zero + .milliseconds(index * 10 + late)), sampleCount: 480)
      guard case .frame = buffer.pull(needed: 480, at: .zero + .milliseconds(index * 10 + 41)) else { continue }
      switch buffer.stretchWanted() {
      case .none: continue
      case .shorten(let most, _):
        accelerated += min(most, 240)
        buffer.stretched(by: 0 - min(most, 240))
      case .lengthen(let wanted, _, _):
        expanded += min(wanted, 240)
        buffer.stretched(by: min(wanted, 240))
      }
      #expect(index - last >= 2, "packet \(index)")
      last = index
    }
    #expect(accelerated > 0)
    #expect(expanded > 0)
    #expect(buffer.stretchWanted() == .none)
  }

  @Test("a reset forgets the timeline and keeps the counters")
  func reset() {
    var buffer = JitterBuffer(periodSamples: 480)
    buffer.insert(makeFrame(9, timestamp: 0, at: .zero), sampleCount: 480)
    buffer.insert(makeFrame(9, timestamp: 0, at: .zero), sampleCount: 480)
    buffer.reset()
    #expect(buffer.duplicatePackets == 1)
    #expect(buffer.discardedPackets == 1)
    #expect(buffer.storedPackets == 0)
    buffer.insert(makeFrame(3, timestamp: 99, at: .zero), sampleCount: 480)
    #expect(describe(buffer.pull(needed: 480, at: .zero + .milliseconds(10))) == "frame 3")
  }
}
