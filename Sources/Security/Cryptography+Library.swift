// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The functions of `Core.Cryptography`, over mbedTLS.

import CMbedTLS
public import Core

extension Cryptography {
  /// The linked library's functions; any thread may call them, and they allocate for a signature only.
  public static let library = Cryptography(
    sha256: { bytes in
      digest { cmbedtls_sha256(octets(bytes), Int64(bytes.count), $0) }
    },
    hmacSHA256: { key, message in
      digest { cmbedtls_hmac_sha256(octets(key), Int64(key.count), octets(message), Int64(message.count), $0) }
    },
    verifiesES256: { key, message, signature in
      guard key.count == 65, key[0] == 4, signature.count == 64 else { return false }
      return cmbedtls_verifies_es256(octets(key), octets(message), Int64(message.count), octets(signature)) == 1
    })

  private static func digest(_ write: (UnsafeMutablePointer<UInt8>?) -> Void) -> Digest256 {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    withUnsafeMutableBytes(of: &bytes) { write($0.baseAddress?.assumingMemoryBound(to: UInt8.self)) }
    return Digest256(bytes)
  }

  private static func octets(_ view: ByteView) -> UnsafePointer<UInt8>? {
    view.base?.assumingMemoryBound(to: UInt8.self)
  }
}

/// The linked library's functions, for rooms that import no C: `Security.cryptography`.
public var cryptography: Cryptography { .library }
