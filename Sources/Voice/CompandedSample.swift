// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// 16-bit samples as 8-bit mu-law octets (ITU-T G.711), for the plain twins of the codec.

/// The two directions of mu-law companding; the error is at most 1/32 of a sample's size (plus 4 for the smallest).
enum CompandedSample {
  private static let bias: Int32 = 132
  private static let largest: Int32 = 32_635

  /// The octet of `sample`.
  static func encode(_ sample: Int16) -> UInt8 {
    let negative = sample < 0
    let magnitude = min(negative ? 0 - Int32(sample) : Int32(sample), largest) + bias
    let exponent = 31 - magnitude.leadingZeroBitCount - 7
    let mantissa = (magnitude >> Int32(exponent + 3)) & 0x0F
    let octet = UInt8(exponent << 4) | UInt8(mantissa)
    return ~(negative ? octet | 0x80 : octet)
  }

  /// The sample of `octet`.
  static func decode(_ octet: UInt8) -> Int16 {
    let bits = ~octet
    let exponent = Int32(bits >> 4 & 0x07)
    let magnitude = ((Int32(bits & 0x0F) << 3 + bias) << exponent) - bias
    return Int16(truncatingIfNeeded: bits & 0x80 != 0 ? 0 - magnitude : magnitude)
  }
}
