// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A sender's packets and a receiver's judgement of packets.

import Core
import RTP
import Testing

struct RTPStreamTests {
  @Test("a packet carries the frame, its level and the section's identifier")
  func writes() throws {
    var parameters = parameters(mid: "audio")
    parameters.audioLevelExtension = 1
    parameters.midExtension = 4
    var randomness = Randomness(seed: 7)
    var sender = RTPSender(parameters: parameters, randomness: &randomness)
    var frame = voiceFrame(33, timestamp: 960)
    frame.marker = true
    let bytes = sender.packet(frame) ?? []
    let packet = try parsePacket(bytes).get()
    #expect(packet.marker)
    #expect(packet.payloadType == 111)
    #expect(packet.ssrc == 0x1122_3344)
    #expect(packet.sequence.value < 0x8000)
    #expect(packet.payloadRange.count == 33)
    #expect(packet.payloadRange.lowerBound == 12 + 4 + 8)
    bytes.withByteView { view in
      let level = RTPHeaderExtensions.value(of: 1, of: packet, in: view).flatMap { AudioLevel(parsing: $0) }
      #expect(level == AudioLevel(levelBelowFullScale: 30, isVoice: true))
      #expect(RTPHeaderExtensions.value(of: 4, of: packet, in: view)?.text() == "audio")
      #expect(RTPHeaderExtensions.value(of: 2, of: packet, in: view) == nil)
    }
    #expect(sender.packetCount == 1)
    #expect(sender.octetCount == 33)
  }

  @Test("numbers and timestamps count on, and the identifier stops after the first packets")
  func counts() throws {
    var parameters = parameters()
    parameters.midExtension = 4
    var randomness = Randomness(seed: 8)
    var sender = RTPSender(parameters: parameters, randomness: &randomness)
    var first: RTPPacket?
    for index in 0..<Limits.rtpMIDPackets + 10 {
      let packet = try parsePacket(sender.packet(voiceFrame(timestamp: UInt32(index) * 960)) ?? []).get()
      let begin = first ?? packet
      first = begin
      #expect(packet.sequence.distance(from: begin.sequence) == index)
      #expect(packet.timestamp.distance(from: begin.timestamp) == index * 960)
      #expect((packet.extensionProfile != nil) == (index < Limits.rtpMIDPackets))
    }
  }

  @Test("an empty frame, and identifiers that one byte cannot carry, are left out")
  func leavesOut() throws {
    var parameters = parameters()
    parameters.audioLevelExtension = 15
    parameters.midExtension = 0
    var randomness = Randomness(seed: 9)
    var sender = RTPSender(parameters: parameters, randomness: &randomness)
    #expect(sender.packet(EncodedFrame()) == nil)
    #expect(sender.packetCount == 0)
    #expect(sender.packet(voiceFrame(1280))?.count == 12 + 1280)
  }

  @Test("the media clock goes on from the last frame's end")
  func mediaClock() throws {
    var randomness = Randomness(seed: 10)
    var sender = RTPSender(parameters: parameters(), randomness: &randomness)
    let bytes = sender.packet(voiceFrame(timestamp: 4800, at: .zero + .seconds(1))) ?? []
    let packet = try parsePacket(bytes).get()
    #expect(sender.timestamp(at: .zero + .seconds(1)).distance(from: packet.timestamp) == 960)
    #expect(sender.timestamp(at: .zero + .milliseconds(1500)).distance(from: packet.timestamp) == 960 + 24000)
  }

  @Test("a received packet fills the frame")
  func receives() {
    var parameters = parameters()
    parameters.audioLevelExtension = 1
    var receiver = RTPReceiver(parameters: parameters)
    var frame = EncodedFrame()
    let bytes = hex("90EF 0005 00000100 00000003 BEDE0001 10880000 AABBCC")
    let receipt = bytes.withByteView { receiver.handle($0, into: &frame, at: .zero + .milliseconds(3)) }
    #expect(receipt == .frame(isStart: true))
    #expect(frame.count == 3)
    #expect(frame.payload[0] == 0xAA && frame.payload[2] == 0xCC)
    #expect(frame.sequence == 0x1_0005)
    #expect(frame.timestamp == RTPTimestamp(0x100))
    #expect(frame.instant == .zero + .milliseconds(3))
    #expect(frame.marker)
    #expect(frame.levelBelowFullScale == 8)
    #expect(receiver.ssrc == 3)
  }

  @Test("what is no voice of this session is refused and counted")
  func refuses() {
    var receiver = RTPReceiver(parameters: parameters())
    #expect(receiver.take([0x80, 111]).receipt == .malformed)
    #expect(receiver.take(packet(1, payloadType: 63)).receipt == .unknownPayloadType)
    #expect(receiver.take(packet(1, payload: [UInt8](repeating: 0, count: 1281))).receipt == .tooLarge)
    #expect(receiver.refusedPackets == 3)
    #expect(receiver.packetCount == 0)
    #expect(receiver.ssrc == nil)
    #expect(receiver.take(packet(1, payload: [])).receipt == .empty)
    #expect(receiver.take(packet(2)).receipt == .frame(isStart: false))
    #expect(receiver.take(packet(2)).receipt == .duplicate)
    #expect(receiver.take(packet(4)).receipt == .frame(isStart: false))
    #expect(receiver.take(packet(3)).receipt == .frame(isStart: false))
    #expect(receiver.latePackets == 1)
    #expect(receiver.duplicatePackets == 1)
    #expect(receiver.lostPackets == 0)
  }

