// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Makes bad input out of good: a few changes to a file of the corpus, of kinds that parsers have met before.

import Core

/// A stream of changes.
struct Mutator {
  var randomness: Randomness

  /// Numbers at which things wrap, end or change sign.
  private static let edges: [UInt64] = [
    0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
  ]

  /// A changed file of `corpus`, or, seldom, bytes out of nothing.
  mutating func input(from corpus: [[UInt8]], bytesMax: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if corpus.isEmpty || randomness.below(32) == 0 {
      for _ in 0..<randomness.below(64) { bytes.append(randomness.uint8()) }
    } else {
      bytes = corpus[randomness.below(corpus.count)]
    }
    // Mostly a few changes, so that what follows them is still reached; sometimes many.
    let changes = randomness.below(16) == 0 ? randomness.below(64) : 1 + randomness.below(4)
    for _ in 0..<changes { change(&bytes, corpus) }
    if bytes.count > bytesMax { bytes.removeLast(bytes.count - bytesMax) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ corpus: [[UInt8]]) {
    guard !bytes.isEmpty else { return bytes.append(randomness.uint8()) }
    let place = randomness.below(bytes.count)
    switch randomness.below(12) {
    case 0: bytes[place] ^= 1 << UInt8(randomness.below(8))
    case 1: bytes[place] = randomness.uint8()
    case 2: bytes[place] = UInt8(truncatingIfNeeded: Self.edges[randomness.below(7)])
    case 3: bytes.insert(randomness.uint8(), at: place)
    case 4: bytes.removeSubrange(part(from: place, of: bytes))
    case 5: bytes.removeSubrange(place...)
    case 6: bytes.insert(contentsOf: Array(bytes[part(from: place, of: bytes)]), at: randomness.below(bytes.count + 1))
    case 7: repeatPart(&bytes, from: place)
    case 8: splice(&bytes, at: place, corpus)
    case 9: overwriteNumber(&bytes, at: place)
    case 10: rewriteDigits(&bytes, near: place)
    default: swapParts(&bytes, place)
    }
  }

  /// A short piece from `place` on, seldom a long one.
  private mutating func part(from place: Int, of bytes: [UInt8]) -> Range<Int> {
    let longest = randomness.below(8) == 0 ? bytes.count : 16
    return place..<min(bytes.count, place + 1 + randomness.below(longest))
  }

  private mutating func repeatPart(_ bytes: inout [UInt8], from place: Int) {
    let piece = Array(bytes[place..<min(bytes.count, place + 1 + randomness.below(8))])
    var copies: [UInt8] = []
    for _ in 0..<(1 << randomness.below(randomness.below(64) == 0 ? 11 : 6)) { copies += piece }
    bytes.insert(contentsOf: copies, at: place)
  }

  private mutating func splice(_ bytes: inout [UInt8], at place: Int, _ corpus: [[UInt8]]) {
    guard !corpus.isEmpty else { return }
    let other = corpus[randomness.below(corpus.count)]
    guard !other.isEmpty else { return }
    let piece = other[part(from: randomness.below(other.count), of: other)]
    if randomness.below(4) == 0 { bytes.removeSubrange(place...) }
    bytes.insert(contentsOf: piece, at: place)
  }

  /// Writes one of the edges over 1, 2, 4 or 8 bytes, in either order.
  private mutating func overwriteNumber(_ bytes: inout [UInt8], at place: Int) {
    let size = 1 << randomness.below(4)
    guard place + size <= bytes.count else { return }
    let value = Self.edges[randomness.below(Self.edges.count)] &+ UInt64(randomness.below(3)) &- 1
    let isLittle = randomness.below(2) == 0
    for index in 0..<size {
      let shift = UInt64(8 * (isLittle ? index : size - 1 - index))
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  /// Replaces the next run of decimal digits by another number, edges and long ones included.
  private mutating func rewriteDigits(_ bytes: inout [UInt8], near place: Int) {
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    var text = String(Self.edges[randomness.below(Self.edges.count)] &+ UInt64(randomness.below(3)) &- 1)
    if randomness.below(4) == 0 { text = "-" + text }
    if randomness.below(8) == 0 { text += "99999999999999999999" }
    bytes.replaceSubrange(start..<end, with: Array(text.utf8))
  }

  private mutating func swapParts(_ bytes: inout [UInt8], _ place: Int) {
    let other = randomness.below(bytes.count)
    bytes.swapAt(place, other)
  }
}
