// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Why a signed token does not hold.

/// Why a signed token (RFC 7519) is refused.
public enum TokenError: Error, Equatable, Sendable {
  /// No key for signed tokens is configured.
  case notConfigured
  /// Longer than `Limits.tokenBytesMax`.
  case tooLong
  /// Not three parts of strict base64url.
  case malformed
  /// The header is no JSON object, or has a member twice.
  case malformedHeader
  /// The header's "alg" is not the configured one.
  case wrongAlgorithm
  /// The header has a "typ" other than JWT.
  case wrongType
  /// The header names extensions that must be understood ("crit").
  case criticalExtension
  /// The signature is not the configured key's.
  case wrongSignature
  /// The claims are no JSON object, have a member twice, or one of the wrong kind.
  case malformedClaims
  /// There is no "exp".
  case noExpiry
  /// "exp" has passed.
  case expired
  /// "nbf" has not come.
  case notYetValid
  /// "aud" does not hold the configured audience.
  case wrongAudience
  /// "role" is none of ours.
  case wrongRole
  /// "room" is not the room that it was shown for, or it was shown for none.
  case wrongRoom
  /// The wall clock is not set, so nothing can be said about "exp".
  case clockNotSet

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .notConfigured: "Signed tokens are not taken here."
    case .tooLong: "The token is too long."
    case .malformed: "The token is not three parts of base64url."
    case .malformedHeader: "The token's header is malformed."
    case .wrongAlgorithm: "The token is not signed by the algorithm that is configured here."
    case .wrongType: "The token's type is not JWT."
    case .criticalExtension: "The token asks for an extension that is not understood here."
    case .wrongSignature: "The token's signature is not the configured key's."
    case .malformedClaims: "The token's claims are malformed."
    case .noExpiry: "The token has no expiry (exp)."
    case .expired: "The token has expired."
    case .notYetValid: "The token is not valid yet (nbf)."
    case .wrongAudience: "The token is for another audience (aud)."
    case .wrongRole: "The token's role is neither talk nor admin."
    case .wrongRoom: "The token is for another room (room)."
    case .clockNotSet: "The clock of this intercom is not set, so no token can be checked; try again later."
    }
  }
}
