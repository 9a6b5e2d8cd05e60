// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Copies that came with later packets (RFC 2198): put in place of packets that are missing, and then played as they
// would have been.

import Core

/// What became of copies of missing packets. Totals.
public struct CopyCounters: Equatable, Sendable, BitwiseCopyable {
  /// Played.
  public var played: UInt64 = 0
  /// Came after their time was played.
  public var late: UInt64 = 0
  /// The packet, or another copy, was there already.
  public var duplicate: UInt64 = 0

  /// None.
  public init() {}
}

extension JitterBuffer {
  /// Stores a copy where the packet is missing and may still be played. Says nothing about the network's delay, so the
  /// estimator does not hear of it; and it begins no timeline.
  mutating func insertCopy(_ frame: borrowing EncodedFrame, sampleCount: Int) {
    recovery.note(copyOffset: Int(frame.copyOffsetSamples))
    let ahead = Self.distance(frame.sequence, nextSequence)
    guard hasPackets, ahead >= 0 else {
      if ahead < 0, ahead >= -64, passed & (1 << UInt64(-1 - ahead)) != 0 {
        copies.duplicate += 1
      } else {
        copies.late += 1
      }
      return
    }
    // A copy lies behind the packet that brought it; one that lies further ahead than the slots belongs to nothing here.
    guard ahead < Limits.jitterSlots else { return copies.late += 1 }
    let slot = Self.slot(frame.sequence)
    guard occupied & (1 << UInt64(slot)) == 0 else { return copies.duplicate += 1 }
    memory.slot(slot).pointee = copy frame
    memory.slot(slot).pointee.sampleCount = sampleCount
    occupied |= 1 << UInt64(slot)
  }
}
