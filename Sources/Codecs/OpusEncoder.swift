// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The voice encoder: Opus (RFC 6716) at 48 kHz, mono, for voice over IP, with in-band FEC.
//
// DESIGN. In-band FEC is switched on for good, and the expected loss decides whether packets carry it: Opus puts it
// only into SILK and hybrid frames of 10 ms or more, and only when a loss above 0 percent is expected. Up to 5 percent
// it would rather drop the FEC than narrow the band, which at 32 kbit/s means none at all; so an expected loss of 1 ...
// 5 is taken for 6. Measured with 1.5.2 at complexity 5 and 6 percent or more: at 32 kbit/s frames of 20 ms stay
// fullband and every frame with a voice in it is carried again, frames of 10 ms become superwideband; FEC begins at 20
// kbit/s (20 ms) and 24 kbit/s (10 ms), narrower. From complexity 7 on the encoder analyses the sound for music, which
// costs 70 % more at 9 and brings a voice little: 5 is the default. DTX is off: a steady packet flow keeps the far
// jitter buffer and the picture of the path simple.

import COpus
public import Core
public import Voice

/// An Opus encoder; owned by the audio thread, made before it starts. Allocates when it is made and never after.
public struct OpusEncoder: VoiceEncoder, ~Copyable {
  /// What the bitrate may be, in bits a second: below, speech is no longer clear; above, a mono voice gains nothing.
  public static let bitrates = 6_000...128_000
  /// How many samples (48 kHz) a decoded sound is behind the one encoded: 6.5 ms at every setting used here.
  public let lookaheadSamples: Int
  /// Below it packets carry no FEC: Opus would narrow a voice to 6 kHz to make room for it.
  private static let recoveryBitrateMin = 20_000
  private let state: OpaquePointer
  private var bitrate: Int
  private var expectedLossPercent = 0

  /// An encoder of `bitrate` bits a second (`bitrates`) and `complexity` 0 ... 10, that prepares for a loss of
  /// `expectedLossPercent`, 0 ... 100 (10, as a call begins before any loss can be known, and FEC costs an undisturbed
  /// voice next to nothing). Traps without memory.
  public init(bitrate: Int = 32_000, complexity: Int = 5, expectedLossPercent: Int = 10) {
    precondition(Self.bitrates.contains(bitrate), "an encoder's bitrate is out of bounds")
    precondition(complexity >= 0 && complexity <= 10, "an encoder's complexity is out of bounds")
    guard let state = copus_encoder_make(Int32(bitrate), Int32(complexity)) else {
      preconditionFailure("there is no memory for an Opus encoder")
    }
    self.state = state
    self.bitrate = bitrate
    lookaheadSamples = Int(copus_encoder_lookahead(state))
    setExpectedLoss(percent: expectedLossPercent)
  }

  deinit { copus_encoder_free(state) }

  /// Encodes the frame (480 or 960 samples) into `payload`; answers the number of bytes, or nil when the codec failed.
  public mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int? {
    let samples = Int32(frame.count)
    precondition(samples == 480 || samples == 960, "a voice frame has 480 or 960 samples")
    var span = payload.mutableSpan
    let count = frame.samples.span.withUnsafeBufferPointer { pcm in
      span.withUnsafeMutableBufferPointer { bytes in
        copus_encode(state, pcm.baseAddress, samples, bytes.baseAddress, Int32(Limits.opusFrameBytesMax))
      }
    }
    return count > 0 ? Int(count) : nil
  }

  /// Says what loss to prepare for, clamped to 0 ... 100 percent; above 0 packets carry in-band FEC where the bitrate
  /// allows it (1 ... 5 are taken for 6, see above), from 20,000 on. Below, frames only lean less on each other.
  public mutating func setExpectedLoss(percent: Int) {
    expectedLossPercent = min(max(percent, 0), 100)
    let carriesRecovery = expectedLossPercent > 0 && bitrate >= Self.recoveryBitrateMin
    let percent = carriesRecovery ? max(expectedLossPercent, 6) : expectedLossPercent
    let result = copus_encoder_set_loss(state, Int32(percent), carriesRecovery ? 1 : 0)
    precondition(result == 0, "Opus refused an expected loss in bounds")
  }

  /// Says how many bits a second to use, clamped to `bitrates`; below 24,000 nothing above 8 kHz is encoded.
  public mutating func setBitrate(_ bitsPerSecond: Int) {
    let clamped = min(max(bitsPerSecond, Self.bitrates.lowerBound), Self.bitrates.upperBound)
    let result = copus_encoder_set_bitrate(state, Int32(clamped))
    precondition(result == 0, "Opus refused a bitrate in bounds")
    bitrate = clamped
    setExpectedLoss(percent: expectedLossPercent)
  }

  /// Forgets everything heard so far; the settings stay, and with them whether the last frame carried FEC.
  public mutating func reset() {
    let result = copus_encoder_reset(state)
    precondition(result == 0, "Opus refused to reset an encoder")
  }
}
