// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The trust page: what a browser sees before it trusts this device. Plain HTML made from facts, without a script and without
// anything from elsewhere, so that it works in every browser and before anything is trusted.

import Core

/// The page that explains the one step, and leads through it.
public enum TrustPage {
  /// What the page may do: its own style, and forms to this device.
  public static let contentSecurityPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

  /// The media type of `GET /ca.crt`: what makes phones offer to install it.
  public static let certificateType = "application/x-x509-ca-cert"

  /// The page's bytes, UTF-8.
  public static func html(_ facts: TrustFacts) -> [UInt8] { Array(facts.name.utf8) }
}
