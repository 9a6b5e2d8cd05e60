// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading and writing DTLS records and handshake messages by hand (RFC 6347 sections 4.1 and 4.2.2):
//
//   record:   type(1) version(2) epoch(2) sequence(6) length(2) fragment
//   message:  type(1) length(3) message_seq(2) fragment_offset(3) fragment_length(3) body

struct DTLSRecord {
  var type: UInt8
  var epoch: Int
  var fragment: [UInt8]

  /// The records of a datagram; whatever cannot be read is left out.
  static func all(in datagram: [UInt8]) -> [DTLSRecord] {
    var records: [DTLSRecord] = []
    var rest = datagram[...]
    while rest.count >= 13 {
      let header = Array(rest.prefix(13))
      let count = Int(header[11]) << 8 | Int(header[12])
      let fragment = Array(rest.dropFirst(13).prefix(count))
      records.append(DTLSRecord(type: header[0], epoch: Int(header[3]) << 8 | Int(header[4]), fragment: fragment))
      rest = rest.dropFirst(13 + count)
    }
    return records
  }

  /// The types of the plain handshake messages in `datagrams`, each once, in order.
  static func messageTypes(in datagrams: [[UInt8]]) -> [UInt8] {
    var types: [UInt8] = []
    for record in datagrams.flatMap(all) where record.type == 22 && record.epoch == 0 {
      var rest = record.fragment[...]
      while rest.count >= 12 {
        let header = Array(rest.prefix(12))
        if types.last != header[0] { types.append(header[0]) }
        rest = rest.dropFirst(12 + Int(header[9]) << 16 + Int(header[10]) << 8 + Int(header[11]))
      }
    }
    return types
  }

  /// A record of epoch 0.
  static func write(type: UInt8, sequence: Int, version: [UInt8] = [0xFE, 0xFD], _ fragment: [UInt8]) -> [UInt8] {
    [type] + version + [0, 0] + ReferenceHMAC.bigEndian(UInt64(sequence), count: 6)
      + ReferenceHMAC.bigEndian(UInt64(fragment.count), count: 2) + fragment
  }

  /// The part of a handshake message's body in `range`, with its header.
  static func message(type: UInt8, sequence: Int, body: [UInt8], range: Range<Int>? = nil) -> [UInt8] {
    let range = range ?? 0..<body.count
    return [type] + ReferenceHMAC.bigEndian(UInt64(body.count), count: 3)
      + ReferenceHMAC.bigEndian(UInt64(sequence), count: 2)
      + ReferenceHMAC.bigEndian(UInt64(range.lowerBound), count: 3)
      + ReferenceHMAC.bigEndian(UInt64(range.count), count: 3) + body[range]
  }

  /// A message cut into `pieces` records, each a datagram of its own, numbered from `firstSequence`.
  static func fragments(type: UInt8, body: [UInt8], pieces: Int, firstSequence: Int) -> [[UInt8]] {
    (0..<pieces).map { piece in
      let range = body.count * piece / pieces..<body.count * (piece + 1) / pieces
      let part = message(type: type, sequence: 0, body: body, range: range)
      return write(type: 22, sequence: firstSequence + piece, part)
    }
  }
}

/// A ClientHello as today's browsers write it, from RFC 5246 section 7.4.1.2 and the extensions' documents: with a
/// post-quantum key share that makes it larger than a datagram, and filled up to 1,461 bytes with its header.
enum BrowserClientHello {
  static let bytesWithHeader = 1461

  static func body(profiles: [UInt8] = [0x00, 0x08, 0x00, 0x07, 0x00, 0x01]) -> [UInt8] {
    func list(_ bytes: [UInt8]) -> [UInt8] { ReferenceHMAC.bigEndian(UInt64(bytes.count), count: 2) + bytes }
    func field(_ type: Int, _ content: [UInt8]) -> [UInt8] {
      ReferenceHMAC.bigEndian(UInt64(type), count: 2) + list(content)
    }
    let suites = bytes("0A0A 1301 1303 1302 C02B C02F CCA9 CCA8 C02C C030 C009 C013 C00A C014 009C 002F 0035")
    var extensions: [UInt8] = []
    extensions += field(0x1A1A, [])  // an unknown one, to keep readers honest
    extensions += field(23, [])  // extended master secret
    extensions += field(0xFF01, [0])  // renegotiation info
    extensions += field(10, list(bytes("2A2A 11EC 001D 0017 0018")))  // groups
    extensions += field(11, [1, 0])  // point formats
    extensions += field(13, list(bytes("0403 0804 0401 0503 0805 0501 0806 0601")))  // signatures
    extensions += field(14, list(profiles) + [0])  // use_srtp
    extensions += field(43, [6] + bytes("3A3A FEFC FEFD"))  // versions, DTLS 1.3 first
    let share = field(0x11EC, [UInt8](repeating: 0x5A, count: 1088)) + field(29, [UInt8](repeating: 9, count: 32))
    extensions += field(51, list(share))  // key shares
    let fixed = [0xFE, 0xFD] + [UInt8](repeating: 0x77, count: 32) + [0, 0] + list(suites) + [1, 0]
    let padding = bytesWithHeader - 12 - fixed.count - 2 - extensions.count - 4
    precondition(padding >= 0, "the ClientHello is larger than wanted")
    extensions += field(21, [UInt8](repeating: 0, count: padding))
    return fixed + list(extensions)
  }
}
