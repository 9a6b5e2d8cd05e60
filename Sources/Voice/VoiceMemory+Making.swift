// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where the memory of the audio cycle is made: at start only.

import Core

extension SampleMemory {
  /// Memory for `count` samples, all zero. Allocates; not for a running call.
  init(count: Int) {
    let samples = UnsafeMutableBufferPointer<Int16>.allocate(capacity: count)
    samples.initialize(repeating: 0)
    self.init(owning: samples)
  }
}

extension FrameMemory {
  /// Memory for one jitter buffer, written to once so that it is there. Allocates; not for a running call.
  init() {
    let frames = UnsafeMutableBufferPointer<EncodedFrame>.allocate(capacity: Limits.jitterSlots)
    frames.initialize(repeating: EncodedFrame())
    self.init(owning: frames)
  }
}
