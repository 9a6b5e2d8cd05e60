// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Hostile bytes: the reader answers, whatever comes.

import Config
import Core
import Foundation
import Testing

@Suite("Hostile configuration files")
struct FuzzTests {
  static let pieces = [
    "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "\n", "\r\n", "\"", "'", "\"\"\"", "'''", "\\", "\\u", "#", " ",
    "\t", "a",
    "name", "audio", "peer", "url", "1", "-", "+", "0x", "1e", "_", "1979-05-27", "07:32:00", "true", "inf", "é",
    "\u{0}",
    "'stun:a'", "'http://a'", "[audio]\n", "[[peer]]\n", "a.b=1\n",
    "[[button]]\n", "[[light]]\n", "[[mixer]]\n", "line='PIN11'\n", "role='talk'\n", "press='long'\n", "spi='/d'\n",
    "index=1\n", "peers=['a']\n", "active='high'\n",
  ]

  @Test("mutated, spliced and random files never trap", arguments: [1, 2, 3] as [UInt64])
  func burst(seed: UInt64) throws {
    var randomness = Randomness(seed: seed)
    var corpus = try boardFiles().map { Array(try Data(contentsOf: $0)) }
    corpus += try referenceBlocks().map { Array($0.utf8) }
    corpus += TOMLReaderTests.valid.map { Array($0.toml.utf8) }
    corpus += TOMLReaderTests.invalid.map { Array($0.toml.utf8) }
    for _ in 0..<1500 {
      var bytes = corpus[randomness.below(corpus.count)]
      for _ in 0...randomness.below(6) {
        let place = bytes.isEmpty ? 0 : randomness.below(bytes.count)
        switch randomness.below(5) {
        case 0 where !bytes.isEmpty: bytes[place] = randomness.uint8()
        case 1 where !bytes.isEmpty: bytes.remove(at: place)
        case 2 where !bytes.isEmpty: bytes.removeSubrange(place...)
        default: bytes.insert(contentsOf: Array(Self.pieces[randomness.below(Self.pieces.count)].utf8), at: place)
        }
      }
      bytes.withByteView { ConfigFuzz.fuzz($0) }
    }
    for _ in 0..<1500 {
      var bytes: [UInt8] = []
      for _ in 0..<randomness.below(40) { bytes += Array(Self.pieces[randomness.below(Self.pieces.count)].utf8) }
      bytes.withByteView { ConfigFuzz.fuzz($0) }
    }
    for _ in 0..<500 {
      var bytes = [UInt8](repeating: 0, count: randomness.below(64))
      for index in bytes.indices { bytes[index] = randomness.uint8() }
      bytes.withByteView { ConfigFuzz.fuzz($0) }
    }
  }

  @Test("every prefix of a good file is read or refused, and never trapped on")
  func prefixes() throws {
    let file = try Data(contentsOf: try #require(try boardFiles().first))
    let bytes = Array(file)
    for length in stride(from: 0, through: bytes.count, by: 3) {
      Array(bytes[..<length]).withByteView { ConfigFuzz.fuzz($0) }
    }
  }

  @Test("the largest files that are allowed are answered")
  func large() {
    let size = Limits.configurationBytesMax
    for piece in ["[", "a=[", "{a=", "a=1\n", "[[a]]\n", "a.", "\"", "'''", "\\", "#\n", "é", "[[peer]]\nname='a'\n"] {
      let text = String(repeating: piece, count: size / piece.utf8.count)
      Array(text.utf8).withByteView { ConfigFuzz.fuzz($0) }
    }
    let keys = (0..<(Limits.configurationValuesMax / 2)).map { "k\($0)=1\n" }.joined()
    Array(keys.utf8).withByteView { ConfigFuzz.fuzz($0) }
  }
}
