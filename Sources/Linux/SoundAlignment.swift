// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which of the played samples was at the speaker when a captured one was taken.
//
//   written:   ... ─────────────●                  ● the last sample handed over to be played
//   speaker:   ... ──■──────────                   ■ at the converter now: `playback` samples before ●
//   captured:  ... ──────■                         ■ taken last of those read: `capture` samples before now
//
// So when the last sample read was taken, the one at the speaker lay `playback + capture` samples before the last one
// handed over. Asked right after a period was read and before the next is written, it is the lag between the period
// played a cycle ago and its echo in the period captured now, the air's not counted.

import Core

/// The lag between what is played and what is captured, as the mean of Limits.alignmentLooks looks at both delays.
public struct SoundAlignment: Sendable, BitwiseCopyable {
  /// The lag in samples at 48 kHz; nil until it is known.
  public private(set) var samples: Int?
  /// What captured sound waits in the card's buffer, in samples; of the same looks.
  public private(set) var captureDelaySamples = 0
  /// What played sound waits in the card's buffer, in samples; of the same looks.
  public private(set) var playbackDelaySamples = 0
  private var periods = 0
  private var looks = 0
  private var captureSum = 0
  private var playbackSum = 0

  /// Nothing known.
  public init() {}

  /// The streams began anew: what was known is void.
  public mutating func restart() { self = SoundAlignment() }

  /// Counts a period; true when the delays are to be looked at after it.
  public mutating func isLookDue() -> Bool {
    periods += 1
    guard periods >= Limits.alignmentPeriods else { return false }
    periods = 0
    return true
  }

  /// Takes in both delays, in samples at 48 kHz.
  public mutating func note(captureDelay: Int, playbackDelay: Int) {
    captureSum += captureDelay
    playbackSum += playbackDelay
    looks += 1
    guard looks == Limits.alignmentLooks else { return }
    captureDelaySamples = captureSum / looks
    playbackDelaySamples = playbackSum / looks
    samples = (captureSum + playbackSum) / looks
    (looks, captureSum, playbackSum) = (0, 0, 0)
  }
}
