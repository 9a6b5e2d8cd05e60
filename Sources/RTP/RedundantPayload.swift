// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A payload that carries copies of earlier ones in front of its own (RFC 2198 section 3).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |1|  block PT   |     timestamp offset      |   block length    |   a copy's header, one for each
//   |0|  block PT   |                                                   the last header: the packet's own payload
//   |  copies, in the order of their headers   |   own payload      |

public import Core

/// Where the parts of a redundant payload lie in the bytes it was parsed from. Every length has been checked.
public struct RedundantPayload: Sendable, BitwiseCopyable {
  /// One part.
  public struct Block: Equatable, Sendable, BitwiseCopyable {
    /// What it is, 0 ... 127.
    public let payloadType: UInt8
    /// How many samples it lies before the packet's timestamp, 0 ... 16,383; 0 for the packet's own payload.
    public let offsetSamples: UInt16
    /// Where it begins.
    public let start: Int
    /// How many bytes it has; a copy may have none.
    public let count: Int

    /// The range of its bytes.
    public var range: Range<Int> { start..<start + count }
  }

  /// The copies in their order, usually the oldest first.
  public private(set) var copies = RedundantBlockTable<Block>(
    filler: Block(payloadType: 0, offsetSamples: 0, start: 0, count: 0))
  /// The packet's own payload; never empty.
  public let own: Block

  /// The parts of `payload`, an RTP packet's payload without padding.
  ///
  /// Throws `.blockHeader`, `.blockLength`, `.tooManyBlocks`.
  public init(parsing payload: ByteView) throws(RTPError) {
    var headers = 0
    var total = 0
    while true {
      guard headers < payload.count else { throw .blockHeader }
      guard payload[headers] & 0x80 != 0 else { break }
      guard headers + Self.copyHeaderByteCount <= payload.count else { throw .blockHeader }
      total += Int(payload.uint16(at: headers + 2) & 0x3FF)
      headers += Self.copyHeaderByteCount
    }
    guard headers / Self.copyHeaderByteCount <= Limits.redundantBlocksMax else { throw .tooManyBlocks }
    var start = headers + 1
    guard start + total <= payload.count else { throw .blockLength }
    own = Block(
      payloadType: payload[headers], offsetSamples: 0, start: start + total, count: payload.count - start - total)
    guard own.count > 0 else { throw .blockHeader }
    for header in stride(from: 0, to: headers, by: Self.copyHeaderByteCount) {
      let word = payload.uint32(at: header)
      let count = Int(word & 0x3FF)
      copies.append(
        Block(
          payloadType: UInt8(word >> 24 & 0x7F), offsetSamples: UInt16(word >> 10 & 0x3FFF), start: start,
          count: count))
      start += count
    }
  }

  /// Size of a copy's header.
  public static let copyHeaderByteCount = 4

  /// Whether a copy of `count` bytes that lies `offsetSamples` back can be written.
  public static func fits(offsetSamples: Int, count: Int) -> Bool {
    (1...Limits.redundantOffsetSamplesMax).contains(offsetSamples)
      && (1...Limits.redundantBlockBytesMax).contains(count)
  }

  /// Writes the headers of one copy, which `fits`, and of the packet's own payload; the copy and that payload follow.
  static func writeHeaders(payloadType: UInt8, offsetSamples: Int, count: Int, to writer: inout ByteWriter) {
    let word = UInt32(offsetSamples) << 10 | UInt32(count)
    writer.uint8(0x80 | payloadType)
    writer.uint24(word & 0xFF_FFFF)
    writer.uint8(payloadType)
  }
}
