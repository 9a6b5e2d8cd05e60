// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The device's own authority: its owner trusts it once, and then every certificate that the device makes for itself.
//
// DESIGN. The authority is made once, and its certificate says what it can be used for: names of this device and private addresses, so
// that trusting it costs little. Its dates lie on both sides of any clock. What expires and changes is the server's certificate.

import CMbedTLS
public import Core

/// A private key and its certificate as an authority: ECDSA on P-256, path length 0, critical name constraints. Immutable; any thread.
public final class CertificateAuthority: Sendable {
  private let key: PrivateKey
  /// Its certificate.
  public let chain: CertificateChain
  /// What it may vouch for.
  public let constraints: NameConstraints
  private let text: [UInt8]

  private static let notBefore = "20200101000000"
  private static let notAfter = "20491231235959"

  private init(key: PrivateKey, chain: CertificateChain, constraints: NameConstraints, text: [UInt8]) {
    self.key = key
    self.chain = chain
    self.constraints = constraints
    self.text = text
  }

  /// A new authority "intercom NAME authority XXXX" for `names` and what is below them, and private addresses. The four digits tell two
  /// devices of one name apart. Costs about 10 ms on a small board.
  @inline(never)
  public static func make(
    name: String, names: [String], randomness: inout Randomness
  ) throws(IdentityError) -> CertificateAuthority {
    let key = try PrivateKey.make()
    let constraints = NameConstraints(names: names)
    var digits = String(randomness.uint32() & 0xFFFF, radix: 16)
    while digits.utf8.count < 4 { digits = "0" + digits }
    // A common name has at most 64 bytes (RFC 5280 appendix A.1); the words around the name take 24.
    let commonName = "intercom \(shortened(name, to: 40)) authority \(digits)"
    let certificate = try certificate(
      commonName, issuer: commonName, isAuthority: true, from: notBefore, to: notAfter, names: constraints.der,
      key: key, issuerKey: key)
    let text = try key.exported() + armoured(certificate)
    let chain = try text.withPEM { (view) throws(IdentityError) in try CertificateChain.read(view) }
    return CertificateAuthority(key: key, chain: chain, constraints: constraints, text: text)
  }

  /// The authority that `exported()` wrote.
  public static func restore(_ pem: ByteView) throws(IdentityError) -> CertificateAuthority {
    let chain = try CertificateChain.read(pem)
    let key = try PrivateKey.read(pem)
    guard chain.count == 1, chain.isAuthority, chain.fits(key), let constraints = chain.constraints else {
      throw .malformed(code: 0)
    }
    return CertificateAuthority(key: key, chain: chain, constraints: constraints, text: pem.array())
  }

  /// Key and certificate as PEM text: a secret.
  public func exported() -> [UInt8] { text }

  /// The certificate as PEM text, to be trusted by whoever wants to.
  public func certificateText() throws(IdentityError) -> [UInt8] { try Self.armoured(chain.certificate(0)) }

  /// A new key and a certificate for a server of these names and addresses, valid between the two moments (seconds since 1970-01-01);
  /// what the authority may not vouch for is left out. PEM text: the key, the certificate, the authority's certificate. A secret. Costs
  /// about 10 ms on a small board.
  @inline(never)
  public func serverCertificate(
    names: [String], addresses: [IPAddress], from begin: Int64, to end: Int64
  ) throws(IdentityError) -> [UInt8] {
    var alternatives: [UInt8] = []
    var first = ""
    for name in names where constraints.permits(name: name) {
      if first.isEmpty { first = name }
      alternatives += DEREncoding.value(0x82, Array(name.utf8))
    }
    for address in addresses where constraints.permits(address) {
      alternatives += DEREncoding.value(0x87, DEREncoding.bytes(address))
    }
    guard !alternatives.isEmpty else { throw .malformed(code: 0) }
    let key = try PrivateKey.make()
    let certificate = try Self.certificate(
      first.isEmpty ? "intercom" : Self.shortened(first, to: 64), issuer: chain.commonName, isAuthority: false,
      from: CalendarTime(unixSeconds: begin).digits, to: CalendarTime(unixSeconds: end).digits,
      names: DEREncoding.value(DEREncoding.sequence, alternatives), key: key, issuerKey: self.key)
    return try key.exported() + Self.armoured(certificate) + certificateText()
  }

  // MARK: Private

  @inline(never)
  private static func certificate(
    _ subject: String, issuer: String, isAuthority: Bool, from begin: String, to end: String, names: [UInt8],
    key: PrivateKey, issuerKey: PrivateKey
  ) throws(IdentityError) -> [UInt8] {
    var texts: [UInt8] = []
    for text in [subject, issuer, begin, end] {
      for byte in text.utf8 where byte != 0 { texts.append(byte) }
      texts.append(0)
    }
    return try written(Int(CMBEDTLS_CERTIFICATE_BYTES_MAX)) { out, size in
      texts.withUnsafeBufferPointer { texts in
        names.withUnsafeBufferPointer { names in
          var settings = cmbedtls_certificate_settings()
          settings.is_authority = isAuthority ? 1 : 0
          settings.texts = texts.baseAddress
          settings.names = names.baseAddress
          settings.names_count = Int32(names.count)
          return cmbedtls_certificate_make(&settings, key.handle, issuerKey.handle, out, size)
        }
      }
    }
  }

  private static func armoured(_ certificate: [UInt8]) throws(IdentityError) -> [UInt8] {
    try written(Int(CMBEDTLS_CERTIFICATE_BYTES_MAX) * 2) { out, size in
      certificate.withUnsafeBufferPointer {
        cmbedtls_certificate_armour($0.baseAddress, Int32($0.count), out, size)
      }
    }
  }

  /// At most `limit` bytes of the text, cut between characters.
  private static func shortened(_ text: String, to limit: Int) -> String {
    let bytes = Array(text.utf8)
    var count = min(bytes.count, limit)
    // What begins with the bits 10 belongs to the character before it.
    while count > 0, count < bytes.count, bytes[count] & 0xC0 == 0x80 { count -= 1 }
    return bytes.withByteView { $0.prefix(count).text() }
  }
}

extension Array where Element == UInt8 {
  /// `withByteView` for a body that may fail.
  func withPEM<Result>(_ body: (ByteView) throws(IdentityError) -> Result) throws(IdentityError) -> Result {
    let result: Swift.Result<Result, IdentityError> = withByteView { view in
      do throws(IdentityError) { return .success(try body(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
