// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which of a card's formats is used: the ones worth trying, best first.

import Core

/// A format that a card may have.
public struct SoundChoice: Sendable, BitwiseCopyable, Equatable {
  /// Frames a second.
  public let rate: Int
  /// Channels, interleaved.
  public let channels: Int
  /// Bits a sample, 16 or 32.
  public let bits: Int

  /// A format.
  public init(rate: Int, channels: Int, bits: Int) {
    self.rate = rate
    self.channels = channels
    self.bits = bits
  }

  /// Rates worth trying: ours, then those that lose nothing, then the others from the best down.
  static let rates = [48_000, 96_000, 192_000, 44_100, 88_200, 32_000, 24_000, 22_050, 16_000, 11_025, 8_000]

  /// The formats to try, best first: our rate in any format before another rate, `channels` (1 or 2) before the other
  /// number, `fewestChannels` where the card has more than two at least, 16 bits before 32. Pure.
  public static func choices(channels: Int, fewestChannels: Int) -> [SoundChoice] {
    // No second constant array in this function: in Embedded Swift the linker may take the one for the other.
    let isMany = fewestChannels > 2 && fewestChannels <= Limits.soundChannelsMax
    let first = isMany ? fewestChannels : channels
    var choices: [SoundChoice] = []
    for rate in rates {
      choices.append(SoundChoice(rate: rate, channels: first, bits: 16))
      choices.append(SoundChoice(rate: rate, channels: first, bits: 32))
      if isMany { continue }
      choices.append(SoundChoice(rate: rate, channels: 3 - channels, bits: 16))
      choices.append(SoundChoice(rate: rate, channels: 3 - channels, bits: 32))
    }
    return choices
  }

  /// Frames of a period of `samples` samples at 48 kHz, rounded up.
  public func frames(samples: Int) -> Int { (samples * rate + Limits.sampleRate - 1) / Limits.sampleRate }
}

/// What an opened direction of a card turned out to be.
public struct SoundFigures: Sendable, BitwiseCopyable {
  /// The device's format.
  public var choice = SoundChoice(rate: Limits.sampleRate, channels: 1, bits: 16)
  /// The device's own period in frames; it may differ from the one asked.
  public var periodFrames = 0
  /// The device's buffer in frames.
  public var bufferFrames = 0
  /// Playback: after how many frames of silence it begins; capture: 0.
  public var startFrames = 0
  /// Whether the card itself was refused and alsa-lib's converters stand in front of it.
  public var isFallback = false
  /// The card's number; -1 where there is none.
  public var card: Int32 = -1
  /// Whether no plugin of alsa-lib stands in front of the card.
  public var isHardware = false

  /// Nothing opened yet.
  public init() {}

  /// After how many frames playback begins: `prefillPeriods` periods of `chunk` frames, at least a device period and one
  /// of ours where the device's are longer (they come in bursts), and never so many that no period fits behind. Pure.
  public static func startFrames(chunk: Int, prefillPeriods: Int, devicePeriod: Int, deviceBuffer: Int) -> Int {
    var frames = chunk * prefillPeriods
    if devicePeriod > chunk { frames = max(frames, devicePeriod + chunk) }
    return max(min(frames, deviceBuffer - chunk), 1)
  }

  /// As in `48000 Hz, 2 channels, 32 bits, period 480, buffer 1920, starts at 960 frames`. Allocates.
  public var text: String {
    var text = "\(choice.rate) Hz, \(choice.channels) channel\(choice.channels == 1 ? "" : "s"), \(choice.bits) bits"
    text += ", period \(periodFrames) frames, buffer \(bufferFrames) frames"
    if startFrames > 0 { text += ", playing begins at \(startFrames) frames" }
    if choice.rate != Limits.sampleRate { text += ", resampled to \(Limits.sampleRate) Hz" }
    if isFallback { text += ", converted by alsa-lib because the card itself has no format that is known here" }
    return text
  }
}
