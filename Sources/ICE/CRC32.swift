// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// CRC-32 (ITU-T V.42, the one of Ethernet): the FINGERPRINT of STUN (RFC 8489 section 14.7).

public import Core

/// The CRC-32 of bytes, by a table of half-bytes: small enough for any cache, fast enough for a few messages a second.
public enum CRC32 {
  private static let table: InlineArray<16, UInt32> = [
    0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158,
    0x5005_713C,
    0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278,
    0xBDBD_F21C,
  ]

  /// The CRC-32 of `bytes`.
  public static func checksum(_ bytes: ByteView) -> UInt32 {
    var remainder: UInt32 = 0xFFFF_FFFF
    for index in bytes.indices {
      remainder ^= UInt32(bytes[index])
      remainder = remainder >> 4 ^ table[Int(remainder & 15)]
      remainder = remainder >> 4 ^ table[Int(remainder & 15)]
    }
    return ~remainder
  }
}
