// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The plain twin of a voice encoder: every sample as one mu-law octet, so that tests and bring-up need no codec.
//
//   +--------+--------+----------------------+- - - - - - - - - - - -+
//   | blocks | copied |  blocks * 120 octets | copied * 120 octets   |
//   +--------+--------+----------------------+- - - - - - - - - - - -+
//                      this frame             the frame before it, when loss is expected and it fits

public import Core

/// Encodes 20 ms into 962 bytes. With loss expected, frames of up to 10 ms carry a copy of the one before (962 bytes
/// too).
public struct PassThroughEncoder: VoiceEncoder, ~Copyable {
  /// Samples in a block, the unit of frame sizes: 2.5 ms.
  static let blockSamples = 120
  /// Octets before the samples.
  static let headerBytes = 2
  /// Most samples in a frame that still leave room for a copy of the frame before.
  static let copiedSamplesMax = 480

  private var previous = InlineArray<480, UInt8>(repeating: 0)
  private var previousCount = 0
  private var expectsLoss = false

  /// An encoder that has heard nothing.
  public init() {}

  /// Encodes a frame of a multiple of 120 samples, 120 ... 960; nil for any other.
  public mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int? {
    let count = frame.count
    guard count > 0, count <= Limits.frameSamplesMax, count % Self.blockSamples == 0 else { return nil }
    let copied = expectsLoss && count <= Self.copiedSamplesMax ? previousCount : 0
    let samples = frame.samples.span
    var bytes = payload.mutableSpan
    var copy = previous.mutableSpan
    bytes[0] = UInt8(count / Self.blockSamples)
    bytes[1] = UInt8(copied / Self.blockSamples)
    for index in 0..<count { bytes[Self.headerBytes + index] = CompandedSample.encode(samples[index]) }
    let length = Self.headerBytes + count
    for index in 0..<copied { bytes[length + index] = copy[index] }
    previousCount = count <= Self.copiedSamplesMax ? count : 0
    for index in 0..<previousCount { copy[index] = bytes[Self.headerBytes + index] }
    return length + copied
  }

  /// Above 0 the frames carry copies.
  public mutating func setExpectedLoss(percent: Int) { expectsLoss = percent > 0 }

  /// Changes nothing: every sample takes an octet.
  public mutating func setBitrate(_ bitsPerSecond: Int) {}

  /// Forgets the frame before.
  public mutating func reset() { previousCount = 0 }
}
