// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// RTP and RTCP inside the product: headers, extensions, sequence numbers, reports (RFC 3550, 5761, 6464, 8285).

import Core
import RTP

/// Calls `body` with the packet in `bytes`; answers why there is none.
private func read(_ bytes: [UInt8], _ body: (RTPPacket, ByteView) -> Void = { _, _ in }) -> RTPError? {
  bytes.withByteView { view in
    do throws(RTPError) {
      body(try RTPPacket(parsing: view), view)
      return nil
    } catch {
      return error
    }
  }
}

/// Calls `body` with the control packets in `bytes`; answers why there are none.
private func readControl(
  _ bytes: [UInt8], reducedSize: Bool = false, _ body: (inout RTCPReader) -> Void = { _ in }
) -> RTPError? {
  bytes.withByteView { view in
    do throws(RTPError) {
      var reader = try RTCPReader(parsing: view, reducedSize: reducedSize)
      body(&reader)
      return nil
    } catch {
      return error
    }
  }
}

private func parameters(ssrc: UInt32) -> RTPParameters {
  RTPParameters(ssrc: ssrc, cname: view("abcde"), payloadType: 111, mid: view("audio"))
}

/// A voice frame of `count` bytes.
private func voiceFrame(_ count: Int, timestamp: UInt32, at now: Instant) -> EncodedFrame {
  var frame = EncodedFrame()
  _ = [UInt8](repeating: 0x5A, count: count).withByteView { frame.assign($0) }
  frame.timestamp = RTPTimestamp(timestamp)
  frame.sampleCount = 960
  frame.levelBelowFullScale = 30
  frame.instant = now
  return frame
}

extension SelfTest {
  static var mediaCases: [SelfTestCase] { packetCases + sequenceCases + controlCases }

