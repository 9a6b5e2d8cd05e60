// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A certificate's digest as text: `sha-256 AA:BB:...` (RFC 8122 section 5).

public import Core

extension Fingerprint {
  /// The digest as `a=fingerprint` writes it: the hash in lower case, the bytes in upper case with colons. Allocates.
  public var text: String {
    var text = SDPText()
    switch algorithm {
    case .sha256: text.put("sha-256 ")
    case .sha384: text.put("sha-384 ")
    case .sha512: text.put("sha-512 ")
    }
    for index in 0..<algorithm.byteCount {
      if index > 0 { text.put(":") }
      text.putHexadecimal(bytes[index])
    }
    return text.text
  }

  /// The digest that `text` writes; nil when the hash is none of ours (SHA-1 and MD5 are too weak) or the size is
  /// wrong.
  public init?(parsing text: ByteView) {
    var rest = text
    guard let name = rest.takeWord(), let digits = rest.takeWord(), rest.takeWord() == nil else { return nil }
    let algorithm: Algorithm
    if name.equalsIgnoringCase("sha-256") {
      algorithm = .sha256
    } else if name.equalsIgnoringCase("sha-384") {
      algorithm = .sha384
    } else if name.equalsIgnoringCase("sha-512") {
      algorithm = .sha512
    } else {
      return nil
    }
    guard digits.count == algorithm.byteCount * 3 - 1 else { return nil }
    var bytes: [UInt8] = []
    for index in 0..<algorithm.byteCount {
      guard let high = Self.nibble(digits[index * 3]), let low = Self.nibble(digits[index * 3 + 1]) else { return nil }
      if index > 0, digits[index * 3 - 1] != .colon { return nil }
      bytes.append(high << 4 | low)
    }
    guard let value = bytes.withByteView({ Fingerprint(algorithm: algorithm, bytes: $0) }) else { return nil }
    self = value
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }
}
