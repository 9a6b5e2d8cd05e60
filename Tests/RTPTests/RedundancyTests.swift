// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: copies of earlier payloads are read and written as RFC 2198 says, and each is known for what it stands for.
// Method: bytes by hand, and a sender and a receiver with packets left out in between.

import Core
import RTP
import Testing

@Suite("Redundant payloads")
struct RedundancyTests {
  private static func parse(_ bytes: [UInt8]) -> Result<RedundantPayload, RTPError> {
    bytes.withByteView { view in
      do throws(RTPError) { return .success(try RedundantPayload(parsing: view)) } catch { return .failure(error) }
    }
  }

  /// The example of RFC 2198 section 4 (DVI4 with a copy in LPC, 20 ms at 8 kHz), and others.
  static let payloads: [(what: String, bytes: String, copies: [String], own: String)] = [
    ("LPC before DVI4", "8702800E 05" + String(repeating: "AB", count: 14) + "01020304", ["7 160 5..<19"], "5 19..<23"),
    ("Opus, the last frame", "EF0F0002 6F 1111 2222", ["111 960 5..<7"], "111 7..<9"),
    ("Opus, five frames back", "EF4B0001 6F 11 2222", ["111 4800 5..<6"], "111 6..<8"),
    (
      "two copies, one empty", "EF1E0000 EF0F0001 6F 11 22", ["111 1920 9..<9", "111 960 9..<10"], "111 10..<11"
    ),
    ("no copy", "6F 22", [], "111 1..<2"),
    ("the furthest copy", "EFFFFC01 6F 11 22", ["111 16383 5..<6"], "111 6..<7"),
  ]

  @Test("blocks lie where their headers say", arguments: payloads)
  func blocks(_ row: (what: String, bytes: String, copies: [String], own: String)) throws {
    let payload = try Self.parse(hex(row.bytes)).get()
    let copies = payload.copies.indices.map { index in
      let block = payload.copies[index]
      return "\(block.payloadType) \(block.offsetSamples) \(block.range)"
    }
    #expect(copies == row.copies)
    #expect("\(payload.own.payloadType) \(payload.own.range)" == row.own)
  }

  @Test(
    "what does not hold together is refused",
    arguments: [
      ("", RTPError.blockHeader), ("6F", .blockHeader), ("EF", .blockHeader), ("EF0F0001", .blockHeader),
      ("EF0F0001 6F", .blockLength), ("EF0F0001 6F 11", .blockHeader), ("EF0F03FF 6F 1122", .blockLength),
      (String(repeating: "EF0F0000", count: 9) + "6F 11", .tooManyBlocks),
      (String(repeating: "EF0F0000", count: 300), .blockHeader),
    ])
  func refusals(_ row: (bytes: String, error: RTPError)) {
    guard case .failure(let error) = Self.parse(hex(row.bytes)) else {
      Issue.record("\(row.bytes) was taken")
      return
    }
    #expect(error == row.error)
  }

  // MARK: Between a sender and a receiver

  /// What a receiver makes of packets: numbers and first payload bytes, copies in brackets.
  private struct Pair: ~Copyable {
    var sender: RTPSender
    var receiver: RTPReceiver
    var datagram = Datagram()
    var frame = EncodedFrame()
    var heard: [String] = []
    var firstSequence: UInt32?
    var history: [EncodedFrame] = []
    var now = Instant.zero

    init(sends: UInt8? = 63, receives: UInt8? = 63, remoteOpus: UInt8 = 111) {
      var outgoing = parameters()
      outgoing.sendRedundancyPayloadType = sends
      outgoing.sendPayloadType = remoteOpus
      var incoming = parameters(ssrc: 9)
      incoming.receiveRedundancyPayloadType = receives
      incoming.receivePayloadType = remoteOpus
      var randomness = Randomness(seed: 5)
      sender = RTPSender(parameters: outgoing, randomness: &randomness)
      receiver = RTPReceiver(parameters: incoming)
    }

