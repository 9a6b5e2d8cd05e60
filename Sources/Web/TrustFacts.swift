// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the trust page tells: values that whoever keeps the device's certificates hands to the web server.

public import Core

/// What a person needs to trust this device's HTTPS once.
public struct TrustFacts: Equatable, Sendable {
  /// What the intercom is called.
  public var name: String
  /// Where the page is by HTTPS, such as "https://front-door.local:8443/"; nil: HTTPS is off.
  public var httpsURL: String?
  /// The SHA-256 digest of the authority's certificate, as "AA:BB:.."; empty with an operator's own certificate, which needs no
  /// trust of ours.
  public var fingerprint: String
  /// The authority's certificate (DER), the body of `GET /ca.crt`; empty when there is none of ours.
  public var certificate: [UInt8]
  /// The code for phones: the plain address of the trust page with the fingerprint as its fragment.
  public var qr: QRModules

  /// Facts of an intercom called `name`.
  public init(
    name: String, httpsURL: String? = nil, fingerprint: String = "", certificate: [UInt8] = [], qr: QRModules = .none
  ) {
    self.name = name
    self.httpsURL = httpsURL
    self.fingerprint = fingerprint
    self.certificate = certificate
    self.qr = qr
  }

  /// Whether there is an authority of ours to be trusted.
  public var hasAuthority: Bool { !certificate.isEmpty }
}
