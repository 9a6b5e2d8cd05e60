// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One playout fed with a trace in virtual time, and what delay its sound had.

package import Core
import Voice

/// Which packet was decoded last.
final class LastDecoded {
  var sequence = -1
}

/// A decoder whose packets carry only their number; their sound is a piece of `sound`, which goes round.
struct TraceDecoder: VoiceDecoder, ~Copyable {
  let frameSamples: Int
  let sound: [Int16]
  let last: LastDecoded
  private var position = 0

  init(frameSamples: Int, sound: [Int16], last: LastDecoded) {
    precondition(sound.count % frameSamples == 0)
    (self.frameSamples, self.sound, self.last) = (frameSamples, sound, last)
  }

  static func payload(_ sequence: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: sequence >> ($0 * 8)) } }

  func sampleCount(of payload: ByteView) -> Int? { frameSamples }

  func carriesRecovery(_ payload: ByteView) -> Bool { false }

  mutating func decode(_ payload: ByteView, into samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
    let sequence = (0..<4).reduce(0) { $0 | Int(payload[$1]) << ($1 * 8) }
    last.sequence = sequence
    position = sequence * frameSamples % sound.count
    return copy(frameSamples, into: samples)
  }

  mutating func recover(
    from payload: ByteView, sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>
  ) -> Int? { nil }

  mutating func conceal(sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
    copy(sampleCount, into: samples)
  }

  mutating func reset() {}

  private mutating func copy(_ count: Int, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
    let first = min(count, sound.count - position)
    sound.withUnsafeBufferPointer { sound in
      UnsafeMutableRawBufferPointer(samples)
        .copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: sound[position..<position + first])))
    }
    for index in first..<max(first, count) { samples[index] = sound[index - first] }
    position = (position + count) % sound.count
    return count
  }
}

/// Generated speech, `count` samples of it.
package func speechLikeSound(_ count: Int) -> [Int16] {
  var source = SpeechLikeSource()
  var frame = PCMFrame(count: 480)
  var sound: [Int16] = []
  while sound.count < count {
    source.fill(&frame)
    frame.withSamples { sound.append(contentsOf: $0) }
  }
  return sound
}

/// What came of a run.
package struct TraceOutcome {
  package var report = TalkerReport()
  /// The delay of each decoded packet's sound, from its timestamp, less that of the fastest packet of all, in samples.
  package var delays: [Int] = []
  /// The time of each, in milliseconds.
  package var times: [Int] = []
  /// The delay the buffer aimed at.
  package var targets: [Int] = []
  /// The sound made up, of all that was played, per mille.
  package var madeUpPerMille = 0.0
  package var heard: [Int16] = []

  package func meanDelay(from: Int = 0) -> Double {
    let rest = zip(times, delays).filter { $0.0 >= from }.map(\.1)
    return Double(rest.reduce(0, +)) / Double(max(1, rest.count)) / 48
  }
}

/// Plays `trace` in periods of `period`, the first one `phaseMicroseconds` after time 0; the sound card is
/// `driftPartsPerMillion` faster than the far side's clock. Packet `n` is left out when `skips(n)`.
package func playTrace(
  _ trace: NetworkTrace, sound: [Int16], period: Int = 480, phaseMicroseconds: Int = 0, driftPartsPerMillion: Int = 0,
  keepingSound: Bool = false, skips: (Int) -> Bool = { _ in false }
) -> TraceOutcome {
  let last = LastDecoded()
  var playout = Playout(
    decoder: TraceDecoder(frameSamples: trace.frameSamples, sound: sound, last: last), periodSamples: period)
  var outcome = TraceOutcome()
  let fastest = trace.transits.min() ?? 0
  let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: period)
  room.initialize(repeating: 0)
  defer { room.deallocate() }
  let step = Int64(period) * 1_000_000_000 / 48_000 * Int64(1_000_000 - driftPartsPerMillion) / 1_000_000
  var due = Int64(phaseMicroseconds) * 1000
  var next = 0
  var frame = EncodedFrame()
  var (seen, pulled) = (-1, 0)
  func arrival(_ index: Int) -> Int64 {
    Int64(index * trace.frameSamples + trace.transits[index]) * 1_000_000 / 48
  }
  // Until the last packets have come, not until they are played: what is made up behind them is no loss.
  let end = Int64(trace.transits.count * trace.frameSamples) * 1_000_000 / 48
  while due < end {
    while next < trace.transits.count, arrival(next) <= due {
      if !skips(next) {
        frame.sequence = UInt32(next)
        frame.timestamp = RTPTimestamp(UInt32(truncatingIfNeeded: next * trace.frameSamples))
        frame.instant = Instant(nanoseconds: arrival(next))
        _ = TraceDecoder.payload(next).withByteView { frame.assign($0) }
        playout.insert(&frame)
      }
      next += 1
    }
    playout.pull(into: room, at: Instant(nanoseconds: due))
    pulled += period
    if keepingSound { outcome.heard.append(contentsOf: room) }
    if last.sequence != seen {
      seen = last.sequence
      let report = playout.report
      let arrived = trace.transits[seen] - fastest
      outcome.delays.append(Int(report.playoutDelaySamples) + arrived)
      outcome.targets.append(Int(report.targetDelaySamples))
      outcome.times.append(Int(due / 1_000_000))
    }
    due += step
  }
  outcome.report = playout.report
  outcome.madeUpPerMille = Double(outcome.report.concealedSamples) * 1000 / Double(pulled)
  return outcome
}
