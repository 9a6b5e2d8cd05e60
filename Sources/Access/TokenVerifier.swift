// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Checks signed tokens: JWT (RFC 7519) in JWS compact form (RFC 7515), as RFC 8725 wants it: one algorithm, one key, one audience, all
// of them configured here and none taken from the token.
//
//   base64url(header) "." base64url(claims) "." base64url(signature)
//   └────────────── what is signed ───────┘
//
// Not done, because nothing here needs it: encryption, nested tokens, keys named or carried by the header (kid, jwk, jku, x5u are
// passed over), "iat" and "iss".

public import Core

/// The key that signs tokens, which says the algorithm too: a public key is never a shared secret (RFC 8725 section 2.1).
public enum TokenKey: Equatable, Sendable {
  /// HMAC with SHA-256 and this secret, at least `Limits.tokenSecretBytesMin` bytes (RFC 7518 section 3.2).
  case hs256([UInt8])
  /// ECDSA on P-256 with SHA-256 and this public key, a point of 65 bytes (RFC 7518 section 3.4).
  case es256([UInt8])
}

/// What signed tokens are checked with.
public struct TokenPolicy: Equatable, Sendable {
  /// The key.
  public let key: TokenKey
  /// What "aud" must hold.
  public let audience: String

  /// A policy.
  public init(_ key: TokenKey, audience: String) {
    self.key = key
    self.audience = audience
  }
}

/// What a token that holds says.
public struct TokenClaims: Equatable, Sendable {
  /// "sub"; empty when there is none, or none that could be shown.
  public let subject: String
  /// "role"; talk when there is none.
  public let role: Role
  /// "room": the one room that it is for; nil: it is not for one room alone.
  public let room: String?
}

/// Checks signed tokens. The last few whose signature was right are remembered by their digest, so that a page that asks often
/// costs one check of a signature.
public struct TokenVerifier: Sendable {
  private let policy: TokenPolicy
  private let cryptography: Cryptography
  private var known: [Digest256] = []

  /// A verifier.
  public init(_ policy: TokenPolicy, _ cryptography: Cryptography) {
    self.policy = policy
    self.cryptography = cryptography
  }

  /// What `token` says, if it holds at `wall` seconds after 1970-01-01 UTC.
  public mutating func verify(_ token: String, wall: Int64) throws(TokenError) -> TokenClaims {
    let payload = try payload(of: token)
    guard wall >= Limits.wallClockSecondsMin else { throw .clockNotSet }
    return try claims(payload, wall: Double(wall))
  }

  /// The bytes that `token` carries, once its header and its signature were found right.
  public mutating func payload(of token: String) throws(TokenError) -> [UInt8] {
    let bytes = Array(token.utf8)
    guard bytes.count <= Limits.tokenBytesMax else { throw .tooLong }
    let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.decode(parts[0]), let payload = Self.decode(parts[1]),
      let signature = Self.decode(parts[2])
    else { throw .malformed }
    try check(header: header)
    let digest = bytes.withByteView { cryptography.sha256($0) }
    if known.contains(where: { $0 == digest }) { return payload }
    let signed = Array(bytes[..<parts[1].endIndex])
    guard isSigned(signed, signature) else { throw .wrongSignature }
    if known.count >= Limits.tokensKnownMax { known.removeFirst() }
    known.append(digest)
    return payload
  }

  private static func decode(_ part: ArraySlice<UInt8>) -> [UInt8]? { Array(part).withByteView { Base64.urlBytes($0) } }

  private static func object(_ bytes: [UInt8]) -> JSONValue? {
    let value: JSONValue? = bytes.withByteView { view in
      do throws(JSONError) { return try JSONReader.read(view) } catch { return nil }
    }
    guard let value, case .object = value else { return nil }
    return value
  }

  private func check(header bytes: [UInt8]) throws(TokenError) {
    guard let header = Self.object(bytes) else { throw .malformedHeader }
    let name =
      switch policy.key {
      case .hs256: "HS256"
      case .es256: "ES256"
      }
    guard let algorithm = header["alg"]?.string, sameBytes(algorithm, name) else { throw .wrongAlgorithm }
    guard header["crit"] == nil else { throw .criticalExtension }
    if let type = header["typ"] {
      guard let text = type.string, text.hasBytesIgnoringCase(of: "JWT") else { throw .wrongType }
    }
  }

  private func isSigned(_ message: [UInt8], _ signature: [UInt8]) -> Bool {
    switch policy.key {
    case .hs256(let secret):
      let expected = secret.withByteView { key in message.withByteView { cryptography.hmacSHA256(key, $0) } }
      guard let shown = signature.withByteView({ Digest256($0) }) else { return false }
      return shown == expected
    case .es256(let point):
      guard signature.count == 64 else { return false }
      return point.withByteView { key in
        message.withByteView { text in signature.withByteView { cryptography.verifiesES256(key, text, $0) } }
      }
    }
  }

  private func claims(_ payload: [UInt8], wall: Double) throws(TokenError) -> TokenClaims {
    guard let claims = Self.object(payload) else { throw .malformedClaims }
    let leeway = Double(Limits.tokenLeewaySeconds)
    guard let exp = claims["exp"] else { throw .noExpiry }
    guard let expiry = exp.double else { throw .malformedClaims }
    guard wall < expiry + leeway else { throw .expired }
    if let nbf = claims["nbf"] {
      guard let beginning = nbf.double else { throw .malformedClaims }
      guard wall + leeway >= beginning else { throw .notYetValid }
    }
    guard isForUs(claims["aud"]) else { throw .wrongAudience }
    var role = Role.talk
    if let claim = claims["role"] {
      guard let text = claim.string, let named = Role(text) else { throw .wrongRole }
      role = named
    }
    var room: String?
    if let claim = claims["room"] {
      guard let text = claim.string else { throw .malformedClaims }
      room = text
    }
    let subject = claims["sub"]?.string ?? ""
    return TokenClaims(subject: PairedList.isName(subject) ? subject : "", role: role, room: room)
  }

  /// "aud" is one name or several (RFC 7519 section 4.1.3).
  private func isForUs(_ audience: JSONValue?) -> Bool {
    if let text = audience?.string { return sameBytes(text, policy.audience) }
    for name in audience?.array ?? [] {
      if let text = name.string, sameBytes(text, policy.audience) { return true }
    }
    return false
  }
}
