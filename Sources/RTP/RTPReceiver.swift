// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The far side's stream: which source it is, what its packets carry, how they arrive (RFC 3550 sections 6.4.1, 8.2,
// appendix A).

public import Core

/// What became of a packet.
public enum RTPReceipt: Equatable, Sendable, BitwiseCopyable {
  /// The frame now holds the packet's payload; `isStart` says that nothing before it belongs to the same stream of
  /// numbers.
  case frame(isStart: Bool)
  /// Its source or its number is not trusted yet.
  case waiting
  /// It was here before.
  case duplicate
  /// It has no payload: padding only.
  case empty
  /// Its payload type is not the one agreed on.
  case unknownPayloadType
  /// Its payload is larger than any frame of the codec.
  case tooLarge
  /// It is no RTP packet, or a redundant payload that does not hold together.
  case malformed
}

/// Takes in one far side's packets. Owned by the loop thread; never allocates.
///
/// The first source to come is taken at once when the description named it or named none: packets reach this point
/// authenticated, so probation would only cost the first frame. Another source takes over when it has shown
/// `Limits.rtpProbationPackets` in a row and the one in use has been silent for `Limits.rtpSourceSilenceMilliseconds`.
///
/// Left out: contributing sources (a mixer's business) and collisions of our own SSRC with the far side's (RFC 3550
/// section 8.2): each direction has its own keys here, so a reflected packet never arrives.
public struct RTPReceiver: Sendable, BitwiseCopyable {
  /// Packets that carried the agreed payload type, of any source.
  public private(set) var packetCount: UInt64 = 0
  /// Payload bytes of frames handed over.
  public private(set) var octetCount: UInt64 = 0
  /// Packets that came late (reordered by the network).
  public private(set) var latePackets: UInt64 = 0
  /// Packets seen before.
  public private(set) var duplicatePackets: UInt64 = 0
  /// Packets refused: malformed, of another payload type, too large.
  public private(set) var refusedPackets: UInt64 = 0
  /// Copies of earlier packets that came along (RFC 2198).
  public private(set) var copyCount: UInt64 = 0
  /// Copies of packets that had come: no duplicates of the network's making.
  public private(set) var duplicateCopies: UInt64 = 0
  /// Copies that were handed over in place of packets that had not come.
  public private(set) var recoveredPackets: UInt64 = 0
  /// How often another source took over.
  public private(set) var sourceChanges: UInt64 = 0
  /// The fraction of packets lost in the last report's interval, in 256ths.
  public private(set) var fractionLost: UInt8 = 0

  private let payloadType: UInt8
  private let redundancyPayloadType: UInt8?
  private let audioLevelExtension: UInt8?
  private let expectedSSRC: UInt32?
  private var current: Source?
  private var challenger: Source?
  private var restartsBefore: UInt64 = 0
  private var lostBefore: UInt64 = 0
  private var extendedOffset: UInt32 = 0
  private var highestHandedOver: UInt32 = 0
  private var report = SenderReportMark()
  private var history = PacketHistory()
  private var pattern = LossPattern()
  private var pending = RedundantBlockTable<PendingCopy>(filler: PendingCopy())

  /// A receiver of what `parameters` agree on.
  public init(parameters: RTPParameters) {
    payloadType = parameters.receivePayloadType
    redundancyPayloadType = parameters.receiveRedundancyPayloadType
    audioLevelExtension = parameters.audioLevelExtension
    expectedSSRC = parameters.remoteSSRC
  }

  // MARK: Handling

