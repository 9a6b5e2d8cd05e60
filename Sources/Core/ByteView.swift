// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Windows on bytes that someone else owns, checked on every access in every build: hostile input meets these first.

/// A read-only window on bytes, valid as long as its owner keeps them: pass it down, never store it.
///
/// Every access is checked in every build. A plain value instead of `RawSpan` because parsers keep it in cursors, which
/// needs lifetime annotations that are still experimental (docs/decisions/byte-views.md).
public struct ByteView: BitwiseCopyable, @unchecked Sendable {
  /// The first byte; nil only when there is none.
  public let base: UnsafeRawPointer?
  /// How many bytes there are.
  public let count: Int

  /// A window on `count` bytes from `base`.
  public init(_ base: UnsafeRawPointer?, count: Int) {
    precondition(count >= 0, "a byte view cannot have a negative size")
    self.base = base
    self.count = base == nil ? 0 : count
  }

  /// A window on the whole of `buffer`.
  public init(_ buffer: UnsafeRawBufferPointer) {
    self.init(buffer.baseAddress, count: buffer.count)
  }

  /// A window on nothing.
  public static var empty: ByteView { ByteView(nil, count: 0) }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { count == 0 }
  /// The positions, 0 ..< count.
  public var indices: Range<Int> { 0..<count }

  /// The byte at `index`, 0 ..< count.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "byte view read out of bounds")
    return base.unsafelyUnwrapped.load(fromByteOffset: index, as: UInt8.self)
  }

  /// The part at `range`, which lies within the view.
  public subscript(range: Range<Int>) -> ByteView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "byte view slice out of bounds")
    guard let base else { return .empty }
    return ByteView(base + range.lowerBound, count: range.count)
  }

  /// The part from `start` to the end.
  public func dropFirst(_ start: Int) -> ByteView { self[min(start, count)..<count] }
  /// The first `length` bytes, or all when there are fewer.
  public func prefix(_ length: Int) -> ByteView { self[0..<min(length, count)] }

  /// Whether both windows show the same bytes.
  public func elementsEqual(_ other: ByteView) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }

  /// Whether the bytes are those of `text`.
  public func elementsEqual(_ text: StaticString) -> Bool {
    elementsEqual(ByteView(UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount))
  }

  /// A copy of the bytes on the heap; not for the media path.
  public func array() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for index in 0..<count { bytes.append(self[index]) }
    return bytes
  }

  /// A copy of the bytes as text, malformed UTF-8 replaced; not for the media path.
  public func text() -> String { String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self) }
}

/// A writable window on bytes that someone else owns; every access is checked in every build.
public struct MutableByteView: BitwiseCopyable, @unchecked Sendable {
  /// The first byte; nil only when there is none.
  public let base: UnsafeMutableRawPointer?
  /// How many bytes there are.
  public let count: Int

  /// A window on `count` bytes from `base`.
  public init(_ base: UnsafeMutableRawPointer?, count: Int) {
    precondition(count >= 0, "a byte view cannot have a negative size")
    self.base = base
    self.count = base == nil ? 0 : count
  }

  /// A window on the whole of `buffer`.
  public init(_ buffer: UnsafeMutableRawBufferPointer) {
    self.init(buffer.baseAddress, count: buffer.count)
  }

  /// The same window, read-only.
  public var readOnly: ByteView { ByteView(base.map { UnsafeRawPointer($0) }, count: count) }

  /// The byte at `index`, 0 ..< count.
  public subscript(index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < count, "byte view read out of bounds")
      return base.unsafelyUnwrapped.load(fromByteOffset: index, as: UInt8.self)
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "byte view write out of bounds")
      base.unsafelyUnwrapped.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
    }
  }

  /// The part at `range`, which lies within the view.
  public subscript(range: Range<Int>) -> MutableByteView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "byte view slice out of bounds")
    guard let base else { return self }
    return MutableByteView(base + range.lowerBound, count: range.count)
  }

  /// Copies all of `source` to `offset`; both fit.
  public func copy(_ source: ByteView, at offset: Int = 0) {
    precondition(offset >= 0 && offset + source.count <= count, "byte view copy out of bounds")
    guard let from = source.base, let base, source.count > 0 else { return }
    (base + offset).copyMemory(from: from, byteCount: source.count)
  }
}

extension Array where Element == UInt8 {
  /// Calls `body` with a window on the bytes, valid for the call.
  public func withByteView<Result>(_ body: (ByteView) -> Result) -> Result {
    withUnsafeBytes { body(ByteView($0)) }
  }
}

extension String {
  /// Calls `body` with a window on the text's UTF-8 bytes, valid for the call.
  public func withByteView<Result>(_ body: (ByteView) -> Result) -> Result {
    Array(utf8).withByteView(body)
  }
}
