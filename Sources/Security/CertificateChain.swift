// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Certificates that were read: of our authority, of the server, of an operator.

import CMbedTLS
public import Core

/// One certificate or more, the server's or authority's own first. Immutable; any thread.
public final class CertificateChain: @unchecked Sendable {
  /// Read by the library, never written.
  let handle: OpaquePointer

  init(handle: OpaquePointer) { self.handle = handle }

  deinit { cmbedtls_chain_free(handle) }

  /// The certificates of a PEM text, in order; other blocks, such as a key, are passed over.
  public static func read(_ pem: ByteView) throws(IdentityError) -> CertificateChain {
    guard pem.count <= Int(CMBEDTLS_CHAIN_BYTES_MAX) else { throw .malformed(code: 0) }
    var code: Int32 = 0
    guard let handle = cmbedtls_chain_read(pem.base?.assumingMemoryBound(to: UInt8.self), Int32(pem.count), &code)
    else {
      throw .malformed(code: code)
    }
    return CertificateChain(handle: handle)
  }

  // MARK: Questions, about the first certificate

  /// How many certificates there are.
  public var count: Int { Int(cmbedtls_chain_count(handle)) }

  /// Certificate `index`, DER; empty when there is none.
  public func certificate(_ index: Int) -> [UInt8] {
    copied(Int(CMBEDTLS_CERTIFICATE_BYTES_MAX)) { cmbedtls_chain_der(handle, Int32(index), $0, $1) }
  }

  /// Its SHA-256 digest.
  public var fingerprint: Fingerprint {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    return withUnsafeMutableBytes(of: &digest) { buffer in
      cmbedtls_chain_fingerprint(handle, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
      let digest = Fingerprint(algorithm: .sha256, bytes: ByteView(UnsafeRawBufferPointer(buffer)))
      guard let digest else { preconditionFailure("a SHA-256 digest has 32 bytes") }
      return digest
    }
  }

  /// Its first and last moment, in seconds since 1970-01-01.
  public var validity: ClosedRange<Int64> {
    var (first, last) = (InlineArray<6, Int32>(repeating: 0), InlineArray<6, Int32>(repeating: 0))
    withUnsafeMutableBytes(of: &first) { first in
      withUnsafeMutableBytes(of: &last) { last in
        cmbedtls_chain_dates(
          handle, first.baseAddress?.assumingMemoryBound(to: Int32.self),
          last.baseAddress?.assumingMemoryBound(to: Int32.self))
      }
    }
    let begin = CalendarTime(first).unixSeconds
    return begin...max(begin, CalendarTime(last).unixSeconds)
  }

  /// Its subject's common name; empty when there is none.
  public var commonName: String {
    String(decoding: copied(256) { cmbedtls_chain_common_name(handle, $0, $1) }, as: UTF8.self)
  }

  /// The names and addresses it is for (subjectAltName).
  public var alternativeNames: (names: [String], addresses: [IPAddress]) {
    var (names, addresses): ([String], [IPAddress]) = ([], [])
    var index: Int32 = 0
    while true {
      var (kind, isThere): (Int32, Bool) = (0, true)
      let bytes = copied(Limits.hostNameBytesMax) {
        let count = cmbedtls_chain_name(handle, index, &kind, $0, $1)
        isThere = count >= 0
        return count
      }
      guard isThere else { return (names, addresses) }
      index += 1
      switch kind {
      case 2: names.append(String(decoding: bytes, as: UTF8.self))
      case 7: if let address = bytes.withByteView({ DEREncoding.address($0) }) { addresses.append(address) }
      default: break
      }
    }
  }

  /// What it may vouch for; nil without the extension, or when we cannot read it.
  public var constraints: NameConstraints? {
    copied(Int(CMBEDTLS_CERTIFICATE_BYTES_MAX)) { cmbedtls_chain_constraints(handle, $0, $1) }
      .withByteView { NameConstraints(der: $0) }
  }

  /// Whether it is an authority's.
  public var isAuthority: Bool { cmbedtls_chain_is_authority(handle) != 0 }

  /// Whether `key` is its private key. Costs a signature.
  public func fits(_ key: PrivateKey) -> Bool { cmbedtls_chain_fits(handle, key.handle) != 0 }

  /// Whether `authority` signed it and may vouch for its names; dates are not looked at. Costs checking a signature.
  public func isVouchedFor(by authority: CertificateChain) -> Bool {
    guard cmbedtls_chain_is_signed_by(handle, authority.handle) != 0 else { return false }
    guard let constraints = authority.constraints else { return true }
    let (names, addresses) = alternativeNames
    return names.allSatisfy { constraints.permits(name: $0) } && addresses.allSatisfy { constraints.permits($0) }
  }
}

/// A private key. Immutable; any thread.
public final class PrivateKey: @unchecked Sendable {
  let handle: OpaquePointer

  private init(handle: OpaquePointer) { self.handle = handle }

  deinit { cmbedtls_key_free(handle) }

  /// A new key, ECDSA on P-256.
  static func make() throws(IdentityError) -> PrivateKey {
    var code: Int32 = 0
    guard let handle = cmbedtls_key_make(&code) else { throw .unavailable(code: code) }
    return PrivateKey(handle: handle)
  }

  /// The first private key of a PEM text, without a password.
  public static func read(_ pem: ByteView) throws(IdentityError) -> PrivateKey {
    guard pem.count <= Int(CMBEDTLS_CHAIN_BYTES_MAX) else { throw .malformed(code: 0) }
    var code: Int32 = 0
    guard let handle = cmbedtls_key_read(pem.base?.assumingMemoryBound(to: UInt8.self), Int32(pem.count), &code) else {
      throw .malformed(code: code)
    }
    return PrivateKey(handle: handle)
  }

  /// The key as PEM text.
  func exported() throws(IdentityError) -> [UInt8] {
    try written(Int(CMBEDTLS_CHAIN_BYTES_MAX)) { cmbedtls_key_write(handle, $0, $1) }
  }
}

/// What `write` puts into memory of `capacity` bytes and answers the size of; nothing when it answers less than 1.
func copied(_ capacity: Int, _ write: (UnsafeMutablePointer<UInt8>?, Int32) -> Int32) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
    used = Int(max(write(buffer.baseAddress, Int32(capacity)), 0))
  }
}

/// The same, for what must have a size: else the answer is the library's number.
func written(
  _ capacity: Int, _ write: (UnsafeMutablePointer<UInt8>?, Int32) -> Int32
) throws(IdentityError) -> [UInt8] {
  var count: Int32 = 0
  let bytes = copied(capacity) {
    count = write($0, $1)
    return count
  }
  guard count > 0 else { throw .unavailable(code: count) }
  return bytes
}
