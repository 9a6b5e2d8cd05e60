// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A public key as a PEM file holds it.
//
//   30 59                              SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7)
//     30 13
//       06 07 2A 86 48 CE 3D 02 01     id-ecPublicKey (RFC 5480 section 2.1.1)
//       06 08 2A 86 48 CE 3D 03 01 07  secp256r1
//     03 42 00
//       04 x y                         the point, without compression (RFC 5480 section 2.2)

public import Core

/// Reads public keys on P-256.
public enum PublicKeyText {
  /// The point of 65 bytes in the first `PUBLIC KEY` of the PEM file in `text` (RFC 7468 section 13); nil when there is none, or
  /// it is no key on P-256, or its point is compressed. DER writes such a key in one way only, so its bytes are compared.
  public static func point(pem text: ByteView) -> [UInt8]? {
    guard let der = body(of: text), der.count == prefix.count + 64, der.starts(with: prefix) else { return nil }
    return Array(der[(prefix.count - 1)...])
  }

  private static let prefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
    0x3D,
    0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  ]

  private static func body(of text: ByteView) -> [UInt8]? {
    guard text.count <= Limits.configurationBytesMax, let start = position(of: "-----BEGIN PUBLIC KEY-----", in: text)
    else { return nil }
    let rest = text.dropFirst(start.upperBound)
    guard let end = position(of: "-----END PUBLIC KEY-----", in: rest) else { return nil }
    var bytes: [UInt8] = []
    var (bits, count, padding): (UInt32, UInt32, Int) = (0, 0, 0)
    for index in 0..<end.lowerBound {
      switch rest[index] {
      case 0x09, 0x0A, 0x0D, 0x20: continue
      case 0x3D: padding += 1
      default:
        guard padding == 0, let digit = Base64.value(rest[index], 0x2B, 0x2F) else { return nil }
        bits = bits << 6 & 0xFFFF | UInt32(digit)
        count += 6
        guard count >= 8 else { continue }
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes
  }

  private static func position(of word: StaticString, in text: ByteView) -> Range<Int>? {
    let length = word.utf8CodeUnitCount
    guard text.count >= length else { return nil }
    for start in 0...(text.count - length) where text[start..<(start + length)].elementsEqual(word) {
      return start..<(start + length)
    }
    return nil
  }
}
