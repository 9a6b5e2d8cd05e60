// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// HMAC-SHA1 (RFC 2104): the MESSAGE-INTEGRITY of STUN.

public import Core

/// A keyed HMAC-SHA1: made once for a key, then copied for each message, so that the key's two blocks are hashed once.
public struct HMACSHA1: Sendable, BitwiseCopyable {
  private var inner = SHA1()
  private var outer = SHA1()

  /// The HMAC of nothing yet under `key`, of any length.
  public init(key: ByteView) {
    var block = InlineArray<64, UInt8>(repeating: 0)
    if key.count > 64 {
      var hash = SHA1()
      hash.update(key)
      let digest = hash.finish()
      for index in 0..<20 { block[index] = digest[index] }
    } else {
      for index in key.indices { block[index] = key[index] }
    }
    for index in 0..<64 {
      inner.update(block[index] ^ 0x36)
      outer.update(block[index] ^ 0x5C)
    }
  }

  /// Takes in `bytes`.
  public mutating func update(_ bytes: ByteView) { inner.update(bytes) }

  /// Takes in one byte.
  public mutating func update(_ byte: UInt8) { inner.update(byte) }

  /// The code of all that was taken in.
  public consuming func finish() -> SHA1.Digest {
    let digest = inner.finish()
    for index in 0..<20 { outer.update(digest[index]) }
    return outer.finish()
  }
}
