// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is done to the microphone's sound before it is sent, and what the processing says of itself.

/// What happens to the loudspeaker's echo in the microphone.
public enum EchoMode: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Nothing: a headset, or a door with no loudspeaker.
  case off
  /// The echo is estimated and held down, but not subtracted: for sound cards that lose samples.
  case suppress
  /// The echo is subtracted, and what is left of it held down.
  case cancel
  /// Only one side is heard at a time: for rooms in which nothing else works.
  case halfDuplex
}

/// What is done to the microphone's sound; every part can be switched during a call.
public struct SoundProcessing: Hashable, Sendable, BitwiseCopyable {
  /// What happens to the loudspeaker's echo.
  public var echo: EchoMode
  /// Whether steady noise is held down.
  public var noiseSuppression: Bool
  /// Whether the level is brought to that of a call.
  public var gainControl: Bool

  /// Everything on, where nothing else is said.
  public init(echo: EchoMode = .cancel, noiseSuppression: Bool = true, gainControl: Bool = true) {
    self.echo = echo
    self.noiseSuppression = noiseSuppression
    self.gainControl = gainControl
  }

  /// What is done, in words for a log.
  public var sentence: String {
    var parts: [String] = []
    switch echo {
    case .off: break
    case .suppress: parts.append("echo suppressed")
    case .cancel: parts.append("echo cancelled")
    case .halfDuplex: parts.append("one side heard at a time")
    }
    if noiseSuppression { parts.append("noise suppressed") }
    if gainControl { parts.append("level controlled") }
    return parts.isEmpty ? "taken as it is" : parts.joined(separator: ", ")
  }

  /// The microphone as it is.
  public static let none = SoundProcessing(echo: .off, noiseSuppression: false, gainControl: false)
}

/// How the processing stands.
public struct ProcessingReport: Hashable, Sendable, BitwiseCopyable {
  /// How much later than it was handed to the loudspeaker the echo is first looked for, in samples at 48 kHz.
  public var bulkDelaySamples: Int32 = 0
  /// By how much the echo is subtracted, before any suppression, in hundredths of a decibel; smoothed over a second of
  /// far speech.
  public var erleCentibels: Int32 = 0
  /// By how much the microphone's clock is slower than the loudspeaker's, in parts per billion.
  public var driftPartsPerBillion: Int32 = 0
  /// Whether the echo is known well enough that its remainder is estimated from it.
  public var isConverged = false
  /// Whether somebody speaks at the microphone.
  public var nearSpeech = false
  /// What the gain control adds, in hundredths of a decibel.
  public var gainCentibels: Int32 = 0

  /// A report of nothing.
  public init() {}
}
