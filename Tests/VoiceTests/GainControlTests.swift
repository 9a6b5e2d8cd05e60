// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Testing
import Voice

/// Speech-like sound: syllables of noise a quarter of a second long with pauses between, over steady noise.
private struct Talker {
  var random: Randomness
  /// Of the syllables and of the noise, as RMS of full scale in dBFS.
  let level: Double
  let noise: Double
  var time = 0

  init(level: Double, noise: Double = -70, seed: UInt64 = 7) {
    (self.level, self.noise, random) = (level, noise, Randomness(seed: seed))
  }

  mutating func frame(_ count: Int, isSpeaking: Bool = true) -> PCMFrame {
    var frame = PCMFrame(count: count)
    for index in 0..<count {
      let isOn = isSpeaking && time % 18_000 < 12_000
      let power = Maths.power(10, (isOn ? level : noise) / 20) * 32_768 * 1.732
      let value = (Double(random.below(2001)) / 1000 - 1) * power
      frame.samples[index] = Int16(max(-32_768, min(32_767, value)))
      time += 1
    }
    return frame
  }
}

private func decibels(_ frames: [Int16]) -> Double {
  var sum = 1e-9
  for value in frames { sum += Double(value) * Double(value) }
  return 10 * 0.4342944819 * Maths.logarithm(sum / Double(max(1, frames.count)) / (32_768 * 32_768))
}

@Suite("Gain control")
struct GainControlTests {
  @Test(
    "a voice of any level comes to -20 dBFS within 3 dB, whatever the period",
    arguments: [-40.0, -30, -20, -12], [240, 480, 960])
  func target(level: Double, period: Int) {
    var control = GainControl()
    control.set(on: true)
    var talker = Talker(level: level)
    var syllables: [Int16] = []
    for cycle in 0..<(12 * 48_000 / period) {
      let isSyllable = talker.time % 18_000 < 12_000 - period
      var frame = talker.frame(period)
      control.process(&frame, isFarOnly: false)
      if cycle * period > 8 * 48_000, isSyllable { for index in 0..<period { syllables.append(frame.samples[index]) } }
    }
    let found = decibels(syllables)
    #expect(abs(found + 20) < 3, "\(found) dBFS")
  }

  @Test("in pauses and while only the far side is heard the gain stands still, and noise is not lifted above -48 dBFS")
  func pauses() {
    var control = GainControl()
    control.set(on: true)
    var talker = Talker(level: -40, noise: -60)
    for _ in 0..<1_000 {
      var frame = talker.frame(480)
      control.process(&frame, isFarOnly: false)
    }
    // The block in which a pause begins is still speech.
    for _ in 0..<2 {
      var frame = talker.frame(480, isSpeaking: false)
      control.process(&frame, isFarOnly: false)
    }
    let before = control.factor
    #expect(before > 2)
    for isFarOnly in [false, true] {
      for _ in 0..<500 {
        var frame = talker.frame(480, isSpeaking: isFarOnly)
        control.process(&frame, isFarOnly: isFarOnly)
      }
      #expect(control.factor == before)
    }
    var noise: [Int16] = []
    for _ in 0..<100 {
      var frame = talker.frame(480, isSpeaking: false)
      control.process(&frame, isFarOnly: false)
      for index in 0..<480 { noise.append(frame.samples[index]) }
    }
    #expect(decibels(noise) < -47, "\(decibels(noise))")
  }

  @Test("a shout after a whisper is not clipped: no sample above -1 dBFS, and the sound before it is as it was")
  func shout() {
    var control = GainControl()
    control.set(on: true)
    var talker = Talker(level: -40)
    for _ in 0..<1_500 {
      var frame = talker.frame(480)
      control.process(&frame, isFarOnly: false)
    }
    #expect(control.factor > 5)
    var loud = Talker(level: -9, seed: 8)
    var highest = 0
    for _ in 0..<200 {
      var frame = loud.frame(480)
      control.process(&frame, isFarOnly: false)
      for index in 0..<480 { highest = max(highest, abs(Int(frame.samples[index]))) }
    }
    #expect(highest <= Int(0.8915 * 32_768), "\(highest)")
  }

  @Test("off it changes nothing; on it delays by 1.25 ms, also in periods that are not whole steps")
  func delay() {
    var control = GainControl()
    var talker = Talker(level: -20)
    let frame = talker.frame(480)
    var same = frame
    control.process(&same, isFarOnly: false)
    for index in 0..<480 { #expect(same.samples[index] == frame.samples[index]) }
    control.set(on: true)
    var given: [Int16] = []
    var taken: [Int16] = []
    for count in [480, 47, 13, 480, 1, 240] {
      var frame = talker.frame(count)
      for index in 0..<count { taken.append(frame.samples[index]) }
      control.process(&frame, isFarOnly: false)
      for index in 0..<count { given.append(frame.samples[index]) }
    }
    #expect(Array(given.dropFirst(GainControl.delaySamples)) == Array(taken.dropLast(GainControl.delaySamples)))
    #expect(given.prefix(GainControl.delaySamples).allSatisfy { $0 == 0 })
  }
}
