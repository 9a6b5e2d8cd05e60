// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which sequence number a copy of an earlier payload stands for: RFC 2198 says only how far it lies back in time.

import Core

/// Remembers the timestamps of the last packets.
///
/// A copy's place is found between the packets that came: the newest one older than it, and the oldest one newer. With
/// one number between them it is that; with more, the length of a frame decides. So any distance is understood, and a
/// pause of the far side, over which numbers go on and timestamps jump, is no trap.
struct PacketHistory: Sendable, BitwiseCopyable {
  /// What a copy is a copy of.
  enum Place: Equatable, BitwiseCopyable {
    /// A packet that is here.
    case here
    /// The packet with this number, which is not.
    case missing(UInt32)
    /// None that can be told.
    case unknown
  }

  private var timestamps = RedundancyHistory<UInt32>(repeating: 0)
  private var sequences = RedundancyHistory<UInt32>(repeating: 0)
  private var isKnown: UInt64 = 0
  private var newest: UInt32 = 0
  private var frameSamples: Int32 = 960

  /// How long the far side's frames last.
  var frameMilliseconds: UInt32 { max(1, UInt32(bitPattern: frameSamples) / 48) }

  /// Takes note of a packet that is here.
  mutating func note(sequence: UInt32, timestamp: RTPTimestamp) {
    if let before = self.timestamp(of: sequence &- 1), sequence == newest &+ 1 {
      let length = Int32(bitPattern: timestamp.value &- before)
      if length >= 120, length <= Int32(Limits.receivedFrameSamplesMax) { frameSamples = length }
    }
    let place = Int(sequence % UInt32(Limits.redundancyHistoryPackets))
    timestamps[place] = timestamp.value
    sequences[place] = sequence
    isKnown |= 1 << UInt64(place)
    if isKnown & (isKnown &- 1) == 0 || Int32(bitPattern: sequence &- newest) > 0 { newest = sequence }
  }

  /// The place of a copy with `timestamp` that the packet `carrier`, which has been noted, brought.
  func place(of timestamp: RTPTimestamp, carriedBy carrier: UInt32) -> Place {
    guard var above = self.timestamp(of: carrier) else { return .unknown }
    var aboveSequence = carrier
    for back in 1..<UInt32(Limits.redundancyHistoryPackets) {
      let sequence = carrier &- back
      guard let known = self.timestamp(of: sequence) else { continue }
      let ahead = Int32(bitPattern: timestamp.value &- known)
      if ahead == 0 { return .here }
      guard ahead > 0 else {
        above = known
        aboveSequence = sequence
        continue
      }
      let missing = aboveSequence &- sequence &- 1
      if missing == 0 { return .unknown }
      if missing == 1 { return .missing(sequence &+ 1) }
      let length = UInt32(frameSamples)
      let frames = (above &- timestamp.value &+ length / 2) / length
      return frames >= 1 && frames <= missing ? .missing(aboveSequence &- frames) : .unknown
    }
    return .unknown
  }

  private func timestamp(of sequence: UInt32) -> UInt32? {
    let place = Int(sequence % UInt32(Limits.redundancyHistoryPackets))
    return isKnown >> UInt64(place) & 1 == 1 && sequences[place] == sequence ? timestamps[place] : nil
  }
}
