// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A STUN server, as a setting: RFC 7064.

import Core

/// A server that tells us our address as seen from outside, written `stun:host` or `stun:host:port` (RFC 7064 section
/// 3.1).
///
/// `stuns:` (STUN over TLS) and `turn:` (RFC 7065) are known and not there yet.
public struct ICEServerSetting: Equatable, Sendable {
  /// A name, an IPv4 address, or an IPv6 address without its brackets.
  public var host: String
  /// The UDP port, 1 ... 65,535.
  public var port: UInt16

  /// The port where none is written (RFC 8489 section 18.6).
  public static let defaultPort: UInt16 = 3478

  /// The server at `host` and `port`.
  public init(host: String, port: UInt16 = defaultPort) {
    self.host = host
    self.port = port
  }

  /// The server that the URI `text` writes, or nil.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard hasPrefix(bytes, "stun:"), let server = HostAndPort(bytes[5...]) else { return nil }
    self.init(host: server.host, port: server.port ?? Self.defaultPort)
  }

  /// The server as a URI.
  public var text: String {
    let isV6 = host.utf8.contains(UInt8(ascii: ":"))
    return isV6 ? "stun:[\(host)]:\(port)" : "stun:\(host):\(port)"
  }
}
