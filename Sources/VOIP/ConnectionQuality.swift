// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How good a call sounds, as a number from 0 to 100.
//
// The E-model of ITU-T G.107 in the short form of Cole and Rosenbluth (2001, "Voice over IP performance monitoring"):
//
//     R = 94.2 − Id − Ie        Id = 0.024 d + 0.11 (d − 177.3) where d > 177.3     Ie = 30 ln(1 + 15 e)
//
// d is the one-way mouth-to-ear delay in milliseconds (half the round-trip time, the playout delay, one frame), e the
// share of frames that were lost or late. The factors of Ie are those the paper fits for G.711 with concealment, which
// is close to what Opus does at 32 kb/s. 94.2 maps to 100, 0 and below to 1: a call that is up never shows 0.

/// What takes most off the quality of a connection.
public enum QualityLimit: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Frames that were lost or late.
  case loss
  /// The time that the way takes.
  case delay
  /// The time that the jitter buffer adds, for packets come unevenly.
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

/// The quality of one connection.
public enum ConnectionQuality {
  /// From this quality on nothing worth a word limits it.
  public static let unlimited = 90

  /// The quality, 1 ... 100, of a call that is up.
  ///
  /// - Parameters:
  ///   - lossPerMille: lost and late frames, 0 ... 1,000 per mille of those expected.
  ///   - delayMilliseconds: mouth-to-ear delay one way, 0 and up.
  public static func value(lossPerMille: Int, delayMilliseconds: Int) -> Int {
    let rating =
      94.2 - delayImpairment(delayMilliseconds) - lossImpairment(perMille: min(max(lossPerMille, 0), 1_000))
    let scaled = Int((rating / 94.2 * 100).rounded())
    return min(max(scaled, 1), 100)
  }

  /// The greater impairment of a call whose quality is below `unlimited`; nil: nothing limits it. Of the delay, what the jitter
  /// buffer adds counts as jitter when it is more than what the way takes.
  ///
  /// - Parameters:
  ///   - lossPerMille: as for `value`.
  ///   - pathMilliseconds: what the way takes, one way, frame included; 0 and up.
  ///   - bufferMilliseconds: what the jitter buffer adds, 0 and up.
  public static func limit(lossPerMille: Int, pathMilliseconds: Int, bufferMilliseconds: Int) -> QualityLimit? {
    let delay = max(pathMilliseconds, 0) + max(bufferMilliseconds, 0)
    guard value(lossPerMille: lossPerMille, delayMilliseconds: delay) < unlimited else { return nil }
    if lossImpairment(perMille: min(max(lossPerMille, 0), 1_000)) >= delayImpairment(delay) { return .loss }
    return bufferMilliseconds > pathMilliseconds ? .jitter : .delay
  }

  private static func delayImpairment(_ milliseconds: Int) -> Double {
    let delay = Double(min(max(milliseconds, 0), 10_000))
    return 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0)
  }

  /// 30 ln(1 + 15 e), from a table with straight lines between its rows; the error stays below 0.4.
  private static func lossImpairment(perMille: Int) -> Double {
    let rows: InlineArray<10, (perMille: Int, impairment: Double)> = [
      (0, 0), (10, 4.19), (20, 7.87), (35, 12.66), (50, 16.79), (100, 27.49), (200, 41.59), (350, 54.97), (600, 69.08),
      (1_000, 83.18),
    ]
    for row in 1..<rows.count where perMille <= rows[row].perMille {
      let (left, right) = (rows[row - 1], rows[row])
      let part = Double(perMille - left.perMille) / Double(right.perMille - left.perMille)
      return left.impairment + part * (right.impairment - left.impairment)
    }
    return rows[rows.count - 1].impairment
  }
}
