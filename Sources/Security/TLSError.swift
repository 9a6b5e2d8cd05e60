// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Why a TLS connection came to nothing, in words for a person.

import CMbedTLS

/// Why a TLS connection came to nothing.
public enum TLSError: Error, Equatable, Sendable, BitwiseCopyable {
  /// What comes in is not TLS.
  case notTLS
  /// The far side refuses our handshake or our certificate; `alert` is its reason (RFC 8446 section 6).
  case refused(alert: UInt8)
  /// No version or cipher in common.
  case nothingInCommon
  /// The far side's bytes are malformed, out of order, or were changed on the way; `code` is the library's number.
  case malformed(code: Int32)
  /// The connection ended without a goodbye: something may be missing.
  case truncated
  /// The certificate is for other names.
  case wrongName
  /// No authority that is trusted here stands behind the certificate.
  case unknownAuthority
  /// The certificate is no longer valid.
  case expired
  /// The certificate is not valid yet, or the clock here is wrong.
  case notYetValid
  /// The certificate does not come from the pinned authority.
  case otherAuthority
  /// It is not the pinned certificate.
  case otherCertificate
  /// An authority gave a certificate for a name that it may not speak for (RFC 5280 section 4.2.1.10).
  case forbiddenName
  /// The certificate is not made for servers, is too weak, or is otherwise unfit.
  case unfitCertificate
  /// It was not done in time.
  case timeout
  /// Memory or chance is missing; `code` is the library's number.
  case unavailable(code: Int32)

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .notTLS: "The far side does not speak TLS at that port; is it an http:// address?"
    case .refused(let alert):
      switch alert {
      case 42, 43, 44, 45, 46, 48: "The far side does not trust the certificate it was shown (TLS alert \(alert))."
      case 40, 70, 71, 80: "The far side has no TLS version or cipher in common with this side (TLS alert \(alert))."
      default: "The far side refused the TLS connection (alert \(alert))."
      }
    case .nothingInCommon: "Both sides have no TLS version or cipher in common."
    case .malformed(let code): "The far side's TLS is malformed, or was changed on the way (\(code))."
    case .truncated: "The TLS connection was cut off."
    case .wrongName: "The far side's certificate is for another name than the one in the URL."
    case .unknownAuthority: "The far side's certificate comes from an authority that is not trusted here."
    case .expired: "The far side's certificate has expired; or the clock here is wrong."
    case .notYetValid: "The far side's certificate is not valid yet; or the clock here is wrong."
    case .otherAuthority: "The far side's certificate does not come from the authority that is pinned for it."
    case .otherCertificate: "The far side's certificate is not the one that is pinned for it."
    case .forbiddenName: "The far side's certificate is for a name that its authority may not speak for."
    case .unfitCertificate: "The far side's certificate is not fit for a server."
    case .timeout: "The TLS handshake was not done in time."
    case .unavailable(let code): "TLS is not available (\(code))."
    }
  }

  /// Whether what is wrong is the far side's certificate, so that trying again is of no use.
  public var isOfCertificate: Bool {
    switch self {
    case .wrongName, .unknownAuthority, .expired, .notYetValid, .otherAuthority, .otherCertificate, .forbiddenName,
      .unfitCertificate:
      true
    default: false
    }
  }

  /// The error that a final answer of the shim stands for.
  init(result: Int32, alert: Int32) {
    switch result {
    case CMBEDTLS_TLS_NOT_TLS: self = .notTLS
    case CMBEDTLS_TLS_REFUSED: self = .refused(alert: UInt8(truncatingIfNeeded: alert))
    case CMBEDTLS_TLS_NOTHING_IN_COMMON: self = .nothingInCommon
    case CMBEDTLS_TLS_TRUNCATED: self = .truncated
    case CMBEDTLS_TLS_WRONG_NAME: self = .wrongName
    case CMBEDTLS_TLS_UNKNOWN_AUTHORITY: self = .unknownAuthority
    case CMBEDTLS_TLS_EXPIRED: self = .expired
    case CMBEDTLS_TLS_NOT_YET_VALID: self = .notYetValid
    case CMBEDTLS_TLS_OTHER_AUTHORITY: self = .otherAuthority
    case CMBEDTLS_TLS_OTHER_CERTIFICATE: self = .otherCertificate
    case CMBEDTLS_TLS_FORBIDDEN_NAME: self = .forbiddenName
    case CMBEDTLS_TLS_UNFIT_CERTIFICATE: self = .unfitCertificate
    default: self = .malformed(code: result)
    }
  }
}
