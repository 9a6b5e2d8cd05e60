// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The seam between the engine and an echo canceller; `NoCanceller` is the plain twin.

public import Core

/// Takes the far side's sound out of the microphone's; owned by the audio thread, made before it starts, never
/// allocates.
public protocol EchoCanceller: ~Copyable {
  /// Changes `microphone` in place. `played` is the period handed to the loudspeaker one cycle before, so it comes no
  /// later than its echo; it has as many samples as `microphone`.
  mutating func process(microphone: inout PCMFrame, played: borrowing PCMFrame)
  /// Switches parts of the processing on or off, from the next period on.
  mutating func set(_ processing: SoundProcessing)
  /// How the processing stands.
  var report: ProcessingReport { get }
  /// Whether the last period held the far side's echo and no voice of here, as far as is known.
  var isFarOnly: Bool { get }
}

/// Leaves the microphone as it is.
public struct NoCanceller: EchoCanceller, ~Copyable {
  /// A canceller that does nothing.
  public init() {}

  /// Does nothing.
  public mutating func process(microphone: inout PCMFrame, played: borrowing PCMFrame) {}

  /// Does nothing.
  public mutating func set(_ processing: SoundProcessing) {}

  /// A report of nothing.
  public var report: ProcessingReport { ProcessingReport() }

  /// Never: nothing is known.
  public var isFarOnly: Bool { false }
}
