// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One datagram: owned bytes and the two endpoints it travels between.

/// A datagram in memory of its own, made once and reused: bytes, where it is from, where it goes, which socket.
///
/// The caller of a machine supplies it; machines never allocate output. A message is written from the start; `tail`
/// room behind `Limits.datagramBytesMax` lets protection grow a full packet in place.
public struct Datagram: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  /// How many bytes are used, 0 ... `Datagram.capacity`.
  public private(set) var count = 0
  /// The far endpoint: the source of a received datagram, the destination of one to be sent.
  public var remote = Endpoint.none
  /// The near endpoint: the address of the socket it came by or goes out by.
  public var local = Endpoint.none

  /// How many bytes fit.
  public static let capacity = Limits.datagramBytesMax + Limits.datagramTailBytes

  /// An empty datagram. Allocates; make it at start.
  public init() { memory = .allocate(byteCount: Self.capacity, alignment: 16) }

  deinit { memory.deallocate() }

  /// The bytes used.
  public var bytes: ByteView { ByteView(memory, count: count) }

  /// All the memory, to be written into; `setCount` then says how much was used.
  public var storage: MutableByteView { MutableByteView(memory, count: Self.capacity) }

  /// The bytes used, to be changed in place.
  public var mutableBytes: MutableByteView { MutableByteView(memory, count: count) }

  /// Says how many bytes are used, 0 ... capacity.
  public mutating func setCount(_ count: Int) {
    precondition(count >= 0 && count <= Self.capacity, "a datagram's size is out of bounds")
    self.count = count
  }

  /// Replaces the bytes with a copy of `source`; false, and nothing changed, when they do not fit.
  @discardableResult
  public mutating func assign(_ source: ByteView) -> Bool {
    guard source.count <= Self.capacity else { return false }
    storage.copy(source)
    count = source.count
    return true
  }

  /// Writes a message from the start through `body`; false, and the datagram empty, when it did not fit.
  @discardableResult
  public mutating func write(_ body: (inout ByteWriter) -> Void) -> Bool {
    var writer = ByteWriter(MutableByteView(memory, count: Limits.datagramBytesMax))
    body(&writer)
    count = writer.overflowed ? 0 : writer.count
    return !writer.overflowed
  }
}
