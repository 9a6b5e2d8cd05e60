// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Levels, meters, tones and the mixer.

import Core
import Foundation
import Testing
import Voice

@Suite struct SoundLevelTests {
  @Test("levels are right within 0.1 dB from full scale to one bit")
  func accuracy() {
    var random = Randomness(seed: 11)
    for _ in 0..<2000 {
      let count = 1 + random.below(48_000)
      let amplitude = exp(random.unit() * log(32_768))
      let sum = UInt64(amplitude * amplitude * Double(count))
      guard sum > 0 else { continue }
      let expected = 10 * log10(Double(sum) / Double(count) / 1_073_741_824)
      let found = Double(SoundLevel(sumOfSquares: sum, count: count).hundredths) / 100
      #expect(abs(found - max(-96, min(0, expected))) < 0.1, "seed 11: \(sum) over \(count)")
    }
  }

  @Test(
    "a level maps to percent and to the header extension",
    arguments: [
      (0, 100, 0), (-300, 95, 3), (-3000, 50, 30), (-5999, 0, 60), (-6000, 0, 60), (-9000, 0, 90), (-9600, 0, 127),
    ])
  func mapping(hundredths: Int, percent: Int, below: Int) {
    let level = SoundLevel(hundredths: Int32(hundredths))
    #expect(level.percent == percent)
    #expect(Int(level.belowFullScale) == below)
  }

  @Test("silence and full scale are the ends")
  func ends() {
    var meter = LevelMeter()
    #expect(meter.level == .silence)
    var frame = PCMFrame(count: 960)
    meter.add(frame)
    #expect(meter.level == .silence)
    for index in 0..<960 { frame.samples[index] = -32_768 }
    meter.reset()
    meter.add(frame)
    #expect(meter.level.hundredths == 0)
  }

  @Test("a tone has its frequency and its level", arguments: [(440, -2000), (1000, -301), (3001, -4000), (50, -1000)])
  func tone(hertz: Int, hundredths: Int) {
    var tone = ToneGenerator(hertz: hertz, level: SoundLevel(hundredths: Int32(hundredths)))
    var meter = LevelMeter()
    var crossings = 0
    var last: Int16 = 0
    var frame = PCMFrame(count: 480)
    for _ in 0..<1000 {
      tone.fill(&frame)
      meter.add(frame)
      for index in 0..<480 where frame.samples[index] != 0 {
        if last < 0, frame.samples[index] > 0 { crossings += 1 }
        last = frame.samples[index]
      }
    }
    #expect(abs(crossings - hertz * 10) <= 1)
    #expect(abs(Int(meter.level.hundredths) - hundredths) <= 10, "\(meter.level.hundredths)")
  }

  @Test("the generated speech is the same every time, loud enough, and pauses")
  func speech() {
    var source = SpeechLikeSource()
    var again = SpeechLikeSource()
    var whole = LevelMeter()
    var silent = 0
    var peak = 0
    var (frame, other) = (PCMFrame(count: 480), PCMFrame(count: 480))
    for _ in 0..<1000 {
      source.fill(&frame)
      again.fill(&other)
      var meter = LevelMeter()
      meter.add(frame)
      whole.add(frame)
      if meter.level == .silence { silent += 1 }
      for index in 0..<480 {
        peak = max(peak, abs(Int(frame.samples[index])))
        #expect(frame.samples[index] == other.samples[index])
      }
    }
    #expect(whole.level.hundredths > -3500 && whole.level.hundredths < -1200, "\(whole.level.hundredths)")
    #expect(peak < 32_000, "\(peak)")
    #expect(silent > 100 && silent < 400, "\(silent)")
  }
}

@Suite struct MixerTests {
  static func mix(_ values: [Int16]) -> (Int16, UInt64) {
    var mixer = Mixer()
    mixer.clear()
    for value in values {
      withUnsafeTemporaryAllocation(of: Int16.self, capacity: 1) { samples in
        samples[0] = value
        mixer.add(samples)
      }
    }
    var frame = PCMFrame(count: 1)
    mixer.write(to: &frame)
    return (frame.samples[0], mixer.limitedSamples)
  }

  @Test("sums up to seven eighths of full scale pass unchanged")
  func passes() {
    #expect(Self.mix([1000, -3000, 500]) == (-1500, 0))
    #expect(Self.mix([28_672]) == (28_672, 0))
    #expect(Self.mix([]) == (0, 0))
  }

  @Test("larger sums are bent, in order, counted, and never wrap")
  func bends() {
    #expect(Self.mix([28_673]) == (28_672, 1))
    var last: Int16 = 28_672
    for value in stride(from: 7200, through: 32_767, by: 50) {
      let (sample, limited) = Self.mix(Array(repeating: Int16(value), count: 4))
      #expect(sample >= last && limited == 1)
      last = sample
      #expect(Self.mix(Array(repeating: Int16(-value), count: 4)).0 == -sample)
    }
    #expect(last > 32_000)
    #expect(Self.mix(Array(repeating: -32_768, count: 4)).0 > -32_768)
  }
}
