// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Chance as a value.

import Core
import Testing

@Suite("Randomness") struct RandomnessTests {
  @Test("the block function gives RFC 8439 section 2.3.2")
  func vector() {
    let input: InlineArray<16, UInt32> = [
      0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0x0302_0100, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c,
      0x1312_1110, 0x1716_1514, 0x1b1a_1918, 0x1f1e_1d1c, 0x0000_0001, 0x0900_0000, 0x4a00_0000, 0x0000_0000,
    ]
    let expected: [UInt32] = [
      0xe4e7_f110, 0x1559_3bd1, 0x1fdd_0f50, 0xc471_20a3, 0xc7f4_d1c7, 0x0368_c033, 0x9aaa_2204, 0x4e6c_d4c3,
      0x4664_82d2, 0x09aa_9f07, 0x05d7_c214, 0xa202_8bd9, 0xd19c_12b5, 0xb94e_16de, 0xe883_d0cb, 0x4e3c_50a2,
    ]
    let output = Randomness.chacha20(input)
    #expect((0..<16).map { output[$0] } == expected)
  }

  @Test("a stream starts with block 0 of its key, and goes on with block 1")
  func stream() {
    var seed = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 { seed[index] = UInt8(index) }
    var random = Randomness(seed: seed)
    var state: InlineArray<16, UInt32> = [
      0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0x0302_0100, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c,
      0x1312_1110, 0x1716_1514, 0x1b1a_1918, 0x1f1e_1d1c, 0, 0, 0, 0,
    ]
    for block in 0..<3 {
      state[12] = UInt32(block)
      let expected = Randomness.chacha20(state)
      for word in 0..<16 { #expect(random.uint32() == expected[word]) }
    }
  }

  @Test("equal seeds give equal streams, other seeds and split streams others")
  func seeds() {
    var (first, second, third) = (Randomness(seed: 7), Randomness(seed: 7), Randomness(seed: 8))
    var split = second.split()
    second = Randomness(seed: 7)
    let words = (0..<8).map { _ in first.next() }
    #expect(words == (0..<8).map { _ in second.next() })
    #expect(words != (0..<8).map { _ in third.next() })
    #expect(words != (0..<8).map { _ in split.next() })
  }

  @Test("bounded draws stay in bounds and reach every value")
  func bounds() {
    var random = Randomness(seed: 1)
    var seen = [Int](repeating: 0, count: 6)
    for _ in 0..<6000 { seen[random.below(6)] += 1 }
    #expect(seen.allSatisfy { $0 > 800 && $0 < 1200 })
    for _ in 0..<1000 {
      let unit = random.unit()
      #expect(unit >= 0 && unit < 1)
    }
    #expect((0..<100).allSatisfy { _ in !random.chance(percent: 0) && random.chance(percent: 100) })
  }

  @Test("it fills any number of bytes")
  func fill() {
    var bytes = [UInt8](repeating: 0, count: 100)
    var random = Randomness(seed: 3)
    bytes.withUnsafeMutableBytes { random.fill(MutableByteView($0)) }
    #expect(Set(bytes).count > 50)
  }
}
