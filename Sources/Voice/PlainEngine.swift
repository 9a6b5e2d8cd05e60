// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The engine with its plain twins, so that the lint step can compile a whole cycle without an adapter.

public import Core

/// An engine for tests and bring-up.
public typealias PlainEngine = Engine<PassThroughEncoder, PassThroughDecoder, NoCanceller>

extension Engine where Encoder == PassThroughEncoder, Decoder == PassThroughDecoder, Canceller == NoCanceller {
  /// `cycle`, compiled here for these three types: it is what the no-allocations check sees.
  public mutating func plainCycle(captured: inout PCMFrame, played: inout PCMFrame, at now: Instant) -> Int {
    cycle(captured: &captured, played: &played, at: now)
  }
}
