// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whether it pays to wait for what comes after a lost packet, which may carry a copy of it.

import Core

/// Follows the loss of one talker's packets. In-band FEC lies in the next packet, and a copy (RFC 2198) in one that the
/// far side chooses, so either can be used only with so much more delay: that is spent when at least 2 % are lost and
/// the copies are there, and given back below 0.5 %.
struct RecoveryPolicy: BitwiseCopyable {
  /// Delay to add to the target, in samples.
  var extraSamples: Int { max(correctionSamples, copySamples) }
  /// What in-band FEC needs of it.
  private var correctionSamples = 0
  /// What copies need of it.
  private var copySamples = 0
  private var lossPerMillion: Int64 = 0
  private var failures = 0
  private var frameSamples = 0
  /// How far back copies of missing packets lie, at most, lately and since the last look.
  private var copyOffset = 0
  private var newCopyOffset = 0
  private var packetsSinceLook = 0

  private static let beginsPerMillion: Int64 = 20_000
  private static let endsPerMillion: Int64 = 5000
  /// A pause in speech carries no copies either, so it takes more failures in a row than a pause brings.
  private static let failuresMax = 12
  /// How many packets without a copy of a missing one show that there are no copies (any more).
  private static let lookPackets = 256

  /// A packet of `sampleCount` samples is played after `missing` that are not there, or whose copies stand in for them.
  mutating func note(missing: Int, sampleCount: Int) {
    frameSamples = sampleCount
    for _ in 0..<min(missing, Limits.jitterSlots) { lossPerMillion += (1_000_000 - lossPerMillion) / 128 }
    lossPerMillion -= lossPerMillion / 128
    packetsSinceLook += 1
    if packetsSinceLook >= Self.lookPackets {
      packetsSinceLook = 0
      copyOffset = newCopyOffset
      newCopyOffset = 0
      // Without the delay there is nothing to try, so once in a while it is spent again.
      failures = min(failures, Self.failuresMax - 2)
    }
    decide()
  }

  /// A recovery from the next packet was tried.
  mutating func note(recovered: Bool) {
    failures = recovered ? 0 : min(failures + 1, Self.failuresMax)
    decide()
  }

  /// A copy of a missing packet came, `offset` samples after it.
  mutating func note(copyOffset offset: Int) {
    let useful = min(offset, Limits.copyDelaySamplesMax)
    copyOffset = max(copyOffset, useful)
    newCopyOffset = max(newCopyOffset, useful)
    decide()
  }

  private mutating func decide() {
    let pays =
      lossPerMillion >= Self.beginsPerMillion || (extraSamples > 0 && lossPerMillion >= Self.endsPerMillion)
    correctionSamples = pays && failures < Self.failuresMax ? frameSamples : 0
    copySamples = pays ? copyOffset : 0
  }
}
