// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a host is told at its beginning.

public import VOIP

/// Where captured sound comes from.
public enum SoundInput: Sendable, Equatable {
  /// A sound card, by ALSA's name for it.
  case alsa(String)
  /// A WAV file, paced by the clock, from its beginning each time the sound starts; silence after its end.
  case file(String)
  /// A steady tone, −20 dBFS.
  case tone(hertz: Int)
  /// Generated sound like speech.
  case speech
  /// Zeroes.
  case silence
}

/// Where played sound goes to.
public enum SoundOutput: Sendable, Equatable {
  /// A sound card, by ALSA's name for it.
  case alsa(String)
  /// A WAV file, made or emptied at start.
  case file(String)
  /// Nowhere.
  case none
}

/// What a host is told at its beginning.
public struct HostSettings: Sendable {
  /// Where captured sound comes from.
  public var input = SoundInput.silence
  /// Where played sound goes to.
  public var output = SoundOutput.none
  /// Samples a device period: 240, 480 or 960.
  public var periodSamples = 480
  /// SCHED_FIFO priority of the audio thread, 1 ... 99; nil: not asked for.
  public var audioPriority: Int32? = 20
  /// Whether memory is to be locked.
  public var locksMemory = true
  /// Where the certificate is kept between starts; nil: a new one each start.
  public var stateDirectory: String?
  /// What the service is told.
  public var service = VOIPConfiguration()

  /// Silence in, nothing out, 10 ms periods, 20 ms frames.
  public init() {}
}
