// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// SRTP and SRTCP protection with AES128_CM_HMAC_SHA1_80, written from RFC 3711: what a session's packets are compared
// with.

struct ReferenceSRTP {
  /// Session keys (section 4.3.2).
  let rtpKey, rtpAuthenticationKey, rtpSalt: [UInt8]
  let rtcpKey, rtcpAuthenticationKey, rtcpSalt: [UInt8]

  init(masterKey: [UInt8], salt: [UInt8]) {
    let cipher = ReferenceAES(key: masterKey)
    func derive(label: UInt8, count: Int) -> [UInt8] {
      var block = salt + [0, 0]
      block[7] ^= label
      return cipher.keyStream(counter: block, count: count)
    }
    rtpKey = derive(label: 0, count: 16)
    rtpAuthenticationKey = derive(label: 1, count: 20)
    rtpSalt = derive(label: 2, count: 14)
    rtcpKey = derive(label: 3, count: 16)
    rtcpAuthenticationKey = derive(label: 4, count: 20)
    rtcpSalt = derive(label: 5, count: 14)
  }

  /// An RTP packet with a header of `headerCount` bytes, protected with the given rollover counter (sections 3.3,
  /// 4.1.1, 4.2).
  func protectRTP(_ packet: [UInt8], headerCount: Int, rollover: UInt32) -> [UInt8] {
    let index = UInt64(rollover) << 16 | UInt64(packet[2]) << 8 | UInt64(packet[3])
    let encrypted = crypt(packet, from: headerCount, key: rtpKey, salt: rtpSalt, source: packet[8..<12], index: index)
    let message = encrypted + ReferenceHMAC.bigEndian(UInt64(rollover), count: 4)
    return encrypted + ReferenceHMAC.sha1(key: rtpAuthenticationKey, message).prefix(10)
  }

  /// A compound RTCP packet, protected as number `index` (section 3.4).
  func protectRTCP(_ packet: [UInt8], index: UInt32) -> [UInt8] {
    let encrypted = crypt(
      packet, from: 8, key: rtcpKey, salt: rtcpSalt, source: packet[4..<8], index: UInt64(index))
    let message = encrypted + ReferenceHMAC.bigEndian(UInt64(index | 0x8000_0000), count: 4)
    return message + ReferenceHMAC.sha1(key: rtcpAuthenticationKey, message).prefix(10)
  }

  private func crypt(
    _ packet: [UInt8], from start: Int, key: [UInt8], salt: [UInt8], source: ArraySlice<UInt8>, index: UInt64
  ) -> [UInt8] {
    var counter = salt + [0, 0]
    for (place, byte) in source.enumerated() { counter[4 + place] ^= byte }
    for (place, byte) in ReferenceHMAC.bigEndian(index, count: 6).enumerated() { counter[8 + place] ^= byte }
    let stream = ReferenceAES(key: key).keyStream(counter: counter, count: packet.count - start)
    return packet.prefix(start) + zip(packet.dropFirst(start), stream).map { $0 ^ $1 }
  }
}
