// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where float memory is made: at start only.

extension FloatMemory {
  /// Memory for `count` floats, all zero. Allocates; not for a running call.
  public init(count: Int) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    let floats = raw.bindMemory(to: Float.self, capacity: count)
    floats.initialize(repeating: 0, count: count)
    self.init(owning: UnsafeMutableBufferPointer(start: floats, count: count))
  }
}

extension FourierTransform {
  /// A transform of `size` samples, 320 or 2,048. Allocates; not for a running call.
  public init(size: Int) { self.init(size: size, memory: FloatMemory(count: Self.memoryCount(size: size))) }
}

extension BandSplit {
  /// A split that heard nothing yet. Allocates; not for a running call.
  public init() { self.init(memory: FloatMemory(count: Self.memoryCount)) }
}

extension BlockLine {
  /// An empty line for periods of `periodSamples` samples: 240, 480 or 960. Allocates; not for a running call.
  public init(periodSamples: Int) {
    self.init(periodSamples: periodSamples, memory: FloatMemory(count: Self.memoryCount))
  }
}
