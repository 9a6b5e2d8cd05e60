// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What an Opus packet says about itself before it is decoded: RFC 6716 section 3.
//
//     0 1 2 3 4 5 6 7
//    +-+-+-+-+-+-+-+-+                 code 0: one frame          2: two frames, the first one's length in front
//    | config  |s| c |  then, by code  code 1: two of one size    3: a byte |v|p|  count  |, padding, lengths
//    +-+-+-+-+-+-+-+-+
//     config: mode, bandwidth, frame length     s: stereo     c: code

public import Core

/// The framing of an Opus packet, checked against every rule of RFC 6716 section 3.4; pure, reads no sound.
public struct OpusPacket: Equatable, Sendable {
  /// The layers that a frame uses (RFC 6716 section 2).
  public enum Mode: Sendable {
    /// Linear prediction, up to wideband.
    case silk
    /// SILK below, CELT above 8 kHz.
    case hybrid
    /// Transform coding; carries no in-band FEC.
    case celt
  }

  /// Which layers the frames use.
  public let mode: Mode
  /// The highest frequency coded, in hertz: 4,000, 6,000, 8,000, 12,000 or 20,000.
  public let bandwidthHertz: Int
  /// Whether the frames have two channels.
  public let isStereo: Bool
  /// How many samples (48 kHz) a frame codes for: 120, 240, 480, 960, 1,920 or 2,880.
  public let frameSamples: Int
  /// How many frames there are, 1 ... 48.
  public let frameCount: Int
  /// Whether the first frame carries a copy of the sound before it: in-band FEC, a SILK frame's LBRR (RFC 6716 section
  /// 4.2.3).
  public let carriesRecovery: Bool

  /// How many samples (48 kHz) the packet codes for, 120 ... 5,760.
  public var sampleCount: Int { frameSamples * frameCount }

  /// The framing of `payload`, or nil when it is malformed.
  public init?(_ payload: ByteView) {
    guard payload.count >= 1 else { return nil }
    let config = Int(payload[0] >> 3)
    isStereo = payload[0] & 4 != 0
    switch config {
    case 0...11:
      mode = .silk
      bandwidthHertz = 4_000 + 2_000 * (config / 4)
      frameSamples = config % 4 == 3 ? 2880 : 480 << (config % 4)
    case 12...15:
      mode = .hybrid
      bandwidthHertz = config < 14 ? 12_000 : 20_000
      frameSamples = 480 << (config % 2)
    default:
      mode = .celt
      bandwidthHertz = config < 20 ? 4_000 : config < 24 ? 8_000 : config < 28 ? 12_000 : 20_000
      frameSamples = 120 << (config % 4)
    }
    guard let frames = Self.frames(payload), frames.count * frameSamples <= Limits.receivedFrameSamplesMax else {
      return nil
    }
    frameCount = frames.count
    carriesRecovery =
      mode != .celt && !frames.first.isEmpty
      && Self.hasRecoveryFlag(frames.first[0], silkFrames: max(frameSamples / 960, 1), isStereo: isStereo)
  }

  /// Reads the LBRR flag of the mid channel, and of the side. They stand behind one voice activity bit for each SILK
  /// frame of 20 ms (or of 10), and need no range decoder: the first symbols of even odds are the first bits (RFC 6716
  /// section 4.2.3).
  private static func hasRecoveryFlag(_ byte: UInt8, silkFrames: Int, isStereo: Bool) -> Bool {
    let mid = byte << UInt8(silkFrames) & 0x80 != 0
    let side = byte << UInt8(silkFrames * 2 + 1) & 0x80 != 0
    return mid || isStereo && side
  }

  /// How many frames `payload` has, and the first of them; nil when a length does not hold.
  private static func frames(_ payload: ByteView) -> (count: Int, first: ByteView)? {
    let body = payload.dropFirst(1)
    let frameMax = Limits.opusFrameBytesMax
    switch payload[0] & 3 {
    case 0:
      return body.count <= frameMax ? (1, body) : nil
    case 1:
      guard body.count % 2 == 0, body.count / 2 <= frameMax else { return nil }
      return (2, body.prefix(body.count / 2))
    case 2:
      guard let (length, start) = length(body, at: 0), start + length <= body.count else { return nil }
      guard body.count - start - length <= frameMax else { return nil }
      return (2, body[start..<start + length])
    default:
      return manyFrames(body)
    }
  }

  private static func manyFrames(_ body: ByteView) -> (count: Int, first: ByteView)? {
    guard body.count >= 1 else { return nil }
    let count = Int(body[0] & 0x3F)
    guard count >= 1, count <= 48 else { return nil }
    var offset = 1
    var end = body.count
    if body[0] & 0x40 != 0 {
      // Each 255 adds 254 bytes of padding and announces another byte.
      var last: UInt8
      repeat {
        guard offset < end else { return nil }
        last = body[offset]
        offset += 1
        end -= last == 255 ? 254 : Int(last)
      } while last == 255
    }
    guard offset <= end else { return nil }
    if body[0] & 0x80 == 0 {
      let size = (end - offset) / count
      guard size * count == end - offset, size <= Limits.opusFrameBytesMax else { return nil }
      return (count, body[offset..<offset + size])
    }
    var firstLength = 0
    var total = 0
    for index in 0..<(count - 1) {
      guard let (length, next) = length(body[0..<end], at: offset) else { return nil }
      if index == 0 { firstLength = length }
      total += length
      offset = next
    }
    let lastLength = end - offset - total
    guard lastLength >= 0, lastLength <= Limits.opusFrameBytesMax else { return nil }
    if count == 1 { firstLength = lastLength }
    return (count, body[offset..<offset + firstLength])
  }

  /// The frame length that stands at `offset` in one or two bytes (RFC 6716 section 3.2.1), and the offset behind it.
  private static func length(_ bytes: ByteView, at offset: Int) -> (length: Int, next: Int)? {
    guard offset < bytes.count else { return nil }
    let first = Int(bytes[offset])
    if first < 252 { return (first, offset + 1) }
    guard offset + 1 < bytes.count else { return nil }
    return (Int(bytes[offset + 1]) * 4 + first, offset + 2)
  }
}
