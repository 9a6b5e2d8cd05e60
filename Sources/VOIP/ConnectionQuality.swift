// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How good a call sounds, as a number from 0 to 100.
//
// The E-model of ITU-T G.107 with its default of 93.2 for everything that is not named here, and a term of our own for
// what the jitter buffer does to the voice:
//
//     R = 93.2 − Id − Ie,eff − Ij
//
//     Id = 0.024 d + 0.11 (d − 177.3) where d > 177.3       the fit of Cole and Rosenbluth (2001)
//     Ie,eff = Ie + (95 − Ie) p / (p / BurstR + Bpl)        G.107 section 3.5, Ie = 0, Bpl = 25.1
//     Ij = 0.4 s, at most 12                                ours
//
// d is the one-way delay from mouth to ear in milliseconds, p the share of the voice in percent that neither a packet nor
// a copy nor error correction gave, BurstR how much longer the gaps are than by chance, s the share in percent that was
// stretched or shortened. G.113 has no row for Opus; Ie and Bpl are those of G.711 with concealment (G.113 appendix I),
// whose curve Opus follows closely from 24 kbit/s on. 93.2 maps to 100, 0 and below to 1: a call that is up never shows 0.

/// What takes most off the quality of a connection.
public enum QualityLimit: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Voice that is missing.
  case loss
  /// The time that the way takes.
  case delay
  /// The time that the jitter buffer adds, and its stretching, for packets come unevenly.
  case jitter

  /// The word for it.
  public var text: String {
    switch self {
    case .loss: "loss"
    case .delay: "delay"
    case .jitter: "jitter"
    }
  }
}

/// What takes something off the quality of a connection.
public struct Impairments: Hashable, Sendable, BitwiseCopyable {
  /// Voice that had to be made up, 0 ... 1,000 per mille of what was due: loss that neither copies nor error correction
  /// made good, and what came too late.
  public var residualLossPerMille = 0
  /// How long the gaps are, in percent of how long they would be by chance (the burst ratio of G.107): 100 and up.
  public var burstPercent = 100
  /// What the way takes from mouth to ear but for the jitter buffer: half the round trip, a frame, the sound cards.
  public var pathMilliseconds = 0
  /// What the jitter buffer adds.
  public var bufferMilliseconds = 0
  /// Voice put in or left out by time stretching, 0 ... 1,000 per mille of what was due.
  public var stretchedPerMille = 0

  /// Nothing impairs.
  public init() {}
}

/// The quality of one connection.
public enum ConnectionQuality {
  /// From this quality on nothing worth a word limits it.
  public static let unlimited = 90

  private static let best = 93.2
  private static let lossRobustness = 25.1

  /// The quality, 1 ... 100, of a call that is up. No greater for more of any impairment.
  public static func value(_ impairments: Impairments) -> Int {
    let rating =
      best - delayImpairment(impairments.pathMilliseconds, impairments.bufferMilliseconds)
      - lossImpairment(impairments) - stretchImpairment(impairments)
    let scaled = Int((rating / best * 100).rounded())
    return min(max(scaled, 1), 100)
  }

  /// The greatest impairment of a call whose quality is below `unlimited`; nil: nothing limits it. The delay counts as
  /// jitter where the jitter buffer adds more than the way takes.
  public static func limit(_ impairments: Impairments) -> QualityLimit? {
    guard value(impairments) < unlimited else { return nil }
    let time = delayImpairment(impairments.pathMilliseconds, impairments.bufferMilliseconds)
    let isJitter = impairments.bufferMilliseconds > impairments.pathMilliseconds
    let delay = isJitter ? 0 : time
    let jitter = stretchImpairment(impairments) + (isJitter ? time : 0)
    if lossImpairment(impairments) >= max(delay, jitter) { return .loss }
    return jitter > delay ? .jitter : .delay
  }

  private static func delayImpairment(_ path: Int, _ buffer: Int) -> Double {
    let delay = Double(min(max(path, 0), 10_000) + min(max(buffer, 0), 10_000))
    return 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0)
  }

  private static func lossImpairment(_ impairments: Impairments) -> Double {
    let percent = Double(min(max(impairments.residualLossPerMille, 0), 1_000)) / 10
    let burst = Double(min(max(impairments.burstPercent, 100), 800)) / 100
    return 95 * percent / (percent / burst + lossRobustness)
  }

  private static func stretchImpairment(_ impairments: Impairments) -> Double {
    min(0.04 * Double(max(impairments.stretchedPerMille, 0)), 12)
  }
}
