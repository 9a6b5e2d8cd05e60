// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The samples of a WAV file as 16-bit mono, a block at a time.

public import Core

extension WAVHeader {
  /// Converts whole frames of `bytes` into `samples`, the channels mixed to one, until either runs out; answers how
  /// many samples were written. It does not resample. Values out of range are clamped, a float that is no number is
  /// silence.
  public func convert(_ bytes: ByteView, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
    let count = min(bytes.count / frameBytes, samples.count)
    var offset = 0
    for index in 0..<count {
      var sum = 0
      for _ in 0..<channels {
        sum += sample(bytes, at: offset)
        offset += sampleBytes
      }
      samples[index] = Int16(clamping: sum / channels)
    }
    return count
  }

  /// Writes `samples` as little-endian 16-bit to `bytes`, as many as fit; answers how many bytes were written.
  public static func encode(_ samples: borrowing PCMFrame, to bytes: MutableByteView) -> Int {
    let count = min(samples.count, bytes.count / 2)
    let values = samples.samples.span
    for index in 0..<count {
      let value = UInt16(bitPattern: values[index])
      bytes[index * 2] = UInt8(truncatingIfNeeded: value)
      bytes[index * 2 + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }
    return count * 2
  }

  /// The sample at `offset`, in 16 bits.
  private func sample(_ bytes: ByteView, at offset: Int) -> Int {
    switch encoding {
    case .unsigned8: (Int(bytes[offset]) - 128) * 256
    case .signed16: Int(Int16(bitPattern: Self.little16(bytes, at: offset)))
    case .signed24: Int(Int16(bitPattern: Self.little16(bytes, at: offset + 1)))
    case .signed32: Int(Int16(bitPattern: Self.little16(bytes, at: offset + 2)))
    case .float32: Self.clamped(Float(bitPattern: Self.little32(bytes, at: offset)))
    }
  }

  private static func clamped(_ value: Float) -> Int {
    // A comparison with what is no number is false.
    guard value > -1 else { return value <= -1 ? -32_768 : 0 }
    return value < 1 ? Int(value * 32_767) : 32_767
  }
}
