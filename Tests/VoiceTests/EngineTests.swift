// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The engine's promises: the gate, commands, levels, reports.

import Core
import Testing
import Voice

/// Looks at what it is handed. What it saw lies outside, because the engine owns it.
final class Seen {
  var frames: [PCMFrame] = []
  var resets: [Int] = []
  var loss = -1
  var bitrate = 0
  var fails = false
}

struct SpyEncoder: VoiceEncoder, ~Copyable {
  let seen: Seen

  mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int? {
    guard !seen.fails else { return nil }
    seen.frames.append(copy frame)
    payload[0] = 1
    return 1
  }

  mutating func setExpectedLoss(percent: Int) { seen.loss = percent }
  mutating func setBitrate(_ bitsPerSecond: Int) { seen.bitrate = bitsPerSecond }
  mutating func reset() { seen.resets.append(seen.frames.count) }
}

@Suite struct EngineTests {
  typealias SpySide = TestSide<SpyEncoder, PassThroughDecoder>

  static func makeSide(_ seen: Seen, period: Int, frame: Int) -> SpySide {
    SpySide(period: period, frame: frame, encoder: SpyEncoder(seen: seen)) { PassThroughDecoder() }
  }

  @Test(
    "from the period after the command every sample handed to the encoder is zero",
    arguments: [(240, 480), (240, 960), (480, 480), (480, 960), (960, 480), (960, 960)])
  func mute(period: Int, frame: Int) {
    var random = Randomness(seed: 77)
    let seen = Seen()
    var side = Self.makeSide(seen, period: period, frame: frame)
    _ = side.commands.push(.setSending(true))
    var (captured, played) = (PCMFrame(), PCMFrame())
    var now = Instant.zero
    var muted = false
    var encoded = 0
    var markers = 0
    for round in 0..<2000 {
      var edge = false
      if random.chance(percent: 10) {
        let wanted = random.chance(percent: 50)
        edge = wanted != muted
        muted = wanted
        side.mute.set(muted)
      }
      captured.count = period
      for index in 0..<period { captured.samples[index] = Int16(1 + random.below(30_000)) }
      let resets = seen.resets.count
      let before = seen.frames.count
      let committed = side.engine.cycle(captured: &captured, played: &played, at: now)
      #expect(seen.resets.count - resets == (edge ? 1 : 0) + (round == 0 ? 1 : 0), "seed 77, round \(round)")
      if edge {
        #expect(seen.resets.last == before, "seed 77, round \(round): the encoder is reset before the next frame")
      }
      #expect(committed == seen.frames.count - before)
      encoded += committed
      for frame in seen.frames[before...] where muted {
        let loud = (0..<frame.count).contains { frame.samples[$0] != 0 }
        #expect(!loud, "seed 77, round \(round)")
      }
      while let slot = side.captured.pop() {
        if slot.marker { markers += 1 }
        if muted { #expect(slot.levelBelowFullScale == 127) }
        // The period in hand when a mute ends was said muted.
        if !muted, !edge { #expect(slot.levelBelowFullScale < 127) }
      }
      now += .samples(period)
    }
    // Frames go on being sent while muted.
    #expect(encoded == 2000 * period / frame)
    #expect(markers > 10)
    let loudest = side.engine.currentReport.inputLevelCentibels
    #expect(loudest > -1000, "the meter sits before the gate")
  }

  @Test("frames carry the time of their first sample, their number and, at the start, the marker")
  func frames() {
    let seen = Seen()
    var side = Self.makeSide(seen, period: 240, frame: 960)
    var (captured, played) = (PCMFrame(count: 240), PCMFrame())
    for _ in 0..<3 {
      let result1 = side.engine.cycle(captured: &captured, played: &played, at: .zero)
      #expect(result1 == 0)
    }
    _ = side.commands.push(.setSending(true))
    var found: [EncodedFrame] = []
    for round in 0..<8 {
      captured.count = 240
      let committed = side.engine.cycle(captured: &captured, played: &played, at: .zero + .milliseconds(round * 5))
      #expect(committed == (round % 4 == 3 ? 1 : 0))
      while let frame = side.captured.pop() { found.append(frame) }
    }
    #expect(found.map(\.timestamp.value) == [720, 1680])
    #expect(found.map(\.sequence) == [0, 1])
    #expect(found.map(\.marker) == [true, false])
    #expect(found.map(\.sampleCount) == [960, 960])
    #expect(found.map(\.instant.nanoseconds) == [15_000_000, 35_000_000])
  }

  @Test("a full ring and a failing encoder are counted, and the next frame has the marker")
  func refused() {
    let seen = Seen()
    var side = Self.makeSide(seen, period: 480, frame: 480)
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    _ = side.commands.push(.setSending(true))
    _ = side.commands.push(.setExpectedLoss(percent: 12))
    _ = side.commands.push(.setBitrate(bitsPerSecond: 24_000))
    var committed = 0
    for _ in 0..<20 { committed += side.engine.cycle(captured: &captured, played: &played, at: .zero) }
    #expect(committed == Limits.capturedRingSlots)
    #expect(side.engine.currentReport.refusedFrames == 4)
    #expect(seen.loss == 12 && seen.bitrate == 24_000)
    while side.captured.pop() != nil {}
    seen.fails = true
    let result2 = side.engine.cycle(captured: &captured, played: &played, at: .zero)
    #expect(result2 == 0)
    #expect(side.engine.currentReport.encoderFailures == 1)
    seen.fails = false
    let result3 = side.engine.cycle(captured: &captured, played: &played, at: .zero)
    #expect(result3 == 1)
    let frame = side.captured.pop()
    #expect(frame?.marker == true)
    #expect(frame?.sequence == 21)
  }

  @Test("a report comes each 100 ms and its counters add up")
  func reports() {
    var side = makePlainSide(period: 480, frame: 480)
    _ = side.commands.push(.setSending(true))
    _ = side.commands.push(.addTalker(Talker(2)))
    side.engine.xruns = 3
    var tone = ToneGenerator(hertz: 500, level: SoundLevel(hundredths: -2000))
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    var found: [VoiceReport] = []
    for round in 0..<100 {
      captured.count = 480
      tone.fill(&captured)
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero + .milliseconds(round * 10))
      _ = side.captured.pop()
      while let report = side.reports.pop() { found.append(report) }
    }
    // And one at once, because the gate is open.
    #expect(found.count == 11)
    let last = found[10]
    #expect(last.cycles == 100 && last.capturedSamples == 48_000 && last.encodedFrames == 100)
    #expect(last.instant == .zero + .milliseconds(990))
    #expect(abs(last.inputLevelCentibels + 2000) < 10)
    #expect(last.outputLevelCentibels == -9600)
    #expect(last.xruns == 3)
    #expect(!last.talkers[0].isActive && last.talkers[2].isActive)
    #expect(last.talkers[2].silentSamples == 48_000)
  }

  @Test(
    "several talkers are mixed, each with its own buffer; one that is removed is not heard; the speaker can be muted")
  func talkers() {
    var side = makePlainSide(period: 480, frame: 480)
    var encoder = PassThroughEncoder()
    var pcm = PCMFrame(count: 480)
    for index in 0..<480 { pcm.samples[index] = 4000 }
    var frame = EncodedFrame()
    frame.count = encoder.encode(pcm, into: &frame.payload) ?? 0
    for index in 0..<3 { _ = side.commands.push(.addTalker(Talker(index))) }
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    var levels: [Int16] = []
    for round in 0..<60 {
      let now = Instant.zero + .milliseconds(round * 10)
      for index in 0..<4 {
        frame.talker = Talker(index)
        frame.sequence = UInt32(round + index * 100)
        frame.timestamp = RTPTimestamp(UInt32(round * 480 + index * 7777))
        frame.instant = now
        let result4 = side.received.push(frame)
        #expect(result4)
      }
      if round == 20 { _ = side.commands.push(.removeTalker(Talker(1))) }
      if round == 40 { _ = side.commands.push(.setSpeakerMuted(true)) }
      _ = side.engine.cycle(captured: &captured, played: &played, at: now)
      levels.append(played.samples[479])
    }
    #expect(abs(Int(levels[19]) - 12_000) < 400)
    #expect(abs(Int(levels[39]) - 8000) < 400)
    #expect(levels[40] == 0 && levels[59] == 0)
    let report = side.engine.currentReport
    #expect(report.speakerMuted && !report.microphoneMuted)
    #expect(report.talkers[0].playedFrames >= 58)
    #expect(report.talkers[1].playedFrames == 0)
    #expect(report.limitedSamples == 0)
  }

  @Test("packets the decoder refuses are counted and the sound goes on")
  func undecodable() {
    var side = makePlainSide(period: 480, frame: 480)
    _ = side.commands.push(.addTalker(Talker(0)))
    var frame = EncodedFrame()
    frame.count = 3
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    let result5 = side.received.push(frame)
    #expect(result5)
    frame.sampleCount = 480
    let result6 = side.received.push(frame)
    #expect(result6)
    for round in 0..<4 {
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero + .milliseconds(round * 10))
    }
    #expect(side.engine.currentReport.talkers[0].undecodablePackets == 2)
    #expect(side.engine.currentReport.talkers[0].playedFrames == 0)
  }

