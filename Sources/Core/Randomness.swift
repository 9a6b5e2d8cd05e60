// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Chance as a value: a stream of bytes made from a seed.

/// A cryptographically strong stream of bytes: the ChaCha20 key stream (RFC 8439 section 2.3) of a 32-byte seed.
///
/// Only `Linux` asks the kernel for a seed, once. Tests seed it with a number and print that number.
public struct Randomness: RandomNumberGenerator, Sendable {
  private var state: InlineArray<16, UInt32>
  private var block = InlineArray<16, UInt32>(repeating: 0)
  private var wordsLeft = 0

  /// The stream of a 32-byte seed.
  public init(seed: InlineArray<32, UInt8>) {
    state = InlineArray(repeating: 0)
    state[0] = 0x6170_7865
    state[1] = 0x3320_646e
    state[2] = 0x7962_2d32
    state[3] = 0x6b20_6574
    for word in 0..<8 {
      var value: UInt32 = 0
      for byte in 0..<4 { value |= UInt32(seed[word * 4 + byte]) << UInt32(byte * 8) }
      state[4 + word] = value
    }
  }

  /// The stream of a number; for tests and simulations only.
  public init(seed: UInt64) {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: seed >> UInt64(index * 8)) }
    self.init(seed: bytes)
  }

  /// A stream of its own, seeded from this one, for a part that draws at its own pace.
  public mutating func split() -> Randomness {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 { bytes[index] = uint8() }
    return Randomness(seed: bytes)
  }

  /// The next 32 bits.
  public mutating func uint32() -> UInt32 {
    if wordsLeft == 0 { refill() }
    defer { wordsLeft -= 1 }
    return block[16 - wordsLeft]
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    let low = uint32()
    return UInt64(uint32()) << 32 | UInt64(low)
  }

  /// The next byte (a whole word is spent on it).
  public mutating func uint8() -> UInt8 { UInt8(truncatingIfNeeded: uint32()) }

  /// A number in 0 ..< bound, without bias; `bound` is above 0.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a random bound must be positive")
    return Int(truncatingIfNeeded: next(upperBound: UInt64(bound)))
  }

  /// True in `percent` of 100 draws.
  public mutating func chance(percent: Int) -> Bool { below(100) < percent }

  /// A number in 0 ..< 1.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Fills `bytes`.
  public mutating func fill(_ bytes: MutableByteView) {
    for index in 0..<bytes.count { bytes[index] = uint8() }
  }

  private mutating func refill() {
    block = Self.chacha20(state)
    state[12] &+= 1
    if state[12] == 0 { state[13] &+= 1 }
    wordsLeft = 16
  }

  /// One ChaCha20 block: the key stream words of `state` (RFC 8439 section 2.3.1).
  public static func chacha20(_ state: InlineArray<16, UInt32>) -> InlineArray<16, UInt32> {
    var x = state
    for _ in 0..<10 {
      quarter(&x, 0, 4, 8, 12)
      quarter(&x, 1, 5, 9, 13)
      quarter(&x, 2, 6, 10, 14)
      quarter(&x, 3, 7, 11, 15)
      quarter(&x, 0, 5, 10, 15)
      quarter(&x, 1, 6, 11, 12)
      quarter(&x, 2, 7, 8, 13)
      quarter(&x, 3, 4, 9, 14)
    }
    for index in 0..<16 { x[index] &+= state[index] }
    return x
  }

  private static func quarter(_ x: inout InlineArray<16, UInt32>, _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
    func rotate(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }
    x[a] &+= x[b]
    x[d] = rotate(x[d] ^ x[a], 16)
    x[c] &+= x[d]
    x[b] = rotate(x[b] ^ x[c], 12)
    x[a] &+= x[b]
    x[d] = rotate(x[d] ^ x[a], 8)
    x[c] &+= x[d]
    x[b] = rotate(x[b] ^ x[c], 7)
  }
}