    /// Sends the frame at `timestamp`, with a copy of the one `distance` calls before; it arrives unless `isLost`.
    mutating func send(_ timestamp: Int, distance: Int, isLost: Bool = false) {
      var frame = voiceFrame(3, timestamp: UInt32(timestamp))
      frame.payload[0] = UInt8(history.count)
      let copy = distance > 0 && history.count >= distance ? history[history.count - distance] : nil
      history.append(frame)
      now += .milliseconds(20)
      let isWritten: Bool =
        if let copy {
          withUnsafePointer(to: copy) { sender.write(frame, copy: $0, into: &datagram) }
        } else {
          sender.write(frame, into: &datagram)
        }
      guard isWritten, !isLost else { return }
      take()
    }

    /// Hands the datagram to the receiver (again).
    mutating func take() {
      guard case .frame = receiver.handle(datagram.bytes, into: &frame, at: now) else {
        heard.append("-")
        return
      }
      let first = firstSequence ?? frame.sequence
      firstSequence = first
      heard.append("\(frame.sequence - first):\(frame.payload[0])")
      while receiver.pollCopy(in: datagram.bytes, into: &frame, at: now) {
        heard.append("[\(frame.sequence - first):\(frame.payload[0])]")
      }
    }
  }

  @Test("a copy of the last frame stands in for a lost packet, with its number and time")
  func lastFrame() {
    var pair = Pair()
    for index in 0..<6 { pair.send(index * 960, distance: 1, isLost: index == 2 || index == 4) }
    #expect(pair.heard == ["0:0", "1:1", "3:3", "[2:2]", "5:5", "[4:4]"])
    #expect(pair.receiver.copyCount == 3 && pair.receiver.duplicateCopies == 1)
    #expect(pair.receiver.recoveredPackets == 2 && pair.receiver.duplicatePackets == 0)
    #expect(pair.receiver.lostPackets == 2)
    #expect(pair.sender.copyCount == 5)
  }

  @Test("any distance is understood, in frames of any length", arguments: [1, 2, 3, 4, 5, 7], [120, 480, 960, 1920])
  func distances(distance: Int, length: Int) {
    var pair = Pair()
    let lost = [6, 7, 8, 12]
    for index in 0..<24 { pair.send(index * length, distance: distance, isLost: lost.contains(index)) }
    let copies = pair.heard.filter { $0.hasPrefix("[") }
    // The copy of a lost packet comes unless its carrier is lost too.
    let expected = lost.filter { !lost.contains($0 + distance) }.map { "[\($0):\($0)]" }
    #expect(copies == expected)
  }

  @Test("over a pause, in which timestamps jump and numbers go on, a copy is placed where its packet was")
  func pause() {
    var pair = Pair()
    // Frames 0 ... 3, a second of silence, frames 4 ...; the last before the pause and the first after it are lost.
    for index in 0..<4 { pair.send(index * 960, distance: 2, isLost: index == 3) }
    for index in 4..<9 { pair.send(48_000 + index * 960, distance: 2, isLost: index == 4) }
    // The copy of 3 would lie over 341 ms back: it cannot be written. That of 4 lies between two known ones.
    #expect(pair.heard == ["0:0", "1:1", "2:2", "5:5", "6:6", "[4:4]", "7:7", "8:8"])
  }

  @Test("a packet that comes twice brings its copies once, and one that comes late is no loss")
  func duplicates() {
    var pair = Pair()
    pair.send(0, distance: 1)
    pair.send(960, distance: 1, isLost: true)
    pair.send(1920, distance: 1)
    pair.take()
    #expect(pair.heard == ["0:0", "2:2", "[1:1]", "-"])
    #expect(pair.receiver.duplicatePackets == 1 && pair.receiver.recoveredPackets == 1)
  }

