// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Peer
import Security
import Testing

@Suite("SRTP sessions")
struct SRTPSessionTests {
  private let reference = ReferenceSRTP(
    masterKey: SRTPReferenceTests.masterKey, salt: SRTPReferenceTests.salt)

  @Test("a packet is accepted once")
  func replay() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    let protected = reference.protectRTP(rtpPacket(sequence: 5), headerCount: 12, rollover: 0)
    let results = (0..<3).map { _ in Self.unprotect(&session, protected) }
    #expect(results == [.done, .replayed, .replayed])
  }

  @Test("an RTCP packet is accepted once")
  func replayRTCP() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    let protected = reference.protectRTCP(rtcpPacket(), index: 9)
    let results = (0..<2).map { _ in
      var datagram = Datagram(protected)
      return session.unprotectRTCP(&datagram)
    }
    #expect(results == [.done, .replayed])
  }

  @Test("a packet that comes late is accepted within the window and refused beyond it")
  func window() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    let newest = 1000
    let width = Limits.srtpWindowPackets
    let rows: [(sequence: Int, expected: SecureResult)] = [
      (newest, .done), (newest - 1, .done), (newest - 64, .done), (newest - 64, .replayed),
      (newest - width + 1, .done), (newest - width, .replayed), (newest - 500, .replayed), (newest + 1, .done),
    ]
    for row in rows {
      let packet = rtpPacket(sequence: UInt16(row.sequence))
      let result = Self.unprotect(&session, reference.protectRTP(packet, headerCount: 12, rollover: 0))
      #expect(result == row.expected, "sequence number \(row.sequence)")
    }
  }

  @Test("the rollover counter survives the loss of many packets around the wrap", arguments: [1, 100, 5000, 32_000])
  func rolloverUnderLoss(lost: Int) throws {
    var outbound = try SRTPReferenceTests.session(.outbound)
    var inbound = try SRTPReferenceTests.session(.inbound)
    var sent = 40_000
    var delivered = 0
    // Three turns of the counter, each wrap in the middle of a gap.
    while sent < 65_536 * 3 {
      var datagram = Datagram(rtpPacket(sequence: UInt16(truncatingIfNeeded: sent)))
      let protection = outbound.protectRTP(&datagram)
      try #require(protection == .done)
      let distance = (sent + lost / 2) % 65_536
      if distance >= lost {
        let result = inbound.unprotectRTP(&datagram)
        try #require(result == .done, "packet \(sent) with \(lost) lost")
        delivered += 1
      }
      sent += 1
    }
    #expect(delivered > 60_000)
  }

  @Test("a packet with one bit changed anywhere is refused and left as it was")
  func tampered() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    let protected = reference.protectRTP(rtpPacket(sequence: 5), headerCount: 12, rollover: 0)
    for bit in 0..<protected.count * 8 {
      var changed = protected
      changed[bit / 8] ^= 1 << (bit % 8)
      var datagram = Datagram(changed)
      let result = session.unprotectRTP(&datagram)
      let after = datagram.bytes.array()
      // A changed sequence number is a wrong tag too: no packet has been accepted yet.
      #expect(result == .refused, "bit \(bit)")
      #expect(after == changed)
    }
    #expect(Self.unprotect(&session, protected) == .done)
  }

  @Test("an RTCP packet with one bit changed anywhere is refused")
  func tamperedRTCP() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    let protected = reference.protectRTCP(rtcpPacket(), index: 1)
    for bit in 0..<protected.count * 8 {
      var changed = protected
      changed[bit / 8] ^= 1 << (bit % 8)
      var datagram = Datagram(changed)
      let result = session.unprotectRTCP(&datagram)
      #expect(result == .refused, "bit \(bit)")
    }
  }

  @Test("a truncated packet is refused at every length")
  func truncated() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    let rtp = reference.protectRTP(rtpPacket(sequence: 5), headerCount: 12, rollover: 0)
    for count in 0..<rtp.count { #expect(Self.unprotect(&session, Array(rtp.prefix(count))) == .refused) }
    let rtcp = reference.protectRTCP(rtcpPacket(), index: 1)
    for count in 0..<rtcp.count {
      var datagram = Datagram(Array(rtcp.prefix(count)))
      let result = session.unprotectRTCP(&datagram)
      #expect(result == .refused)
    }
  }

  @Test("forged sources cost nothing, and a far side may use a bounded number of true ones")
  func sources() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    for source in 0..<1000 as Range<UInt32> {
      var forged = reference.protectRTP(rtpPacket(source: source, sequence: 1), headerCount: 12, rollover: 0)
      forged[forged.count - 1] ^= 1
      #expect(Self.unprotect(&session, forged) == .refused)
    }
    let results = (0..<Limits.srtpSourcesMax + 2).map { source in
      let packet = rtpPacket(source: UInt32(source), sequence: 1)
      return Self.unprotect(&session, reference.protectRTP(packet, headerCount: 12, rollover: 0))
    }
    #expect(results == Array(repeating: .done, count: Limits.srtpSourcesMax) + [.refused, .refused])
    let known = reference.protectRTP(rtpPacket(source: 0, sequence: 2), headerCount: 12, rollover: 0)
    #expect(Self.unprotect(&session, known) == .done)
  }

  @Test("each source has its own numbers")
  func sourcesAreApart() throws {
    var session = try SRTPReferenceTests.session(.inbound)
    for source in 1...3 as ClosedRange<UInt32> {
      let packet = rtpPacket(source: source, sequence: 42)
      let protected = reference.protectRTP(packet, headerCount: 12, rollover: 0)
      #expect(Self.unprotect(&session, protected) == .done)
      #expect(Self.unprotect(&session, protected) == .replayed)
    }
  }

  @Test("a packet that would outgrow the datagram is refused, and so is one too short to be RTP")
  func sizes() throws {
    var session = try SRTPReferenceTests.session(.outbound)
    let rows: [(count: Int, expected: SecureResult)] = [
      (0, .refused), (11, .refused), (12, .done), (Datagram.capacity - 10, .done), (Datagram.capacity - 9, .refused),
    ]
    for (number, row) in rows.enumerated() {
      let packet = rtpPacket(sequence: UInt16(number + 1), payload: [UInt8](repeating: 0, count: 1600))
      var datagram = Datagram(Array(packet.prefix(row.count)))
      let result = session.protectRTP(&datagram)
      #expect(result == row.expected, "\(row.count) bytes")
    }
  }

  @Test("keys of the wrong size are refused")
  func keySizes() {
    let bytes = [UInt8](repeating: 0, count: 16)
    let thrown = bytes.withByteView { view -> SRTPError? in
      do throws(SRTPError) {
        _ = try SRTPSession(masterKey: view, salt: view, direction: .inbound)
        return nil
      } catch {
        return error
      }
    }
    #expect(thrown == .badKeySize)
  }

  @Test("the libraries name their versions")
  func versions() {
    #expect(SecurityLibraries.mbedTLSVersion.hasPrefix("3."))
    #expect(SecurityLibraries.libsrtpVersion.hasPrefix("2."))
  }

  private static func unprotect(_ session: inout SRTPSession, _ bytes: [UInt8]) -> SecureResult {
    var datagram = Datagram(bytes)
    return session.unprotectRTP(&datagram)
  }
}
