// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The fuzz entry of the room.

public import Core

/// Entries for hostile bytes: they never trap, and what they answer is dropped.
public enum CodecsFuzz {
  /// Takes `bytes` for an Opus packet: decodes it, decodes it again, recovers from it, conceals after it.
  public static func fuzz(_ bytes: ByteView) {
    var decoder = OpusDecoder()
    let samples = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Limits.receivedFrameSamplesMax)
    defer { samples.deallocate() }
    let expected = decoder.sampleCount(of: bytes)
    for _ in 0..<2 {
      let count = decoder.decode(bytes, into: samples)
      precondition(count == nil || count == expected, "a packet decoded to another length than it announced")
      _ = decoder.recover(from: bytes, sampleCount: 960, into: samples)
      _ = decoder.conceal(sampleCount: 960, into: samples)
    }
  }
}
