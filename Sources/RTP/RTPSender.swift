// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Our stream: headers in front of the encoder's frames (RFC 3550 section 5.1, RFC 7587 section 4).

public import Core

/// Writes the packets of one source and counts them. Owned by the loop thread; never allocates.
///
/// Sequence numbers and timestamps begin at random. The first sequence number lies in the lower half, so that a far
/// side which misses the first packets does not guess the wrong rollover of the protection (RFC 3711 section 3.3.1).
public struct RTPSender: Sendable {
  /// Our synchronization source.
  public let ssrc: UInt32
  /// Packets written, as sender reports count them (modulo 2³²).
  public private(set) var packetCount: UInt32 = 0
  /// Payload bytes written, as sender reports count them (modulo 2³²).
  public private(set) var octetCount: UInt32 = 0
  /// The next packet's sequence number.
  public private(set) var nextSequence: SequenceNumber

  /// Copies of earlier frames written.
  public private(set) var copyCount: UInt64 = 0

  private let payloadType: UInt8
  private let redundancyPayloadType: UInt8?
  private let audioLevelExtension: UInt8?
  private let midExtension: UInt8?
  private let mid: RTPMIDStorage
  private let timestampOffset: UInt32
  private var lastTimestamp = RTPTimestamp(0)
  private var lastInstant = Instant.zero

  /// A sender of what `parameters` agree on, beginning at a random point.
  public init(parameters: RTPParameters, randomness: inout Randomness) {
    ssrc = parameters.ssrc
    payloadType = parameters.sendPayloadType
    redundancyPayloadType = parameters.sendRedundancyPayloadType
    audioLevelExtension = parameters.audioLevelExtension.flatMap { (1...14).contains($0) ? $0 : nil }
    midExtension = parameters.midExtension.flatMap { (1...14).contains($0) && !parameters.mid.isEmpty ? $0 : nil }
    mid = parameters.mid
    nextSequence = SequenceNumber(UInt16(randomness.below(0x8000)))
    timestampOffset = randomness.uint32()
  }

  /// Writes the packet of `frame` into `datagram`; false, and nothing counted, when the frame is empty or does not fit.
  ///
  /// The packet's timestamp is the frame's own plus our random offset, so gaps in sending show as gaps in time. An
  /// earlier frame at `copy` goes along (RFC 2198) where that was agreed on and both fit.
  public mutating func write(
    _ frame: borrowing EncodedFrame, copy: UnsafePointer<EncodedFrame>? = nil, into datagram: inout Datagram
  ) -> Bool {
    if let copy, let redundancyPayloadType {
      let offset = frame.timestamp.distance(from: copy.pointee.timestamp)
      let count = copy.pointee.count
      if RedundantPayload.fits(offsetSamples: offset, count: count),
        write(frame, copy: copy, offset: offset, as: redundancyPayloadType, into: &datagram)
      {
        octetCount &+= UInt32(2 * RedundantPayload.copyHeaderByteCount - 3 + count)
        copyCount &+= 1
        return true
      }
    }
    return write(frame, copy: nil, offset: 0, as: payloadType, into: &datagram)
  }

  private mutating func write(
    _ frame: borrowing EncodedFrame, copy: UnsafePointer<EncodedFrame>?, offset: Int, as packetPayloadType: UInt8,
    into datagram: inout Datagram
  ) -> Bool {
    let size = frame.count
    guard size > 0, size <= Limits.encodedFrameBytesMax else { return false }
    let timestamp = RTPTimestamp(frame.timestamp.value &+ timestampOffset)
    let sequence = nextSequence
    let carriesMID = midExtension != nil && packetCount < UInt32(Limits.rtpMIDPackets)
    let extensionBytes = (audioLevelExtension == nil ? 0 : 2) + (carriesMID ? 1 + mid.count : 0)
    let level = AudioLevel(
      levelBelowFullScale: frame.levelBelowFullScale,
      isVoice: frame.levelBelowFullScale <= Self.voiceLevelBelowFullScaleMax)
    let marker: UInt8 = frame.marker ? 0x80 : 0
    let fits = frame.payload.span.withUnsafeBytes { payload in
      datagram.write { writer in
        writer.uint8(extensionBytes > 0 ? 0x90 : 0x80)
        writer.uint8(packetPayloadType | marker)
        writer.uint16(sequence.value)
        writer.uint32(timestamp.value)
        writer.uint32(ssrc)
        if extensionBytes > 0 {
          let words = (extensionBytes + 3) / 4
          writer.uint16(RTPHeaderExtensions.oneByteProfile)
          writer.uint16(UInt16(words))
          if let audioLevelExtension {
            writer.uint8(audioLevelExtension << 4)
            writer.uint8(level.byte)
          }
          if carriesMID, let midExtension {
            writer.uint8(midExtension << 4 | UInt8(mid.count - 1))
            for index in mid.indices { writer.uint8(mid[index]) }
          }
          writer.fill(0, count: words * 4 - extensionBytes)
        }
        if let copy {
          RedundantPayload.writeHeaders(
            payloadType: payloadType, offsetSamples: offset, count: copy.pointee.count, to: &writer)
          writer.view(copy.payload)
        }
        writer.view(ByteView(payload).prefix(size))
      }
    }
    guard fits else { return false }
    nextSequence = sequence.next
    packetCount &+= 1
    octetCount &+= UInt32(size)
    lastTimestamp = timestamp.advanced(by: frame.sampleCount)
    lastInstant = frame.instant
    return true
  }

  /// The timestamp that a sample captured at `at` would have, as sender reports pair it with the wall clock.
  public func timestamp(at: Instant) -> RTPTimestamp {
    RTPTimestamp(lastTimestamp.value &+ (at - lastInstant).samples48k)
  }

  /// Frames at least this loud are marked as voice: the level alone decides, because no voice detector crosses the
  /// rings.
  private static let voiceLevelBelowFullScaleMax: UInt8 = 50
}

extension Instant.Span {
  /// Samples at 48 kHz modulo 2³², rounded down; unlike `samples` it never overflows a 32-bit board's `Int`.
  var samples48k: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000 &* 48 / 1_000) }
}

extension UnsafePointer where Pointee == EncodedFrame {
  /// A window on the payload of the frame there, without a copy.
  fileprivate var payload: ByteView {
    let count = max(0, min(pointee.count, Limits.encodedFrameBytesMax))
    return withUnsafePointer(to: &UnsafeMutablePointer(mutating: self).pointee.payload) {
      ByteView(UnsafeRawPointer($0), count: count)
    }
  }
}
