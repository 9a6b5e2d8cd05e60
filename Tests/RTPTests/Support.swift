// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Helpers of the RTP tests: bytes from hexadecimal, packets by hand.

import Core
import RTP

/// The bytes that `text` writes in hexadecimal; blanks are passed over.
func hex(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var digits: [UInt8] = []
  for character in text where !character.isWhitespace {
    digits.append(UInt8(character.hexDigitValue ?? 0))
    if digits.count == 2 {
      bytes.append(digits[0] << 4 | digits[1])
      digits = []
    }
  }
  return bytes
}

/// The header of `bytes`, or why there is none.
func parsePacket(_ bytes: [UInt8]) -> Result<RTPPacket, RTPError> {
  bytes.withByteView { view in
    do throws(RTPError) { return .success(try RTPPacket(parsing: view)) } catch { return .failure(error) }
  }
}

/// Why `bytes` are no compound packet, or nil.
func controlError(_ bytes: [UInt8], reducedSize: Bool = false) -> RTPError? {
  bytes.withByteView { view in
    do throws(RTPError) {
      _ = try RTCPReader(parsing: view, reducedSize: reducedSize)
      return nil
    } catch { return error }
  }
}

/// A media packet by hand.
func packet(
  _ sequence: Int, timestamp: UInt32 = 0, ssrc: UInt32 = 0xAABB_CCDD, payloadType: UInt8 = 111, marker: Bool = false,
  payload: [UInt8] = [1, 2, 3]
) -> [UInt8] {
  let number = UInt16(truncatingIfNeeded: sequence)
  var bytes: [UInt8] = [0x80, payloadType | (marker ? 0x80 : 0), UInt8(number >> 8), UInt8(number & 0xFF)]
  for word in [timestamp, ssrc] {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
  }
  return bytes + payload
}

/// Parameters of a session between two; `ssrc` is ours.
func parameters(ssrc: UInt32 = 0x1122_3344, cname: String = "0123456789abcdef", mid: String = "0") -> RTPParameters {
  Array(cname.utf8).withByteView { cname in
    Array(mid.utf8).withByteView { mid in
      RTPParameters(ssrc: ssrc, cname: cname, payloadType: 111, mid: mid)
    }
  }
}

/// A voice frame of `count` bytes.
func voiceFrame(_ count: Int = 40, timestamp: UInt32 = 0, at: Instant = .zero) -> EncodedFrame {
  var frame = EncodedFrame()
  _ = [UInt8](repeating: 0x5A, count: count).withByteView { frame.assign($0) }
  frame.timestamp = RTPTimestamp(timestamp)
  frame.sampleCount = 960
  frame.levelBelowFullScale = 30
  frame.instant = at
  return frame
}

extension RTPReceiver {
  /// Hands over a packet by hand and answers what became of it, with the frame's sequence number.
  mutating func take(_ bytes: [UInt8], at: Instant = .zero) -> (receipt: RTPReceipt, sequence: UInt32) {
    var frame = EncodedFrame()
    var receipt = RTPReceipt.malformed
    bytes.withByteView { receipt = handle($0, into: &frame, at: at) }
    return (receipt, frame.sequence)
  }
}

extension RTPSession {
  /// Hands over a control packet.
  mutating func takeControl(_ bytes: [UInt8], at: Instant) -> RTCPReceipt {
    var receipt = RTCPReceipt.malformed
    bytes.withByteView { receipt = handleRTCP($0, at: at) }
    return receipt
  }

  /// Hands over a media packet.
  mutating func takeMedia(_ bytes: [UInt8], at: Instant) -> RTPReceipt {
    var frame = EncodedFrame()
    var receipt = RTPReceipt.malformed
    bytes.withByteView { receipt = handleRTP($0, into: &frame, at: at) }
    return receipt
  }
}

extension RTPSender {
  /// The packet of `frame`, or nil.
  mutating func packet(_ frame: EncodedFrame) -> [UInt8]? {
    var datagram = Datagram()
    return write(frame, into: &datagram) ? datagram.bytes.array() : nil
  }
}

extension RTPSession {
  /// The packet of `frame`, or nil.
  mutating func packet(_ frame: EncodedFrame) -> [UInt8]? {
    var datagram = Datagram()
    return send(frame, into: &datagram) ? datagram.bytes.array() : nil
  }

  /// The next report that is due, or nil.
  mutating func report() -> [UInt8]? {
    var datagram = Datagram()
    return pollTransmit(into: &datagram) ? datagram.bytes.array() : nil
  }

  /// The goodbye, or nil when it was said before.
  mutating func leave(at: Instant) -> [UInt8]? {
    var datagram = Datagram()
    return goodbye(into: &datagram, at: at) ? datagram.bytes.array() : nil
  }
}