  /// Takes in a packet that has been unprotected, and puts its payload into `frame`. Only for `.frame` has `frame`
  /// changed: payload, extended sequence number, timestamp, marker, level and `at`; the talker is left to the caller.
  ///
  /// After `.frame`, `pollCopy` gives the copies of missing packets that the packet brought, until the next call.
  public mutating func handle(_ bytes: ByteView, into frame: inout EncodedFrame, at: Instant) -> RTPReceipt {
    pending.removeAll()
    let packet: RTPPacket
    var redundant: RedundantPayload?
    do throws(RTPError) {
      packet = try RTPPacket(parsing: bytes)
      if packet.payloadType == redundancyPayloadType, !packet.payloadRange.isEmpty {
        redundant = try RedundantPayload(parsing: bytes[packet.payloadRange])
      }
    } catch {
      refusedPackets &+= 1
      return .malformed
    }
    guard redundant?.own.payloadType ?? packet.payloadType == payloadType || packet.payloadRange.isEmpty else {
      refusedPackets &+= 1
      return .unknownPayloadType
    }
    let payload = bytes[packet.payloadRange][redundant?.own.range ?? 0..<packet.payloadRange.count]
    guard payload.count <= Limits.encodedFrameBytesMax else {
      refusedPackets &+= 1
      return .tooLarge
    }
    packetCount &+= 1
    guard let verdict = track(packet, at: at) else { return .waiting }
    switch verdict {
    case .waiting: return .waiting
    case .duplicate:
      duplicatePackets &+= 1
      return .duplicate
    case .late: latePackets &+= 1
    case .started, .accepted: break
    }
    guard !payload.isEmpty, let sequence = current?.tracker.extended(packet.sequence) else { return .empty }
    guard frame.assign(payload) else { return .tooLarge }
    octetCount &+= UInt64(packet.payloadRange.count)
    frame.sequence = sequence &+ extendedOffset
    notePattern(verdict, sequence: frame.sequence)
    if Int32(bitPattern: frame.sequence &- highestHandedOver) > 0 { highestHandedOver = frame.sequence }
    frame.timestamp = packet.timestamp
    frame.instant = at
    frame.marker = packet.marker || verdict == .started
    frame.sampleCount = 0
    frame.copyOffsetSamples = 0
    frame.levelBelowFullScale = 127
    if let audioLevelExtension,
      let value = RTPHeaderExtensions.value(of: audioLevelExtension, of: packet, in: bytes),
      let level = AudioLevel(parsing: value)
    {
      frame.levelBelowFullScale = level.levelBelowFullScale
    }
    history.note(sequence: frame.sequence, timestamp: frame.timestamp)
    if let redundant { keepCopies(redundant, of: packet, in: bytes, carrier: frame.sequence) }
    return .frame(isStart: verdict == .started)
  }

  /// Puts the next copy of a missing packet that came with `bytes`, which `handle` has just taken, into `frame`, with
  /// its own timestamp and the number that the missing packet had; false when there is none (any more).
  public mutating func pollCopy(in bytes: ByteView, into frame: inout EncodedFrame, at: Instant) -> Bool {
    while !pending.isEmpty {
      let copy = pending.remove(at: 0)
      guard copy.start + copy.count <= bytes.count, frame.assign(bytes[copy.start..<copy.start + copy.count]) else {
        continue
      }
      recoveredPackets &+= 1
      frame.sequence = copy.sequence
      frame.timestamp = copy.timestamp
      frame.instant = at
      frame.marker = false
      frame.sampleCount = 0
      frame.copyOffsetSamples = copy.offsetSamples
      frame.levelBelowFullScale = 127
      return true
    }
    return false
  }

  /// Takes in a sender report's time stamps, to be sent back in ours.
  public mutating func handleSenderReport(_ sender: SenderReport, at: Instant) {
    report = SenderReportMark(ssrc: sender.ssrc, middle: sender.time.middle, instant: at, isSet: true)
  }

  /// Takes in that the source `ssrc` said goodbye: another one may follow at once.
  public mutating func handleGoodbye(of ssrc: UInt32) {
    if challenger?.ssrc == ssrc { challenger = nil }
    guard let source = current, source.ssrc == ssrc else { return }
    retire(source)
  }

  /// The block about the source in use, for a report that goes out `at`; nil when nothing has come since the last one
  /// (RFC 3550 section 6.4). Changes the state: once a report.
  public mutating func takeReportBlock(at: Instant) -> ReportBlock? {
    guard current?.tracker.hasNews == true, let fraction = current?.tracker.takeFractionLost(), let source = current
    else { return nil }
    fractionLost = fraction
    let knowsReport = report.isSet && report.ssrc == source.ssrc
    return ReportBlock(
      ssrc: source.ssrc,
      fractionLost: fraction,
      cumulativeLost: Int32(min(max(source.tracker.cumulativeLost, -0x80_0000), 0x7F_FFFF)),
      extendedHighest: source.tracker.extendedHighest,
      jitter: source.jitter.samples,
      lastSenderReport: knowsReport ? report.middle : 0,
      delaySinceLastSenderReport: knowsReport ? (at - report.instant).ntpShort : 0)
  }

  /// What is told of losses in an extended report; nil when nothing was received. Changes the state: once a report.
  public mutating func takeMetrics() -> VoIPMetrics? {
    current == nil ? nil : pattern.takeMetrics(frameMilliseconds: history.frameMilliseconds)
  }

  // MARK: Questions

  /// The source in use.
  public var ssrc: UInt32? { current?.ssrc }
  /// Packets lost in all, of every source.
  public var lostPackets: UInt64 { lostBefore &+ (current?.tracker.lostPackets ?? 0) }
  /// How often a source restarted its numbers.
  public var restarts: UInt64 { restartsBefore &+ UInt64(current?.tracker.restarts ?? 0) }
  /// The interarrival jitter of the source in use, in samples at 48 kHz (RFC 3550 section 6.4.1).
  public var jitterSamples: UInt32 { current?.jitter.samples ?? 0 }

