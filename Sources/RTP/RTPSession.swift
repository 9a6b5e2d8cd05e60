// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One audio stream each way, with its reports: the room's outermost machine. Bytes come in after they were unprotected
// and go out before they are protected.
//
//   handle…:   handleRTP(_:into:at:), handleRTCP(_:at:), handleTimeout(at:)
//   commands:  send(_:into:), goodbye(into:at:)
//   poll…:     pollTransmit(into:) until false, then pollTimeout()
//   questions: statistics, remoteSSRC, parameters
//
// Order of calls: `init` when the keys are in place; then anything. After `handleTimeout` drain `pollTransmit`; the
// other calls put nothing into it.
//
// Reports are compound packets: a sender report while we send, else a receiver report, and our canonical name. Of what
// comes in, application packets and feedback (RFC 4585) are skipped: none of them was agreed on. Of extended reports
// (RFC 3611) only VoIP metrics are sent and taken in, where both sides said so.

public import Core

/// What became of a control packet.
public enum RTCPReceipt: Equatable, Sendable, BitwiseCopyable {
  /// It was taken in.
  case handled
  /// It was taken in, and the far side's source left (BYE).
  case goodbye
  /// It is no control packet of this session.
  case malformed
}

/// Two streams and their reports. Owned by the loop thread; never allocates.
public struct RTPSession: Sendable {
  /// What was agreed on.
  public let parameters: RTPParameters
  /// The delay of the far side's packets in our jitter buffer, to be told where VoIP metrics are.
  public var bufferDelay = Instant.Span.zero

  private var sender: RTPSender
  private var receiver: RTPReceiver
  private var schedule: ReportSchedule
  private let wallClock: NTPTime
  private let beginning: Instant
  private var packetsSent: UInt64 = 0
  private var octetsSent: UInt64 = 0
  private var packetsSentAtReports = (last: UInt64(0), before: UInt64(0))
  private var reportDue: Instant?
  private var hasSaidGoodbye = false
  private var counted = RTPStatistics()

  /// A session that begins `at`, when the wall clock shows `wallClock`. Later wall-clock times are counted from there
  /// on the monotonic clock, so that setting the wall clock disturbs no measure (RFC 3550 section 4 allows any such
  /// clock).
  public init(parameters: RTPParameters, wallClock: NTPTime, randomness: inout Randomness, at: Instant) {
    self.parameters = parameters
    self.wallClock = wallClock
    beginning = at
    sender = RTPSender(parameters: parameters, randomness: &randomness)
    receiver = RTPReceiver(parameters: parameters)
    schedule = ReportSchedule(randomness: &randomness, at: at)
  }

  // MARK: Handling

  /// Takes in a media packet that has been unprotected; see `RTPReceiver.handle`.
  public mutating func handleRTP(_ bytes: ByteView, into frame: inout EncodedFrame, at: Instant) -> RTPReceipt {
    receiver.handle(bytes, into: &frame, at: at)
  }

  /// The copies that came along; see `RTPReceiver.pollCopy`.
  public mutating func pollCopy(in bytes: ByteView, into frame: inout EncodedFrame, at: Instant) -> Bool {
    receiver.pollCopy(in: bytes, into: &frame, at: at)
  }

  /// Takes in a control packet that has been unprotected. A malformed one changes nothing but a counter.
  public mutating func handleRTCP(_ bytes: ByteView, at: Instant) -> RTCPReceipt {
    var reader: RTCPReader
    do throws(RTPError) {
      reader = try RTCPReader(parsing: bytes, reducedSize: parameters.reducedSizeRTCP)
    } catch {
      counted.controlRefused &+= 1
      return .malformed
    }
    counted.controlReceived &+= 1
    var receipt = RTCPReceipt.handled
    while let packet = reader.next() {
      switch packet {
      case .senderReport(let report, let blocks):
        receiver.handleSenderReport(report, at: at)
        handle(blocks, at: at)
      case .receiverReport(_, let blocks): handle(blocks, at: at)
      case .goodbye(let goodbye):
        for index in 0..<goodbye.count {
          if goodbye[index] == receiver.ssrc { receipt = .goodbye }
          receiver.handleGoodbye(of: goodbye[index])
        }
      case .extendedReport(let report):
        if parameters.reportsVoIPMetrics, let metrics = report.voipMetrics(about: parameters.ssrc) {
          counted.remoteMetrics = metrics
        }
      case .sourceDescription, .other: break
      }
    }
    return receipt
  }

