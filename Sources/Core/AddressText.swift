// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Addresses as text: RFC 4291 section 2.2 in, RFC 5952 out.

extension IPAddress {
  /// The address that `text` writes as dotted decimal or as IPv6 (no brackets, no zone), or nil.
  public init?(parsing text: ByteView) {
    if let address = Self.parseV4(text) {
      self = address
    } else if let address = Self.parseV6(text) {
      self = address
    } else {
      return nil
    }
  }

  /// The address that `text` writes, or nil.
  public init?(_ text: String) {
    guard let address = text.withByteView({ IPAddress(parsing: $0) }) else { return nil }
    self = address
  }

  private static func parseV4(_ text: ByteView) -> IPAddress? {
    var value: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var parts = 1
    for index in text.indices {
      let byte = text[index]
      if byte == 0x2E {
        guard digits > 0, parts < 4 else { return nil }
        value = value << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      } else {
        guard byte >= 0x30, byte <= 0x39, digits == 0 || part != 0 else { return nil }
        part = part * 10 + UInt32(byte - 0x30)
        digits += 1
        guard part <= 255 else { return nil }
      }
    }
    guard parts == 4, digits > 0 else { return nil }
    return IPAddress(v4: value << 8 | part)
  }

  private static func parseV6(_ text: ByteView) -> IPAddress? {
    var groups = FixedList<8, UInt16>(filler: 0)
    var gap = -1
    var index = 0
    if text.count >= 2, text[0] == 0x3A {
      guard text[1] == 0x3A else { return nil }
      gap = 0
      index = 2
    }
    while index < text.count {
      var value: UInt32 = 0
      var digits = 0
      let start = index
      while index < text.count, let digit = hexadecimal(text[index]) {
        value = value << 4 | UInt32(digit)
        digits += 1
        index += 1
        guard digits <= 4 else { return nil }
      }
      if index < text.count, text[index] == 0x2E {
        guard let tail = parseV4(text.dropFirst(start)) else { return nil }
        guard groups.append(UInt16(truncatingIfNeeded: tail.v4Value >> 16)) else { return nil }
        guard groups.append(UInt16(truncatingIfNeeded: tail.v4Value)) else { return nil }
        index = text.count
        break
      }
      guard digits > 0, groups.append(UInt16(truncatingIfNeeded: value)) else { return nil }
      guard index < text.count else { break }
      guard text[index] == 0x3A, index + 1 < text.count else { return nil }
      index += 1
      if text[index] == 0x3A {
        guard gap < 0 else { return nil }
        gap = groups.count
        index += 1
      }
    }
    guard gap >= 0 ? groups.count < 8 : groups.count == 8 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    let zeros = 8 - groups.count
    for position in 0..<8 {
      var group: UInt64 = 0
      if gap < 0 || position < gap {
        group = UInt64(groups[position])
      } else if position >= gap + zeros {
        group = UInt64(groups[position - zeros])
      }
      if position < 4 { high = high << 16 | group } else { low = low << 16 | group }
    }
    return IPAddress(v6High: high, low: low)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// The address as text, IPv6 as RFC 5952 wants it. Allocates; not for the media path.
  public var text: String {
    if family == .v4 { return "\(byte(0)).\(byte(1)).\(byte(2)).\(byte(3))" }
    if isMappedV4 { return "::ffff:\(unmapped.text)" }
    var groups: [UInt16] = []
    for index in 0..<8 { groups.append(UInt16(byte(index * 2)) << 8 | UInt16(byte(index * 2 + 1))) }
    var (bestStart, bestLength) = (-1, 1)
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, groups[end] == 0 { end += 1 }
      if end - index > bestLength { (bestStart, bestLength) = (index, end - index) }
      index = max(end, index + 1)
    }
    var text = ""
    index = 0
    while index < 8 {
      if index == bestStart {
        text += "::"
        index += bestLength
      } else {
        if index > 0, index != bestStart + bestLength || bestStart < 0 { text += ":" }
        text += String(groups[index], radix: 16)
        index += 1
      }
    }
    return text
  }
}

extension Endpoint {
  /// The endpoint as text: `address:port`, IPv6 in brackets. Allocates; not for the media path.
  public var text: String {
    address.family == .v4 ? "\(address.text):\(port)" : "[\(address.text)]:\(port)"
  }

  /// The endpoint that `text` writes as `address:port` or `[address]:port`, or nil.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let colon = bytes.lastIndex(of: 0x3A) else { return nil }
    var host = bytes[..<colon]
    let digits = bytes[(colon + 1)...]
    if host.first == 0x5B, host.last == 0x5D {
      host = host.dropFirst().dropLast()
    } else if host.contains(0x3A) {
      return nil
    }
    guard let address = Array(host).withByteView({ IPAddress(parsing: $0) }) else { return nil }
    guard !digits.isEmpty, digits.count <= 5 else { return nil }
    var port = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      port = port * 10 + Int(digit - 0x30)
    }
    guard port <= 65_535 else { return nil }
    self.init(address, port: UInt16(port))
  }
}
