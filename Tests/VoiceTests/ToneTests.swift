// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Tones and volume, from the samples played.

import Core
import Testing
import Voice

@Suite("Tones") struct ToneTests {
  /// What an engine plays that has no talker, no network and a dead microphone.
  private func play(_ rounds: Int, period: Int = 480, _ commands: (Int) -> [VoiceCommand]) -> (
    samples: [Int16], playing: [Bool]
  ) {
    var side = makePlainSide(period: period, frame: 960)
    var (captured, played) = (PCMFrame(), PCMFrame())
    var (samples, playing): ([Int16], [Bool]) = ([], [])
    for round in 0..<rounds {
      for command in commands(round) { _ = side.commands.push(command) }
      captured = PCMFrame(count: round % 2 == 0 ? period : 0)
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero + .samples(period) * round)
      for index in 0..<played.count { samples.append(played.samples[index]) }
      playing.append(side.engine.currentReport.isTonePlaying)
      while side.reports.pop() != nil {}
    }
    return (samples, playing)
  }

  private func level(_ samples: ArraySlice<Int16>) -> Int {
    var meter = LevelMeter()
    var copy = Array(samples)
    copy.withUnsafeMutableBufferPointer { meter.add($0) }
    return Int(meter.level.hundredths)
  }

  private func hertz(_ samples: ArraySlice<Int16>) -> Int {
    let rises = samples.indices.dropFirst().filter { samples[$0 - 1] < 0 && samples[$0] >= 0 }
    guard let first = rises.first, let last = rises.last, last > first else { return 0 }
    return (rises.count - 1) * 48_000 / (last - first)
  }

  private func steepest(_ samples: [Int16]) -> Int {
    samples.indices.dropFirst().map { abs(Int(samples[$0]) - Int(samples[$0 - 1])) }.max() ?? 0
  }

  /// The steepest slope of a sine of the loudest tone and highest frequency of `tone`, and a little.
  private func allowed(_ tone: Tone) -> Int {
    var hertz = 0
    var index = 0
    while let segment = tone.segment(index) {
      hertz = max(hertz, segment.hertz)
      index += 1
    }
    // Amplitude of −18 dBFS RMS: 5,800; a slope is 2 pi f / 48,000 of it.
    let amplitude = [Tone.ring: 5_800, .chime: 4_650, .lost: 3_700, .error: 3_700][tone] ?? 2_950
    return amplitude * hertz * 63 / 480_000 + amplitude / 240 + 4
  }

  @Test("every tone has its frequencies, cadence and level, without a click", arguments: Tone.allCases)
  func table(tone: Tone) {
    let (samples, playing) = play(800) { $0 == 0 ? [.playTone(tone, number: 1)] : [] }
    var position = 0
    for repetition in 0..<(tone.isEndless ? 2 : 1) {
      var index = 0
      while let segment = tone.segment(index), position + segment.milliseconds * 48 <= samples.count {
        let end = position + segment.milliseconds * 48
        if segment.hertz == 0 {
          #expect(samples[position..<end].allSatisfy { $0 == 0 }, "\(tone), part \(index): no pause")
        } else {
          let inner = samples[position + 240..<end - 240]
          #expect(abs(hertz(inner) - segment.hertz) <= 4, "\(tone), part \(index): \(hertz(inner)) Hz")
          let found = level(inner)
          #expect(abs(found - Int(tone.level.hundredths)) < 40, "\(tone), part \(index), \(repetition): \(found)")
        }
        position = end
        index += 1
      }
    }
    #expect(tone.level.hundredths <= -1800, "it would hurt")
    #expect(steepest(samples) <= allowed(tone), "\(tone): a step of \(steepest(samples))")
    #expect(playing.last == tone.isEndless)
    if !tone.isEndless {
      #expect(samples[position...].allSatisfy { $0 == 0 })
      #expect(playing.firstIndex(of: false) == (position + 479) / 480, "its end is told when it is over")
    }
  }

  @Test(
    "a newer tone replaces an older one, stop ends it, both within 10 ms and without a click",
    arguments: [240, 480, 960])
  func replace(period: Int) {
    for at in 10..<30 {
      let (samples, playing) = play(80, period: period) { round in
        round == 0
          ? [.playTone(.ring, number: 1)]
          : round == at ? [.playTone(.ringback, number: 2)] : round == at + 30 ? [.stopTone] : []
      }
      #expect(hertz(samples[(at + 5) * period..<(at + 25) * period]).distance(to: 425).magnitude <= 4)
      #expect(samples[((at + 30) * period + 480)...].allSatisfy { $0 == 0 })
      #expect(playing[at + 29] && !playing[at + 32])
      #expect(steepest(samples) <= allowed(.ring), "at \(at): \(steepest(samples))")
    }
  }

  @Test("an endless tone asked for again goes on; stop and play in one period play the new one")
  func again() {
    let once = play(300) { $0 == 0 ? [.playTone(.ring, number: 1)] : [] }
    let often = play(300) { [.playTone(.ring, number: UInt32($0))] }
    #expect(once.samples == often.samples)
    let both = play(100) { round in
      round == 0
        ? [.playTone(.busy, number: 1)] : round == 50 ? [.stopTone, .playTone(.ringback, number: 2)] : []
    }
    #expect(hertz(both.samples[(53 * 480)...]).distance(to: 425).magnitude <= 4)
  }

  @Test("a muted speaker still rings")
  func mutedSpeaker() {
    let (samples, _) = play(50) { $0 == 0 ? [.setSpeakerMuted(true), .playTone(.ring, number: 1)] : [] }
    #expect(level(samples[480...]) > -2000)
  }

  @Test("the volume scales what is played, 100 changes nothing, and a ring is never inaudible")
  func volume() {
    func ringback(_ percent: UInt8) -> Int {
      level(
        play(50) { $0 == 0 ? [.setVolume(percent: percent), .playTone(.ringback, number: 1)] : [] }.samples[960...])
    }
    func ring(_ percent: UInt8) -> Int {
      level(play(50) { $0 == 0 ? [.setVolume(percent: percent), .playTone(.ring, number: 1)] : [] }.samples[960...])
    }
    #expect(abs(ringback(100) + 2400) < 30)
    #expect(abs(ringback(50) + 3604) < 30)
    #expect(abs(ringback(10) + 6400) < 60)
    #expect(ringback(0) == -9600)
    #expect(abs(ring(50) - ring(100) + 1204) < 30)
    #expect(ring(0) == ring(40) && ring(0) > -3600)
  }

  @Test("volume and half duplex change talkers' sound without a click")
  func clickFree() {
    var side = makePlainSide(period: 480, frame: 480)
    _ = side.commands.push(.addTalker(Talker(0)))
    var encoder = PassThroughEncoder()
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    var voice = PCMFrame(count: 480)
    for index in 0..<480 { voice.samples[index] = 10_000 }
    var (samples, random): ([Int16], Randomness) = ([], Randomness(seed: 3))
    for round in 0..<500 {
      if round > 20 { _ = side.commands.push(.setVolume(percent: UInt8(random.below(101)))) }
      var frame = EncodedFrame()
      frame.count = encoder.encode(voice, into: &frame.payload) ?? 0
      frame.sequence = UInt32(round)
      frame.timestamp = RTPTimestamp(UInt32(round * 480))
      frame.instant = .zero + .milliseconds(round * 10)
      _ = side.received.push(frame)
      captured = PCMFrame(count: 480)
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero + .milliseconds(round * 10 + 1))
      for index in 0..<480 { samples.append(played.samples[index]) }
      while side.reports.pop() != nil {}
    }
    #expect(steepest(Array(samples[4_800...])) <= 10_000 / 240 + 2)
  }

  @Test("nothing of a tone is in the microphone's path")
  func notCaptured() {
    let seen = Seen()
    var side = EngineTests.makeSide(seen, period: 480, frame: 480)
    _ = side.commands.push(.setSending(true))
    _ = side.commands.push(.playTone(.talkPermit, number: 1))
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    for _ in 0..<12 {
      captured = PCMFrame(count: 480)
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero)
      while side.captured.pop() != nil {}
    }
    #expect(seen.frames.allSatisfy { frame in (0..<480).allSatisfy { frame.samples[$0] == 0 } })
  }
}
