// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Seeded bursts of mutated and random bytes: nothing may trap.

import Core
import Testing
import Voice

@Suite struct VoiceFuzzTests {
  static func burst(_ seed: UInt64, _ valid: [[UInt8]], rounds: Int, _ entry: (ByteView) -> Void) {
    var random = Randomness(seed: seed)
    for round in 0..<rounds {
      var bytes: [UInt8]
      if round % 4 == 3 {
        bytes = (0..<random.below(300)).map { _ in random.uint8() }
      } else {
        bytes = valid[random.below(valid.count)]
        for _ in 0..<1 + random.below(6) where !bytes.isEmpty {
          switch random.below(4) {
          case 0: bytes[random.below(bytes.count)] = random.uint8()
          case 1: bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
          case 2: bytes.removeLast(random.below(bytes.count))
          default: bytes.insert(random.uint8(), at: random.below(bytes.count + 1))
          }
        }
      }
      bytes.withByteView(entry)
    }
  }

  @Test("mutated WAV files never trap")
  func wav() {
    let valid = [
      WAVTests.file(data: Array(repeating: 3, count: 64)),
      WAVTests.file(tag: 3, channels: 2, bits: 32, extensible: true, data: Array(repeating: 0x7F, count: 64)),
      WAVTests.file(bits: 24, before: Array("LIST".utf8) + [2, 0, 0, 0, 1, 2], data: Array(repeating: 9, count: 33)),
    ]
    Self.burst(21, valid, rounds: 5000, VoiceFuzz.wav)
  }

  @Test("mutated packets of the plain codec never trap")
  func passThrough() {
    let valid = [[4, 0] + Array(repeating: UInt8(7), count: 480), [4, 4] + Array(repeating: UInt8(7), count: 960)]
    Self.burst(22, valid, rounds: 3000, VoiceFuzz.passThrough)
  }

  @Test("a talker survives packets of any number, timestamp, length and time")
  func playout() {
    let calm = (0..<200).flatMap { _ -> [UInt8] in [1, 10, 1, 4, 0, 0, 97, 0] }
    let coded = (0..<200).flatMap { _ -> [UInt8] in [9, 10, 1, 4, 0, 4, 97, 0] }
    Self.burst(23, [calm, coded], rounds: 1500, VoiceFuzz.playout)
  }
}
