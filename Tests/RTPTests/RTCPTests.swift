// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Control packets: written by hand, refused by rows, and exchanged by two sessions (RFC 3550 section 6).

import Core
import RTP
import Testing

struct RTCPTests {
  static let report = "80C8 0006 00000001 1111111122222222 00000003 00000004 00000005"
  static let emptyReport = "80C9 0001 00000001"

  @Test("a compound packet by hand gives its packets in order")
  func reads() throws {
    let bytes = hex(
      "81C8 000C 00000001 1111111122222222 00000003 00000004 00000005"
        + "00000009 40FFFFFE 00010002 00000007 00000008 0000000A"
        + "81CA 0003 00000001 0105 6162636465 00" + "81CB 0002 00000001 02 6279 00"
        + "80CC 0002 00000001 41424344")
    let kinds = bytes.withByteView { view -> [String] in
      guard var reader = try? RTCPReader(parsing: view) else { return ["malformed"] }
      var kinds: [String] = []
      while let packet = reader.next() {
        switch packet {
        case .senderReport(let sender, let blocks):
          #expect(sender.time.middle == 0x1111_2222)
          #expect(sender.octetCount == 5)
          #expect(blocks.count == 1)
          #expect(blocks[0].cumulativeLost == -2)
          #expect(blocks[0].fractionLost == 64)
          #expect(blocks.block(about: 9)?.delaySinceLastSenderReport == 10)
          #expect(blocks.block(about: 1) == nil)
          kinds.append("SR")
        case .receiverReport: kinds.append("RR")
        case .sourceDescription(let description):
          #expect(description.cname(of: 1)?.text() == "abcde")
          #expect(description.cname(of: 2) == nil)
          kinds.append("SDES")
        case .goodbye(let goodbye):
          #expect(goodbye.count == 1)
          #expect(goodbye[0] == 1)
          #expect(goodbye.reason.text() == "by")
          kinds.append("BYE")
        case .extendedReport: kinds.append("207")
        case .other(let type): kinds.append("\(type)")
        }
      }
      return kinds
    }
    #expect(kinds == ["SR", "SDES", "BYE", "204"])
  }

  static let rows: [(name: String, bytes: String, error: RTPError?)] = [
    ("an empty receiver report", emptyReport, nil),
    ("a sender report", report, nil),
    ("a report with a profile's extension behind it", "80C9 0002 00000001 DEADBEEF", nil),
    ("feedback behind a report", emptyReport + "8FCE 0002 00000001 00000002", nil),
    ("an unknown type behind a report", emptyReport + "80C0 0000", nil),
    ("padding on the last", "A0C9 0002 00000001 00000004", nil),
    ("a goodbye of nobody", emptyReport + "80CB 0000", nil),
    ("a description of nobody", emptyReport + "80CA 0000", nil),
    ("nothing", "", .truncated),
    ("three bytes", "80C900", .truncated),
    ("version 1", "40C9 0001 00000001", .version),
    ("version 3 further on", emptyReport + "C0CB 0000", .version),
    ("a description first", "81CA 0002 00000001 00000000", .notCompound),
    ("a goodbye first", "81CB 0001 00000001", .notCompound),
    ("longer than the bytes", "80C9 0002 00000001", .length),
    ("a rest of two bytes", emptyReport + "80CB", .length),
    ("a header alone", "80C9 0000", .content),
    ("a sender report of one word", "80C8 0001 00000001", .content),
    ("a block that is not there", "81C9 0001 00000001", .content),
    ("two blocks, one there", "82C9 0007 00000001" + String(repeating: "00", count: 24), .content),
    ("padding on the first", "A0C9 0002 00000001 00000004" + emptyReport, .padding),
    ("padding of none", "A0C9 0002 00000001 00000000", .padding),
    ("padding of three", "A0C9 0002 00000001 00000003", .padding),
    ("padding over the header", "A0C9 0002 00000001 0000000C", .padding),
    ("padding over the report", "A0C9 0002 00000001 00000008", .content),
    ("a chunk that is not there", emptyReport + "81CA 0000", .content),
    ("a chunk without an end", emptyReport + "81CA 0002 00000001 01024142", .content),
    ("an item past the end", emptyReport + "81CA 0002 00000001 01FF0000", .content),
    ("an item of one byte at the end", emptyReport + "81CA 0002 00000001 01014101", .content),
    ("a second chunk that is not there", emptyReport + "82CA 0002 00000001 00000000", .content),
    ("a goodbye of two, one there", emptyReport + "82CB 0001 00000001", .content),
    ("a reason past the end", emptyReport + "81CB 0002 00000001 04414243", .content),
  ]

  @Test("malformed control packets are refused, well-formed ones are not", arguments: rows)
  func judges(_ row: (name: String, bytes: String, error: RTPError?)) {
    #expect(controlError(hex(row.bytes)) == row.error, "\(row.name)")
  }

  @Test("packets may stand alone when reduced size was agreed on")
  func reducedSize() {
    #expect(controlError(hex("81CB 0001 00000001"), reducedSize: true) == nil)
    #expect(controlError(hex("81CD 0003 00000001 00000002 00000003"), reducedSize: true) == nil)
    #expect(controlError(hex("81CB 0002 00000001"), reducedSize: true) == .length)
  }

  @Test("names of every length are written so that they read back", arguments: 0...32)
  func names(_ length: Int) {
    let name = String(repeating: "n", count: length)
    var datagram = Datagram()
    let parameters = parameters(ssrc: 9, cname: name)
    let fits = RTCPWriter.write(
      sender: nil, ssrc: 9, block: nil, cname: parameters.cname, goodbye: true, into: &datagram)
    #expect(fits)
    #expect(datagram.count % 4 == 0)
    let bytes = datagram.bytes.array()
    #expect(controlError(bytes) == nil)
    bytes.withByteView { view in
      guard var reader = try? RTCPReader(parsing: view) else { return }
      while let packet = reader.next() {
        if case .sourceDescription(let description) = packet { #expect(description.cname(of: 9)?.text() == name) }
      }
    }
  }

  /// `now`, LSR and DLSR as RFC 3550 section 6.4.1's figure 2 has them, then odd ones.
  static let roundTrips: [(name: String, now: UInt32, last: UInt32, delay: UInt32, milliseconds: Int?)] = [
    ("the figure of section 6.4.1", 0xb710_8000, 0xb705_2000, 0x0005_4000, 6125),
    ("over the wrap", 0x0000_8000, 0xffff_8000, 0x0000_8000, 500),
    ("no report answered", 0xb710_8000, 0, 0, nil),
    ("a little below zero", 0x0001_0000, 0x0001_0010, 0, 0),
    ("far below zero", 0x0001_0000, 0x0003_0000, 0, nil),
    ("more than a minute", 0x0100_0000, 0x0001_0000, 0, nil),
  ]

  @Test("the round trip is what is left when the far side's delay is taken off", arguments: roundTrips)
  func roundTrip(_ row: (name: String, now: UInt32, last: UInt32, delay: UInt32, milliseconds: Int?)) {
    let block = ReportBlock(
      ssrc: 1, fractionLost: 0, cumulativeLost: 0, extendedHighest: 0, jitter: 0, lastSenderReport: row.last,
      delaySinceLastSenderReport: row.delay)
    let now = NTPTime(value: UInt64(row.now) << 16)
    #expect(block.roundTrip(receivedAt: now)?.milliseconds == row.milliseconds, "\(row.name)")
  }
}
