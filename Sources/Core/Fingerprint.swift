// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The digest of a certificate, as descriptions carry it.

/// The digest of a certificate (RFC 8122 section 5).
public struct Fingerprint: Sendable, BitwiseCopyable {
  /// The hash that made it.
  public enum Algorithm: UInt8, Sendable, BitwiseCopyable {
    /// SHA-256, 32 bytes: what everybody sends.
    case sha256
    /// SHA-384, 48 bytes.
    case sha384
    /// SHA-512, 64 bytes.
    case sha512

    /// The digest's size in bytes.
    public var byteCount: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }
  }

  /// The hash that made it.
  public let algorithm: Algorithm
  /// The digest; the first `algorithm.byteCount` bytes are used.
  public let bytes: InlineArray<64, UInt8>

  /// The digest `bytes`, which are as many as `algorithm` gives; nil for any other size.
  public init?(algorithm: Algorithm, bytes: ByteView) {
    guard bytes.count == algorithm.byteCount else { return nil }
    var copy = InlineArray<64, UInt8>(repeating: 0)
    for index in 0..<bytes.count { copy[index] = bytes[index] }
    self.algorithm = algorithm
    self.bytes = copy
  }

  /// Whether both are the same digest of the same hash.
  public static func == (left: Fingerprint, right: Fingerprint) -> Bool {
    guard left.algorithm == right.algorithm else { return false }
    var difference: UInt8 = 0
    for index in 0..<left.algorithm.byteCount { difference |= left.bytes[index] ^ right.bytes[index] }
    return difference == 0
  }
}

extension Fingerprint: Equatable {}
