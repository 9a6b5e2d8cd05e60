// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The ring between two threads. Run once with --sanitize=thread: it must stay silent.

import Core
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite("Ring") struct RingTests {
  private struct Slot: BitwiseCopyable {
    var number: UInt64 = 0
    var check: UInt64 = 0
    var filling = InlineArray<8, UInt64>(repeating: 0)
  }

  @Test("slots come out in the order they went in, over and over")
  func order() {
    let ring = Ring<Int>(capacity: 4)
    var producer = ring.takeProducer()
    var consumer = ring.takeConsumer()
    for round in 0..<1000 {
      #expect(producer.free == 4 && consumer.count == 0)
      for item in 0..<4 { #expect(producer.push(round * 4 + item) == true) }
      for item in 0..<4 { #expect(consumer.pop() == round * 4 + item) }
    }
  }

  @Test("a full ring refuses the new slot and keeps the old ones")
  func full() {
    let ring = Ring<Int>(capacity: 2)
    var producer = ring.takeProducer()
    var consumer = ring.takeConsumer()
    #expect(consumer.pop() == nil)
    #expect(producer.push(1) == true)
    #expect(producer.push(2) == true)
    #expect(producer.push(3) == false)
    let claimed = producer.claim()
    #expect(claimed == nil)
    #expect(consumer.pop() == 1)
    #expect(producer.push(4) == true)
    #expect(consumer.pop() == 2)
    #expect(consumer.pop() == 4)
    #expect(consumer.pop() == nil)
  }

  @Test("a slot is filled and read in place")
  func inPlace() throws {
    let ring = Ring<Slot>(capacity: 2)
    var producer = ring.takeProducer()
    var consumer = ring.takeConsumer()
    let claimed = producer.claim()
    try #require(claimed).pointee.number = 7
    let early = consumer.peek()
    #expect(early == nil)
    producer.commit()
    let peeked = consumer.peek()
    #expect(peeked?.pointee.number == 7)
    #expect(consumer.count == 1)
    consumer.release()
    #expect(consumer.count == 0)
  }

  @Test("the consumer skips to what is fresh")
  func skip() {
    let ring = Ring<Int>(capacity: 8)
    var producer = ring.takeProducer()
    var consumer = ring.takeConsumer()
    for item in 0..<7 { #expect(producer.push(item) == true) }
    #expect(consumer.skip(keeping: 2) == 5)
    #expect(consumer.pop() == 5)
    #expect(consumer.skip(keeping: 2) == 0)
    #expect(consumer.skip(keeping: 0) == 1)
  }

  /// What the two threads share; each touches its own end only.
  private final class Bench: @unchecked Sendable {
    static let items: UInt64 = 2_000_000
    let ring = Ring<Slot>(capacity: 64)
    let broken = Atomic<UInt64>(0)
  }

  @Test("two million slots cross between two threads, whole and in order")
  func twoThreads() {
    let bench = Bench()
    var thread = pthread_t()
    let context = Unmanaged.passRetained(bench).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let bench = Unmanaged<Bench>.fromOpaque(context).takeRetainedValue()
        var producer = bench.ring.takeProducer()
        var number: UInt64 = 0
        while number < Bench.items {
          guard let slot = producer.claim() else {
            sched_yield()
            continue
          }
          slot.pointee.number = number
          slot.pointee.filling[Int(number & 7)] = number
          slot.pointee.check = ~number
          producer.commit()
          number += 1
        }
        return nil
      }, context)
    #expect(result == 0)
    var consumer = bench.ring.takeConsumer()
    var expected: UInt64 = 0
    while expected < Bench.items {
      guard let slot = consumer.peek() else {
        sched_yield()
        continue
      }
      let value = slot.pointee
      if value.number != expected || value.check != ~expected || value.filling[Int(expected & 7)] != expected {
        bench.broken.add(1, ordering: .relaxed)
      }
      consumer.release()
      expected += 1
    }
    pthread_join(thread, nil)
    #expect(bench.broken.load(ordering: .relaxed) == 0)
    #expect(consumer.count == 0)
  }
}
