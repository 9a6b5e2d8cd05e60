// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Entries for random bytes: nothing here may trap, whatever comes in.

public import Core

/// One entry for each parser of the room.
public enum RTPFuzz {
  /// Parses `bytes` as a media packet, walks its extension, and hands it to a receiver a few times.
  public static func packet(_ bytes: ByteView) {
    _ = RTPKind(of: bytes)
    if let packet = try? RTPPacket(parsing: bytes) {
      var elements = RTPHeaderExtensions(of: packet, in: bytes)
      while let element = elements.next() { _ = AudioLevel(parsing: element.value) }
    }
    var receiver = RTPReceiver(parameters: parameters(for: bytes))
    var frame = EncodedFrame()
    for step in 0..<3 { _ = receiver.handle(bytes, into: &frame, at: .zero + .milliseconds(step)) }
    _ = receiver.takeReportBlock(at: .zero + .seconds(1))
  }

  /// Parses `bytes` as a control packet, compound and of reduced size, and hands it to a session.
  public static func control(_ bytes: ByteView) {
    _ = try? RTCPReader(parsing: bytes)
    if var reader = try? RTCPReader(parsing: bytes, reducedSize: true) {
      while let packet = reader.next() {
        switch packet {
        case .senderReport(_, let blocks), .receiverReport(_, let blocks):
          for index in 0..<blocks.count { _ = blocks[index].roundTrip(receivedAt: NTPTime(value: .max)) }
        case .sourceDescription(let description): _ = description.cname(of: 0)
        case .goodbye(let goodbye):
          for index in 0..<goodbye.count { _ = goodbye[index] }
          _ = goodbye.reason
        case .extendedReport(let report): _ = report.voipMetrics(about: 1)?.burstPerMille
        case .other: break
        }
      }
    }
    var parameters = parameters(for: bytes)
    parameters.reducedSizeRTCP = true
    var randomness = Randomness(seed: 1)
    var session = RTPSession(
      parameters: parameters, wallClock: NTPTime(value: 1 << 40), randomness: &randomness, at: .zero)
    _ = session.handleRTCP(bytes, at: .zero + .seconds(1))
    _ = session.statistics
  }

  /// Parses `bytes` as a redundant payload, and hands them to a receiver as packets whose numbers and times they draw.
  public static func redundancy(_ bytes: ByteView) {
    if let payload = try? RedundantPayload(parsing: bytes) {
      for index in payload.copies.indices { _ = bytes[payload.copies[index].range] }
      _ = bytes[payload.own.range]
    }
    var parameters = RTPParameters(ssrc: 1, cname: .empty, payloadType: 111)
    parameters.receiveRedundancyPayloadType = 63
    var receiver = RTPReceiver(parameters: parameters)
    var frame = EncodedFrame()
    var datagram = Datagram()
    for step in 0..<min(bytes.count, 24) {
      let chance = UInt32(bytes[step])
      let isWritten = datagram.write { writer in
        writer.uint8(0x80)
        writer.uint8(63)
        writer.uint16(UInt16(UInt32(step) * 2 + chance & 7))
        writer.uint32(UInt32(step) * 1_920 + (chance & 3) * 960)
        writer.uint32(7)
        writer.view(bytes.dropFirst(step).prefix(1_200))
      }
      guard isWritten else { continue }
      _ = receiver.handle(datagram.bytes, into: &frame, at: .zero + .milliseconds(step))
      while receiver.pollCopy(in: datagram.bytes, into: &frame, at: .zero) {}
    }
    _ = receiver.takeMetrics()?.burstPerMille
  }

  /// All of them; what `make fuzz` calls.
  public static func fuzz(_ bytes: ByteView) {
    packet(bytes)
    redundancy(bytes)
    control(bytes)
  }

  /// Parameters that agree with the bytes wherever possible, so that deep code is reached.
  private static func parameters(for bytes: ByteView) -> RTPParameters {
    let payloadType = bytes.count > 1 ? bytes[1] & 0x7F : 0
    var parameters = RTPParameters(ssrc: 1, cname: bytes.prefix(16), payloadType: payloadType)
    parameters.audioLevelExtension = 1
    return parameters
  }
}
