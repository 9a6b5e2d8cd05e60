// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What pure rooms need of cryptography, as functions in a value: Security fills it from its library.

/// A SHA-256 digest or an HMAC made with it (FIPS 180-4, RFC 2104). Equality does not tell how much is equal.
public struct Digest256: Equatable, Sendable, BitwiseCopyable {
  /// The 32 bytes.
  public let bytes: InlineArray<32, UInt8>

  /// These bytes.
  public init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

  /// The digest in `view`; nil unless it has 32 bytes.
  public init?(_ view: ByteView) {
    guard view.count == 32 else { return nil }
    var copy = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 { copy[index] = view[index] }
    bytes = copy
  }

  /// Whether both are the same, in a time that does not tell how much of them is.
  public static func == (left: Digest256, right: Digest256) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<32 { difference |= left.bytes[index] ^ right.bytes[index] }
    return difference == 0
  }
}

/// The functions. They are pure, and may be called from any thread.
public struct Cryptography: Sendable {
  /// SHA-256 of the bytes (FIPS 180-4).
  public let sha256: @Sendable (ByteView) -> Digest256
  /// HMAC-SHA-256 of the message with the key (RFC 2104).
  public let hmacSHA256: @Sendable (_ key: ByteView, _ message: ByteView) -> Digest256
  /// Whether `signature`, r and s of 32 bytes each, is an ECDSA signature over P-256 and SHA-256 of `message` (RFC 7518
  /// section 3.4) by the public key, a point of 65 bytes without compression. False for bytes that are no key or signature.
  public let verifiesES256: @Sendable (_ publicKey: ByteView, _ message: ByteView, _ signature: ByteView) -> Bool

  /// Cryptography by these functions.
  public init(
    sha256: @escaping @Sendable (ByteView) -> Digest256,
    hmacSHA256: @escaping @Sendable (_ key: ByteView, _ message: ByteView) -> Digest256,
    verifiesES256: @escaping @Sendable (_ publicKey: ByteView, _ message: ByteView, _ signature: ByteView) -> Bool
  ) {
    self.sha256 = sha256
    self.hmacSHA256 = hmacSHA256
    self.verifiesES256 = verifiesES256
  }
}
