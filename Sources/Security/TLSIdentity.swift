// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who a TLS server is: a chain of certificates and the private key of its first one.

import CMbedTLS
public import Core

/// A chain of certificates and the private key of the first: ECDSA on P-256 or P-384, or RSA up to 4,096 bits.
///
/// Immutable once made, so that channels on different threads may share it. A server whose certificate was renewed makes
/// a new one and gives it to the channels it makes from then on.
public final class TLSIdentity: @unchecked Sendable {
  /// Read by the library, never written.
  let handle: OpaquePointer
  /// The SHA-256 digest of the first certificate, the server's own.
  public let fingerprint: Fingerprint
  /// The SHA-256 digest of the last certificate: of the authority, where the chain names it.
  public let lastFingerprint: Fingerprint

  private init(handle: OpaquePointer) {
    self.handle = handle
    fingerprint = Self.digest { cmbedtls_identity_fingerprint(handle, $0) }
    lastFingerprint = Self.digest { cmbedtls_tls_identity_last_fingerprint(handle, $0) }
  }

  deinit { cmbedtls_identity_free(handle) }

  /// The identity of a chain (the server's own certificate first) and its key, both in PEM; other blocks are passed over,
  /// so that both may be the same text. An authority that other devices pin belongs at the end of the chain.
  public static func read(certificates: ByteView, key: ByteView) throws(IdentityError) -> TLSIdentity {
    let limit = Limits.identityFileBytesMax
    guard certificates.count <= limit, key.count <= limit else { throw .malformed(code: 0) }
    var code: Int32 = 0
    let handle = cmbedtls_tls_identity_read(
      certificates.base?.assumingMemoryBound(to: UInt8.self), Int32(certificates.count),
      key.base?.assumingMemoryBound(to: UInt8.self), Int32(key.count), &code)
    guard let handle else { throw .malformed(code: code) }
    return TLSIdentity(handle: handle)
  }

  private static func digest(_ write: (UnsafeMutablePointer<UInt8>?) -> Void) -> Fingerprint {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    return withUnsafeMutableBytes(of: &bytes) { buffer in
      write(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
      let digest = Fingerprint(algorithm: .sha256, bytes: ByteView(UnsafeRawBufferPointer(buffer)))
      guard let digest else { preconditionFailure("a SHA-256 digest has 32 bytes") }
      return digest
    }
  }
}