  /// Takes in that the moment of `pollTimeout` has come.
  public mutating func handleTimeout(at: Instant) {
    guard !hasSaidGoodbye, schedule.isDue(at: at) else { return }
    reportDue = at
    schedule.advance(at: at)
  }

  // MARK: Commands

  /// Writes the packet of `frame` into `datagram`; false when the frame is empty or does not fit, or after the goodbye.
  /// An earlier frame at `copy` goes along where that was agreed on.
  public mutating func send(
    _ frame: borrowing EncodedFrame, copy: UnsafePointer<EncodedFrame>? = nil, into datagram: inout Datagram
  ) -> Bool {
    let before = sender.octetCount
    guard !hasSaidGoodbye, sender.write(frame, copy: copy, into: &datagram) else { return false }
    packetsSent &+= 1
    octetsSent &+= UInt64(sender.octetCount &- before)
    return true
  }

  /// Ends our stream: writes the goodbye into `datagram`. False, and nothing written, when it was said before.
  public mutating func goodbye(into datagram: inout Datagram, at: Instant) -> Bool {
    guard !hasSaidGoodbye else { return false }
    hasSaidGoodbye = true
    reportDue = nil
    if parameters.reducedSizeRTCP { return RTCPWriter.writeGoodbye(ssrc: parameters.ssrc, into: &datagram) }
    return writeReport(into: &datagram, goodbye: true, at: at)
  }

  // MARK: Polling

  /// Writes the report that is due into `datagram`; false when there is none.
  public mutating func pollTransmit(into datagram: inout Datagram) -> Bool {
    guard let at = reportDue else { return false }
    reportDue = nil
    guard writeReport(into: &datagram, goodbye: false, at: at) else { return false }
    counted.reportsSent &+= 1
    return true
  }

  /// When `handleTimeout` is due, or nil after the goodbye.
  public func pollTimeout() -> Instant? { hasSaidGoodbye ? nil : schedule.due }

  // MARK: Questions

  /// The far side's source in use, or nil.
  public var remoteSSRC: UInt32? { receiver.ssrc }

  /// Both directions' counters and measures.
  public var statistics: RTPStatistics {
    var statistics = counted
    statistics.packetsSent = packetsSent
    statistics.octetsSent = octetsSent
    statistics.packetsReceived = receiver.packetCount
    statistics.octetsReceived = receiver.octetCount
    statistics.packetsLost = receiver.lostPackets
    statistics.fractionLost = receiver.fractionLost
    statistics.jitter = .samples48k(receiver.jitterSamples)
    statistics.packetsLate = receiver.latePackets
    statistics.packetsDuplicate = receiver.duplicatePackets
    statistics.packetsRefused = receiver.refusedPackets
    statistics.copiesSent = sender.copyCount
    statistics.copiesReceived = receiver.copyCount
    statistics.copiesDuplicate = receiver.duplicateCopies
    statistics.packetsRecovered = receiver.recoveredPackets
    statistics.restarts = receiver.restarts
    statistics.sourceChanges = receiver.sourceChanges
    return statistics
  }

  // MARK: Private

  private mutating func handle(_ blocks: ReportBlocks, at: Instant) {
    guard let block = blocks.block(about: parameters.ssrc) else { return }
    counted.remoteFractionLost = block.fractionLost
    counted.remotePacketsLost = block.cumulativeLost
    counted.remoteJitter = .samples48k(block.jitter)
    if let roundTrip = block.roundTrip(receivedAt: time(at: at)) { counted.roundTrip = roundTrip }
  }

  private mutating func writeReport(into datagram: inout Datagram, goodbye: Bool, at: Instant) -> Bool {
    // A sender is who has sent since the report before the last one (RFC 3550 section 6.4).
    let isSender = packetsSent > packetsSentAtReports.before
    packetsSentAtReports = (packetsSent, packetsSentAtReports.last)
    let report = SenderReport(
      ssrc: parameters.ssrc, time: time(at: at), timestamp: sender.timestamp(at: at),
      packetCount: sender.packetCount, octetCount: sender.octetCount)
    let block = receiver.takeReportBlock(at: at)
    var metrics = parameters.reportsVoIPMetrics && block != nil ? receiver.takeMetrics() : nil
    metrics?.bufferMilliseconds = UInt16(clamping: bufferDelay.milliseconds)
    return RTCPWriter.write(
      sender: isSender ? report : nil, ssrc: parameters.ssrc, block: block, metrics: metrics,
      cname: parameters.cname, goodbye: goodbye, into: &datagram)
  }

  private func time(at: Instant) -> NTPTime { wallClock.advanced(by: at - beginning) }
}
