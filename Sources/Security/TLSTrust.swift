// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a TLS client believes in: a bundle of authorities, one pinned authority, or one pinned certificate.

import CMbedTLS
public import Core

/// Authorities, as a system's bundle or a file lists them.
///
/// Immutable once made, so that channels on different threads may share it. A system's bundle of 140 takes some 0.4 MB.
public final class TLSAuthorities: @unchecked Sendable {
  /// Read by the library, never written.
  let handle: OpaquePointer
  /// How many there are, at least one.
  public let count: Int

  private init(handle: OpaquePointer) {
    self.handle = handle
    count = Int(cmbedtls_authorities_count(handle))
  }

  deinit { cmbedtls_authorities_free(handle) }

  /// The authorities whose certificates stand in `bytes` in PEM; those that the library cannot read are passed over. Throws
  /// when none is left, or there are more bytes than `Limits.authoritiesFileBytesMax`.
  public static func read(_ bytes: ByteView) throws(IdentityError) -> TLSAuthorities {
    guard bytes.count <= Limits.authoritiesFileBytesMax else { throw .malformed(code: 0) }
    var code: Int32 = 0
    let handle = cmbedtls_authorities_read(
      bytes.base?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count), &code)
    guard let handle else { throw .malformed(code: code) }
    return TLSAuthorities(handle: handle)
  }
}

/// What a client believes in.
public enum TLSTrust: Sendable {
  /// Any of these authorities: the certificate must be for the name that was asked for, and in date.
  case bundle(TLSAuthorities)
  /// One authority by the digest of its certificate, which the far side must send in its chain: the certificate must
  /// come from it, be for the name that was asked for, and in date as far as the clock here can be right.
  case authority(Fingerprint)
  /// One certificate by its digest, whatever names and dates it has.
  case leaf(Fingerprint)
}
