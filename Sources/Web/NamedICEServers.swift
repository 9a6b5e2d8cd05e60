// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The ICE servers that a WHIP or WHEP server names: Link: <stun:stun.example.org>; rel="ice-server" (RFC 9725 section 4.6,
// RFC 8288).

import Core

/// ICE servers that a far side names to its caller.
public struct NamedICEServers: Equatable, Sendable {
  /// The URIs of STUN servers (RFC 7064) in order, each once, at most `Limits.stunServersMax`.
  public private(set) var stun: [String] = []
  /// The URI of the first TURN server (RFC 7065), if there is one.
  public private(set) var relay: String?

  /// None.
  init() {}

  /// Those in the Link fields of `fields`; links of other relations and malformed ones are passed over.
  init(_ fields: HTTPFields) {
    for member in fields.members("Link") {
      guard let uri = Self.target(Array(member.utf8)) else { continue }
      if Self.isOf("turn", uri) || Self.isOf("turns", uri) {
        if relay == nil { relay = String(bytes: uri[...]) }
      } else if Self.isOf("stun", uri), stun.count < Limits.stunServersMax {
        let text = String(bytes: uri[...])
        if !stun.contains(where: { $0.hasBytes(of: text) }) { stun.append(text) }
      }
    }
  }

  /// Whether there is none.
  var isEmpty: Bool { stun.isEmpty && relay == nil }

  /// What a link points to, if its relation is `ice-server`.
  private static func target(_ link: [UInt8]) -> [UInt8]? {
    guard link.first == UInt8(ascii: "<"), let end = link.firstIndex(of: UInt8(ascii: ">")) else { return nil }
    // Of several rel parameters the first one counts (RFC 8288 section 3.3).
    var start = end + 1
    while start < link.count {
      let stop = parameterEnd(link, from: start)
      let parameter = link[start..<stop]
      start = stop + 1
      guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else { continue }
      guard ASCII.trimmed(parameter[..<equals]).hasBytesIgnoringCase(of: "rel") else { continue }
      let value = ASCII.trimmed(parameter[(equals + 1)...]).filter { $0 != ASCII.quote }
      for word in value.split(separator: ASCII.space) where word.hasBytesIgnoringCase(of: "ice-server") {
        return Array(link[1..<end])
      }
      return nil
    }
    return nil
  }

  /// Where the parameter at `start` ends: at a semicolon that is not within quotes.
  private static func parameterEnd(_ link: [UInt8], from start: Int) -> Int {
    var (index, isQuoted) = (start, false)
    while index < link.count {
      let byte = link[index]
      if byte == UInt8(ascii: ";"), !isQuoted { return index }
      if byte == ASCII.quote { isQuoted.toggle() }
      if byte == 0x5C, isQuoted { index += 1 }
      index += 1
    }
    return link.count
  }

  private static func isOf(_ scheme: String, _ uri: [UInt8]) -> Bool {
    guard let colon = uri.firstIndex(of: ASCII.colon) else { return false }
    return uri[..<colon].hasBytesIgnoringCase(of: scheme)
  }
}
