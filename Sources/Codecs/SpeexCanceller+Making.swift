// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a canceller of speexdsp is made: at start only.

import CSpeexDSP
import Voice

extension SpeexCanceller {
  /// The echo that it can take away: 256 ms at 16 kHz.
  static let tailSamples = 4096

  /// A canceller with everything on, for periods of `periodSamples` samples (240, 480 or 960); nil where it is not in this build.
  /// Takes about 250 KB; allocates, not for a running call. Traps without memory.
  public init?(periodSamples: Int) {
    precondition(periodSamples == 240 || periodSamples == 480 || periodSamples == 960, "a period is 5, 10 or 20 ms")
    guard Self.isBuilt else { return nil }
    guard let state = cspeexdsp_echo_make(16_000, 160, Int32(Self.tailSamples)) else {
      preconditionFailure("there is no memory for an echo canceller")
    }
    self.init(
      state: state, memory: FloatMemory(count: Self.memoryCount), line: BlockLine(periodSamples: periodSamples),
      micSplit: BandSplit(), farSplit: BandSplit())
  }
}
