// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The part that STUN URIs and HTTP URLs share: a host and perhaps a port (RFC 3986 section 3.2).

import Core

/// A host, and a port if one is written.
struct HostAndPort {
  /// A name, an IPv4 address, or an IPv6 address without its brackets.
  let host: String
  /// 1 ... 65,535.
  let port: UInt16?

  /// The host and port that `bytes` write as `host`, `host:port`, `[IPv6]` or `[IPv6]:port`; or nil. A host name
  /// consists of letters, digits, hyphens, dots and underscores.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    if rest.first == UInt8(ascii: "[") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      let inside = Array(rest[(rest.startIndex + 1)..<end])
      guard let address = inside.withByteView({ IPAddress(parsing: $0) }), address.family == .v6 else { return nil }
      host = String(decoding: inside, as: UTF8.self)
      rest = rest[(end + 1)...]
    } else {
      let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
      let name = rest[..<end]
      guard !name.isEmpty, name.count <= Limits.configurationHostBytesMax else { return nil }
      guard name.first != UInt8(ascii: "."), name.first != UInt8(ascii: "-") else { return nil }
      for byte in name where !TOMLReader.isBareKeyByte(byte) && byte != UInt8(ascii: ".") { return nil }
      host = String(decoding: name, as: UTF8.self)
      rest = rest[end...]
    }
    if rest.isEmpty {
      port = nil
    } else {
      guard rest.first == UInt8(ascii: ":"), let number = decimal(String(decoding: rest.dropFirst(), as: UTF8.self)),
        number >= 1, number <= 65_535
      else { return nil }
      port = UInt16(number)
    }
  }
}

/// Whether `bytes` begin with `prefix`; letters are compared without case (schemes, RFC 3986 section 3.1).
func hasPrefix(_ bytes: [UInt8], _ prefix: StaticString) -> Bool {
  guard bytes.count >= prefix.utf8CodeUnitCount else { return false }
  for index in 0..<prefix.utf8CodeUnitCount {
    let byte = bytes[index]
    let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    if lower != prefix.utf8Start[index] { return false }
  }
  return true
}
