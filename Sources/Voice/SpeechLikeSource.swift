// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sound for boards without a microphone: it has the rhythm and the formants of speech, and says nothing.
//
//   pulses (voice) --\
//                     +--> three resonators (formants) --> syllable's envelope --> samples
//   noise (breath) --/
//
// Two-pole resonators in parallel (Klatt 1980 describes the family); the tables are vowels of textbook formants. The
// sound is the same every time.

public import Core

/// Endless syllables with pauses, always the same.
public struct SpeechLikeSource: Sendable, BitwiseCopyable {
  private struct Resonator: Sendable, BitwiseCopyable {
    var feedback1 = 0.0
    var feedback2 = 0.0
    var gain = 0.0
    var last1 = 0.0
    var last2 = 0.0

    mutating func tune(hertz: Int, gain: Double) {
      // Pole radius for a bandwidth of about 90 Hz at 48 kHz: exp(-pi 90/48000).
      let radius = 0.994_127
      let quarter: UInt32 = 0x4000_0000
      let phase = UInt32(truncatingIfNeeded: UInt64(hertz) << 32 / UInt64(Limits.sampleRate))
      feedback1 = 2 * radius * ToneGenerator.sine(phase &+ quarter)
      feedback2 = 0 - radius * radius
      // Makes the gain at the resonance the one asked for.
      self.gain = gain * (1 - radius) * 2 * ToneGenerator.sine(phase)
    }

    mutating func next(_ input: Double) -> Double {
      let output = gain * input + feedback1 * last1 + feedback2 * last2
      last2 = last1
      last1 = output
      return output
    }
  }

  private var first = Resonator()
  private var second = Resonator()
  private var third = Resonator()
  private var pulsePhase: UInt32 = 0
  private var noise: UInt32 = 0x1234_5678
  private var syllable = 0
  private var position = 0
  private var syllableSamples = 0
  private var isPause = false

  /// The source at its beginning.
  public init() { begin() }

  /// Overwrites the `frame.count` samples of `frame`, going on where the last call ended.
  public mutating func fill(_ frame: inout PCMFrame) {
    let count = frame.count
    var samples = frame.samples.mutableSpan
    for index in 0..<count { samples[index] = next() }
  }

  private mutating func next() -> Int16 {
    if position >= syllableSamples {
      syllable += 1
      begin()
    }
    let elapsed = position
    position += 1
    noise = noise &* 1_664_525 &+ 1_013_904_223
    // The pitch falls from about 140 to 105 Hz over a phrase of eight syllables and within each syllable.
    let hertz = 140 - syllable % 8 * 4 - elapsed * 8 / syllableSamples
    let before = pulsePhase
    pulsePhase &+= UInt32(hertz) * 89_478  // 2^32 / 48,000
    var source = pulsePhase < before ? 400.0 : 0.0
    // The first 40 ms of every third syllable are breath.
    if syllable % 3 == 1, elapsed < 1920 { source = Double(Int32(bitPattern: noise) >> 16) / 400 }
    let shaped = first.next(source) + second.next(source) + third.next(source)
    guard !isPause else { return 0 }
    let rise = min(1, Double(elapsed) / 1440)
    let fall = min(1, Double(syllableSamples - elapsed) / 2880)
    return Int16(max(-32_000, min(32_000, shaped * rise * fall * 1500)))
  }

  private mutating func begin() {
    position = 0
    // A pause of 400 ms after every eighth syllable.
    isPause = syllable % 9 == 8
    syllableSamples = isPause ? 19_200 : 7200 + syllable * 5 % 7 * 720
    switch syllable * 3 % 5 {
    case 0: tune(730, 1090, 2440)
    case 1: tune(270, 2290, 3010)
    case 2: tune(300, 870, 2240)
    case 3: tune(530, 1840, 2480)
    default: tune(570, 840, 2410)
    }
  }

  private mutating func tune(_ low: Int, _ middle: Int, _ high: Int) {
    first.tune(hertz: low, gain: 1)
    second.tune(hertz: middle, gain: 0.5)
    third.tune(hertz: high, gain: 0.25)
  }
}
