// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is wrong with the sound cards right now, and what they did so far.

public import Linux

/// Which directions are without their sound card, and why. Nothing is wrong with what is no sound card.
public struct SoundTrouble: Sendable {
  /// Why there is no microphone; nil: there is one, or none is wanted.
  public var capture: LinuxError?
  /// Why there is no speaker; nil: there is one, or none is wanted.
  public var playback: LinuxError?

  /// Nothing is wrong.
  public init() {}

  /// Whether nothing is wrong.
  public var isNone: Bool { capture == nil && playback == nil }

  /// A sentence for each missing direction, with what to do; empty when nothing is wrong. Allocates.
  public var text: String {
    var text = ""
    if let capture { text = "no microphone: " + Self.sentence(capture) }
    if let playback { text += (text.isEmpty ? "" : "; ") + "no speaker: " + Self.sentence(playback) }
    return text
  }

  /// The error, and its remedy behind it.
  static func sentence(_ error: LinuxError) -> String {
    let remedy = SoundRemedy.text(error.errno)
    return remedy.isEmpty ? error.text : "\(error.text) (\(remedy))"
  }
}

/// What the sound cards did since the sound started, as totals.
public struct SoundCounters: Sendable, Equatable, BitwiseCopyable {
  /// How often capture ran over.
  public var captureXruns = 0
  /// How often playback ran dry.
  public var playbackXruns = 0
  /// How often the microphone's card went away.
  public var captureLosses = 0
  /// How often the speaker's card went away.
  public var playbackLosses = 0

  /// Nothing happened.
  public init() {}
}

/// How late sound is on this side, in samples at 48 kHz, as measured.
public struct SoundLatency: Sendable, Equatable, BitwiseCopyable {
  /// What waits between the card's input and us.
  public var captureSamples = 0
  /// What waits between us and the card's output.
  public var playbackSamples = 0
  /// How far captured sound lags behind what is handed over to be played: the sum of both.
  public var alignmentSamples = 0
  /// Whether the kernel starts and stops both directions together.
  public var isLinked = false

  /// Nothing measured.
  public init() {}
}
