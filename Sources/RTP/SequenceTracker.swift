// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the sequence numbers of one source tell: order, gaps, restarts, duplicates, loss (RFC 3550 appendices A.1 and
// A.3).

public import Core

/// Follows one source's sequence numbers, as RFC 3550 appendix A.1 does, and counts its losses as appendix A.3 does.
///
/// Besides the RFC: the last 64 numbers are remembered, so that duplicates are told from late packets; and `extended`
/// never goes back: a restart moves it forward by at least 65,536, so that what follows can tell a restart from a gap.
public struct SequenceTracker: Sendable, BitwiseCopyable {
  /// What one sequence number means.
  public enum Verdict: Equatable, Sendable, BitwiseCopyable {
    /// The first packet that counts, or the first after a restart.
    case started
    /// In order, or after a gap.
    case accepted
    /// Late, but new as far as is remembered.
    case late
    /// Seen before.
    case duplicate
    /// Not trusted yet: the source is on probation, or this would be a restart and the next packet must confirm it.
    case waiting
  }

  /// Whether the source has shown enough packets in a row.
  public var isValid: Bool { probation == 0 }
  /// Packets received since the last start, late ones and duplicates included.
  public private(set) var receivedPackets: UInt32 = 0
  /// How often the source restarted.
  public private(set) var restarts: UInt32 = 0

  private var maxSequence: UInt16
  private var cycles: UInt32 = 0
  private var baseSequence: UInt32 = 0
  private var badSequence: UInt32 = noSequence
  private var probation: Int
  private let probationPackets: Int
  private var expectedPrior: UInt32 = 0
  private var receivedPrior: UInt32 = 0
  private var lostBeforeRestart: UInt64 = 0
  /// What `extended` adds to the RFC's extended number: never below 65,536, so that a late packet before the first one
  /// fits.
  private var epoch: UInt32 = 0x1_0000
  /// Bit n: the packet n before `maxSequence` was seen.
  private var seen: UInt64 = 0

  /// A source whose first packet has the number `first`; it counts from its `probationPackets`th packet in a row on (1:
  /// at once). The first packet is still to be handed to `update`.
  public init(first: SequenceNumber, probationPackets: Int = Limits.rtpProbationPackets) {
    maxSequence = first.value &- 1
    probation = probationPackets
    self.probationPackets = probationPackets
  }

  /// Takes in the sequence number of a packet.
  public mutating func update(_ sequence: SequenceNumber) -> Verdict {
    let number = sequence.value
    let forward = number &- maxSequence
    if probation > 0 {
      probation = forward == 1 ? probation - 1 : probationPackets - 1
      maxSequence = number
      guard probation == 0 else { return .waiting }
      start(at: number)
      return .started
    }
    if forward == 0 {
      receivedPackets &+= 1
      return .duplicate
    }
    if Int(forward) < Limits.rtpDropoutPacketsMax {
      if number < maxSequence { cycles &+= 0x1_0000 }
      maxSequence = number
      seen = forward < 64 ? seen << UInt64(forward) | 1 : 1
      receivedPackets &+= 1
      return .accepted
    }
    if Int(forward) <= 0x1_0000 - Limits.rtpMisorderPacketsMax {
      guard UInt32(number) == badSequence else {
        badSequence = (UInt32(number) &+ 1) & 0xFFFF
        return .waiting
      }
      restarts &+= 1
      lostBeforeRestart &+= UInt64(max(0, cumulativeLost))
      epoch = (extendedMax & 0xFFFF_0000) &+ 0x2_0000
      start(at: number)
      return .started
    }
    receivedPackets &+= 1
    let behind = UInt64(maxSequence &- number)
    guard behind < 64 else { return .late }
    if seen >> behind & 1 == 1 { return .duplicate }
    seen |= 1 << behind
    return .late
  }

  /// The sequence number without wrapping, for a packet that `update` has just taken in.
  public func extended(_ sequence: SequenceNumber) -> UInt32 {
    let distance = sequence.distance(from: SequenceNumber(maxSequence))
    return extendedMax &+ UInt32(truncatingIfNeeded: distance)
  }

  /// The highest extended number since the last start, as reports carry it (RFC 3550 section 6.4.1).
  public var extendedHighest: UInt32 { cycles &+ UInt32(maxSequence) }

  /// Packets that should have come since the last start.
  public var expectedPackets: UInt32 { probation == 0 ? extendedHighest &- baseSequence &+ 1 : 0 }

  /// Expected minus received since the last start; negative when duplicates outnumber losses (appendix A.3).
  public var cumulativeLost: Int64 { Int64(expectedPackets) - Int64(receivedPackets) }

  /// Packets lost in all, restarts included, never negative.
  public var lostPackets: UInt64 { lostBeforeRestart &+ UInt64(max(0, cumulativeLost)) }

  /// The fraction lost since the last call, in 256ths (appendix A.3). Changes the state: once a report.
  public mutating func takeFractionLost() -> UInt8 {
    let expectedInterval = Int64(expectedPackets &- expectedPrior)
    let lostInterval = expectedInterval - Int64(receivedPackets &- receivedPrior)
    expectedPrior = expectedPackets
    receivedPrior = receivedPackets
    guard expectedInterval > 0, lostInterval > 0 else { return 0 }
    return UInt8(clamping: (lostInterval << 8) / expectedInterval)
  }

  /// Whether a packet has come since the last `takeFractionLost`.
  public var hasNews: Bool { receivedPackets != receivedPrior }

  private var extendedMax: UInt32 { epoch &+ extendedHighest }

  private mutating func start(at number: UInt16) {
    baseSequence = UInt32(number)
    maxSequence = number
    badSequence = Self.noSequence
    cycles = 0
    receivedPackets = 1
    receivedPrior = 0
    expectedPrior = 0
    seen = 1
  }

  /// A number that no packet has.
  private static let noSequence: UInt32 = 0x1_0001
}
