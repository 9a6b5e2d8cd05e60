// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whether packets are lost one by one or several in a row.

import Core

/// Counts losses by the length of their runs. Each report halves what was counted before, so that it tells of the last
/// two or three intervals.
struct LossPattern: Sendable, BitwiseCopyable {
  private var expected: UInt32 = 0
  private var alone: UInt32 = 0
  private var inRuns: UInt32 = 0
  private var runs: UInt32 = 0

  /// Takes note of a packet that came after `missing` ones that did not.
  mutating func note(missing: UInt32) {
    expected &+= missing &+ 1
    switch missing {
    case 0: break
    case 1: alone &+= 1
    default:
      inRuns &+= missing
      runs &+= 1
    }
  }

  /// Takes note of a packet that had counted as missing.
  mutating func noteLate() { if alone > 0 { alone -= 1 } }

  /// What it comes to, for a report; frames last `frameMilliseconds`.
  mutating func takeMetrics(frameMilliseconds: UInt32) -> VoIPMetrics {
    var metrics = VoIPMetrics()
    let outside = expected &- inRuns
    metrics.lossRate = Self.share(of: alone &+ inRuns, in: expected)
    metrics.burstDensity = inRuns > 0 ? 255 : 0
    metrics.gapDensity = Self.share(of: alone, in: outside)
    metrics.burstDurationMilliseconds = runs > 0 ? UInt16(clamping: inRuns &* frameMilliseconds / runs) : 0
    metrics.gapDurationMilliseconds = UInt16(clamping: outside &* frameMilliseconds / (runs &+ 1))
    expected /= 2
    alone /= 2
    inRuns /= 2
    runs = (runs &+ 1) / 2
    return metrics
  }

  private static func share(of part: UInt32, in whole: UInt32) -> UInt8 {
    whole == 0 ? 0 : UInt8(clamping: (UInt64(part) * 256 + UInt64(whole) / 2) / UInt64(whole))
  }
}