  // MARK: Private

  /// One source: its numbers, its jitter, when it was last heard.
  private struct Source: Sendable, BitwiseCopyable {
    let ssrc: UInt32
    var tracker: SequenceTracker
    var jitter = InterarrivalJitter()
    var lastHeard: Instant

    init(_ packet: RTPPacket, probationPackets: Int, at: Instant) {
      ssrc = packet.ssrc
      tracker = SequenceTracker(first: packet.sequence, probationPackets: probationPackets)
      lastHeard = at
    }

    mutating func update(_ packet: RTPPacket, at: Instant) -> SequenceTracker.Verdict {
      lastHeard = at
      let verdict = tracker.update(packet.sequence)
      switch verdict {
      case .started:
        jitter.restart()
        jitter.update(timestamp: packet.timestamp, at: at)
      case .accepted, .late: jitter.update(timestamp: packet.timestamp, at: at)
      case .duplicate, .waiting: break
      }
      return verdict
    }
  }

  /// The last sender report: what it said and when it came.
  private struct SenderReportMark: Sendable, BitwiseCopyable {
    var ssrc: UInt32 = 0
    var middle: UInt32 = 0
    var instant = Instant.zero
    var isSet = false
  }

  /// A copy that waits to be handed over.
  private struct PendingCopy: Sendable, BitwiseCopyable {
    var start = 0
    var count = 0
    var sequence: UInt32 = 0
    var timestamp = RTPTimestamp(0)
    var offsetSamples: UInt16 = 0
  }

  private mutating func keepCopies(
    _ redundant: RedundantPayload, of packet: RTPPacket, in bytes: ByteView, carrier: UInt32
  ) {
    for index in redundant.copies.indices {
      let block = redundant.copies[index]
      guard block.payloadType == payloadType, block.count > 0, block.offsetSamples > 0 else { continue }
      copyCount &+= 1
      let timestamp = packet.timestamp.advanced(by: 0 - Int(block.offsetSamples))
      switch history.place(of: timestamp, carriedBy: carrier) {
      case .here: duplicateCopies &+= 1
      case .unknown: break
      case .missing(let sequence):
        history.note(sequence: sequence, timestamp: timestamp)
        pending.append(
          PendingCopy(
            start: packet.payloadRange.lowerBound + block.start, count: block.count, sequence: sequence,
            timestamp: timestamp, offsetSamples: block.offsetSamples))
      }
    }
  }

  private mutating func notePattern(_ verdict: SequenceTracker.Verdict, sequence: UInt32) {
    switch verdict {
    case .accepted: pattern.note(missing: sequence &- highestHandedOver &- 1)
    case .started: pattern.note(missing: 0)
    case .late: pattern.noteLate()
    case .duplicate, .waiting: break
    }
  }

  private mutating func track(_ packet: RTPPacket, at: Instant) -> SequenceTracker.Verdict? {
    if var source = current, source.ssrc == packet.ssrc {
      let verdict = source.update(packet, at: at)
      current = source
      return verdict
    }
    if current == nil, expectedSSRC == nil || expectedSSRC == packet.ssrc {
      var source = Source(packet, probationPackets: 1, at: at)
      let verdict = source.update(packet, at: at)
      promote(source)
      return verdict
    }
    var source: Source
    if let known = challenger, known.ssrc == packet.ssrc {
      source = known
    } else {
      source = Source(packet, probationPackets: Limits.rtpProbationPackets, at: at)
    }
    _ = source.update(packet, at: at)
    challenger = source
    guard source.tracker.isValid else { return nil }
    if let current {
      guard at - current.lastHeard >= .milliseconds(Limits.rtpSourceSilenceMilliseconds) else { return nil }
      retire(current)
    }
    // What it sent while it waited was not handed over, so it is not counted either.
    var fresh = Source(packet, probationPackets: 1, at: at)
    let verdict = fresh.update(packet, at: at)
    promote(fresh)
    return verdict
  }

  private mutating func promote(_ source: Source) {
    current = source
    challenger = nil
    guard highestHandedOver != 0 else { return }
    sourceChanges &+= 1
    // The new source's numbers go on in front of the old one's, as after a restart.
    extendedOffset = (highestHandedOver & 0xFFFF_0000) &+ 0x1_0000
  }

  private mutating func retire(_ source: Source) {
    lostBefore &+= source.tracker.lostPackets
    restartsBefore &+= UInt64(source.tracker.restarts)
    current = nil
  }
}
