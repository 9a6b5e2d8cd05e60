// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whether it pays to wait for the packet after a lost one, which may carry a copy of it.

import Core

/// Follows the loss of one talker's packets. In-band FEC lies in the next packet, so it can be used only with one frame
/// more of delay: that is spent when at least 2 % are lost and the copies are there, and given back below 0.5 %.
struct RecoveryPolicy: BitwiseCopyable {
  /// Delay to add to the target, in samples.
  private(set) var extraSamples = 0
  private var lossPerMillion: Int64 = 0
  private var failures = 0
  private var frameSamples = 0

  private static let beginsPerMillion: Int64 = 20_000
  private static let endsPerMillion: Int64 = 5000
  private static let failuresMax = 4

  /// A packet of `sampleCount` samples is played after `missing` that are not there.
  mutating func note(missing: Int, sampleCount: Int) {
    frameSamples = sampleCount
    for _ in 0..<min(missing, Limits.jitterSlots) { lossPerMillion += (1_000_000 - lossPerMillion) / 128 }
    lossPerMillion -= lossPerMillion / 128
    decide()
  }

  /// A recovery from the next packet was tried.
  mutating func note(recovered: Bool) {
    failures = recovered ? 0 : min(failures + 1, Self.failuresMax)
    decide()
  }

  private mutating func decide() {
    if failures >= Self.failuresMax || lossPerMillion < Self.endsPerMillion {
      extraSamples = 0
    } else if lossPerMillion >= Self.beginsPerMillion || extraSamples > 0 {
      extraSamples = frameSamples
    }
  }
}
