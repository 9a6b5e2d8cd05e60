// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the status says of the sound: of a far side's voice, and of what is done to the microphone's.

import Core

/// A far side's voice.
public struct VoiceStatus: Equatable, Sendable {
  /// How loud it is before the volume, 0 ... 100 (−60 dBFS ... 0 dBFS).
  public var level = 0
  /// Voice that had to be made up, or what comes close to it, 0 ... 100 percent.
  public var residualLossPercent = 0.0
  /// Packets that came too late to be played, since the call began.
  public var latePackets: UInt64 = 0
  /// Voice that was made up, since the call began.
  public var concealedMilliseconds: UInt64 = 0
  /// Frames that copies or error correction made good, since the call began, in milliseconds of voice.
  public var recoveredMilliseconds: UInt64 = 0
  /// Interarrival jitter (RFC 3550 section 6.4.1).
  public var jitterMilliseconds = 0.0
  /// The playout delay that the jitter buffer aims at; nil when nothing was played.
  public var targetDelayMilliseconds: Double?

  /// A voice of which nothing is known.
  public init() {}

  func write(to writer: inout JSONWriter) {
    writer.member("level", Int64(level))
    writer.member("residual_loss_percent", residualLossPercent)
    writer.member("late_packets", Int64(clamping: latePackets))
    writer.member("concealed_ms", Int64(clamping: concealedMilliseconds))
    writer.member("recovered_ms", Int64(clamping: recoveredMilliseconds))
    writer.member("jitter_ms", jitterMilliseconds)
    writer.member("target_delay_ms", targetDelayMilliseconds)
  }
}

/// What is done to the microphone's sound.
public struct ProcessingStatus: Equatable, Sendable {
  /// What happens to the echo, in the configuration's words: off, suppress, cancel, half-duplex.
  public var echo = "off"
  /// Whether steady noise is held down.
  public var suppressesNoise = false
  /// Whether the level is controlled.
  public var controlsGain = false
  /// Where the echo is found; nil while it is not known.
  public var echoDelayMilliseconds: Double?
  /// By how much the echo is subtracted, in decibels; nil while the echo is not known.
  public var erle: Double?
  /// What the gain control adds, in decibels.
  public var gain = 0.0

  /// Nothing is done.
  public init() {}

  /// The same without what changes all the time.
  var withoutFlow: ProcessingStatus {
    var still = self
    (still.echoDelayMilliseconds, still.erle, still.gain) = (nil, nil, 0)
    return still
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("echo", echo)
    writer.member("noise_suppression", suppressesNoise)
    writer.member("gain_control", controlsGain)
    writer.member("echo_delay_ms", echoDelayMilliseconds)
    writer.member("erle_db", erle)
    writer.member("gain_db", gain)
    writer.endObject()
  }
}
