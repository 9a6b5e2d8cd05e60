// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Why a description was refused, or why a connection ended.

public import SDP

/// Why a description was refused, or why a connection ended.
public enum PeerError: Error, Sendable {
  /// The description is malformed, or asks for what we cannot do.
  case description(SDPError)
  /// The call does not fit what was called before it: an answer without an offer, a second offer.
  case wrongOrder
  /// The far side wants to restart ICE, which is not there yet.
  case restartRefused
  /// No pair of addresses let a check through in time (RFC 8863); a TURN server may be needed.
  case noRoute
  /// The far side has not answered for 30 s (RFC 7675 section 5.1).
  case consentExpired
  /// The secure channel could not be made, or broke.
  case secureChannel(SecureChannelFailure)

  /// Whether the description is no SDP at all, rather than one that asks for what cannot be done.
  public var isMalformed: Bool {
    switch self {
    case .description(.malformed), .description(.tooLarge), .description(.tooManyLines): true
    default: false
    }
  }

  /// A sentence for people. Allocates.
  public var text: String {
    switch self {
    case .description(let error): error.text
    case .wrongOrder: "the description does not fit what came before it"
    case .restartRefused: "the far side wants an ICE restart, which is not supported yet"
    case .noRoute: "no path to the far side was found: a firewall may be in the way, or a TURN server needed"
    case .consentExpired: "the far side has not answered for 30 seconds"
    case .secureChannel(.fingerprintMismatch):
      "fingerprint mismatch: the far side's certificate is not the one its description names"
    case .secureChannel(.handshake(let code)): "the DTLS handshake failed (error \(code))"
    case .secureChannel(.noCommonProfile): "the far side offers no SRTP profile that is known here"
    case .secureChannel(.timeout): "the DTLS handshake got no answer"
    case .secureChannel(.unavailable(let code)): "the DTLS or SRTP library could not be set up (error \(code))"
    }
  }
}
