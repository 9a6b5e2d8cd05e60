// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// AES-128 written from FIPS 197, slow and obvious: what the library's answers are compared with.

struct ReferenceAES {
  private let roundKeys: [[UInt8]]

  init(key: [UInt8]) {
    var words = (0..<4).map { Array(key[$0 * 4..<$0 * 4 + 4]) }
    var constant: UInt8 = 1
    for index in 4..<44 {
      var word = words[index - 1]
      if index % 4 == 0 {
        word = [word[1], word[2], word[3], word[0]].map { Self.substitution[Int($0)] }
        word[0] ^= constant
        constant = Self.double(constant)
      }
      words.append(zip(words[index - 4], word).map { $0 ^ $1 })
    }
    roundKeys = (0..<11).map { round in Array(words[round * 4..<round * 4 + 4].joined()) }
  }

  /// The block `input` (16 bytes), encrypted.
  func encrypt(_ input: [UInt8]) -> [UInt8] {
    var state = Self.add(input, roundKeys[0])
    for round in 1...10 {
      state = state.map { Self.substitution[Int($0)] }
      state = (0..<16).map { state[($0 + $0 % 4 * 4) % 16] }
      if round < 10 { state = Self.mixColumns(state) }
      state = Self.add(state, roundKeys[round])
    }
    return state
  }

  /// `count` bytes of key stream from the counter block `counter` (RFC 3711 section 4.1.1).
  func keyStream(counter: [UInt8], count: Int) -> [UInt8] {
    var counter = counter
    var stream: [UInt8] = []
    while stream.count < count {
      stream += encrypt(counter)
      counter[15] &+= 1
      if counter[15] == 0 { counter[14] &+= 1 }
    }
    return Array(stream.prefix(count))
  }

  private static func add(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { zip(left, right).map { $0 ^ $1 } }

  private static func mixColumns(_ state: [UInt8]) -> [UInt8] {
    (0..<16).map { place in
      let column = place / 4 * 4
      let row = place % 4
      func cell(_ offset: Int) -> UInt8 { state[column + (row + offset) % 4] }
      return double(cell(0)) ^ double(cell(1)) ^ cell(1) ^ cell(2) ^ cell(3)
    }
  }

  private static func double(_ value: UInt8) -> UInt8 { value << 1 ^ (value & 0x80 != 0 ? 0x1B : 0) }

  private static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var (left, right, product) = (left, right, UInt8(0))
    while right != 0 {
      if right & 1 != 0 { product ^= left }
      left = double(left)
      right >>= 1
    }
    return product
  }

  /// The S-box (section 5.1.1): the inverse in GF(2⁸), then the affine map.
  private static let substitution: [UInt8] = (0..<256).map { value in
    let value = UInt8(value)
    let inverse = value == 0 ? 0 : (1...255).first { multiply(value, UInt8($0)) == 1 }.map(UInt8.init) ?? 0
    func rotated(_ bits: UInt8) -> UInt8 { inverse << bits | inverse >> (8 - bits) }
    return inverse ^ rotated(1) ^ rotated(2) ^ rotated(3) ^ rotated(4) ^ 0x63
  }
}
