// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a receiver says about losses and its jitter buffer: extended reports (RFC 3611).
//
//   packet:  | V=2, P, reserved |  207  |  length  |  SSRC of the reporter  |  blocks |
//   block:   | 7 | reserved | 8 | SSRC | loss, discard, burst and gap density | burst and gap duration | round trip, end
//            | system delay | signal, noise, RERL, Gmin | R, external R, MOS-LQ, MOS-CQ | RX config, reserved, buffer:
//            | nominal | maximum, absolute maximum |        words after the first: 8 (section 4.7)

import Core

/// The block of VoIP metrics about one source, as far as it is of use here.
///
/// Unlike RFC 3611 says, what we send tells of the last few seconds and not of the whole call, because the far side is
/// to act on it; and Gmin is 1, so that a burst is a run of at least two packets, with none received in between.
public struct VoIPMetrics: Equatable, Sendable, BitwiseCopyable {
  /// The share of packets lost, in 256ths.
  public var lossRate: UInt8 = 0
  /// The share lost within bursts, in 256ths.
  public var burstDensity: UInt8 = 0
  /// The share lost outside of bursts, of the packets there, in 256ths.
  public var gapDensity: UInt8 = 0
  /// The mean length of bursts.
  public var burstDurationMilliseconds: UInt16 = 0
  /// The mean length of what lies between.
  public var gapDurationMilliseconds: UInt16 = 0
  /// How many packets must be received in a row to end a burst.
  public var gapThreshold: UInt8 = 1
  /// The delay that the jitter buffer gives a packet which comes in time.
  public var bufferMilliseconds: UInt16 = 0

  /// Nothing lost and no delay.
  public init() {}

  /// Which share of the losses comes in bursts, 0 ... 1,000 per mille; 0 without losses.
  public var burstPerMille: Int {
    guard lossRate > gapDensity, burstDensity > gapDensity else { return 0 }
    // l = b d + (1 − b) g, with b the share of packets within bursts, d and g the two densities.
    let (loss, burst, gap) = (Int(lossRate), Int(burstDensity), Int(gapDensity))
    let within = (loss - gap) * burst * 1_000 / ((burst - gap) * loss)
    return min(within, 1_000)
  }

  static let blockType: UInt8 = 7
  /// Size of the block on the wire.
  static let byteCount = 36

  /// The block in the first 36 bytes of `bytes`, which are there.
  init(_ bytes: ByteView) {
    lossRate = bytes[8]
    burstDensity = bytes[10]
    gapDensity = bytes[11]
    burstDurationMilliseconds = bytes.uint16(at: 12)
    gapDurationMilliseconds = bytes.uint16(at: 14)
    gapThreshold = bytes[23]
    bufferMilliseconds = bytes.uint16(at: 30)
  }

  func write(about ssrc: UInt32, to writer: inout ByteWriter) {
    writer.uint8(Self.blockType)
    writer.uint8(0)
    writer.uint16(8)
    writer.uint32(ssrc)
    writer.uint8(lossRate)
    writer.uint8(0)
    writer.uint8(burstDensity)
    writer.uint8(gapDensity)
    writer.uint16(burstDurationMilliseconds)
    writer.uint16(gapDurationMilliseconds)
    writer.uint16(0)
    writer.uint16(bufferMilliseconds)
    // Signal, noise and RERL are not told (127), nor are R factors and opinion scores.
    writer.fill(127, count: 3)
    writer.uint8(gapThreshold)
    writer.fill(127, count: 4)
    // Concealment beyond the standard's, and a buffer that adapts.
    writer.uint8(0xB0)
    writer.uint8(0)
    writer.uint16(bufferMilliseconds)
    writer.uint16(UInt16(Limits.jitterTargetSamplesMax / 48))
    writer.uint16(UInt16(Limits.jitterTargetSamplesMax / 48))
  }
}

/// An extended report: blocks of which only the VoIP metrics are of use here. Blocks whose length does not hold end it.
public struct ExtendedReport: Sendable {
  private let bytes: ByteView

  init(_ bytes: ByteView) { self.bytes = bytes }

  /// The VoIP metrics about the source `ssrc`, or nil.
  public func voipMetrics(about ssrc: UInt32) -> VoIPMetrics? {
    var offset = 4
    while offset + 4 <= bytes.count {
      let end = offset + 4 * (Int(bytes.uint16(at: offset + 2)) + 1)
      guard end <= bytes.count else { return nil }
      let block = bytes[offset..<end]
      if block[0] == VoIPMetrics.blockType, block.count >= VoIPMetrics.byteCount, block.uint32(at: 4) == ssrc {
        return VoIPMetrics(block)
      }
      offset = end
    }
    return nil
  }
}
