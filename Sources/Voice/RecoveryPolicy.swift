// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whether it pays to wait for what comes after a lost packet, which may carry a copy of it.

import Core

/// Follows the loss of one talker's packets. In-band FEC lies in the next packet, and a copy (RFC 2198) in one that the
/// far side chooses, so either can be used only with so much more delay: that is spent when at least 2 % are lost and
/// they are there, and given back below 0.5 %. From 5 % on (down to 2 %) the delay is both together: then the copy of
/// the packet after a lost one is there in time too, and the FEC in it helps where a packet is lost with its copy.
struct RecoveryPolicy: BitwiseCopyable {
  /// Delay to add to the target, in samples.
  var extraSamples: Int { takesBoth ? correctionSamples + copySamples : max(correctionSamples, copySamples) }
  /// What in-band FEC needs of it.
  private var correctionSamples = 0
  /// What copies need of it.
  private var copySamples = 0
  private var takesBoth = false
  private var lossPerMillion: Int64 = 0
  private var frameSamples = 0
  /// How many packets were played since one that carried FEC.
  private var packetsWithout = Self.lookPackets
  /// How far back copies of missing packets lie, at most, lately and since the last look.
  private var copyOffset = 0
  private var newCopyOffset = 0
  private var packetsSinceLook = 0

  private static let beginsPerMillion: Int64 = 20_000
  private static let endsPerMillion: Int64 = 5000
  private static let bothBeginPerMillion: Int64 = 50_000
  private static let bothEndPerMillion: Int64 = 20_000
  /// How many packets without a copy of a missing one, or without FEC, show that there is none (any more); a pause in
  /// speech is shorter, and carries no FEC either.
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
    }
    decide()
  }

  /// A packet was played that carried FEC, or did not.
  mutating func note(carriesRecovery: Bool) {
    packetsWithout = carriesRecovery ? 0 : min(packetsWithout + 1, Self.lookPackets)
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
    correctionSamples = pays && packetsWithout < Self.lookPackets ? frameSamples : 0
    copySamples = pays ? copyOffset : 0
    takesBoth =
      copySamples <= frameSamples && copySamples > 0
      && lossPerMillion >= (takesBoth ? Self.bothEndPerMillion : Self.bothBeginPerMillion)
  }
}
