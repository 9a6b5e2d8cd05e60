// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The seam between the engine and a voice codec. `Codecs` fills it with Opus; `PassThroughEncoder` and
// `PassThroughDecoder` are the plain twins.

public import Core

/// Turns frames of 48 kHz mono samples into bytes; owned by the audio thread, made before it starts, never allocates.
public protocol VoiceEncoder: ~Copyable {
  /// Encodes the frame (480 or 960 samples) into `payload`; answers the number of bytes, or nil when the codec failed.
  mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int?
  /// Says what loss to prepare for, 0 ... 100 percent; above 0 in-band FEC is in the packets.
  mutating func setExpectedLoss(percent: Int)
  /// Says how many bits a second to use; a codec takes the nearest it can.
  mutating func setBitrate(_ bitsPerSecond: Int)
  /// Forgets everything heard so far, as after a gap or on the edge of a mute.
  mutating func reset()
}

/// Turns bytes into 48 kHz mono samples; one for each talker, owned by the audio thread, made before it starts, never
/// allocates.
public protocol VoiceDecoder: ~Copyable {
  /// How many samples (48 kHz) the packet codes for, or nil when it is malformed (RFC 6716 section 3).
  func sampleCount(of payload: ByteView) -> Int?
  /// Whether the packet carries a copy of the one before it (in-band FEC).
  func carriesRecovery(_ payload: ByteView) -> Bool
  /// Decodes the packet into `samples` (room for `Limits.receivedFrameSamplesMax`); answers how many were written, or
  /// nil when it is malformed.
  mutating func decode(_ payload: ByteView, into samples: UnsafeMutableBufferPointer<Int16>) -> Int?
  /// Decodes the copy of the packet before `payload` that `payload` carries (in-band FEC), `sampleCount` samples long;
  /// nil when it carries none.
  mutating func recover(
    from payload: ByteView, sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>
  ) -> Int?
  /// Makes up `sampleCount` samples for a packet that did not come (a multiple of 120, at most 960).
  mutating func conceal(sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>) -> Int?
  /// Forgets everything heard so far.
  mutating func reset()
}
