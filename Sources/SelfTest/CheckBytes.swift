// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the cases share: literals as bytes, and comparisons that say what they found.

import Core

/// A window on the literal's bytes.
@inline(never)
func view(_ literal: StaticString) -> ByteView {
  ByteView(UnsafeRawPointer(literal.utf8Start), count: literal.utf8CodeUnitCount)
}

/// The bytes that the literal writes in hexadecimal; everything else in it is passed over.
@inline(never)
func hex(_ literal: StaticString) -> [UInt8] {
  let text = view(literal)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.count / 2)
  var high: UInt8?
  for index in text.indices {
    let byte = text[index]
    let digit: UInt8
    switch byte {
    case 0x30...0x39: digit = byte - 0x30
    case 0x41...0x46: digit = byte - 0x41 + 10
    case 0x61...0x66: digit = byte - 0x61 + 10
    default: continue
    }
    if let upper = high {
      bytes.append(upper << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
  return bytes
}

/// The bytes in hexadecimal.
@inline(never)
func hexText(_ bytes: ByteView) -> String {
  var text = ""
  for index in bytes.indices {
    if bytes[index] < 16 { text += "0" }
    text += String(bytes[index], radix: 16)
  }
  return text
}

extension Array where Element == UInt8 {
  /// The bytes as text.
  var text: String { withByteView { $0.text() } }
}

extension Check {
  /// Notes a failure when the texts differ in a byte.
  @inline(never)
  mutating func same(_ found: String, _ wanted: String) {
    expect(found.utf8.elementsEqual(wanted.utf8), "'\(found)' instead of '\(wanted)'")
  }

  /// Notes a failure when the bytes are not those that `wanted` writes in hexadecimal.
  @inline(never)
  mutating func same(_ found: ByteView, _ wanted: StaticString) {
    let right = hex(wanted).withByteView { $0.elementsEqual(found) }
    expect(right, "\(hexText(found)) instead of \(Check.text(wanted))")
  }

  /// Notes a failure, described by `what` and the row or value it was met at, when `condition` is false.
  @inline(never)
  mutating func expect(_ condition: Bool, _ what: StaticString, _ detail: String) {
    expect(condition, "\(Check.text(what)): \(detail)" as String)
  }

  /// The same; the detail is a number.
  @inline(never)
  mutating func expect(_ condition: Bool, _ what: StaticString, _ detail: Int) {
    expect(condition, "\(Check.text(what)): \(detail)" as String)
  }

  /// The same; the detail is a literal, such as a row's bytes.
  @inline(never)
  mutating func expect(_ condition: Bool, _ what: StaticString, _ detail: StaticString) {
    expect(condition, "\(Check.text(what)): \(Check.text(detail))" as String)
  }

  /// Notes a failure when the number lies outside `bounds`.
  @inline(never)
  mutating func within(_ found: Int, _ bounds: ClosedRange<Int>, _ what: StaticString) {
    expect(bounds.contains(found), what, found)
  }

  /// Notes that something that had to be there was not.
  mutating func fail(_ what: StaticString) { expect(false, what) }
}
