// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The voice decoder: Opus (RFC 6716) to 48 kHz, mono; a stereo packet is mixed down by the library.

import COpus
public import Core
public import Voice

/// An Opus decoder, one for each talker; owned by the audio thread, made before it starts. Allocates when it is made
/// and never after.
public struct OpusDecoder: VoiceDecoder, ~Copyable {
  private let state: OpaquePointer

  /// A decoder that has heard nothing. Traps without memory.
  public init() {
    guard let state = copus_decoder_make() else { preconditionFailure("there is no memory for an Opus decoder") }
    self.state = state
  }

  deinit { copus_decoder_free(state) }

  /// How many samples (48 kHz) the packet codes for, 120 ... 5,760, or nil when it is malformed (RFC 6716 section 3.4).
  public func sampleCount(of payload: ByteView) -> Int? { OpusPacket(payload)?.sampleCount }

  /// Whether the packet carries a copy of the sound before it (RFC 6716 section 4.2.3).
  public func carriesRecovery(_ payload: ByteView) -> Bool { OpusPacket(payload)?.carriesRecovery ?? false }

  /// Decodes the packet into `samples`; answers how many were written, or nil when it is malformed or does not fit.
  public mutating func decode(_ payload: ByteView, into samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
    guard let packet = OpusPacket(payload), packet.sampleCount <= samples.count else { return nil }
    return decode(payload, sampleCount: packet.sampleCount, fec: false, into: samples)
  }

  /// Decodes the copy of the packet before `payload` that `payload` carries (RFC 6716 section 4.2.5), `sampleCount`
  /// samples long: a multiple of 120, at least one frame of `payload`; what exceeds a frame is made up in front. Nil
  /// when it carries none, and nothing has changed then. Right after a CELT packet the library makes up the samples, as
  /// it does not mix the two.
  public mutating func recover(
    from payload: ByteView, sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>
  ) -> Int? {
    guard let packet = OpusPacket(payload), packet.carriesRecovery else { return nil }
    guard sampleCount >= packet.frameSamples, Self.isDecodable(sampleCount, into: samples) else { return nil }
    return decode(payload, sampleCount: sampleCount, fec: true, into: samples)
  }

  /// Makes up `sampleCount` samples (a multiple of 120, at most 960) for a packet that did not come; they fade out over
  /// some 100 ms. Nil when the count is none of these.
  public mutating func conceal(sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
    guard sampleCount <= Limits.frameSamplesMax, Self.isDecodable(sampleCount, into: samples) else { return nil }
    return decode(.empty, sampleCount: sampleCount, fec: false, into: samples)
  }

  /// Forgets everything heard so far.
  public mutating func reset() {
    let result = copus_decoder_reset(state)
    precondition(result == 0, "Opus refused to reset a decoder")
  }

  private static func isDecodable(_ sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>) -> Bool {
    sampleCount > 0 && sampleCount % 120 == 0 && sampleCount <= Limits.receivedFrameSamplesMax
      && sampleCount <= samples.count
  }

  /// An empty payload makes up `sampleCount` samples.
  private func decode(
    _ payload: ByteView, sampleCount: Int, fec: Bool, into samples: UnsafeMutableBufferPointer<Int16>
  ) -> Int? {
    let bytes = payload.isEmpty ? nil : payload.base?.assumingMemoryBound(to: UInt8.self)
    let count = copus_decode(
      state, bytes, Int32(payload.count), samples.baseAddress, Int32(sampleCount), fec ? 1 : 0)
    return count > 0 ? Int(count) : nil
  }
}