  private static var packetCases: [SelfTestCase] {
    [
      SelfTestCase("a media packet shows where its parts lie") { check in
        let rows: [(StaticString, payload: Range<Int>, extensions: Range<Int>)] = [
          ("806F 0001 00000002 00000003", 12..<12, 12..<12),
          ("826F 0001 00000002 00000003 11111111 22222222 AA", 20..<21, 20..<20),
          ("906F 0001 00000002 00000003 BEDE0001 10850000 AA", 20..<21, 16..<20),
          ("916F 0001 00000002 00000003 11111111 BEDE0001 10850000 AA", 24..<25, 20..<24),
          ("A06F 0001 00000002 00000003 AABB000003", 12..<14, 12..<12),
        ]
        for (bytes, payload, extensions) in rows {
          let error = read(hex(bytes)) { packet, _ in
            check.expect(packet.payloadRange == payload, "where the payload lies", bytes)
            check.expect(packet.extensionRange == extensions, "where the extension lies", bytes)
            check.expect(packet.payloadType == 111 && packet.sequence.value == 1, "payload type or number")
            check.equal(packet.timestamp.value, 2, "timestamp")
            check.equal(packet.ssrc, 3, "source")
          }
          check.expect(error == nil, "refused", bytes)
        }
      },
      SelfTestCase("malformed media packets are refused with the reason") { check in
        let rows: [(StaticString, RTPError)] = [
          ("", .truncated), ("806F 0001 00000002 000000", .truncated), ("406F 0001 00000002 00000003", .version),
          ("836F 0001 00000002 00000003 11111111 22222222", .truncated),
          ("906F 0001 00000002 00000003 BEDE0002 10850000", .truncated),
          ("A06F 0001 00000002 00000003", .padding), ("A06F 0001 00000002 00000003 AA03", .padding),
          ("B06F 0001 00000002 00000003 BEDE0001 00000000 AA04", .padding),
        ]
        for (bytes, error) in rows {
          check.expect(read(hex(bytes)) == error, "not refused, or with another reason", bytes)
        }
      },
      SelfTestCase("the second byte tells control packets from media") { check in
        let rows: [([UInt8], RTPKind)] = [
          ([0x80, 111], .rtp), ([0x80, 0xEF], .rtp), ([0x80, 191], .rtp), ([0x80, 192], .rtcp), ([0x81, 200], .rtcp),
          ([0x80, 223], .rtcp), ([0x80, 224], .rtp), ([0x00, 200], .neither), ([0xC0, 200], .neither),
        ]
        for (bytes, kind) in rows {
          check.expect(bytes.withByteView { RTPKind(of: $0) } == kind, "taken for another kind", Int(bytes[1]))
        }
      },
      SelfTestCase("header extensions give their elements until they break") { check in
        let rows: [(StaticString, String)] = [
          ("BEDE0001 10854030", "1:1 4:1 "), ("BEDE0002 10850000 00412233", "1:1 4:2 "),
          ("BEDE0005 2F000102 03040506 0708090A 0B0C0D0E 0F000000", "2:16 "), ("BEDE0002 1085F022 40330000", "1:1 "),
          ("BEDE0001 10854700", "1:1 "), ("10000002 01018517 02AABB00", "1:1 23:2 "), ("100F0001 05000600", "5:0 6:0 "),
          ("10000001 01090000", ""), ("12340001 10850000", ""),
        ]
        for (words, elements) in rows {
          let error = read(hex("906F 0001 00000002 00000003") + hex(words) + [0xAA, 0xBB]) { packet, view in
            var reader = RTPHeaderExtensions(of: packet, in: view)
            var found = ""
            while let element = reader.next() { found += "\(element.identifier):\(element.value.count) " }
            check.same(found, elements)
          }
          check.expect(error == nil, "refused", words)
        }
      },
      SelfTestCase("a frame becomes a packet with its level and its section's name, and a frame again") { check in
        var parameters = parameters(ssrc: 0x1122_3344)
        parameters.audioLevelExtension = 1
        parameters.midExtension = 4
        var randomness = Randomness(seed: 7)
        var sender = RTPSender(parameters: parameters, randomness: &randomness)
        var frame = voiceFrame(3, timestamp: 960, at: .zero)
        frame.marker = true
        var datagram = Datagram()
        check.expect(sender.write(frame, into: &datagram), "the frame is not written")
        check.same(datagram.bytes.prefix(2), "90EF")
        check.same(datagram.bytes.dropFirst(8), "11223344 BEDE0002 109E4461 7564696F 5A5A5A")
        var receiver = RTPReceiver(parameters: parameters)
        var received = EncodedFrame()
        let receipt = receiver.handle(datagram.bytes, into: &received, at: .zero + .milliseconds(3))
        check.expect(receipt == .frame(isStart: true), "the packet is not taken")
        check.expect(received.count == 3 && received.payload[2] == 0x5A, "payload")
        check.expect(received.marker && received.levelBelowFullScale == 30, "marker or level")
        check.expect(received.instant == .zero + .milliseconds(3), "time of arrival")
        let again = receiver.handle(datagram.bytes, into: &received, at: .zero + .milliseconds(4))
        check.expect(again == .duplicate, "a duplicate is taken")
      },
      SelfTestCase("what is no voice of the session is refused and counted") { check in
        var receiver = RTPReceiver(parameters: parameters(ssrc: 1))
        var frame = EncodedFrame()
        let rows: [(StaticString, RTPReceipt)] = [
          ("806F", .malformed), ("803F 0001 00000000 00000009 01", .unknownPayloadType),
          ("806F 0001 00000000 00000009", .empty), ("806F 0002 00000000 00000009 01", .frame(isStart: false)),
          ("806F 9C40 00000000 00000009 01", .waiting), ("806F 0003 00000000 00000008 01", .waiting),
          ("806F 0004 00000000 00000009 01", .frame(isStart: false)),
          ("806F 0003 00000000 00000009 01", .frame(isStart: false)),
        ]
        for (bytes, receipt) in rows {
          let found = hex(bytes).withByteView { receiver.handle($0, into: &frame, at: .zero) }
          check.expect(found == receipt, "another receipt", bytes)
        }
        check.equal(receiver.refusedPackets, 2, "refused")
        check.equal(receiver.latePackets, 1, "late")
      },
    ]
  }

