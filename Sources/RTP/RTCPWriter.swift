// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Composing control packets (RFC 3550 section 6).

public import Core

/// What a compound packet of ours holds: a report, our name, and perhaps VoIP metrics and the goodbye.
public enum RTCPWriter {
  /// Writes a sender report (when `sender` is there) or a receiver report of the source `ssrc`, with `block` if there
  /// is one, our canonical name, an extended report of `metrics` about the block's source, and a goodbye when `goodbye`
  /// is true. False when it does not fit.
  public static func write(
    sender: SenderReport?, ssrc: UInt32, block: ReportBlock?, metrics: VoIPMetrics? = nil, cname: RTCPCNAMEStorage,
    goodbye: Bool = false, into datagram: inout Datagram
  ) -> Bool {
    datagram.write { writer in
      let blocks = block == nil ? 0 : 1
      if let sender {
        header(RTCPType.senderReport, count: blocks, words: 6 + 6 * blocks, to: &writer)
        sender.write(to: &writer)
      } else {
        header(RTCPType.receiverReport, count: blocks, words: 1 + 6 * blocks, to: &writer)
        writer.uint32(ssrc)
      }
      block?.write(to: &writer)
      sourceDescription(ssrc: ssrc, cname: cname, to: &writer)
      if let block, let metrics {
        header(RTCPType.extendedReport, count: 0, words: 1 + VoIPMetrics.byteCount / 4, to: &writer)
        writer.uint32(ssrc)
        metrics.write(about: block.ssrc, to: &writer)
      }
      if goodbye { self.goodbye(ssrc: ssrc, to: &writer) }
    }
  }

  /// Writes a goodbye alone, where reduced size was agreed on (RFC 5506). False when it does not fit.
  public static func writeGoodbye(ssrc: UInt32, into datagram: inout Datagram) -> Bool {
    datagram.write { writer in goodbye(ssrc: ssrc, to: &writer) }
  }

  private static func sourceDescription(ssrc: UInt32, cname: RTCPCNAMEStorage, to writer: inout ByteWriter) {
    let itemBytes = 2 + cname.count
    // The zeros that end the items fill the last word; there is at least one.
    let zeros = 4 - itemBytes % 4
    header(RTCPType.sourceDescription, count: 1, words: 1 + (itemBytes + zeros) / 4, to: &writer)
    writer.uint32(ssrc)
    writer.uint8(SourceDescription.cnameItem)
    writer.uint8(UInt8(cname.count))
    for index in cname.indices { writer.uint8(cname[index]) }
    writer.fill(0, count: zeros)
  }

  private static func goodbye(ssrc: UInt32, to writer: inout ByteWriter) {
    header(RTCPType.goodbye, count: 1, words: 1, to: &writer)
    writer.uint32(ssrc)
  }

  private static func header(_ type: UInt8, count: Int, words: Int, to writer: inout ByteWriter) {
    writer.uint8(0x80 | UInt8(count))
    writer.uint8(type)
    writer.uint16(UInt16(words))
  }
}
