// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How loud sound is: the sum of squares, and decibels without a mathematics library.

public import Core

/// An RMS level in hundredths of a dBFS. 0 dBFS is the RMS of a full-scale square wave, as in RFC 6464 appendix A; a
/// full-scale sine is at −3.01 dBFS.
public struct SoundLevel: Comparable, Sendable, BitwiseCopyable {
  /// The level, −9,600 (silence) ... 0.
  public let hundredths: Int32

  /// The level `hundredths`, brought into −9,600 ... 0.
  public init(hundredths: Int32) { self.hundredths = max(-9600, min(0, hundredths)) }

  /// The level of `count` samples whose squares add up to `sumOfSquares`; silence when there is none. Within 0.01 dB.
  public init(sumOfSquares: UInt64, count: Int) {
    guard count > 0, sumOfSquares > 0 else {
      self.init(hundredths: -9600)
      return
    }
    // Level = 10 log10(sum / (count * 2^30)) = 3.0103 (log2 sum - log2 count - 30), in hundredths 301.03.
    let difference = Int64(Self.logarithm(sumOfSquares) - Self.logarithm(UInt64(count)) - 30 << 16)
    self.init(hundredths: Int32(truncatingIfNeeded: (difference * 30_103 / 100) >> 16))
  }

  /// Silence.
  public static let silence = SoundLevel(hundredths: -9600)

  /// The level as a person reads it: −60 dBFS and below is 0, 0 dBFS is 100.
  public var percent: Int { max(0, min(100, (Int(hundredths) + 6000) / 60)) }

  /// The level in −dBov, 0 (loudest) ... 127 (digital silence), as RFC 6464 section 3 carries it.
  public var belowFullScale: UInt8 {
    hundredths <= -9600 ? 127 : UInt8(truncatingIfNeeded: (0 - Int(hundredths) + 50) / 100)
  }

  /// The quieter of two levels.
  public static func < (left: SoundLevel, right: SoundLevel) -> Bool { left.hundredths < right.hundredths }

  /// The logarithm to the base 2 of `value` (above 0) in 1/65,536, by squaring the mantissa once for each bit.
  static func logarithm(_ value: UInt64) -> Int {
    let exponent = 63 - value.leadingZeroBitCount
    var mantissa = (value << UInt64(63 - exponent)) >> 32  // 1.0 ..< 2.0 with 31 bits of fraction
    var result = exponent
    for _ in 0..<16 {
      mantissa = (mantissa * mantissa) >> 31
      result <<= 1
      if mantissa >= 1 << 32 {
        mantissa >>= 1
        result |= 1
      }
    }
    return result
  }
}

/// Adds samples up until their level is asked for.
public struct LevelMeter: Sendable, BitwiseCopyable {
  /// The sum of the squares so far.
  public private(set) var sumOfSquares: UInt64 = 0
  /// How many samples there were.
  public private(set) var count = 0

  /// A meter that has seen nothing.
  public init() {}

  /// The level of what was added.
  public var level: SoundLevel { SoundLevel(sumOfSquares: sumOfSquares, count: count) }

  /// Adds the samples of `frame`. Copies the frame to do so; where it may be changed, add what `withSamples` gives.
  public mutating func add(_ frame: borrowing PCMFrame) {
    var frame = copy frame
    frame.withSamples { add($0) }
  }

  /// Adds `samples`.
  public mutating func add(_ samples: UnsafeMutableBufferPointer<Int16>) {
    var sum = sumOfSquares
    for sample in samples {
      let wide = Int32(sample)
      sum &+= UInt64(UInt32(bitPattern: wide &* wide))
    }
    sumOfSquares = sum
    count += samples.count
  }

  /// Forgets everything.
  public mutating func reset() { self = LevelMeter() }
}
