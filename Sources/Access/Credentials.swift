// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a request shows of who sent it.

import Core

/// The tokens of a request, as its fields carry them; none of them is believed yet.
public struct Credentials: Equatable, Sendable {
  /// The value of the cookie `intercom`; nil: there is none.
  public var cookie: String?
  /// The token of `Authorization: Bearer` (RFC 6750 section 2.1); nil: there is none.
  public var bearer: String?

  /// Nothing, or these tokens.
  public init(cookie: String? = nil, bearer: String? = nil) {
    self.cookie = cookie
    self.bearer = bearer
  }

  /// What the fields say: the values of every `Cookie` and every `Authorization` field, as they came. Of several cookies of
  /// our name the first counts; two Authorization fields, or one of another scheme, count as a token that is wrong.
  public init(cookies: [String], authorizations: [String]) {
    for field in cookies where cookie == nil { cookie = Self.cookie(in: field) }
    guard let first = authorizations.first else { return }
    bearer = authorizations.count == 1 ? Self.bearer(in: first) : ""
  }

  /// The cookie's name.
  public static let cookieName = "intercom"

  /// The token that counts: a bearer token before the cookie.
  public var token: String? { bearer ?? cookie }

  /// The field that hands `token` to a browser: 400 days, the longest that browsers keep one.
  public static func setCookie(_ token: String) -> String {
    "\(cookieName)=\(token); HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=34560000"
  }

  /// The field that takes the cookie from a browser.
  public static let clearedCookie = "\(cookieName)=; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=0"

  private static func cookie(in field: String) -> String? {
    for part in field.utf8.split(separator: 0x3B) {
      let pair = part.drop { $0 == 0x20 || $0 == 0x09 }
      guard pair.starts(with: cookieName.utf8) else { continue }
      let rest = pair.dropFirst(cookieName.utf8.count)
      guard rest.first == 0x3D else { continue }
      return String(decoding: Array(rest.dropFirst()), as: UTF8.self)
    }
    return nil
  }

  private static func bearer(in field: String) -> String {
    let bytes = Array(field.utf8)
    let scheme = Array("bearer ".utf8)
    guard bytes.count > scheme.count else { return "" }
    for index in scheme.indices where lowercased(bytes[index]) != scheme[index] { return "" }
    return String(decoding: Array(bytes[scheme.count...].drop { $0 == 0x20 }), as: UTF8.self)
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 0x20 : byte }
}
