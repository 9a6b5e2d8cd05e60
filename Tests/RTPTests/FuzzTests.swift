// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Random and mutated bytes through the room's fuzz entry: it must not trap.

import Core
import RTP
import Testing

struct FuzzTests {
  static let valid: [String] = [
    "806F 0001 00000002 00000003 AABBCC",
    "B26F 0001 00000002 00000003 11111111 22222222 BEDE0002 10850000 00412233 AABBCC000003",
    "906F 0001 00000002 00000003 10000002 01018517 02AABB00 AABB",
    "81C8 000C 00000001 1111111122222222 00000003 00000004 00000005"
      + "00000001 40FFFFFE 00010002 00000007 00000008 0000000A"
      + "81CA 0003 00000001 01046162 63640000 81CB 0002 00000001 02627900",
    "82C9 000D 00000002" + String(repeating: "00000001 40FFFFFE 00010002 00000007 00000008 0000000A", count: 2),
    "A0C9 0002 00000001 00000004",
  ]

  @Test("random bytes do not trap", arguments: [11, 12] as [UInt64])
  func random(_ seed: UInt64) {
    var randomness = Randomness(seed: seed)
    for _ in 0..<2000 {
      var bytes = [UInt8](repeating: 0, count: randomness.below(120))
      for index in bytes.indices { bytes[index] = randomness.uint8() }
      if bytes.count > 1 { bytes[0] = 0x80 | bytes[0] & 0x3F }
      bytes.withByteView { RTPFuzz.fuzz($0) }
    }
  }

  @Test("mutated packets do not trap", arguments: [21, 22] as [UInt64])
  func mutated(_ seed: UInt64) {
    var randomness = Randomness(seed: seed)
    for _ in 0..<4000 {
      var bytes = hex(Self.valid[randomness.below(Self.valid.count)])
      for _ in 0...randomness.below(4) {
        switch randomness.below(4) {
        case 0: bytes[randomness.below(bytes.count)] = randomness.uint8()
        case 1: bytes[randomness.below(bytes.count)] ^= 1 << UInt8(randomness.below(8))
        case 2: bytes.insert(randomness.uint8(), at: randomness.below(bytes.count + 1))
        default: if bytes.count > 4 { bytes.removeLast(randomness.below(bytes.count - 1)) }
        }
      }
      bytes.withByteView { RTPFuzz.fuzz($0) }
    }
  }
}
