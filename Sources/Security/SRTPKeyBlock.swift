// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The keys that a DTLS handshake yields for SRTP, between their export and their use (RFC 5764 section 4.2):
//
//    0                16               32              46              60
//   +----------------+----------------+---------------+---------------+
//   |   client key   |   server key   |  client salt  |  server salt  |
//   +----------------+----------------+---------------+---------------+

import CMbedTLS
import Core
import Peer

/// The 60 bytes; `forget` wipes them.
struct SRTPKeyBlock: ~Copyable {
  private var bytes = InlineArray<60, UInt8>(repeating: 0)

  init() {}

  /// Fills the block from an established association; 0, or the library's number.
  mutating func export(from channel: OpaquePointer) -> Int32 {
    withUnsafeMutableBytes(of: &bytes) { buffer in
      cmbedtls_channel_export(channel, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// The session for what a channel in `role` sends or receives: the client sends with the client's key.
  borrowing func session(_ direction: SRTPSession.Direction, role: DTLSRole) throws(SRTPError) -> SRTPSession {
    let isClientKey = (role == .client) == (direction == .outbound)
    return try withUnsafeBytes(of: bytes) { (buffer) throws(SRTPError) in
      let view = ByteView(buffer)
      return try SRTPSession(
        masterKey: isClientKey ? view[0..<16] : view[16..<32], salt: isClientKey ? view[32..<46] : view[46..<60],
        direction: direction)
    }
  }

  /// Overwrites the keys.
  mutating func forget() { SecretMemory.forget(&bytes) }
}
