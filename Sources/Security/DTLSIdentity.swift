// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who we are to a far side: a private key and its self-signed certificate.

import CMbedTLS
public import Core

/// Why there is no identity.
public enum IdentityError: Error, Equatable, Sendable, BitwiseCopyable {
  /// The bytes are no key and certificate that belong together; `code` is the library's number.
  case malformed(code: Int32)
  /// The library could not make or write one; `code` is its number.
  case unavailable(code: Int32)
}

/// A private key and its self-signed certificate: ECDSA on P-256 when made here (RFC 8827 section 6.5), with a random
/// name and dates far on both sides of any clock.
///
/// Made once at start, on the loop thread, and shared by all channels; it only lives in memory unless its owner keeps
/// `exported()`. Immutable, so that channels on different threads may share it.
public final class DTLSIdentity: @unchecked Sendable {
  /// Read by the library, never written.
  let handle: OpaquePointer
  /// The certificate's SHA-256 digest, for descriptions (RFC 8122 section 5).
  public let fingerprint: Fingerprint

  private init(handle: OpaquePointer) {
    self.handle = handle
    var digest = InlineArray<32, UInt8>(repeating: 0)
    fingerprint = Self.fingerprint(handle, into: &digest)
  }

  deinit { cmbedtls_identity_free(handle) }

  /// A new key and certificate. Costs about 10 ms on a small board.
  public static func make() throws(IdentityError) -> DTLSIdentity {
    var code: Int32 = 0
    guard let handle = cmbedtls_identity_make(&code) else { throw .unavailable(code: code) }
    return DTLSIdentity(handle: handle)
  }

  /// The identity that `exported()` wrote, or any private key with its certificate in PEM, RSA included.
  public static func restore(_ bytes: ByteView) throws(IdentityError) -> DTLSIdentity {
    guard bytes.count <= Int(CMBEDTLS_IDENTITY_BYTES_MAX) else { throw .malformed(code: 0) }
    var code: Int32 = 0
    let start = bytes.base?.assumingMemoryBound(to: UInt8.self)
    guard let handle = cmbedtls_identity_read(start, Int32(bytes.count), &code) else {
      throw .malformed(code: code)
    }
    return DTLSIdentity(handle: handle)
  }

  /// Key and certificate as PEM text. It is a secret: keep it in a file that only its owner may read.
  public func exported() throws(IdentityError) -> [UInt8] {
    let capacity = Int(CMBEDTLS_IDENTITY_BYTES_MAX)
    var count: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
      count = cmbedtls_identity_write(handle, buffer.baseAddress, Int32(capacity))
      used = Int(max(count, 0))
    }
    guard count > 0 else { throw .unavailable(code: count) }
    return bytes
  }

  private static func fingerprint(_ handle: OpaquePointer, into digest: inout InlineArray<32, UInt8>) -> Fingerprint {
    withUnsafeMutableBytes(of: &digest) { buffer in
      cmbedtls_identity_fingerprint(handle, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
      let digest = Fingerprint(algorithm: .sha256, bytes: ByteView(UnsafeRawBufferPointer(buffer)))
      guard let digest else { preconditionFailure("a SHA-256 digest has 32 bytes") }
      return digest
    }
  }
}
