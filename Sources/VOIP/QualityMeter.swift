// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From the audio thread's totals to what impairs a connection now, and a quality that does not flicker.
//
//   totals of a talker ──► share of each half second ──► weighted by age (4 s) ──► Impairments ──► quality, held
//   loss and delay of the network ─────────────────────────────────────────────────────^
//
// A new half second counts at once, an old one fades: trouble shows within a second and is forgotten in about ten. The
// quality shown moves when it is off by two or more.

public import Core

/// How good one connection sounds, followed over time. A pure machine; allocates nothing.
///
/// Order of calls: `follow` for each report; questions at any time.
public struct QualityMeter: Sendable, BitwiseCopyable {
  /// What is known of the network at one moment.
  public struct Network: Sendable, BitwiseCopyable {
    /// Packets that did not come in the last report interval, per mille of those expected.
    public var lossPerMille = 0
    /// What the way takes from mouth to ear but for the jitter buffer.
    public var pathMilliseconds = 0

    /// Nothing is known.
    public init() {}
  }

  /// What impairs the connection now.
  public private(set) var impairments = Impairments()
  /// The quality, 1 ... 100; nil before the first half second.
  public private(set) var quality: Int?

  private static let step = Instant.Span.milliseconds(500)
  /// What a half second weighs beside the one after it: a time constant of 4 s.
  private static let keep = 0.875
  /// Of a frame that error correction made good, at a lower rate, this share counts as missing.
  private static let recoveredPart = 0.2

  private let frameSamples: Double
  private var last = TalkerReport()
  private var lastInstant: Instant?
  // Weighted sums, in samples but for the runs.
  private var due = 0.0
  private var concealed = 0.0
  private var recovered = 0.0
  private var copied = 0.0
  private var stretched = 0.0
  private var runs = 0.0

  /// A meter of a connection whose frames have `frameSamples` samples at 48 kHz.
  public init(frameSamples: Int) { self.frameSamples = Double(frameSamples) }

  /// Takes in a report of the talker, `at` the time it was made, and what is known of the network. Reports that come more often
  /// than twice a second are passed over.
  public mutating func follow(_ report: TalkerReport, _ network: Network, at now: Instant) {
    guard let before = lastInstant, report.playedFrames >= last.playedFrames else {
      // The first, or the talker began anew and so did its totals.
      (last, lastInstant) = (report, now)
      return
    }
    guard now >= before + Self.step else { return }
    let elapsed = Double(min((now - before).milliseconds, 10_000)) * 48
    add(report, elapsed: elapsed)
    (last, lastInstant) = (report, now)
    impairments = impairments(of: report, network)
    let next = ConnectionQuality.value(impairments)
    if let shown = quality, abs(next - shown) < 2 { return }
    quality = next
  }

  private mutating func add(_ report: TalkerReport, elapsed: Double) {
    let made = Self.growth(report.concealedSamples, last.concealedSamples)
    let corrected = Self.growth(report.recoveredSamples, last.recoveredSamples)
    let silent = Self.growth(report.silentSamples, last.silentSamples)
    // A talker that says nothing, as in a pause of push-to-talk, is due nothing.
    due = due * Self.keep + max(elapsed - silent, made + corrected)
    concealed = concealed * Self.keep + made
    recovered = recovered * Self.keep + corrected
    copied = copied * Self.keep + Self.growth(report.copiesPlayed, last.copiesPlayed) * frameSamples
    stretched =
      stretched * Self.keep + Self.growth(report.acceleratedSamples, last.acceleratedSamples)
      + Self.growth(report.expandedSamples, last.expandedSamples)
    runs = runs * Self.keep + Self.growth(report.concealedRuns, last.concealedRuns)
  }

  private func impairments(of report: TalkerReport, _ network: Network) -> Impairments {
    var found = Impairments()
    let heard = due > 0 ? (concealed + Self.recoveredPart * recovered) / due : 0
    // An outage that outlasts what can be made up is silence to the jitter buffer; the packets' numbers tell of it.
    let repaired = recovered + copied
    let missed = repaired + concealed
    let share = missed > 0 ? (concealed + Self.recoveredPart * recovered) / missed : 1
    let told = Double(max(network.lossPerMille, 0)) * share
    found.residualLossPerMille = Int(min(max(heard * 1_000, told), 1_000).rounded())
    if runs > 0.01, due > 0 {
      // G.107: the mean length of a gap over what it is when losses are independent, 1 / (1 − p).
      let length = concealed / frameSamples / runs
      let ratio = length * (1 - min(concealed / due, 1))
      found.burstPercent = Int(min(max(ratio, 1), 8) * 100)
    }
    found.pathMilliseconds = network.pathMilliseconds
    found.bufferMilliseconds = Int(report.playoutDelaySamples) / 48
    found.stretchedPerMille = due > 0 ? Int(min(stretched / due, 1) * 1_000) : 0
    return found
  }

  private static func growth(_ new: UInt64, _ old: UInt64) -> Double { new > old ? Double(new - old) : 0 }
}
