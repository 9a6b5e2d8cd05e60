// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where another intercom takes calls: an http or https URL in parts.

import Core

/// An `http://host[:port][/path][?query]` or `https://…` URL (RFC 9110 section 4.2). No user, no fragment.
public struct CallURL: Equatable, Sendable {
  /// Whether it is https.
  public var isSecure: Bool
  /// A name, an IPv4 address, or an IPv6 address without its brackets.
  public var host: String
  /// The TCP port, 1 ... 65,535.
  public var port: UInt16
  /// The request target: the path, beginning with `/`, and the query.
  public var path: String

  /// The path of a URL that writes none, or only `/`: where an intercom takes calls.
  public static let callPath = "/call"

  /// A URL of parts.
  public init(host: String, port: UInt16, path: String, isSecure: Bool = false) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    self.path = path
  }

  /// The URL that `text` writes, or nil.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Limits.configurationTextBytesMax else { return nil }
    let isSecure = hasPrefix(bytes, "https://")
    guard isSecure || hasPrefix(bytes, "http://") else { return nil }
    let start = isSecure ? 8 : 7
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
    guard let authority = HostAndPort(bytes[start..<end]) else { return nil }
    for byte in bytes[end...] where !Self.isTargetByte(byte) { return nil }
    var target = String(decoding: bytes[end...], as: UTF8.self)
    if target.utf8.count == 0 || sameBytes(target, "/") { target = Self.callPath }
    if target.utf8.first == UInt8(ascii: "?") { target = "/" + target }
    let port = authority.port ?? Self.usualPort(isSecure)
    self.init(host: authority.host, port: port, path: target, isSecure: isSecure)
  }

  /// The host and port as a request's Host field writes them (RFC 9110 section 7.2).
  public var authority: String {
    let isV6 = host.utf8.contains(UInt8(ascii: ":"))
    let name = isV6 ? "[\(host)]" : host
    return port == Self.usualPort(isSecure) ? name : "\(name):\(port)"
  }

  /// The URL as text.
  public var text: String { (isSecure ? "https://" : "http://") + authority + path }

  private static func usualPort(_ isSecure: Bool) -> UInt16 { isSecure ? 443 : 80 }

  /// Whether `byte` may stand in a path or query (RFC 3986 sections 3.3 and 3.4).
  private static func isTargetByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, 0x7F...0xFF: false
    case UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
      UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"),
      UInt8(ascii: "["), UInt8(ascii: "]"):
      false
    default: true
    }
  }
}
