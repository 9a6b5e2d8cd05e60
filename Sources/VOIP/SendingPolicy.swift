// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How much is sent to a far side, and whether a copy of an earlier frame goes along (RFC 2198).
//
//   nothing reported ─► the whole bitrate for the frame itself, with Opus' in-band FEC (`ExpectedLoss`)
//   3 ... 5 % lost   ─► half of it for the frame, half for a copy of the last one
//   15 % lost        ─► three fifths for the frame, with in-band FEC, the rest for copies of the larger frames, two back
//   lost in bursts   ─► the copy is of the frame five back, or as far back as the far side's buffer holds anyway
//   the way is full  ─► less, in steps of a quarter: only a round trip that grows shows that, loss alone does not
//
// WHO KNOWS. Loss and round trip are in every receiver report. Whether losses come in bursts, and what the jitter
// buffer holds, only VoIP metrics tell (RFC 3611), which intercoms agree on (`a=rtcp-xr:voip-metrics`) and browsers do
// not: to a browser only the last frame is ever sent again. An intercom makes its buffer as deep as the copies need
// (`RecoveryPolicy`), so a copy five frames back costs up to 100 ms of delay; that is asked for only where at least 5 %
// are lost and the way is short, else the copy reaches back as far as the buffer does already.
//
// WHY SO. Where every fifth packet is lost, every twenty-fifth is lost with its copy. In-band FEC is a third chance that
// costs little, but Opus needs 20 kbit/s for it; so not all frames can be copied, and the larger ones are missed most. That
// is done between intercoms only, whose buffers wait for it, and below 45 kbit/s, for above the halves suffice for FEC.
//
// HYSTERESIS. On at a report of 5 %, or two in a row of 3 %; off after 20 s in which none said 2 %. In bursts from 60 %
// of the losses on, no more below 40 %. Copies of some frames after two reports of 15 %, of all again below 10 %. The distance stays for 5 s at least; the bitrate falls once in 5 s and rises
// once in 10 s.

public import Core

/// Follows the reports of one far side.
public struct SendingPolicy: Sendable, BitwiseCopyable {
  /// What a report says, with what else is known by then.
  public struct Report: Sendable, BitwiseCopyable {
    /// What was lost, 0 ... 1,000 per mille.
    public var lossPerMille: Int
    /// The last round trip.
    public var roundTrip: Instant.Span?
    /// Which share of the losses came in bursts, 0 ... 1,000 per mille; nil when not said.
    public var burstPerMille: Int?
    /// How long packets wait in the far side's jitter buffer; nil when not said.
    public var buffer: Instant.Span?

    /// A report of so much loss; what is not known is left out.
    public init(
      lossPerMille: Int, roundTrip: Instant.Span? = nil, burstPerMille: Int? = nil, buffer: Instant.Span? = nil
    ) {
      self.lossPerMille = lossPerMille
      self.roundTrip = roundTrip
      self.burstPerMille = burstPerMille
      self.buffer = buffer
    }
  }

  /// Bits a second, copies included; the least and the most that a voice is sent with.
  public static let bitrates = 8_000...64_000
  /// Below it a copy would leave too little for the voice itself.
  public static let copyBitrateMin = 16_000

  /// From here to here copies of the larger frames are better than of all, where much is lost.
  public static let selectiveBitrates = 32_000..<45_000

  /// How many frames back the copy lies; 0: none.
  public private(set) var distance = 0
  /// Whether only frames larger than the mean are copied, so that in-band FEC goes along too.
  public private(set) var isSelective = false
  /// Bits a second, copies included.
  public private(set) var bitrate: Int
  /// What the encoder may use of it.
  public var encoderBitrate: Int {
    guard distance > 0 else { return bitrate }
    return isSelective ? max(bitrate * 61 / 100, 20_250) : bitrate / 2
  }

  private let bitrateMax: Int
  private let frame: Instant.Span
  private var isLossy = false
  private var isBursty = false
  private var lossBefore = 0
  private var lastLossy = Instant.zero
  private var distanceChanged = Instant.never
  private var leastRoundTrip: Instant.Span?
  private var bitrateChanged = Instant.zero

  /// A policy for frames of `frameMilliseconds`, that sends at most `bitrateMax` bits a second.
  public init(bitrateMax: Int, frameMilliseconds: Int) {
    self.bitrateMax = min(max(bitrateMax, Self.bitrates.lowerBound), Self.bitrates.upperBound)
    bitrate = self.bitrateMax
    frame = .milliseconds(frameMilliseconds)
  }

  /// Takes in a report. `takesCopies` says whether the far side knows what to do with them.
  public mutating func follow(_ report: Report, takesCopies: Bool, at now: Instant) {
    followRoundTrip(report, at: now)
    followLoss(report, at: now)
    defer { lossBefore = report.lossPerMille }
    let wanted = takesCopies && isLossy && bitrate >= Self.copyBitrateMin ? distance(for: report) : 0
    guard wanted != distance else { return }
    // On and off at once; from one distance to another not too often.
    guard wanted == 0 || distance == 0 || now - distanceChanged >= .seconds(5) else { return }
    distance = wanted
    isSelective = wanted == Self.selectiveDistance
    distanceChanged = now
  }

  private mutating func followLoss(_ report: Report, at now: Instant) {
    if report.lossPerMille >= 50 || (report.lossPerMille >= 30 && lossBefore >= 30) { isLossy = true }
    if report.lossPerMille >= 20 { lastLossy = now }
    if isLossy, now - lastLossy >= .seconds(20) { isLossy = false }
    if let burst = report.burstPerMille, report.lossPerMille > 0 {
      isBursty = burst >= (isBursty ? 400 : 600)
    }
  }

  private func distance(for report: Report) -> Int {
    guard let buffer = report.buffer else { return 1 }
    guard isBursty else {
      let isMuch = isSelective ? report.lossPerMille >= 100 : min(report.lossPerMille, lossBefore) >= 150
      return isMuch && Self.selectiveBitrates.contains(bitrate) ? Self.selectiveDistance : 1
    }
    let most = Limits.redundantDistanceMax
    let delay = Instant.Span(nanoseconds: (report.roundTrip?.nanoseconds ?? 0) / 2) + frame * most
    if report.lossPerMille >= 50 || distance == most, delay <= .milliseconds(200) { return most }
    let held = Int(buffer.nanoseconds / frame.nanoseconds)
    return held >= 3 ? min(held, most) : 1
  }

  private static let selectiveDistance = 2

  /// A queue that fills shows in the round trip before it loses anything.
  private mutating func followRoundTrip(_ report: Report, at now: Instant) {
    guard let roundTrip = report.roundTrip else { return }
    let least = min(leastRoundTrip ?? roundTrip, roundTrip)
    leastRoundTrip = least
    let grown = roundTrip - least
    if grown >= .milliseconds(300) || (grown >= .milliseconds(150) && report.lossPerMille >= 20) {
      guard now - bitrateChanged >= .seconds(5) else { return }
      bitrate = max(Self.bitrates.lowerBound, bitrate * 3 / 4)
      bitrateChanged = now
    } else if bitrate < bitrateMax, grown < .milliseconds(75), now - bitrateChanged >= .seconds(10) {
      bitrate = min(bitrateMax, bitrate * 5 / 4)
      bitrateChanged = now
    }
  }
}