  @Test("both sides' payload types are kept to, and what was not agreed on is neither sent nor taken")
  func payloadTypes() {
    var own = Pair(sends: 97, receives: 97, remoteOpus: 96)
    for index in 0..<3 { own.send(index * 960, distance: 1, isLost: index == 1) }
    #expect(own.heard == ["0:0", "2:2", "[1:1]"])
    #expect(own.datagram.bytes[1] & 0x7F == 97)
    var without = Pair(sends: nil)
    for index in 0..<3 { without.send(index * 960, distance: 1) }
    #expect(without.heard == ["0:0", "1:1", "2:2"] && without.sender.copyCount == 0)
    #expect(without.datagram.bytes[1] & 0x7F == 111)
    var refused = Pair(receives: nil)
    for index in 0..<3 { refused.send(index * 960, distance: 1) }
    #expect(refused.heard == ["0:0", "-", "-"] && refused.receiver.refusedPackets == 2)
  }

  // MARK: VoIP metrics

  /// Which packets of a hundred are lost, over and over, and what share of the losses comes in runs.
  static let patterns: [(lost: Set<Int>, perMille: ClosedRange<Int>)] = [
    ([], 0...0), ([10, 30, 50, 70, 90], 0...40), ([10, 11, 12, 40, 41, 42, 43], 960...1_000),
    ([10, 11, 12, 50, 70, 90], 450...550),
  ]

  @Test("a report tells whether packets are lost alone or in runs, and what the buffer holds", arguments: patterns)
  func metrics(_ row: (lost: Set<Int>, perMille: ClosedRange<Int>)) throws {
    var near = parameters(ssrc: 1)
    near.reportsVoIPMetrics = true
    near.remoteSSRC = 2
    var far = parameters(ssrc: 2)
    far.reportsVoIPMetrics = true
    far.remoteSSRC = 1
    var randomness = Randomness(seed: 3)
    var sending = RTPSession(parameters: near, wallClock: NTPTime(value: 1 << 60), randomness: &randomness, at: .zero)
    var hearing = RTPSession(parameters: far, wallClock: NTPTime(value: 1 << 60), randomness: &randomness, at: .zero)
    hearing.bufferDelay = .milliseconds(63)
    var datagram = Datagram()
    var frame = EncodedFrame()
    var now = Instant.zero
    for index in 0..<500 {
      now += .milliseconds(20)
      let isSent = sending.send(voiceFrame(40, timestamp: UInt32(index * 960), at: now), into: &datagram)
      #expect(isSent)
      if !row.lost.contains(index % 100) { _ = hearing.handleRTP(datagram.bytes, into: &frame, at: now) }
    }
    hearing.handleTimeout(at: now)
    let isReported = hearing.pollTransmit(into: &datagram)
    #expect(isReported)
    #expect(sending.handleRTCP(datagram.bytes, at: now) == .handled)
    let metrics = try #require(sending.statistics.remoteMetrics)
    #expect(row.perMille.contains(metrics.burstPerMille), "\(metrics)")
    #expect(metrics.bufferMilliseconds == 63)
    #expect(abs(Int(metrics.lossRate) - row.lost.count * 256 / 100) <= 1)
  }

  @Test("metrics about another source, cut ones and other blocks are passed over")
  func foreignMetrics() {
    let report = "80C90001 00000009"
    let block = "07000008 00000001 40000010 00000000 00000000 7F7F7F01 7F7F7F7F B0000028 01900190"
    for (extended, found) in [
      ("80CF000A 00000009" + block, true),
      ("80CF000A 00000009" + block.replacing("00000001 40", with: "00000002 40"), false),
      ("80CF000C 00000009 04000001 00000000" + block, true), ("80CF0002 00000009 07000008", false),
      ("80CF0001 00000009", false),
    ] {
      var near = parameters(ssrc: 1)
      near.reportsVoIPMetrics = true
      var randomness = Randomness(seed: 3)
      var session = RTPSession(parameters: near, wallClock: NTPTime(value: 1), randomness: &randomness, at: .zero)
      let receipt = hex(report + extended).withByteView { session.handleRTCP($0, at: .zero) }
      #expect(receipt == .handled)
      #expect((session.statistics.remoteMetrics != nil) == found, "\(extended)")
      #expect(!found || session.statistics.remoteMetrics?.bufferMilliseconds == 40)
    }
  }
}