  @Test("a source that restarts goes on in front of its old numbers")
  func restarts() {
    var receiver = RTPReceiver(parameters: parameters())
    let before = receiver.take(packet(40000)).sequence
    #expect(receiver.take(packet(7)).receipt == .waiting)
    let (receipt, sequence) = receiver.take(packet(8))
    #expect(receipt == .frame(isStart: true))
    #expect(sequence >= before + 0x1_0000)
    #expect(receiver.restarts == 1)
  }

  @Test("another source takes over only when the one in use is silent")
  func takesOver() {
    var receiver = RTPReceiver(parameters: parameters())
    let first = receiver.take(packet(50000, ssrc: 1), at: .zero).sequence
    for index in 0..<4 {
      #expect(receiver.take(packet(index, ssrc: 2), at: .zero + .milliseconds(index * 20)).receipt == .waiting)
    }
    #expect(receiver.take(packet(50001, ssrc: 1), at: .zero + .milliseconds(80)).receipt == .frame(isStart: false))
    #expect(receiver.ssrc == 1)
    #expect(receiver.take(packet(9, ssrc: 2), at: .zero + .milliseconds(160)).receipt == .waiting)
    #expect(receiver.take(packet(10, ssrc: 2), at: .zero + .milliseconds(180)).receipt == .frame(isStart: true))
    #expect(receiver.ssrc == 2)
    #expect(receiver.sourceChanges == 1)
    let next = receiver.take(packet(11, ssrc: 2), at: .zero + .milliseconds(200))
    #expect(next.receipt == .frame(isStart: false))
    #expect(next.sequence > first + 0xFFFF)
    #expect(receiver.lostPackets == 0)
  }

  @Test("a source the description did not name must show itself; after a goodbye another follows at once")
  func describedSource() {
    var parameters = parameters()
    parameters.remoteSSRC = 5
    var receiver = RTPReceiver(parameters: parameters)
    #expect(receiver.take(packet(1, ssrc: 6)).receipt == .waiting)
    #expect(receiver.take(packet(2, ssrc: 6)).receipt == .frame(isStart: true))
    receiver.handleGoodbye(of: 6)
    #expect(receiver.ssrc == nil)
    #expect(receiver.take(packet(100, ssrc: 5)).receipt == .frame(isStart: true))
    #expect(receiver.ssrc == 5)
  }

  @Test("late packets, duplicates and losses of a seeded network are all counted", arguments: [1, 2, 3, 4] as [UInt64])
  func network(_ seed: UInt64) {
    var randomness = Randomness(seed: seed)
    var receiver = RTPReceiver(parameters: parameters())
    var waiting: [Int] = []
    var sent = 0
    var lost = 0
    var duplicates = 0
    var frames = Set<UInt32>()
    _ = receiver.take(packet(65000))
    for number in 65001..<65001 + 5000 {
      sent += 1
      if number > 65001, number < 69900, randomness.chance(percent: 5) {
        lost += 1
      } else {
        waiting.append(number)
        if randomness.chance(percent: 3) {
          waiting.append(number)
          duplicates += 1
        }
      }
      while waiting.count > (number == 70000 ? 0 : 4) {
        let pick = number == 70000 ? 0 : randomness.below(waiting.count)
        let (receipt, sequence) = receiver.take(packet(waiting.remove(at: pick)))
        if case .frame = receipt { #expect(frames.insert(sequence).inserted, "seed \(seed)") }
      }
    }
    #expect(frames.count == sent - lost, "seed \(seed)")
    #expect(receiver.duplicatePackets == UInt64(duplicates), "seed \(seed)")
    #expect(receiver.lostPackets == UInt64(max(0, lost - duplicates)), "seed \(seed)")
  }
}

struct RTPLimitsTests {
  @Test("the storages hold what the limits say")
  func storages() {
    var mid = RTPMIDStorage(filler: 0)
    while mid.append(1) {}
    #expect(mid.count == Limits.rtpMIDBytesMax)
    var cname = RTCPCNAMEStorage(filler: 0)
    while cname.append(1) {}
    #expect(cname.count == Limits.rtcpCNAMEBytesMax)
  }

  @Test("a name that is too long is cut, an identifier that is too long is left out")
  func longNames() {
    let long = parameters(cname: String(repeating: "c", count: 40), mid: String(repeating: "m", count: 17))
    #expect(long.cname.count == Limits.rtcpCNAMEBytesMax)
    #expect(long.mid.isEmpty)
    #expect(parameters(mid: String(repeating: "m", count: 16)).mid.count == 16)
  }

  @Test("the largest frame with every extension fits a datagram")
  func largestPacket() {
    var parameters = parameters(mid: String(repeating: "m", count: 16))
    parameters.audioLevelExtension = 1
    parameters.midExtension = 2
    var randomness = Randomness(seed: 1)
    var sender = RTPSender(parameters: parameters, randomness: &randomness)
    #expect(sender.packet(voiceFrame(Limits.encodedFrameBytesMax))?.count == 12 + 4 + 20 + 1280)
  }
}
