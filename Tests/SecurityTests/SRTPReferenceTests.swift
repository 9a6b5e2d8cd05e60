// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The reference is pinned by published vectors, and then the library's packets by the reference.

import Core
import Security
import Testing

@Suite("SRTP against RFC 3711")
struct SRTPReferenceTests {
  @Test("the reference cipher passes FIPS 197 appendix C.1")
  func cipher() {
    let cipher = ReferenceAES(key: Array(0..<16))
    let block = cipher.encrypt(bytes("00112233445566778899aabbccddeeff"))
    #expect(block == bytes("69c4e0d86a7b0430d8cdb78070b4c55a"))
  }

  @Test("the reference hash passes RFC 3174 and RFC 2202")
  func hash() {
    #expect(ReferenceHMAC.sha1(Array("abc".utf8)) == bytes("a9993e364706816aba3e25717850c26c9cd0d89d"))
    #expect(
      ReferenceHMAC.sha1(key: [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8))
        == bytes("b617318655057264e28bc0b6fb378c8ef146be00"))
  }

  @Test("the reference key stream passes RFC 3711 appendix B.2")
  func keyStream() {
    let cipher = ReferenceAES(key: bytes("2B7E151628AED2A6ABF7158809CF4F3C"))
    func block(_ number: Int) -> [UInt8] {
      let counter = bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD") + [UInt8(number >> 8), UInt8(number & 0xFF)]
      return cipher.keyStream(counter: counter, count: 16)
    }
    #expect(block(0x0000) == bytes("E03EAD0935C95E80E166B16DD92B4EB4"))
    #expect(block(0x0001) == bytes("D23513162B02D0F72A43A2FE4A5F97AB"))
    #expect(block(0x0002) == bytes("41E95B3BB0A2E8DD477901E4FCA894C0"))
    #expect(block(0xFEFF) == bytes("EC8CDF7398607CB0F2D21675EA9EA1E4"))
    #expect(block(0xFF00) == bytes("362B7C3C6773516318A077D7FC5073AE"))
    let carried = cipher.keyStream(counter: bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF"), count: 32).suffix(16)
    #expect(Array(carried) == block(0xFF00))
    #expect(block(0xFF01) == bytes("6A2CC3787889374FBEB4C81B17BA6C44"))
  }

  @Test("the reference key derivation passes RFC 3711 appendix B.3")
  func keyDerivation() {
    let reference = ReferenceSRTP(masterKey: Self.masterKey, salt: Self.salt)
    #expect(reference.rtpKey == bytes("C61E7A93744F39EE10734AFE3FF7A087"))
    #expect(reference.rtpSalt == bytes("30CBBC08863D8C85D49DB34A9AE1"))
    #expect(reference.rtpAuthenticationKey == bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
  }

  @Test("a protected RTP packet is the one RFC 3711 computes", arguments: [0, 1, 16, 40, 160, 1275])
  func protectRTP(payloadCount: Int) throws {
    let packet = rtpPacket(sequence: 0x1234, payload: (0..<payloadCount).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let reference = ReferenceSRTP(masterKey: Self.masterKey, salt: Self.salt)
    var session = try Self.session(.outbound)
    var datagram = Datagram(packet)
    let result = session.protectRTP(&datagram)
    let protected = datagram.bytes.array()
    #expect(result == .done)
    #expect(protected == reference.protectRTP(packet, headerCount: 12, rollover: 0))
  }

  @Test("header extension and sources stay readable, as RFC 3711 section 3.1 draws it")
  func headerExtension() throws {
    var packet = rtpPacket(sequence: 7, payload: [])
    packet[0] = 0x92  // extension, two contributing sources
    packet += bytes("11111111 22222222 BEDE0001 10FF0000") + Array(0..<30)
    let reference = ReferenceSRTP(masterKey: Self.masterKey, salt: Self.salt)
    var session = try Self.session(.outbound)
    var datagram = Datagram(packet)
    let result = session.protectRTP(&datagram)
    let protected = datagram.bytes.array()
    #expect(result == .done)
    #expect(protected == reference.protectRTP(packet, headerCount: 28, rollover: 0))
  }

  @Test("the rollover counter goes into key stream and tag")
  func rollover() throws {
    let reference = ReferenceSRTP(masterKey: Self.masterKey, salt: Self.salt)
    var session = try Self.session(.outbound)
    for (sequence, rollover) in [(65_534, 0), (65_535, 0), (0, 1), (1, 1)] as [(UInt16, UInt32)] {
      let packet = rtpPacket(sequence: sequence)
      var datagram = Datagram(packet)
      let result = session.protectRTP(&datagram)
      let protected = datagram.bytes.array()
      #expect(result == .done)
      #expect(protected == reference.protectRTP(packet, headerCount: 12, rollover: rollover))
    }
  }

  @Test("protected RTCP packets are the ones RFC 3711 computes")
  func protectRTCP() throws {
    let reference = ReferenceSRTP(masterKey: Self.masterKey, salt: Self.salt)
    var session = try Self.session(.outbound)
    for index in 1...3 as ClosedRange<UInt32> {
      let packet = rtcpPacket()
      var datagram = Datagram(packet)
      let result = session.protectRTCP(&datagram)
      let protected = datagram.bytes.array()
      #expect(result == .done)
      // The library counts from 1; section 3.4 lets the sender begin anywhere.
      #expect(protected == reference.protectRTCP(packet, index: index))
    }
  }

  @Test("packets that RFC 3711 computes are decrypted")
  func unprotect() throws {
    let reference = ReferenceSRTP(masterKey: Self.masterKey, salt: Self.salt)
    var session = try Self.session(.inbound)
    let rtp = rtpPacket(sequence: 99)
    var datagram = Datagram(reference.protectRTP(rtp, headerCount: 12, rollover: 0))
    let rtpResult = session.unprotectRTP(&datagram)
    let rtpPlain = datagram.bytes.array()
    #expect(rtpResult == .done)
    #expect(rtpPlain == rtp)
    let rtcp = rtcpPacket()
    datagram = Datagram(reference.protectRTCP(rtcp, index: 77))
    let rtcpResult = session.unprotectRTCP(&datagram)
    let rtcpPlain = datagram.bytes.array()
    #expect(rtcpResult == .done)
    #expect(rtcpPlain == rtcp)
  }

  /// RFC 3711 appendix B.3.
  static let masterKey = bytes("E1F97A0D3E018BE0D64FA32C06DE4139")
  static let salt = bytes("0EC675AD498AFEEBB6960B3AABE6")

  static func session(_ direction: SRTPSession.Direction) throws -> SRTPSession {
    try masterKey.span.withUnsafeBytes { key in
      try salt.span.withUnsafeBytes { salt in
        try SRTPSession(masterKey: ByteView(key), salt: ByteView(salt), direction: direction)
      }
    }
  }
}
