// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The RTP header, parsed without copying anything (RFC 3550 section 5.1).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//   |                           timestamp                           |
//   |           synchronization source (SSRC) identifier            |
//   |            contributing source (CSRC) identifiers: CC         |
//   |      X: extension profile     |     extension length in words |
//   |                  extension: length words                      |
//   |                  payload                                      |
//   |                  P: padding, the last byte is its length      |

public import Core

/// A media packet's header, and where its parts lie in the bytes it was parsed from. Every length has been checked.
public struct RTPPacket: Sendable {
  /// The marker bit: for audio, the first packet after a silence (RFC 3551 section 4.1).
  public let marker: Bool
  /// The payload type, 0 ... 127.
  public let payloadType: UInt8
  /// The sequence number.
  public let sequence: SequenceNumber
  /// The time of the first sample.
  public let timestamp: RTPTimestamp
  /// The synchronization source.
  public let ssrc: UInt32
  /// How many contributing sources are named, 0 ... 15.
  public let contributorCount: Int
  /// The header extension's profile, nil when there is no extension.
  public let extensionProfile: UInt16?
  /// Where the header extension's words lie; empty when there are none.
  public let extensionRange: Range<Int>
  /// Where the payload lies; may be empty.
  public let payloadRange: Range<Int>
  /// How many bytes of padding follow the payload.
  public let paddingByteCount: Int

  /// Size of the header without contributors and extension.
  public static let headerByteCount = 12

  /// The header of `bytes`.
  public init(parsing bytes: ByteView) throws(RTPError) {
    guard bytes.count >= Self.headerByteCount else { throw .truncated }
    guard bytes[0] >> 6 == 2 else { throw .version }
    marker = bytes[1] & 0x80 != 0
    payloadType = bytes[1] & 0x7F
    sequence = SequenceNumber(bytes.uint16(at: 2))
    timestamp = RTPTimestamp(bytes.uint32(at: 4))
    ssrc = bytes.uint32(at: 8)
    contributorCount = Int(bytes[0] & 0x0F)
    var start = Self.headerByteCount + 4 * contributorCount
    guard bytes.count >= start else { throw .truncated }
    if bytes[0] & 0x10 != 0 {
      guard bytes.count >= start + 4 else { throw .truncated }
      extensionProfile = bytes.uint16(at: start)
      let end = start + 4 + 4 * Int(bytes.uint16(at: start + 2))
      guard bytes.count >= end else { throw .truncated }
      extensionRange = start + 4..<end
      start = end
    } else {
      extensionProfile = nil
      extensionRange = start..<start
    }
    var padding = 0
    if bytes[0] & 0x20 != 0 {
      guard bytes.count > start else { throw .padding }
      padding = Int(bytes[bytes.count - 1])
      guard padding > 0, padding <= bytes.count - start else { throw .padding }
    }
    paddingByteCount = padding
    payloadRange = start..<bytes.count - padding
  }
}

extension ByteView {
  /// The two bytes at `offset`, which lie within the view.
  func uint16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

  /// The four bytes at `offset`, which lie within the view.
  func uint32(at offset: Int) -> UInt32 { UInt32(uint16(at: offset)) << 16 | UInt32(uint16(at: offset + 2)) }
}
