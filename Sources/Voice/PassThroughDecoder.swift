// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The plain twin of a voice decoder: reads what `PassThroughEncoder` writes.

public import Core

/// Decodes mu-law octets; makes lost sound up by repeating the last 2.5 ms at half its size.
public struct PassThroughDecoder: VoiceDecoder, ~Copyable {
  private var last = InlineArray<120, Int16>(repeating: 0)

  /// A decoder that has heard nothing.
  public init() {}

  /// How many samples the packet codes for, 120 ... 960, or nil when its size is not what its header says.
  public func sampleCount(of payload: ByteView) -> Int? {
    guard payload.count >= PassThroughEncoder.headerBytes else { return nil }
    let count = Int(payload[0]) * PassThroughEncoder.blockSamples
    let copied = Int(payload[1]) * PassThroughEncoder.blockSamples
    guard count > 0, count <= Limits.frameSamplesMax, copied <= PassThroughEncoder.copiedSamplesMax else { return nil }
    guard payload.count == PassThroughEncoder.headerBytes + count + copied else { return nil }
    return count
  }

  /// Whether the packet carries a copy of the frame before.
  public func carriesRecovery(_ payload: ByteView) -> Bool {
    guard let count = sampleCount(of: payload) else { return false }
    return payload.count > PassThroughEncoder.headerBytes + count
  }

  /// Decodes the packet into `samples`; nil when it is malformed or does not fit.
  public mutating func decode(_ payload: ByteView, into samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
    guard let count = sampleCount(of: payload), count <= samples.count else { return nil }
    expand(payload, from: PassThroughEncoder.headerBytes, count: count, into: samples)
    return count
  }

  /// Decodes the copy of the frame before; nil when the packet has none of `sampleCount` samples.
  public mutating func recover(
    from payload: ByteView, sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>
  ) -> Int? {
    guard let count = self.sampleCount(of: payload), sampleCount > 0, sampleCount <= samples.count else { return nil }
    guard payload.count == PassThroughEncoder.headerBytes + count + sampleCount else { return nil }
    expand(payload, from: PassThroughEncoder.headerBytes + count, count: sampleCount, into: samples)
    return sampleCount
  }

  /// Repeats the last 2.5 ms at half their size.
  public mutating func conceal(sampleCount: Int, into samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
    guard sampleCount > 0, sampleCount <= samples.count else { return nil }
    for index in 0..<sampleCount { samples[index] = last[index % 120] / 2 }
    return sampleCount
  }

  /// Forgets the last sound.
  public mutating func reset() { last = InlineArray(repeating: 0) }

  private mutating func expand(
    _ payload: ByteView, from start: Int, count: Int, into samples: UnsafeMutableBufferPointer<Int16>
  ) {
    for index in 0..<count { samples[index] = CompandedSample.decode(payload[start + index]) }
    for index in 0..<120 { last[index] = samples[count - 120 + index] }
  }
}
