// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// SHA-1 (FIPS 180-4 section 6.1, RFC 3174), because STUN's MESSAGE-INTEGRITY is an HMAC of it, and the opening handshake of
// a WebSocket a fingerprint that proves nothing but understanding. Nothing else may use it: its collision resistance is
// gone, which neither of the two needs.

/// A SHA-1 computation: feed bytes with `update`, take the digest with `finish`. A plain value that never allocates.
public struct SHA1: Sendable, BitwiseCopyable {
  /// The 20 bytes of a digest.
  public typealias Digest = InlineArray<20, UInt8>

  private var state: InlineArray<5, UInt32> = [
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0,
  ]
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var blockCount = 0
  private var byteCount: UInt64 = 0

  /// A computation over nothing yet.
  public init() {}

  /// Takes in `bytes`.
  public mutating func update(_ bytes: ByteView) {
    for index in bytes.indices { update(bytes[index]) }
  }

  /// Takes in one byte.
  public mutating func update(_ byte: UInt8) {
    block[blockCount] = byte
    blockCount += 1
    byteCount &+= 1
    if blockCount == 64 {
      compress()
      blockCount = 0
    }
  }

  /// The digest of all that was taken in.
  public consuming func finish() -> Digest {
    let bitCount = byteCount &* 8
    update(0x80)
    while blockCount != 56 { update(0) }
    for index in 0..<8 { update(UInt8(truncatingIfNeeded: bitCount >> UInt64(56 - index * 8))) }
    var digest = Digest(repeating: 0)
    for index in 0..<20 {
      digest[index] = UInt8(truncatingIfNeeded: state[index >> 2] >> UInt32(24 - (index & 3) * 8))
    }
    return digest
  }

  private mutating func compress() {
    var schedule = InlineArray<16, UInt32>(repeating: 0)
    for index in 0..<16 {
      let at = index * 4
      let high = UInt32(block[at]) << 24 | UInt32(block[at + 1]) << 16
      schedule[index] = high | UInt32(block[at + 2]) << 8 | UInt32(block[at + 3])
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for round in 0..<80 {
      var word = schedule[round & 15]
      if round >= 16 {
        word ^=
          schedule[(round + 13) & 15] ^ schedule[(round + 8) & 15] ^ schedule[(round + 2) & 15]
        word = Self.rotate(word, 1)
        schedule[round & 15] = word
      }
      let mixed: UInt32
      switch round {
      case 0..<20: mixed = ((b & c) | (~b & d)) &+ 0x5A82_7999
      case 20..<40: mixed = (b ^ c ^ d) &+ 0x6ED9_EBA1
      case 40..<60: mixed = ((b & c) | (b & d) | (c & d)) &+ 0x8F1B_BCDC
      default: mixed = (b ^ c ^ d) &+ 0xCA62_C1D6
      }
      let next = Self.rotate(a, 5) &+ mixed &+ e &+ word
      (e, d, c, b, a) = (d, c, Self.rotate(b, 30), a, next)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
  }

  private static func rotate(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value << bits | value >> (32 - bits)
  }
}
