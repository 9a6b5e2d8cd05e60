// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Random and mutated text through the room's fuzz entry: it must not trap, and what is answered must read back.

import Core
import SDP
import Testing

struct FuzzTests {
  @Test("random bytes do not trap", arguments: [11, 12] as [UInt64])
  func random(_ seed: UInt64) {
    var randomness = Randomness(seed: seed)
    let alphabet = Array("v=0\r\nm=a:o 9/;audio\n ".utf8)
    for _ in 0..<1000 {
      var bytes = Array("v=0\n".utf8)
      for _ in 0..<randomness.below(200) {
        bytes.append(
          randomness.chance(percent: 20) ? randomness.uint8() : alphabet[randomness.below(alphabet.count)])
      }
      bytes.withByteView { SDPFuzz.fuzz($0) }
    }
  }

  @Test("mutated descriptions and fragments do not trap", arguments: [21, 22] as [UInt64])
  func mutated(_ seed: UInt64) throws {
    var randomness = Randomness(seed: seed)
    var valid = try Corpus.names().map { Array(try Corpus.text($0).utf8) }
    valid.append(Array(TrickleFragmentTests.rows.flatMap { $0.lines }.joined(separator: "\n").utf8))
    for _ in 0..<1500 {
      var bytes = valid[randomness.below(valid.count)]
      for _ in 0...randomness.below(6) where !bytes.isEmpty {
        let place = randomness.below(bytes.count)
        switch randomness.below(6) {
        case 0: bytes[place] = randomness.uint8()
        case 1: bytes[place] ^= 1 << UInt8(randomness.below(8))
        case 2: bytes.insert(Array(" :=/\r\n0m".utf8)[randomness.below(8)], at: place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + randomness.below(40)))
        case 4:
          let end = min(bytes.count, place + randomness.below(80))
          bytes.insert(contentsOf: Array(bytes[place..<end]), at: randomness.below(bytes.count))
        default: bytes.removeSubrange(place...)
        }
      }
      bytes.withByteView { SDPFuzz.fuzz($0) }
    }
  }
}