  @Test("the plain codec gives back what it was given, and its copies too")
  func plainCodec() {
    var encoder = PassThroughEncoder()
    var decoder = PassThroughDecoder()
    encoder.setExpectedLoss(percent: 5)
    var first = PCMFrame(count: 480)
    for index in 0..<480 { first.samples[index] = Int16(index * 100 - 24_000) }
    var payload = EncodedFrameStorage(repeating: 0)
    let result7 = encoder.encode(first, into: &payload)
    #expect(result7 == 482)
    let result8 = encoder.encode(PCMFrame(count: 480), into: &payload)
    #expect(result8 == 962)
    let bytes = (0..<962).map { payload[$0] }
    var samples = [Int16](repeating: 0, count: 960)
    samples.withUnsafeMutableBufferPointer { samples in
      bytes.withByteView { view in
        let result9 = decoder.sampleCount(of: view)
        #expect(result9 == 480)
        let result10 = decoder.recover(from: view, sampleCount: 480, into: samples)
        #expect(result10 == 480)
        let result11 = decoder.recover(from: view, sampleCount: 960, into: samples)
        #expect(result11 == nil)
        let result12 = decoder.decode(view.dropFirst(1), into: samples)
        #expect(result12 == nil)
      }
    }
    for index in 0..<480 {
      let said = Int(first.samples[index])
      #expect(abs(said - Int(samples[index])) <= abs(said) / 32 + 4)
    }
    let result13 = encoder.encode(PCMFrame(count: 100), into: &payload)
    #expect(result13 == nil)
  }
}
