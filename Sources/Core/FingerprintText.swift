// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A certificate's digest as text: `sha-256 AA:BB:...` (RFC 8122 section 5), in descriptions and in the configuration.

extension Fingerprint {
  /// The digest as `a=fingerprint` writes it: the hash in lower case, the bytes in upper case with colons. Allocates.
  public var text: String {
    var text: [UInt8] = []
    switch algorithm {
    case .sha256: text.append(text: "sha-256 ")
    case .sha384: text.append(text: "sha-384 ")
    case .sha512: text.append(text: "sha-512 ")
    }
    for index in 0..<algorithm.byteCount {
      if index > 0 { text.append(ASCII.colon) }
      text.append(Self.digit(bytes[index] >> 4))
      text.append(Self.digit(bytes[index] & 15))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digest that `text` writes; nil when the hash is none of ours (SHA-1 and MD5 are too weak) or the size is
  /// wrong.
  public init?(parsing text: ByteView) {
    var rest = text.array()[...]
    let name = Self.takeWord(&rest)
    let digits = Array(Self.takeWord(&rest))
    guard Self.takeWord(&rest).isEmpty, let algorithm = Self.algorithm(name),
      digits.count == algorithm.byteCount * 3 - 1
    else { return nil }
    var bytes: [UInt8] = []
    for index in 0..<algorithm.byteCount {
      guard let high = ASCII.hexadecimal(digits[index * 3]), let low = ASCII.hexadecimal(digits[index * 3 + 1]) else {
        return nil
      }
      if index > 0, digits[index * 3 - 1] != ASCII.colon { return nil }
      bytes.append(high << 4 | low)
    }
    guard let value = bytes.withByteView({ Fingerprint(algorithm: algorithm, bytes: $0) }) else { return nil }
    self = value
  }

  private static func algorithm(_ name: ArraySlice<UInt8>) -> Algorithm? {
    if name.hasBytesIgnoringCase(of: "sha-256") { return .sha256 }
    if name.hasBytesIgnoringCase(of: "sha-384") { return .sha384 }
    return name.hasBytesIgnoringCase(of: "sha-512") ? .sha512 : nil
  }

  private static func takeWord(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    rest = rest.drop { $0 == ASCII.space }
    let word = rest.prefix { $0 != ASCII.space }
    rest = rest.dropFirst(word.count)
    return word
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
