// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// As much of DER (X.690) as names in certificates need.

import Core

/// Tag, length, value.
enum DEREncoding {
  /// SEQUENCE.
  static let sequence: UInt8 = 0x30

  /// A value under its tag, with a length of at most 65,535.
  static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    precondition(content.count < 65_536, "a DER value of ours is short")
    var bytes = [tag]
    if content.count < 128 {
      bytes.append(UInt8(content.count))
    } else if content.count < 256 {
      bytes += [0x81, UInt8(content.count)]
    } else {
      bytes += [0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)]
    }
    bytes += content
    return bytes
  }

  /// Takes the first value off `rest`; nil when it is not whole.
  static func take(_ rest: inout ByteView) -> (tag: UInt8, content: ByteView)? {
    guard rest.count >= 2 else { return nil }
    let tag = rest[0]
    var length = Int(rest[1])
    var start = 2
    switch rest[1] {
    case 0..<0x80: break
    case 0x81 where rest.count >= 3: (length, start) = (Int(rest[2]), 3)
    case 0x82 where rest.count >= 4: (length, start) = (Int(rest[2]) << 8 | Int(rest[3]), 4)
    default: return nil
    }
    guard rest.count - start >= length else { return nil }
    let content = rest[start..<start + length]
    rest = rest.dropFirst(start + length)
    return (tag, content)
  }

  /// An address in network order.
  static func bytes(_ address: IPAddress) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<address.byteCount { bytes.append(address.byte(index)) }
    return bytes
  }

  /// The address of 4 or 16 bytes; nil for any other number.
  static func address(_ bytes: ByteView) -> IPAddress? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for index in bytes.indices {
      if index < 8 { high = high << 8 | UInt64(bytes[index]) } else { low = low << 8 | UInt64(bytes[index]) }
    }
    return bytes.count == 4 ? IPAddress(v4: UInt32(high)) : IPAddress(v6High: high, low: low)
  }
}
