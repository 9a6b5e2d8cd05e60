// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What loss the encoder is told to prepare for, so that its in-band FEC fits the network.
//
// FEC helps only when it is there before the loss: a report comes once in 1.25 ... 3.75 s, and one clean report says
// little (125 frames of 20 ms; at 1 % loss more than every fourth such report is clean). So the loss expected never falls below
// what a call begins with, rises with the first report that says more, and falls only to the worst of the last 10 s,
// about four reports. It moves in steps of 5 %, because each move changes how the codec shares its bits.

import Core

/// Follows what far sides report.
struct ExpectedLoss: BitwiseCopyable {
  /// What a call begins with, and the least: FEC costs an undisturbed voice next to nothing (`Codecs.OpusEncoder`).
  static let percentMin = 10
  /// The most: past it the copies leave nothing for the voice itself.
  static let percentMax = 50
  /// How long a loss is remembered.
  static let memory = Instant.Span.seconds(10)

  /// What the encoder is to prepare for, `percentMin` ... `percentMax`.
  private(set) var percent = Self.percentMin
  private var worstMeanwhile = Self.percentMin
  private var fallsAt = Instant.zero

  /// Takes in the worst loss that the last reports tell of, 0 ... 1,000 per mille; true when `percent` has changed.
  mutating func follow(perMille: Int, at now: Instant) -> Bool {
    let step = (max(perMille, 0) + 49) / 50 * 5
    let wanted = min(max(step, Self.percentMin), Self.percentMax)
    worstMeanwhile = max(worstMeanwhile, wanted)
    guard wanted >= percent || now >= fallsAt else { return false }
    let before = percent
    percent = worstMeanwhile
    worstMeanwhile = Self.percentMin
    fallsAt = now + Self.memory
    return percent != before
  }
}
