// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Flat memory of floats that is made once, and how it is worked on four at a time.
//
// The product is built for size, where the compiler leaves loops as they stand, and Swift never reorders a sum of
// floats: so loops over sound are written on vectors of four, which SSE and NEON both have.

/// Where floats lie. Parts handed out by `FloatMemory` begin at a multiple of 16 bytes.
public typealias Floats = UnsafeMutablePointer<Float>
/// What the processor takes at a time.
typealias Four = SIMD4<Float>

/// A run of floats on the heap, handed out in parts; zero when it is made.
public struct FloatMemory: ~Copyable {
  /// All of it.
  public let floats: UnsafeMutableBufferPointer<Float>

  /// Takes over `floats`, which are freed with this value.
  init(owning floats: UnsafeMutableBufferPointer<Float>) { self.floats = floats }

  deinit { UnsafeMutableRawPointer(floats.baseAddress.unsafelyUnwrapped).deallocate() }

  /// Zeroes everything.
  func clear() { floats.baseAddress.unsafelyUnwrapped.clear(floats.count) }
}

/// Hands out consecutive parts of a memory, each aligned for vectors.
struct FloatParts {
  private let base: Floats
  private let count: Int
  private var used = 0

  /// The parts of `memory`.
  init(of memory: borrowing FloatMemory) {
    base = memory.floats.baseAddress.unsafelyUnwrapped
    count = memory.floats.count
  }

  /// The next `count` floats.
  mutating func take(_ count: Int) -> Floats {
    let part = base + used
    used += (count + 3) & ~3
    precondition(used <= self.count, "a part of float memory is out of bounds")
    return part
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// The same memory as vectors; it begins at a multiple of 16 bytes.
  @inline(__always) var fours: UnsafeMutablePointer<Four> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Four.self)
  }

  /// The four floats from `index`, wherever they lie.
  @inline(__always) func four(at index: Int) -> Four {
    UnsafeRawPointer(self + index).loadUnaligned(as: Four.self)
  }

  /// Puts four floats at `index`, wherever that lies.
  @inline(__always) func put(_ four: Four, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: four, as: Four.self)
  }

  /// Takes over `count` floats from `source`, which may overlap. As bytes: one by one they cost five instructions each.
  @inline(__always) func copy(from source: UnsafePointer<Float>, count: Int) {
    UnsafeMutableRawPointer(self).copyMemory(from: source, byteCount: count * 4)
  }

  /// Zeroes `count` floats.
  func clear(_ count: Int) { update(repeating: 0, count: count) }

  /// The sum of the squares of `count` floats, a multiple of four.
  func energy(_ count: Int) -> Float {
    var sum = Four.zero
    var index = 0
    while index < count {
      let value = four(at: index)
      sum += value * value
      index += 4
    }
    return sum.total
  }
}

extension SIMD4 where Scalar == Float {
  /// The sum of the four.
  @inline(__always) var total: Float { (self[0] + self[1]) + (self[2] + self[3]) }

  /// The four the other way round.
  @inline(__always) var turned: Four { Four(self[3], self[2], self[1], self[0]) }

  /// The greater of the two, lane by lane.
  @inline(__always) func atLeast(_ other: Four) -> Four { replacing(with: other, where: self .< other) }

  /// The lesser of the two, lane by lane.
  @inline(__always) func atMost(_ other: Four) -> Four { replacing(with: other, where: self .> other) }
}