  private static var sequenceCases: [SelfTestCase] {
    [
      SelfTestCase("sequence numbers are judged as RFC 3550 appendix A.1 does") { check in
        let rows: [(probation: Int, steps: [(UInt16, SequenceTracker.Verdict)], lost: Int64)] = [
          (2, [(10, .waiting), (12, .waiting), (13, .started)], 0), (1, [(10, .started), (14, .accepted)], 3),
          (1, [(10, .started), (12, .accepted), (11, .late), (11, .duplicate)], -1),
          (1, [(65534, .started), (65535, .accepted), (0, .accepted), (1, .accepted)], 0),
          (1, [(65535, .started), (1, .accepted), (0, .late), (65535, .duplicate)], -1),
          (1, [(0, .started), (3000, .waiting), (3001, .started)], 0),
          (1, [(30000, .started), (29901, .late), (29900, .waiting)], -1),
        ]
        for (index, row) in rows.enumerated() {
          var tracker = SequenceTracker(first: SequenceNumber(row.steps[0].0), probationPackets: row.probation)
          for (number, verdict) in row.steps {
            check.expect(tracker.update(SequenceNumber(number)) == verdict, "another verdict in row", index)
          }
          check.equal(tracker.cumulativeLost, row.lost, "lost")
        }
      },
      SelfTestCase("extended sequence numbers count on over three wraps") { check in
        var tracker = SequenceTracker(first: SequenceNumber(65000), probationPackets: 1)
        var last: UInt32 = 0
        var wrong = 0
        for number in 65000..<65000 + 3 * 65536 {
          let sequence = SequenceNumber(UInt16(truncatingIfNeeded: number))
          _ = tracker.update(sequence)
          let extended = tracker.extended(sequence)
          if last != 0, extended != last + 1 { wrong += 1 }
          last = extended
        }
        check.equal(wrong, 0, "jumps")
        check.equal(tracker.extendedHighest, 3 * 65536 + 64999, "highest")
      },
      SelfTestCase("the fraction lost is that of the interval, in 256ths") { check in
        var tracker = SequenceTracker(first: SequenceNumber(0), probationPackets: 1)
        for number in 0..<100 as Range<UInt16> where number % 4 != 3 { _ = tracker.update(SequenceNumber(number)) }
        check.equal(tracker.takeFractionLost(), UInt8(24 * 256 / 99), "first interval")
        for number in 100..<200 as Range<UInt16> { _ = tracker.update(SequenceNumber(number)) }
        check.equal(tracker.takeFractionLost(), 2, "second interval")
      },
      SelfTestCase("jitter follows the recurrence of RFC 3550 appendix A.8") { check in
        var jitter = InterarrivalJitter()
        var randomness = Randomness(seed: 3)
        var (expected, last, wrong) = (0, 0, 0)
        for index in 0..<500 {
          let arrival = index * 20 + randomness.below(30)
          jitter.update(timestamp: RTPTimestamp(UInt32(index * 960)), at: .zero + .milliseconds(arrival))
          let transit = arrival * 48 - index * 960
          if index > 0 { expected += abs(transit - last) - ((expected + 8) >> 4) }
          last = transit
          if jitter.samples != UInt32(expected >> 4) { wrong += 1 }
        }
        check.equal(wrong, 0, "estimates that differ")
        check.within(Int(jitter.samples), 300...700, "samples of jitter")
      },
    ]
  }

