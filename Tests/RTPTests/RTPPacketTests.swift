// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The media header and its extensions, by rows (RFC 3550 section 5.1, RFC 5761 section 4, RFC 8285).

import Core
import RTP
import Testing

struct RTPPacketTests {
  static let good: [(name: String, bytes: String, payload: Range<Int>, extensions: Range<Int>)] = [
    ("bare header", "806F 0001 00000002 00000003", 12..<12, 12..<12),
    ("payload", "806F 0001 00000002 00000003 AABBCC", 12..<15, 12..<12),
    ("two contributors", "826F 0001 00000002 00000003 11111111 22222222 AA", 20..<21, 20..<20),
    ("empty extension", "906F 0001 00000002 00000003 BEDE0000 AA", 16..<17, 16..<16),
    ("one word of extension", "906F 0001 00000002 00000003 BEDE0001 10850000 AA", 20..<21, 16..<20),
    ("contributor and extension", "916F 0001 00000002 00000003 11111111 BEDE0001 10850000 AA", 24..<25, 20..<24),
    ("padding behind payload", "A06F 0001 00000002 00000003 AABB000003", 12..<14, 12..<12),
    ("nothing but padding", "A06F 0001 00000002 00000003 00000004", 12..<12, 12..<12),
    ("one byte of padding", "A06F 0001 00000002 00000003 AA01", 12..<13, 12..<12),
  ]

  @Test("a well-formed packet shows where its parts lie", arguments: good)
  func parses(_ row: (name: String, bytes: String, payload: Range<Int>, extensions: Range<Int>)) throws {
    let packet = try parsePacket(hex(row.bytes)).get()
    #expect(packet.payloadRange == row.payload, "\(row.name)")
    #expect(packet.extensionRange == row.extensions, "\(row.name)")
    #expect(packet.payloadType == 111)
    #expect(packet.sequence == SequenceNumber(1))
    #expect(packet.timestamp == RTPTimestamp(2))
    #expect(packet.ssrc & 0xFF == 3)
  }

  static let bad: [(name: String, bytes: String, error: RTPError)] = [
    ("nothing", "", .truncated),
    ("eleven bytes", "806F 0001 00000002 000000", .truncated),
    ("version 1", "406F 0001 00000002 00000003", .version),
    ("version 3", "C06F 0001 00000002 00000003", .version),
    ("contributors past the end", "836F 0001 00000002 00000003 11111111 22222222", .truncated),
    ("extension header past the end", "906F 0001 00000002 00000003 BEDE", .truncated),
    ("extension words past the end", "906F 0001 00000002 00000003 BEDE0002 10850000", .truncated),
    ("padding without a byte", "A06F 0001 00000002 00000003", .padding),
    ("padding of none", "A06F 0001 00000002 00000003 AA00", .padding),
    ("padding longer than the packet", "A06F 0001 00000002 00000003 AA03", .padding),
    ("padding into the extension", "B06F 0001 00000002 00000003 BEDE0001 00000000 AA04", .padding),
  ]

  @Test("a malformed packet is refused, and the error says why", arguments: bad)
  func refuses(_ row: (name: String, bytes: String, error: RTPError)) {
    #expect(throws: row.error, "\(row.name)") { try parsePacket(hex(row.bytes)).get() }
  }

  static let kinds: [(first: UInt8, second: UInt8, kind: RTPKind)] = [
    (0x80, 111, .rtp), (0x80, 0xEF, .rtp), (0x80, 0, .rtp), (0x80, 191, .rtp), (0x80, 192, .rtcp), (0x81, 200, .rtcp),
    (0x80, 223, .rtcp), (0x80, 224, .rtp), (0x00, 200, .neither), (0x40, 200, .neither), (0xC0, 200, .neither),
  ]

  @Test("the second byte tells control packets from media", arguments: kinds)
  func demultiplexes(_ row: (first: UInt8, second: UInt8, kind: RTPKind)) {
    #expect([row.first, row.second].withByteView { RTPKind(of: $0) } == row.kind)
    #expect([row.first].withByteView { RTPKind(of: $0) } == .neither)
  }

  /// Extension words (with profile) and the elements that count: identifier and size.
  static let extensions: [(name: String, words: String, elements: [[Int]])] = [
    ("one element", "BEDE0001 10850000", [[1, 1]]),
    ("two elements", "BEDE0001 10854030", [[1, 1], [4, 1]]),
    ("padding between", "BEDE0002 10850000 00412233", [[1, 1], [4, 2]]),
    ("sixteen bytes", "BEDE0005 2F000102 03040506 0708090A 0B0C0D0E 0F000000", [[2, 16]]),
    ("identifier 15 stops", "BEDE0002 1085F022 40330000", [[1, 1]]),
    ("identifier 0 with a length stops", "BEDE0002 10850199 99403300", [[1, 1]]),
    ("an element past the end stops", "BEDE0001 10854700", [[1, 1]]),
    ("only padding", "BEDE0001 00000000", []),
    ("two-byte form", "10000002 01018517 02AABB00", [[1, 1], [23, 2]]),
    ("two-byte form, any appbits", "100F0001 01018500", [[1, 1]]),
    ("two-byte form, empty value", "10000001 05000600", [[5, 0], [6, 0]]),
    ("two-byte form, header past the end", "10000001 01018507", [[1, 1]]),
    ("two-byte form, value past the end", "10000001 01090000", []),
    ("an unknown profile", "12340001 10850000", []),
  ]

  @Test("a header extension gives its elements until it breaks", arguments: extensions)
  func walksExtensions(_ row: (name: String, words: String, elements: [[Int]])) throws {
    let bytes = hex("906F 0001 00000002 00000003" + row.words + "AABB")
    let packet = try parsePacket(bytes).get()
    let found = bytes.withByteView { view in
      var elements = RTPHeaderExtensions(of: packet, in: view)
      var found: [[Int]] = []
      while let element = elements.next() { found.append([Int(element.identifier), element.value.count]) }
      return found
    }
    #expect(found == row.elements, "\(row.name)")
  }

  @Test("the audio level is a bit and seven bits")
  func audioLevel() {
    #expect([0x85].withByteView { AudioLevel(parsing: $0) } == AudioLevel(levelBelowFullScale: 5, isVoice: true))
    #expect([0x7F].withByteView { AudioLevel(parsing: $0) } == AudioLevel(levelBelowFullScale: 127, isVoice: false))
    #expect([UInt8]().withByteView { AudioLevel(parsing: $0) } == nil)
    #expect(AudioLevel(levelBelowFullScale: 200, isVoice: true).byte == 0xFF)
  }
}
