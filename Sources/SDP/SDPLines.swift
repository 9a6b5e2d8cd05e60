// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Lines and words of a description, as windows on its bytes.

import Core

/// Goes through the lines of a description. Lines end in CRLF or LF; empty ones are passed over, because some writers
/// leave a stray line feed.
struct SDPLines {
  /// One line: its letter, what follows the `=`, and its number from 1.
  struct Line {
    let letter: UInt8
    let value: ByteView
    let number: Int
  }

  private let bytes: ByteView
  private var offset = 0
  private var number = 0

  /// The lines of `bytes`.
  init(_ bytes: ByteView) throws(SDPError) {
    guard bytes.count <= Limits.sdpBytesMax else { throw .tooLarge }
    self.bytes = bytes
  }

  /// The next line that is not empty, or nil at the end.
  mutating func next() throws(SDPError) -> Line? {
    while offset < bytes.count {
      var end = offset
      while end < bytes.count, bytes[end] != .lineFeed { end += 1 }
      var line = bytes[offset..<end]
      offset = min(end + 1, bytes.count)
      number += 1
      guard number <= Limits.sdpLinesMax else { throw .tooManyLines }
      while !line.isEmpty, line[line.count - 1] == .carriageReturn || line[line.count - 1] == .space {
        line = line.prefix(line.count - 1)
      }
      guard !line.isEmpty else { continue }
      guard line.count >= 2, line[1] == .equals else { throw .malformed(line: number) }
      return Line(letter: line[0], value: line.dropFirst(2), number: number)
    }
    return nil
  }
}

extension UInt8 {
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let slash: UInt8 = 0x2F
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let equals: UInt8 = 0x3D

  /// The letter in lower case; anything else is itself.
  var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
}

extension ByteView {
  /// What stands before and after the first `separator`; everything and nothing when there is none.
  func split(at separator: UInt8) -> (head: ByteView, tail: ByteView) {
    for index in indices where self[index] == separator { return (self[0..<index], dropFirst(index + 1)) }
    return (self, .empty)
  }

  /// Takes the next word, which ends at `separator` or at the end; nil when only separators are left.
  mutating func takeWord(_ separator: UInt8 = .space) -> ByteView? {
    var start = 0
    while start < count, self[start] == separator { start += 1 }
    guard start < count else { return nil }
    let (word, rest) = dropFirst(start).split(at: separator)
    self = rest
    return word
  }

  /// Without spaces at both ends.
  var trimmed: ByteView {
    var view = self
    while !view.isEmpty, view[0] == .space { view = view.dropFirst(1) }
    while !view.isEmpty, view[view.count - 1] == .space { view = view.prefix(view.count - 1) }
    return view
  }

  /// The number that these digits write, at most 2⁶³ − 1; nil for anything else.
  var decimal: Int64? {
    guard !isEmpty, count <= 19 else { return nil }
    var value: Int64 = 0
    for index in indices {
      guard (0x30...0x39).contains(self[index]) else { return nil }
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int64(self[index] - 0x30))
      guard !productOverflow, !sumOverflow else { return nil }
      value = sum
    }
    return value
  }

  /// The number that these digits write, within `range`; nil for anything else.
  func number(in range: ClosedRange<Int>) -> Int? {
    guard let value = decimal, value >= Int64(range.lowerBound), value <= Int64(range.upperBound) else { return nil }
    return Int(value)
  }

  /// Whether the bytes are those of `text`, which is in lower case, in whatever case they are.
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in indices where self[index].lowercased != text.utf8Start[index] { return false }
    return true
  }

  /// Lets a `switch` compare with literals.
  static func ~= (text: StaticString, view: ByteView) -> Bool { view.elementsEqual(text) }
}
