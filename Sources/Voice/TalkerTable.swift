// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The playouts of the talkers.

import Core

/// One playout for each talker. Fields instead of an inline array: Embedded Swift 6.3 cannot destroy an inline array of noncopyable
/// generic values outside the module that names them.
struct TalkerTable<Decoder: VoiceDecoder & ~Copyable>: ~Copyable {
  private var first: Playout<Decoder>
  private var second: Playout<Decoder>
  private var third: Playout<Decoder>
  private var fourth: Playout<Decoder>

  init(
    first: consuming Playout<Decoder>, second: consuming Playout<Decoder>, third: consuming Playout<Decoder>,
    fourth: consuming Playout<Decoder>
  ) {
    precondition(Limits.talkersMax == 4, "the table of talkers has a field for each")
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }

  // A subscript that yields would be shorter, but its coroutine's frame may come from the heap.

  /// Empties the playout of the talker at `index`, 0 ..< Limits.talkersMax, and its counters.
  mutating func restart(_ index: Int) {
    switch index {
    case 0: first.restart()
    case 1: second.restart()
    case 2: third.restart()
    default: fourth.restart()
    }
  }

  /// Hands a received frame to the talker at `index`.
  mutating func insert(_ frame: UnsafePointer<EncodedFrame>, for index: Int) {
    switch index {
    case 0: first.insert(frame)
    case 1: second.insert(frame)
    case 2: third.insert(frame)
    default: fourth.insert(frame)
    }
  }

  /// Takes the next period of the talker at `index`.
  mutating func pull(_ index: Int, into period: UnsafeMutableBufferPointer<Int16>, at now: Instant) {
    switch index {
    case 0: first.pull(into: period, at: now)
    case 1: second.pull(into: period, at: now)
    case 2: third.pull(into: period, at: now)
    default: fourth.pull(into: period, at: now)
    }
  }

  /// What the talker at `index` did.
  func report(_ index: Int) -> TalkerReport {
    switch index {
    case 0: first.report
    case 1: second.report
    case 2: third.report
    default: fourth.report
    }
  }

  /// How many packets of the talker at `index` wait.
  func storedPackets(_ index: Int) -> Int {
    switch index {
    case 0: first.storedPackets
    case 1: second.storedPackets
    case 2: third.storedPackets
    default: fourth.storedPackets
    }
  }
}
