// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a host is told at its beginning.

public import Linux
public import Core
public import VOIP

/// Where captured sound comes from.
public enum SoundInput: Sendable, Equatable {
  /// A sound card: its id (`Zero`), `default`, or ALSA's name for it (`hw:`, `plughw:`, `dsnoop:`).
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
  /// A sound card: its id (`Zero`), `default`, or ALSA's name for it (`hw:`, `plughw:`, `dmix:`).
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
  /// The processor the audio thread is kept on, from 0; nil: any.
  public var audioProcessor: Int?
  /// What is taken from a stereo microphone.
  public var inputChannel = CaptureChannel.mix
  /// Device periods of silence ahead of the speaker, 1 ... 8: what the audio thread may be late by.
  public var prefillPeriods = 2
  /// Controls of sound cards that are set when the sound starts, and again when a card is back.
  public var mixer: [MixerPreset] = []
  /// The speaker's volume at start, 0 ... 100.
  public var volumePercent = 100
  /// Whether memory is to be locked.
  public var locksMemory = true
  /// Where the certificate is kept between starts; nil: a new one each start.
  public var stateDirectory: String?
  /// What the service is told.
  public var service = VOIPConfiguration()

  /// Silence in, nothing out, 10 ms periods, 20 ms frames.
  public init() {}
}
