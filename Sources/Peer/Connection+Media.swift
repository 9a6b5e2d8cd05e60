// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Voice and reports: through the session and the secure channel, both ways.

import SDP
import ICE
public import Core
import RTP

extension Connection where Channel: ~Copyable {
  /// Whether the descriptions and the state let our voice go out.
  public var takesVoice: Bool { state.isUp && sendsVoice }

  /// Makes the packet of `frame` in `datagram`, encrypted and addressed; false, and counted, when it cannot go out now.
  /// An earlier frame at `copy` goes along where both sides know how (RFC 2198).
  public mutating func send(
    _ frame: UnsafePointer<EncodedFrame>, copy: UnsafePointer<EncodedFrame>? = nil, into datagram: inout Datagram,
    at now: Instant
  ) -> Bool {
    guard state.isUp, sendsVoice, let path = agent.path,
      session?.send(frame.pointee, copy: copy, into: &datagram) == true,
      case .done = channel.protectRTP(&datagram)
    else {
      counters.unsentFrames += 1
      return false
    }
    datagram.local = path.local
    datagram.remote = path.remote
    return true
  }

  mutating func handleVoice(_ datagram: inout Datagram, into frame: inout EncodedFrame, at now: Instant) -> Bool {
    guard session != nil else {
      counters.earlyMedia += 1
      return false
    }
    guard accept(channel.unprotectRTP(&datagram)), receivesVoice else { return false }
    switch session?.handleRTP(datagram.bytes, into: &frame, at: now) {
    case .frame: return true
    case .malformed, .tooLarge: counters.malformedMedia += 1
    case .unknownPayloadType: counters.foreignPayloads += 1
    case .waiting, .duplicate, .empty, nil: break
    }
    return false
  }

  /// After `handle` answered true: puts the next copy of a missing packet that `datagram` brought into `frame`; false when
  /// there is none (any more).
  public mutating func pollCopy(of datagram: borrowing Datagram, into frame: inout EncodedFrame, at now: Instant)
    -> Bool
  {
    session?.pollCopy(in: datagram.bytes, into: &frame, at: now) == true
  }

  /// Whether the far side takes copies of earlier frames (RFC 2198).
  public var takesCopies: Bool { session?.parameters.sendRedundancyPayloadType != nil }

  /// How many bits of Opus a second the far side wants at most; nil when any.
  public var remoteBitrateMax: Int? { negotiation.audio?.remoteOpus.maxAverageBitrate }

  /// Says how long the far side's packets wait in the jitter buffer, to be reported to it.
  public mutating func setBufferDelay(_ delay: Instant.Span) { session?.bufferDelay = delay }

  mutating func handleReports(_ datagram: inout Datagram, at now: Instant) {
    guard session != nil else {
      counters.earlyMedia += 1
      return
    }
    guard accept(channel.unprotectRTCP(&datagram)) else { return }
    switch session?.handleRTCP(datagram.bytes, at: now) {
    case .malformed: counters.malformedMedia += 1
    case .handled: reportIsNew = true
    case .goodbye: events.append(.voiceEnded)
    case nil: break
    }
  }

  private mutating func accept(_ result: SecureResult) -> Bool {
    switch result {
    case .done: return true
    case .notReady: counters.earlyMedia += 1
    case .refused: counters.refusedMedia += 1
    case .replayed: counters.replayedMedia += 1
    }
    return false
  }

  /// Puts the report that is due, or the goodbye, into `datagram`.
  mutating func pollReport(into datagram: inout Datagram, at now: Instant) -> Bool {
    guard session != nil else { return false }
    if goodbye == .reportDue {
      goodbye = .alertDue
      let isWritten = session?.goodbye(into: &datagram, at: now) == true
      let isSent: Bool = if isWritten, case .done = channel.protectRTCP(&datagram) { true } else { false }
      channel.close(at: now)
      return isSent
    }
    guard state.isUp, session?.pollTransmit(into: &datagram) == true,
      case .done = channel.protectRTCP(&datagram)
    else { return false }
    return true
  }

  mutating func beginMedia(at now: Instant) {
    guard let audio = negotiation.audio else { return }
    session = RTPSession(
      parameters: negotiation.rtpParameters(for: audio), wallClock: clock.time(at: now),
      randomness: &negotiation.randomness, at: now)
    sendsVoice = audio.sends
    receivesVoice = audio.receives
  }

  /// The connection's figures.
  public var statistics: ConnectionStatistics {
    var statistics = ConnectionStatistics()
    if let figures = session?.statistics {
      statistics.packetsSent = figures.packetsSent
      statistics.octetsSent = figures.octetsSent
      statistics.packetsReceived = figures.packetsReceived
      statistics.packetsLost = figures.packetsLost
      statistics.packetsLate = figures.packetsLate
      statistics.packetsDuplicate = figures.packetsDuplicate
      statistics.recentLossPerMille = Int(figures.fractionLost) * 1000 / 256
      statistics.jitter = figures.jitter
      statistics.remoteLossPerMille = Int(figures.remoteFractionLost ?? 0) * 1000 / 256
      statistics.remoteJitter = figures.remoteJitter
      statistics.roundTripTime = figures.roundTrip
      statistics.copiesSent = figures.copiesSent
      statistics.copiesReceived = figures.copiesReceived
      statistics.copiesDuplicate = figures.copiesDuplicate
      statistics.packetsRecovered = figures.packetsRecovered
      statistics.remoteBurstPerMille = figures.remoteMetrics?.burstPerMille
      statistics.remoteBuffer = figures.remoteMetrics.map { .milliseconds(Int($0.bufferMilliseconds)) }
    }
    if statistics.roundTripTime == nil { statistics.roundTripTime = agent.roundTripTime }
    statistics.counters = counters
    return statistics
  }
}
