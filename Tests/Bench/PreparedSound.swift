// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The sound that is spoken: made beforehand, so that making it is not counted.

import Core
import Voice

/// Some seconds of speech-like sound, over and over.
final class PreparedSound {
  private let samples: UnsafeMutableBufferPointer<Int16>

  /// `seconds` of the sound that boards without a microphone speak.
  init(seconds: Int) {
    let total = seconds * Limits.sampleRate
    samples = .allocate(capacity: total)
    var source = SpeechLikeSource()
    var frame = PCMFrame(count: 960)
    var start = 0
    while start < total {
      source.fill(&frame)
      withUnsafeBytes(of: &frame.samples) { bytes in
        for index in 0..<960 { samples[start + index] = bytes.load(fromByteOffset: index * 2, as: Int16.self) }
      }
      start += 960
    }
  }

  deinit { samples.deallocate() }

  /// Overwrites the `frame.count` samples of `frame` with those from `position` on; `frame.count` divides a second.
  func fill(_ frame: inout PCMFrame, from position: Int) {
    let count = frame.count
    let source = UnsafeRawBufferPointer(samples)
    let start = position % samples.count
    withUnsafeMutableBytes(of: &frame.samples) { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start * 2..<(start + count) * 2]))
    }
  }
}
