// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What each tone is made of.
//
// Ringback, busy and the error follow ITU-T E.180 (425 Hz; special information tone of three frequencies of 330 ms) with
// the cadences that most of Europe uses (ETSI: ringing 1 s on, 4 s off; busy 0.5 s on, 0.5 s off). The others are ours:
// up is good, down is bad, short is a confirmation. Levels are RMS, at most −18 dBFS: what a telephone plays at a
// comfortable volume.

public import Core

/// A part of a tone: a sine, or a pause.
public struct ToneSegment: Equatable, Sendable, BitwiseCopyable {
  /// The frequency; 0 is a pause.
  public let hertz: Int
  /// How long it lasts, its ramps included.
  public let milliseconds: Int
}

extension Tone {
  /// Whether it begins again at its end, until it is stopped.
  public var isEndless: Bool { self == .ring || self == .ringback }

  /// The RMS level of its sines.
  public var level: SoundLevel {
    switch self {
    case .ring: SoundLevel(hundredths: -1800)
    case .lost, .error: SoundLevel(hundredths: -2200)
    case .ringback, .busy, .connected: SoundLevel(hundredths: -2400)
    case .muteOn, .muteOff, .talkPermit: SoundLevel(hundredths: -2600)
    case .waiting: SoundLevel(hundredths: -3000)
    case .chime: SoundLevel(hundredths: -2000)
    }
  }

  /// The part at `index`, 0 and up; nil behind the last.
  public func segment(_ index: Int) -> ToneSegment? {
    switch self {
    case .ring: ring(index)
    case .ringback: index == 0 ? sine(425, 1000) : index == 1 ? pause(4000) : nil
    case .connected: index == 0 ? sine(660, 100) : index == 1 ? sine(880, 160) : nil
    case .lost: index == 0 ? sine(660, 150) : index == 1 ? sine(520, 150) : index == 2 ? sine(390, 250) : nil
    case .busy: index < 8 ? (index % 2 == 0 ? sine(425, 500) : pause(500)) : nil
    case .error: index == 0 ? sine(950, 330) : index == 1 ? sine(1400, 330) : index == 2 ? sine(1800, 330) : nil
    case .muteOn: index == 0 ? sine(600, 80) : index == 1 ? sine(400, 100) : nil
    case .muteOff: index == 0 ? sine(400, 80) : index == 1 ? sine(600, 100) : nil
    case .talkPermit: index == 0 ? sine(1000, 90) : nil
    case .waiting: index == 1 ? pause(120) : index < 3 ? sine(880, 80) : nil
    case .chime: index == 0 ? sine(659, 350) : index == 1 ? sine(523, 600) : nil
    }
  }

  /// A warble of a second every three seconds.
  private func ring(_ index: Int) -> ToneSegment? {
    if index < 8 { return sine(index % 2 == 0 ? 784 : 988, 125) }
    return index == 8 ? pause(2000) : nil
  }

  private func sine(_ hertz: Int, _ milliseconds: Int) -> ToneSegment {
    ToneSegment(hertz: hertz, milliseconds: milliseconds)
  }

  private func pause(_ milliseconds: Int) -> ToneSegment { ToneSegment(hertz: 0, milliseconds: milliseconds) }
}
