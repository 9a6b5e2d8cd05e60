// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Memory of the audio cycle that is made once and then only used. It is handed in here and made in
// `VoiceMemory+Making.swift`, so that the files of the cycle can be held to the compiler's no-allocations mode.

import Core

/// A run of 16-bit samples on the heap, checked on every access.
public struct SampleMemory: ~Copyable {
  /// All the samples.
  let samples: UnsafeMutableBufferPointer<Int16>

  /// Takes over `samples`, which were allocated and are freed with this value.
  init(owning samples: UnsafeMutableBufferPointer<Int16>) { self.samples = samples }

  deinit { samples.deallocate() }

  /// How many samples there are.
  var count: Int { samples.count }

  /// The sample at `index`, 0 ..< count.
  subscript(index: Int) -> Int16 {
    get {
      precondition(index >= 0 && index < samples.count, "sample memory read out of bounds")
      return samples[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < samples.count, "sample memory write out of bounds")
      samples[index] = newValue
    }
  }

  /// The part from `start`, `count` samples long.
  func part(_ start: Int, count: Int) -> UnsafeMutableBufferPointer<Int16> {
    precondition(start >= 0 && count >= 0 && start + count <= samples.count, "sample memory slice out of bounds")
    return UnsafeMutableBufferPointer(rebasing: samples[start..<start + count])
  }
}

/// The slots of one jitter buffer on the heap, checked on every access.
public struct FrameMemory: ~Copyable {
  private let frames: UnsafeMutableBufferPointer<EncodedFrame>

  /// Takes over `frames`, which were allocated and are freed with this value.
  init(owning frames: UnsafeMutableBufferPointer<EncodedFrame>) {
    precondition(frames.count == Limits.jitterSlots, "a jitter buffer has a fixed number of slots")
    self.frames = frames
  }

  deinit { frames.deallocate() }

  /// The slot at `index`, 0 ..< Limits.jitterSlots, in place.
  func slot(_ index: Int) -> UnsafeMutablePointer<EncodedFrame> {
    precondition(index >= 0 && index < frames.count, "frame memory access out of bounds")
    return frames.baseAddress.unsafelyUnwrapped + index
  }
}

extension EncodedFrame {
  /// A window on the payload of the frame at `frame`, valid as long as that memory is left alone.
  static func payload(at frame: UnsafeMutablePointer<EncodedFrame>) -> ByteView {
    let count = max(0, min(frame.pointee.count, Limits.encodedFrameBytesMax))
    return withUnsafePointer(to: &frame.pointee.payload) { ByteView(UnsafeRawPointer($0), count: count) }
  }
}