  private static var controlCases: [SelfTestCase] {
    [
      SelfTestCase("a compound control packet gives its packets in order") { check in
        let bytes = hex(
          """
          81C8 000C 00000001 1111111122222222 00000003 00000004 00000005
          00000009 40FFFFFE 00010002 00000007 00000008 0000000A 81CA 0003 00000001 0105 6162636465 00
          81CB 0002 00000001 02 6279 00 80CC 0002 00000001 41424344
          """)
        var kinds = ""
        let error = readControl(bytes) { reader in
          while let packet = reader.next() {
            switch packet {
            case .senderReport(let sender, let blocks):
              kinds += "SR "
              check.equal(sender.time.middle, 0x1111_2222, "time")
              check.equal(blocks.block(about: 9)?.cumulativeLost ?? 0, -2, "lost")
              check.equal(blocks.block(about: 9)?.fractionLost ?? 0, 64, "fraction lost")
            case .receiverReport: kinds += "RR "
            case .sourceDescription(let description):
              kinds += "SDES "
              check.same(description.cname(of: 1)?.text() ?? "", "abcde")
            case .goodbye(let goodbye):
              kinds += "BYE "
              check.same(goodbye.reason.text(), "by")
            case .extendedReport: kinds += "XR "
            case .other(let type): kinds += "\(type) "
            }
          }
        }
        check.expect(error == nil, "it is refused")
        check.same(kinds, "SR SDES BYE 204 ")
      },
      SelfTestCase("malformed control packets are refused with the reason") { check in
        let rows: [(StaticString, RTPError?)] = [
          ("80C9 0001 00000001", nil), ("80C9 0002 00000001 DEADBEEF", nil), ("A0C9 0002 00000001 00000004", nil),
          ("", .truncated), ("40C9 0001 00000001", .version), ("81CA 0002 00000001 00000000", .notCompound),
          ("80C9 0002 00000001", .length), ("80C9 0000", .content), ("81C9 0001 00000001", .content),
          ("A0C9 0002 00000001 00000003", .padding), ("80C9 0001 00000001 81CA 0002 00000001 01024142", .content),
          ("80C9 0001 00000001 81CA 0002 00000001 01FF0000", .content),
          ("80C9 0001 00000001 81CB 0002 00000001 04414243", .content),
        ]
        for (bytes, error) in rows {
          check.expect(readControl(hex(bytes)) == error, "another verdict", bytes)
        }
        check.expect(readControl(hex("81CB 0001 00000001"), reducedSize: true) == nil, "reduced size is refused")
      },
      SelfTestCase("a receiver report is written byte by byte") { check in
        var datagram = Datagram()
        let block = ReportBlock(
          ssrc: 9, fractionLost: 64, cumulativeLost: -2, extendedHighest: 0x1_0002, jitter: 7, lastSenderReport: 8,
          delaySinceLastSenderReport: 10)
        let fits = RTCPWriter.write(
          sender: nil, ssrc: 1, block: block, cname: parameters(ssrc: 1).cname, goodbye: true, into: &datagram)
        check.expect(fits, "it does not fit")
        check.same(
          datagram.bytes,
          """
          81C90007 00000001 00000009 40FFFFFE 00010002 00000007 00000008 0000000A
          81CA0003 00000001 01056162 63646500 81CB0001 00000001
          """)
      },
      SelfTestCase("the round trip is that of the figure in RFC 3550 section 6.4.1") { check in
        let rows: [(UInt32, UInt32, UInt32, Int?)] = [
          (0xb710_8000, 0xb705_2000, 0x0005_4000, 6125), (0x0000_8000, 0xffff_8000, 0x0000_8000, 500),
          (0xb710_8000, 0, 0, nil), (0x0001_0000, 0x0001_0010, 0, 0), (0x0100_0000, 0x0001_0000, 0, nil),
        ]
        for (now, last, delay, milliseconds) in rows {
          let block = ReportBlock(
            ssrc: 1, fractionLost: 0, cumulativeLost: 0, extendedHighest: 0, jitter: 0, lastSenderReport: last,
            delaySinceLastSenderReport: delay)
          let found = block.roundTrip(receivedAt: NTPTime(value: UInt64(now) << 16))?.milliseconds
          check.expect(found == milliseconds, "another round trip", found ?? -1)
        }
      },
      SelfTestCase("two sessions learn the round trip and the loss from each other's reports") { check in
        var randomness = Randomness(seed: 5)
        let wall = NTPTime(unixSeconds: 1_800_000_000, nanoseconds: 0)
        var left = RTPSession(parameters: parameters(ssrc: 1), wallClock: wall, randomness: &randomness, at: .zero)
        var right = RTPSession(parameters: parameters(ssrc: 2), wallClock: wall, randomness: &randomness, at: .zero)
        var wire: [(at: Instant, toRight: Bool, isControl: Bool, bytes: [UInt8])] = []
        var datagram = Datagram()
        var frame = EncodedFrame()
        for step in 0..<1_600 {
          let now = Instant.zero + .milliseconds(step * 5)
          while let item = wire.first, item.at <= now {
            wire.removeFirst()
            item.bytes.withByteView { bytes in
              switch (item.toRight, item.isControl) {
              case (true, true): check.expect(right.handleRTCP(bytes, at: now) == .handled, "a report is refused")
              case (false, true): check.expect(left.handleRTCP(bytes, at: now) == .handled, "a report is refused")
              case (true, false): _ = right.handleRTP(bytes, into: &frame, at: now)
              case (false, false): _ = left.handleRTP(bytes, into: &frame, at: now)
              }
            }
          }
          if step % 4 == 0 {
            let voice = voiceFrame(40, timestamp: UInt32(step) * 240, at: now)
            if left.send(voice, into: &datagram), step % 40 != 20 {
              wire.append((now + .milliseconds(30), true, false, datagram.bytes.array()))
            }
            if right.send(voice, into: &datagram) {
              wire.append((now + .milliseconds(30), false, false, datagram.bytes.array()))
            }
          }
          left.handleTimeout(at: now)
          while left.pollTransmit(into: &datagram) {
            wire.append((now + .milliseconds(30), true, true, datagram.bytes.array()))
          }
          right.handleTimeout(at: now)
          while right.pollTransmit(into: &datagram) {
            wire.append((now + .milliseconds(30), false, true, datagram.bytes.array()))
          }
        }
        let roundTrip = left.statistics.roundTrip?.milliseconds ?? -1
        check.within(roundTrip, 59...66, "milliseconds of round trip")
        let lost = left.statistics.remotePercentLost ?? -1
        check.within(lost, 8...12, "percent lost")
        check.equal(left.statistics.packetsLost, 0, "lost on the way back")
        check.equal(left.statistics.controlRefused + right.statistics.controlRefused, 0, "reports refused")
      },
    ]
  }
}
