// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where an engine and its memory are made: at start only.

import Core

extension Engine where Encoder: ~Copyable, Decoder: ~Copyable, Canceller: ~Copyable {
  /// An engine with open gates and full volume that does not send yet and listens to nobody. `makeDecoder` is called once for each
  /// talker. Allocates; not for a running call.
  public init<Failure: Error>(
    periodSamples: Int, frameSamples: Int, encoder: consuming Encoder, canceller: consuming Canceller,
    ends: consuming Ends, makeDecoder: () throws(Failure) -> Decoder
  ) throws(Failure) {
    let talkers = TalkerTable(
      first: Playout(decoder: try makeDecoder(), periodSamples: periodSamples),
      second: Playout(decoder: try makeDecoder(), periodSamples: periodSamples),
      third: Playout(decoder: try makeDecoder(), periodSamples: periodSamples),
      fourth: Playout(decoder: try makeDecoder(), periodSamples: periodSamples))
    self.init(
      periodSamples: periodSamples, frameSamples: frameSamples, encoder: encoder, canceller: canceller,
      talkers: talkers, ends: ends, scratch: SampleMemory(count: Limits.periodSamplesMax),
      line: SampleMemory(count: Limits.talkPreRollSamplesMax), gain: GainControl())
  }
}

extension Playout where Decoder: ~Copyable {
  /// A playout with an empty jitter buffer that is pulled `periodSamples` samples a time. Allocates; not for a running
  /// call.
  public init(decoder: consuming Decoder, periodSamples: Int) {
    self.init(
      decoder: decoder, jitter: JitterBuffer(periodSamples: periodSamples),
      memory: SampleMemory(count: Self.memorySamples))
  }
}

extension JitterBuffer {
  /// An empty buffer that is pulled `periodSamples` samples a time. Allocates; not for a running call.
  public init(periodSamples: Int) {
    self.init(memory: FrameMemory(), periodSamples: periodSamples)
  }
}
