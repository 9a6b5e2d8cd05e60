// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A ring between two threads: one producer, one consumer, fixed, without locks.
//
// DESIGN. Slots lie in raw memory made once; two free-running cursors, each written by one side only. A side publishes
// its cursor with release order and reads the other's with acquire order. Slots as an inline array inside a shared
// struct would be an access race in Swift's eyes; raw memory is not. A full ring refuses the new slot; the producer's
// owner counts it. Only the consumer may skip.
//
//        released          committed
//           |                  |
//   . . . . x x x x x x x x x x . . . .      x: readable      index = cursor & (capacity - 1)

import Synchronization

/// The memory and cursors that the two ends of a ring share.
final class RingMemory: @unchecked Sendable {
  /// Slots committed by the producer, ever.
  let committed = Atomic<UInt32>(0)
  /// Slots released by the consumer, ever.
  let released = Atomic<UInt32>(0)
  let producerTaken = Atomic<Bool>(false)
  let consumerTaken = Atomic<Bool>(false)
  let base: UnsafeMutableRawPointer
  let capacity: UInt32

  init(capacity: Int, slotBytes: Int, alignment: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
    self.capacity = UInt32(capacity)
    base = .allocate(byteCount: capacity * slotBytes, alignment: alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * slotBytes)
  }

  deinit { base.deallocate() }
}

/// A ring of `Slot` values, from one thread to another: made once at start, then each end is taken once, by its
/// thread's owner.
public struct Ring<Slot: BitwiseCopyable>: Sendable {
  private let memory: RingMemory

  /// A ring of `capacity` slots (a power of two). Allocates; not for a running call.
  public init(capacity: Int) {
    memory = RingMemory(
      capacity: capacity, slotBytes: MemoryLayout<Slot>.stride, alignment: MemoryLayout<Slot>.alignment)
  }

  /// The end that writes; taking it twice is a broken promise.
  public func takeProducer() -> Producer<Slot> {
    let taken = memory.producerTaken.exchange(true, ordering: .relaxed)
    precondition(!taken, "a ring has one producer")
    return Producer(memory: memory)
  }

  /// The end that reads; taking it twice is a broken promise.
  public func takeConsumer() -> Consumer<Slot> {
    let taken = memory.consumerTaken.exchange(true, ordering: .relaxed)
    precondition(!taken, "a ring has one consumer")
    return Consumer(memory: memory)
  }
}

/// The end of a ring that writes; owned by one thread.
public struct Producer<Slot: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private let memory: RingMemory
  private var committed: UInt32 = 0

  init(memory: RingMemory) { self.memory = memory }

  /// How many slots are free, 0 ... capacity.
  public var free: Int { Int(memory.capacity &- (committed &- memory.released.load(ordering: .acquiring))) }

  /// The next slot to fill in place, or nil when the ring is full. It holds an older value until it is overwritten.
  public mutating func claim() -> UnsafeMutablePointer<Slot>? {
    guard free > 0 else { return nil }
    let index = Int(committed & (memory.capacity - 1))
    return memory.base.assumingMemoryBound(to: Slot.self) + index
  }

  /// Publishes the slot that `claim` gave.
  public mutating func commit() {
    precondition(free > 0, "a ring slot is committed that was not claimed")
    committed &+= 1
    memory.committed.store(committed, ordering: .releasing)
  }

  /// Writes one slot; false, and nothing written, when the ring is full.
  public mutating func push(_ value: Slot) -> Bool {
    guard let slot = claim() else { return false }
    slot.pointee = value
    commit()
    return true
  }
}

/// The end of a ring that reads; owned by one thread.
public struct Consumer<Slot: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private let memory: RingMemory
  private var released: UInt32 = 0

  init(memory: RingMemory) { self.memory = memory }

  /// How many slots are waiting, 0 ... capacity.
  public var count: Int { Int(memory.committed.load(ordering: .acquiring) &- released) }

  /// The oldest slot, to be read in place until `release`, or nil when there is none.
  public mutating func peek() -> UnsafePointer<Slot>? {
    guard count > 0 else { return nil }
    let index = Int(released & (memory.capacity - 1))
    return UnsafePointer(memory.base.assumingMemoryBound(to: Slot.self) + index)
  }

  /// Gives the slot that `peek` showed back to the producer.
  public mutating func release() {
    precondition(count > 0, "a ring slot is released that was not read")
    released &+= 1
    memory.released.store(released, ordering: .releasing)
  }

  /// Takes the oldest slot out, or nil when there is none.
  public mutating func pop() -> Slot? {
    guard let slot = peek() else { return nil }
    let value = slot.pointee
    release()
    return value
  }

  /// Passes over the oldest slots until at most `keeping` wait; answers how many were skipped.
  public mutating func skip(keeping: Int) -> Int {
    var skipped = 0
    while count > keeping {
      release()
      skipped += 1
    }
    return skipped
  }
}
