// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Bytes in tests: written in hexadecimal, put into datagrams and taken out again.

import Core

/// The bytes that `text` writes in hexadecimal; spaces are passed over.
func bytes(_ text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue.map(UInt8.init) }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// A digest written in hexadecimal.
func fingerprint(_ algorithm: Fingerprint.Algorithm, _ text: String) -> Fingerprint {
  let digest = bytes(text).withByteView { Fingerprint(algorithm: algorithm, bytes: $0) }
  guard let digest else { preconditionFailure("a digest of the wrong size") }
  return digest
}

extension Datagram {
  /// A datagram that holds `content`.
  init(_ content: [UInt8]) {
    self.init()
    content.withByteView { _ = assign($0) }
  }
}

/// An RTP packet (RFC 3550 section 5.1) of the given source and sequence number.
func rtpPacket(source: UInt32 = 0xCAFE_BABE, sequence: UInt16, payload: [UInt8] = Array(0..<40)) -> [UInt8] {
  [0x80, 0x6F] + ReferenceHMAC.bigEndian(UInt64(sequence), count: 2)
    + ReferenceHMAC.bigEndian(UInt64(sequence) * 960, count: 4)
    + ReferenceHMAC.bigEndian(UInt64(source), count: 4) + payload
}

/// A receiver report without blocks and a CNAME item (RFC 3550 section 6.4.2, 6.5).
func rtcpPacket(source: UInt32 = 0xCAFE_BABE) -> [UInt8] {
  let source = ReferenceHMAC.bigEndian(UInt64(source), count: 4)
  return [0x80, 201, 0, 1] + source + [0x81, 202, 0, 3] + source + [1, 4] + Array("door".utf8) + [0, 0]
}
