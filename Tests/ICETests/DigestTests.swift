// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// SHA-1, HMAC-SHA1 and CRC-32 against published vectors.

import Core
import ICE
import Testing

@Suite struct DigestTests {
  @Test(
    "SHA-1 gives the digests of RFC 3174 and FIPS 180",
    arguments: [
      ("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
      ("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ),
      ("a", 1_000_000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
      (
        "0123456701234567012345670123456701234567012345670123456701234567", 10,
        "dea356a2cddd90c7a7ecedc5ebb563934f460452"
      ),
    ])
  func sha1(text: String, times: Int, digest: String) {
    var hash = SHA1()
    text.withByteView { view in for _ in 0..<times { hash.update(view) } }
    #expect(hex(hash.finish()) == digest)
  }

  @Test(
    "HMAC-SHA1 gives the codes of RFC 2202",
    arguments: [
      (
        [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
        "b617318655057264e28bc0b6fb378c8ef146be00"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
      ),
      (
        [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
        "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
      ),
      (
        Array(1...25), [UInt8](repeating: 0xcd, count: 50),
        "4c9007f4026250c6bc8414f9bf50c86c2d7235da"
      ),
      (
        [UInt8](repeating: 0x0c, count: 20), Array("Test With Truncation".utf8),
        "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"
      ),
      (
        [UInt8](repeating: 0xaa, count: 80),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "aa4ae5e15272d00e95705637ce8a3b55ed402112"
      ),
      (
        [UInt8](repeating: 0xaa, count: 80),
        Array("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data".utf8),
        "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"
      ),
    ])
  func hmacSHA1(key: [UInt8], data: [UInt8], code: String) {
    var computation = key.withByteView { HMACSHA1(key: $0) }
    data.withByteView { computation.update($0) }
    #expect(hex(computation.finish()) == code)
  }

  @Test(
    "CRC-32 gives the check value of its catalogue",
    arguments: [("123456789", 0xCBF4_3926 as UInt32), ("", 0)])
  func crc32(text: String, checksum: UInt32) {
    #expect(text.withByteView { CRC32.checksum($0) } == checksum)
  }
}
