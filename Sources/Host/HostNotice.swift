// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a host has to say that is no event of the service, and how it reads in the log.

public import Linux

/// What a host has to say that is no event of the service.
public enum HostNotice: Sendable {
  /// The sound has started; what the kernel granted to its thread.
  case audioStarted(RealTimeGrant)
  /// A sound card was opened for the first time.
  case deviceOpened(name: String, isCapture: Bool, SoundFigures)
  /// A sound card cannot be opened, and is tried again; that side is silent meanwhile.
  case deviceMissing(name: String, isCapture: Bool, LinuxError)
  /// A sound card went away, and is looked for; that side is silent meanwhile.
  case deviceLost(name: String, isCapture: Bool, LinuxError)
  /// A sound card that went away is in use again.
  case deviceBack(name: String, isCapture: Bool, SoundFigures)
  /// Both directions were begun together, and how late each is was measured.
  case soundAligned(SoundLatency)
  /// A sound card ran over or dry and was begun anew; the totals so far.
  case soundInterrupted(SoundCounters)
  /// So many controls of sound cards were set as the configuration wants them.
  case mixerSet(count: Int)
  /// A control of a sound card could not be set.
  case mixerRefused(MixerError)
  /// The sound could not be started; calls are silent until the next one tries again.
  case soundFailed(HostError)
  /// Something does not work; the call goes on without it.
  case trouble(String, LinuxError)

  /// How much it matters.
  public var level: LogLevel {
    switch self {
    case .audioStarted(let grant): grant.isComplete ? .information : .notice
    case .deviceOpened(_, _, let figures): figures.isFallback ? .notice : .information
    case .soundAligned, .mixerSet: .information
    case .deviceBack, .soundInterrupted: .notice
    case .deviceMissing, .deviceLost, .mixerRefused, .soundFailed, .trouble: .warning
    }
  }

  /// The name that its lines are counted under.
  public var key: StaticString {
    switch self {
    case .audioStarted: "audio"
    case .deviceOpened, .deviceMissing, .deviceLost, .deviceBack: "device"
    case .soundAligned, .soundInterrupted: "sound"
    case .mixerSet, .mixerRefused: "mixer"
    case .soundFailed, .trouble: "trouble"
    }
  }

  /// A line for the log. Allocates.
  public var text: String {
    switch self {
    case .audioStarted(let grant): return "audio thread: \(grant.text)"
    case .deviceOpened(let name, let isCapture, let figures): return "\(Self.way(isCapture)) \(name): \(figures.text)"
    case .deviceMissing(let name, let isCapture, let error):
      return "\(Self.way(isCapture)) \(name) cannot be opened: \(SoundTrouble.sentence(error)); it is tried again"
    case .deviceLost(let name, let isCapture, let error):
      return "\(Self.way(isCapture)) \(name) was lost: \(SoundTrouble.sentence(error)); it is looked for"
    case .deviceBack(let name, let isCapture, let figures):
      return "\(Self.way(isCapture)) \(name) is back: \(figures.text)"
    case .soundAligned(let latency):
      return "latency: capture \(Self.milliseconds(latency.captureSamples)) ms, playback "
        + "\(Self.milliseconds(latency.playbackSamples)) ms; what is captured lags \(latency.alignmentSamples) samples "
        + "behind what is played" + (latency.isLinked ? " (both directions are linked)" : "")
    case .soundInterrupted(let counters):
      return "xruns so far: capture \(counters.captureXruns), playback \(counters.playbackXruns)"
    case .mixerSet(let count): return "controls set: \(count)"
    case .mixerRefused(let error): return error.text
    case .soundFailed(let error): return "no sound: \(error.text)"
    case .trouble(let what, let error): return "\(what): \(DiskRemedy.sentence(error))"
    }
  }

  private static func way(_ isCapture: Bool) -> String { isCapture ? "capture" : "playback" }

  /// Tenths are enough.
  private static func milliseconds(_ samples: Int) -> String {
    let tenths = (samples * 10 + 24) / 48
    return "\(tenths / 10).\(tenths % 10)"
  }
}
