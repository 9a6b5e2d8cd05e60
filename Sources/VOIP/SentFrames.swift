// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The last frames that were sent, so that copies of them can go along with later ones.

import Core

/// The last `Limits.sentFramesKept` frames. Memory is made at init and only used afterwards. Owned by the loop thread. A
/// class, because Embedded Swift cannot destroy a noncopyable value of this room within a generic one elsewhere.
final class SentFrames {
  private let frames: UnsafeMutablePointer<EncodedFrame>
  private var next = 0
  /// The mean size of a frame, in 256ths of a byte, over some 64 frames.
  private var meanBytes256 = 0

  /// No frames. Allocates.
  init() {
    frames = .allocate(capacity: Limits.sentFramesKept)
    frames.initialize(repeating: EncodedFrame(), count: Limits.sentFramesKept)
  }

  deinit { frames.deallocate() }

  /// Keeps a copy of `frame` in place of the oldest.
  func keep(_ frame: UnsafePointer<EncodedFrame>) {
    frames[next] = frame.pointee
    meanBytes256 += (Int(frame.pointee.count) * 256 - meanBytes256) / 64
    next = (next + 1) % Limits.sentFramesKept
  }

  /// The frame that lies exactly `distance` frames before `frame`, 1 ... `Limits.redundantDistanceMax`; nil when none was
  /// sent then, or when it is smaller than the mean and `onlyLarge` ones are wanted.
  func frame(
    _ distance: Int, before frame: UnsafePointer<EncodedFrame>, onlyLarge: Bool = false
  ) -> UnsafePointer<EncodedFrame>? {
    guard (1...Limits.redundantDistanceMax).contains(distance) else { return nil }
    let kept = frames + (next + Limits.sentFramesKept - distance) % Limits.sentFramesKept
    let offset = frame.pointee.timestamp.distance(from: kept.pointee.timestamp)
    guard kept.pointee.count > 0, offset == distance * frame.pointee.sampleCount else { return nil }
    if onlyLarge, Int(kept.pointee.count) * 256 < meanBytes256 { return nil }
    return UnsafePointer(kept)
  }
}
