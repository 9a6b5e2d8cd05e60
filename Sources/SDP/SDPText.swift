// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Text being written, byte by byte: string interpolation would be several times the code in the device's binary.

/// Collects the bytes of a text.
struct SDPText {
  private var bytes: [UInt8] = []

  /// What has been written.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  @inline(never)
  mutating func put(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { bytes.append(text.utf8Start[index]) }
  }

  @inline(never)
  mutating func put(_ text: String) { bytes.append(contentsOf: Array(text.utf8)) }

  /// Writes `number`, which is not negative, in decimal.
  @inline(never)
  mutating func put(_ number: Int64) {
    let start = bytes.count
    var rest = number
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// Ends the line.
  @inline(never)
  mutating func end() {
    bytes.append(.carriageReturn)
    bytes.append(.lineFeed)
  }

  /// Writes a whole line: `start`, `value`, and each of `words` after a space.
  @inline(never)
  mutating func line(_ start: StaticString, _ value: String = "", words: [String] = []) {
    put(start)
    put(value)
    for word in words {
      bytes.append(.space)
      put(word)
    }
    end()
  }

  /// Writes a whole line: `start`, and `values` with a space between each two.
  @inline(never)
  mutating func list(_ start: StaticString, _ values: [String]) {
    put(start)
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(.space) }
      put(value)
    }
    end()
  }

  /// Writes a whole line: `start` and `number`, which is not negative.
  @inline(never)
  mutating func line(_ start: StaticString, number: Int64) {
    put(start)
    put(number)
    end()
  }
}
