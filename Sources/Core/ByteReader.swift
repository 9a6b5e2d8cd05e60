// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading and writing wire bytes, big-endian, with a check on every step.

/// Why bytes could not be read or written.
public enum ByteError: Error, Equatable, Sendable {
  /// There are fewer bytes left than the field needs.
  case truncated
}

/// A cursor that reads big-endian fields from a window; every read throws `.truncated` past the end.
public struct ByteReader {
  /// All the bytes.
  public let bytes: ByteView
  /// The next byte to be read, 0 ... bytes.count.
  public private(set) var offset = 0

  /// A cursor at the first byte of `bytes`.
  public init(_ bytes: ByteView) { self.bytes = bytes }

  /// How many bytes are left.
  public var remaining: Int { bytes.count - offset }

  /// The next byte.
  public mutating func uint8() throws(ByteError) -> UInt8 {
    guard remaining >= 1 else { throw .truncated }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// The next two bytes.
  public mutating func uint16() throws(ByteError) -> UInt16 {
    guard remaining >= 2 else { throw .truncated }
    defer { offset += 2 }
    return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
  }

  /// The next three bytes.
  public mutating func uint24() throws(ByteError) -> UInt32 {
    guard remaining >= 3 else { throw .truncated }
    defer { offset += 3 }
    return UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2])
  }

  /// The next four bytes.
  public mutating func uint32() throws(ByteError) -> UInt32 {
    let high = try uint16()
    return UInt32(high) << 16 | UInt32(try uint16())
  }

  /// The next eight bytes.
  public mutating func uint64() throws(ByteError) -> UInt64 {
    let high = try uint32()
    return UInt64(high) << 32 | UInt64(try uint32())
  }

  /// The next `count` bytes, as a window.
  public mutating func view(_ count: Int) throws(ByteError) -> ByteView {
    guard count >= 0, remaining >= count else { throw .truncated }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// Passes over `count` bytes.
  public mutating func skip(_ count: Int) throws(ByteError) { _ = try view(count) }
}

/// A cursor that writes big-endian fields into a window; a write that does not fit sets `overflowed` and writes
/// nothing, so that a message is written straight through and checked once.
public struct ByteWriter {
  /// Where the bytes go.
  public let bytes: MutableByteView
  /// How many bytes have been written.
  public private(set) var count = 0
  /// Whether something did not fit; what was written is then useless.
  public private(set) var overflowed = false

  /// A cursor at the first byte of `bytes`.
  public init(_ bytes: MutableByteView) { self.bytes = bytes }

  /// The bytes written so far.
  public var written: ByteView { bytes.readOnly[0..<count] }

  /// Writes one byte.
  public mutating func uint8(_ value: UInt8) {
    guard reserve(1) else { return }
    bytes[count] = value
    count += 1
  }

  /// Writes two bytes.
  public mutating func uint16(_ value: UInt16) {
    guard reserve(2) else { return }
    bytes[count] = UInt8(truncatingIfNeeded: value >> 8)
    bytes[count + 1] = UInt8(truncatingIfNeeded: value)
    count += 2
  }

  /// Writes the lower three bytes.
  public mutating func uint24(_ value: UInt32) {
    uint8(UInt8(truncatingIfNeeded: value >> 16))
    uint16(UInt16(truncatingIfNeeded: value))
  }

  /// Writes four bytes.
  public mutating func uint32(_ value: UInt32) {
    guard reserve(4) else { return }
    uint16(UInt16(truncatingIfNeeded: value >> 16))
    uint16(UInt16(truncatingIfNeeded: value))
  }

  /// Writes eight bytes.
  public mutating func uint64(_ value: UInt64) {
    guard reserve(8) else { return }
    uint32(UInt32(truncatingIfNeeded: value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  /// Writes all of `source`.
  public mutating func view(_ source: ByteView) {
    guard reserve(source.count) else { return }
    bytes.copy(source, at: count)
    count += source.count
  }

  /// Writes the bytes of `text`.
  public mutating func text(_ text: StaticString) {
    view(ByteView(UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount))
  }

  /// Writes `value` `count` times.
  public mutating func fill(_ value: UInt8, count: Int) {
    guard reserve(count) else { return }
    for _ in 0..<count { uint8(value) }
  }

  /// Overwrites two bytes already written, at `offset`.
  public mutating func replace(uint16 value: UInt16, at offset: Int) {
    guard offset >= 0, offset + 2 <= count else { return overflowed = true }
    bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  private mutating func reserve(_ size: Int) -> Bool {
    if overflowed || count + size > bytes.count { overflowed = true }
    return !overflowed
  }
}
