// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Comparing bytes: text without the tables of Unicode, and secrets without telling how much of them is right.

/// Whether both have the same bytes; without the tables of Unicode that `==` would need.
public func sameBytes(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

/// Whether both have the same bytes, in a time that depends on their number only: for tokens, digests and codes.
public func sameSecret<Left: Collection<UInt8>, Right: Collection<UInt8>>(_ left: Left, _ right: Right) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  var other = right.startIndex
  for byte in left {
    difference |= byte ^ right[other]
    right.formIndex(after: &other)
  }
  return difference == 0
}
