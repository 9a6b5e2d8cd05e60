// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Control packets, parsed without copying anything (RFC 3550 sections 6.1 to 6.6 and appendix A.2).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |V=2|P|  count  |  packet type  |     length in words - 1       |
//   |  200 SR: sender information, blocks    201 RR: SSRC, blocks   |
//   |  202 SDES: chunks    203 BYE: sources, reason                 |

public import Core

/// One packet of a compound packet.
public enum RTCPPacket: Sendable {
  /// A sender report (200).
  case senderReport(SenderReport, ReportBlocks)
  /// A receiver report (201) of the source `ssrc`.
  case receiverReport(ssrc: UInt32, ReportBlocks)
  /// Names of sources (202).
  case sourceDescription(SourceDescription)
  /// The end of sources (203).
  case goodbye(Goodbye)
  /// Figures beyond a report's (207).
  case extendedReport(ExtendedReport)
  /// Anything else: application packets (204), feedback (205, 206) and what is yet to come.
  case other(type: UInt8)
}

/// The packet types of RFC 3550 section 12.1.
enum RTCPType {
  static let senderReport: UInt8 = 200
  static let receiverReport: UInt8 = 201
  static let sourceDescription: UInt8 = 202
  static let goodbye: UInt8 = 203
  static let extendedReport: UInt8 = 207
}

/// Goes through the packets of a compound packet. All of it is checked before the first packet is given out, so that a
/// packet which is malformed further on changes nothing.
public struct RTCPReader: Sendable {
  private let bytes: ByteView
  private var offset = 0

  /// A cursor at the first packet of `bytes`. Unless `reducedSize` was agreed on, the first must be a report (RFC 3550
  /// section 6.1, RFC 5506 section 3.1).
  public init(parsing bytes: ByteView, reducedSize: Bool = false) throws(RTPError) {
    guard bytes.count >= 4 else { throw .truncated }
    guard bytes[0] >> 6 == 2 else { throw .version }
    let isReport = bytes[1] == RTCPType.senderReport || bytes[1] == RTCPType.receiverReport
    guard isReport || reducedSize else { throw .notCompound }
    var start = 0
    while start < bytes.count {
      start = try Self.check(bytes, at: start)
    }
    self.bytes = bytes
  }

  /// The next packet, or nil at the end.
  public mutating func next() -> RTCPPacket? {
    guard offset < bytes.count else { return nil }
    let (type, count) = (bytes[offset + 1], Int(bytes[offset] & 0x1F))
    let body = Self.body(bytes, at: offset)
    offset += Self.size(bytes, at: offset)
    switch type {
    case RTCPType.senderReport:
      let blocks = body[SenderReport.byteCount..<SenderReport.byteCount + count * ReportBlock.byteCount]
      return .senderReport(SenderReport(body), ReportBlocks(blocks))
    case RTCPType.receiverReport:
      return .receiverReport(ssrc: body.uint32(at: 0), ReportBlocks(body[4..<4 + count * ReportBlock.byteCount]))
    case RTCPType.sourceDescription: return .sourceDescription(SourceDescription(body, count: count))
    case RTCPType.goodbye: return .goodbye(Goodbye(body, count: count))
    case RTCPType.extendedReport: return .extendedReport(ExtendedReport(body))
    default: return .other(type: type)
    }
  }

  /// Checks the packet at `start` and answers where the next one begins.
  private static func check(_ bytes: ByteView, at start: Int) throws(RTPError) -> Int {
    guard bytes.count - start >= 4 else { throw .length }
    guard bytes[start] >> 6 == 2 else { throw .version }
    let end = start + size(bytes, at: start)
    guard end <= bytes.count else { throw .length }
    if bytes[start] & 0x20 != 0 {
      // Only the last packet may be padded (RFC 3550 section 6.4.1).
      let padding = Int(bytes[end - 1])
      guard end == bytes.count, padding > 0, padding % 4 == 0, padding <= end - start - 4 else { throw .padding }
    }
    let body = body(bytes, at: start)
    let count = Int(bytes[start] & 0x1F)
    let fits =
      switch bytes[start + 1] {
      case RTCPType.senderReport: body.count >= SenderReport.byteCount + count * ReportBlock.byteCount
      case RTCPType.receiverReport: body.count >= 4 + count * ReportBlock.byteCount
      case RTCPType.sourceDescription: SourceDescription(body, count: count).isWellFormed
      case RTCPType.goodbye: Goodbye.isWellFormed(body, count: count)
      default: true
      }
    guard fits else { throw .content }
    return end
  }

  /// The size of the packet at `start`, whose four bytes of header are there.
  private static func size(_ bytes: ByteView, at start: Int) -> Int { 4 * (Int(bytes.uint16(at: start + 2)) + 1) }

  /// What follows the header of the packet at `start`, without padding.
  private static func body(_ bytes: ByteView, at start: Int) -> ByteView {
    let end = start + size(bytes, at: start)
    return bytes[start + 4..<end - (bytes[start] & 0x20 != 0 ? Int(bytes[end - 1]) : 0)]
  }
}

/// Names of sources: chunks of an SSRC and items, of which only the canonical name is of use here (RFC 3550 section
/// 6.5).
public struct SourceDescription: Sendable {
  private let bytes: ByteView
  private let count: Int

  init(_ bytes: ByteView, count: Int) {
    self.bytes = bytes
    self.count = count
  }

  /// The canonical name of the source `ssrc`, or nil.
  public func cname(of ssrc: UInt32) -> ByteView? {
    var found: ByteView?
    _ = walk { source, item, value in
      if source == ssrc, item == Self.cnameItem, found == nil { found = value }
    }
    return found
  }

  /// Whether every chunk and every item lies within the packet.
  var isWellFormed: Bool { walk { _, _, _ in } }

  private func walk(_ visit: (_ ssrc: UInt32, _ item: UInt8, _ value: ByteView) -> Void) -> Bool {
    var offset = 0
    for _ in 0..<count {
      guard offset + 4 <= bytes.count else { return false }
      let ssrc = bytes.uint32(at: offset)
      offset += 4
      while true {
        guard offset < bytes.count else { return false }
        guard bytes[offset] != 0 else { break }
        guard offset + 2 <= bytes.count else { return false }
        let end = offset + 2 + Int(bytes[offset + 1])
        guard end <= bytes.count else { return false }
        visit(ssrc, bytes[offset], bytes[offset + 2..<end])
        offset = end
      }
      // At least one zero ends the items, then zeros to the next word.
      offset = (offset / 4 + 1) * 4
      guard offset <= bytes.count else { return false }
    }
    return true
  }

  static let cnameItem: UInt8 = 1
}

/// The end of sources (RFC 3550 section 6.6).
public struct Goodbye: Sendable {
  private let bytes: ByteView
  /// How many sources leave, 0 ... 31.
  public let count: Int

  init(_ bytes: ByteView, count: Int) {
    self.bytes = bytes
    self.count = count
  }

  /// The source at `index`, 0 ..< count.
  public subscript(index: Int) -> UInt32 { bytes[index * 4..<index * 4 + 4].uint32(at: 0) }

  /// The reason given; empty when there is none.
  public var reason: ByteView {
    let rest = bytes.dropFirst(count * 4)
    return rest.isEmpty ? .empty : rest.dropFirst(1).prefix(Int(rest[0]))
  }

  static func isWellFormed(_ bytes: ByteView, count: Int) -> Bool {
    guard bytes.count >= count * 4 else { return false }
    let rest = bytes.dropFirst(count * 4)
    return rest.isEmpty || rest.count > Int(rest[0])
  }
}
