// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which known word may have been meant.

import Core

/// Finds the word that a misspelt one is near to.
enum Spelling {
  /// The nearest of `words`, if it takes at most one mistake for every three letters (and always one); else an empty
  /// text.
  static func suggestion(for word: String, among words: [String]) -> String {
    guard word.utf8.count <= Limits.configurationNameBytesMax else { return "" }
    var best = ""
    var bestDistance = max(word.utf8.count / 3, 1) + 1
    for candidate in words {
      let distance = distance(Array(word.utf8), Array(candidate.utf8))
      if distance < bestDistance { (best, bestDistance) = (candidate, distance) }
    }
    return best
  }

  /// How many letters must be inserted, dropped, changed or swapped with their neighbour to turn one word into the
  /// other (optimal string alignment); case counts for nothing, nor does the choice between `-` and `_`.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in 0..<left.count {
      var row = [i + 1]
      for j in 0..<right.count {
        let isSame = folded(left[i]) == folded(right[j])
        var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (isSame ? 0 : 1))
        if i > 0, j > 0, folded(left[i]) == folded(right[j - 1]), folded(left[i - 1]) == folded(right[j]) {
          distance = min(distance, beforeLast[j - 1] + 1)
        }
        row.append(distance)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    if byte == UInt8(ascii: "-") { return UInt8(ascii: "_") }
    return byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
