// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sound at one sample rate to sound at another: for WAV files, and for sound cards that know no 48 kHz.
//
// A windowed sinc (Kaiser) filter of speexdsp. Quality 5 of its 0 ... 10, measured from 16 to 48 kHz: flat within 0.02
// dB up to 7 kHz, 3 dB down at 7.4 kHz, images 90 dB down; 40 samples of delay at the lower rate (2.5 ms at 16 kHz, 5
// ms at 8 kHz).

import CSpeexDSP
import Core

/// A resampler of mono sound; owned by one thread. Allocates when it is made and never after.
public struct Resampler: ~Copyable {
  /// The sample rates that make sense, in hertz: telephone to studio.
  public static let rates = 4_000...384_000

  /// The rate of what goes in, in hertz.
  public let inputRate: Int
  /// The rate of what comes out, in hertz.
  public let outputRate: Int
  /// How late the sound comes out, in samples at the input's rate.
  public let latencyInputSamples: Int
  /// How late the sound comes out, in samples at the output's rate.
  public let latencyOutputSamples: Int
  private let state: OpaquePointer

  /// A resampler between two `rates`, of `quality` 0 ... 10; nil when a rate is none of these. Traps without memory.
  public init?(from inputRate: Int, to outputRate: Int = 48_000, quality: Int = 5) {
    guard Self.rates.contains(inputRate), Self.rates.contains(outputRate) else { return nil }
    precondition(quality >= 0 && quality <= 10, "a resampler's quality is out of bounds")
    guard let state = cspeexdsp_resampler_make(UInt32(inputRate), UInt32(outputRate), Int32(quality)) else {
      preconditionFailure("there is no memory for a resampler")
    }
    self.state = state
    self.inputRate = inputRate
    self.outputRate = outputRate
    latencyInputSamples = Int(cspeexdsp_resampler_input_latency(state))
    latencyOutputSamples = Int(cspeexdsp_resampler_output_latency(state))
  }

  deinit { cspeexdsp_resampler_free(state) }

  /// Takes samples from `input` and puts samples into `output`, until the one is used up or the other is full; answers
  /// how many of each. What was not taken is given again with the next call.
  public mutating func process(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> (consumed: Int, produced: Int) {
    guard let from = input.baseAddress, let to = output.baseAddress else { return (0, 0) }
    var inputCount = UInt32(clamping: input.count)
    var outputCount = UInt32(clamping: output.count)
    let result = cspeexdsp_resampler_process(state, from, &inputCount, to, &outputCount)
    precondition(result == 0, "speexdsp refused samples")
    return (Int(inputCount), Int(outputCount))
  }

  /// Drops the silence that would come first, so that the first sample out belongs to the first one in. For files,
  /// right after making or `reset`; a live sound has the delay all the same.
  public mutating func skipLatency() { cspeexdsp_resampler_skip_zeros(state) }

  /// Forgets everything heard so far.
  public mutating func reset() { cspeexdsp_resampler_reset(state) }
}
