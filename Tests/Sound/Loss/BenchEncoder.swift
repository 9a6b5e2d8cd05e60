// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The encoder of the product, or the same without in-band FEC: to see what the decoder's concealment does alone.

import Codecs
import Core
import Voice

/// An Opus encoder that may be deaf to what loss is to be expected.
struct BenchEncoder: VoiceEncoder, ~Copyable {
  private var encoder: OpusEncoder
  private let isPlain: Bool

  init(bitrate: Int, isPlain: Bool) {
    encoder = isPlain ? OpusEncoder(bitrate: bitrate, expectedLossPercent: 0) : OpusEncoder(bitrate: bitrate)
    self.isPlain = isPlain
  }

  mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int? {
    encoder.encode(frame, into: &payload)
  }

  mutating func setExpectedLoss(percent: Int) { if !isPlain { encoder.setExpectedLoss(percent: percent) } }

  mutating func setBitrate(_ bitsPerSecond: Int) { encoder.setBitrate(bitsPerSecond) }

  mutating func reset() { encoder.reset() }
}
