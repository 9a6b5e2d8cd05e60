// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Hostile bytes.

import Access
import Core
import Testing

@Suite("Access, fuzzed")
struct FuzzTests {
  private static let seeds = [
    "0123456789abcdef next 4\n0123456789abcdef paired 1 talk bearer 1764000000 0 00ff Anna\n",
    "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJhIiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAA",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n",
    "a=b; intercom=AAAA; c", "Bearer abc.def.ghi", "123456",
  ]

  @Test("nothing traps, whatever comes")
  func burst() {
    var random = Randomness(seed: 3)
    for round in 0..<4000 {
      var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
      for _ in 0...random.below(6) {
        switch random.below(3) {
        case 0 where !bytes.isEmpty: bytes[random.below(bytes.count)] = random.uint8()
        case 1 where !bytes.isEmpty: bytes.remove(at: random.below(bytes.count))
        default: bytes.insert(random.uint8(), at: random.below(bytes.count + 1))
        }
      }
      bytes.withByteView { AccessFuzz.fuzz($0) }
    }
  }
}
