// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Push-to-talk: what is let out, when, and that frames flow all the while.

import Core
import Testing
import Voice

/// An engine with a spy, run a period at a time over a steady sound.
private struct SpyTalk: ~Copyable {
  let seen = Seen()
  var side: EngineTests.SpySide
  let period: Int
  var frames: [EncodedFrame] = []
  var round = 0
  /// Each sample is the number of the period it was captured in, plus 1,000; 0 where it was faded away.
  var isCounting = false

  init(period: Int, frame: Int, _ rules: TalkRules) {
    side = EngineTests.makeSide(seen, period: period, frame: frame)
    self.period = period
    _ = side.commands.push(.setSending(true))
    _ = side.commands.push(.setTalkRules(rules))
  }

  mutating func talk(_ pressed: Bool) { _ = side.commands.push(.setTalking(pressed)) }

  mutating func run(_ rounds: Int) {
    var (captured, played) = (PCMFrame(count: period), PCMFrame())
    for _ in 0..<rounds {
      captured.count = period
      for index in 0..<period { captured.samples[index] = isCounting ? Int16(1_000 + round) : 10_000 }
      _ = side.engine.cycle(
        captured: &captured, played: &played, at: .zero + .samples(period) * round)
      round += 1
      while let frame = side.captured.pop() { frames.append(frame) }
    }
  }

  /// All samples handed to the encoder so far, from the first round on.
  var samples: [Int16] { seen.frames.flatMap { frame in (0..<frame.count).map { frame.samples[$0] } } }
}

@Suite("Push-to-talk") struct TalkTests {
  @Test("the first voice packet is made within 40 ms of any press, with the marker", arguments: [240, 480, 960])
  func press(period: Int) {
    for frame in [480, 960] {
      for before in 8..<16 {
        var talker = SpyTalk(period: period, frame: frame, TalkRules(mode: .push))
        talker.run(before)
        let frames = talker.frames.count
        talker.talk(true)
        talker.run(max(frame / period, 1) * 2)
        let first = talker.frames[frames...].first { $0.levelBelowFullScale < 127 }
        #expect(first?.marker == true)
        // Just after a period a press waits for the next one.
        let pressed = Instant.zero + .samples(period) * (before - 1)
        let span = (first?.instant ?? .never) - pressed
        #expect(span <= .milliseconds(40), "period \(period), frame \(frame): \(span.microseconds) us")
      }
    }
  }

  @Test("timestamps and numbers go on through presses, each talkspurt has one marker, and silence is silent")
  func talkspurts() {
    var talker = SpyTalk(period: 480, frame: 960, TalkRules(mode: .push, releaseTailMilliseconds: 100))
    talker.run(20)
    for _ in 0..<30 {
      talker.talk(true)
      talker.run(7)
      talker.talk(false)
      talker.run(33)
    }
    let frames = talker.frames
    for index in 1..<frames.count {
      #expect(frames[index].sequence == frames[index - 1].sequence + 1)
      #expect(frames[index].timestamp.value == frames[index - 1].timestamp.value + 960)
    }
    // The first packet of all has one too.
    #expect(frames.filter(\.marker).count == 31)
    for index in 1..<frames.count where frames[index].marker {
      #expect(frames[index].levelBelowFullScale < 127 && frames[index - 1].levelBelowFullScale == 127)
    }
  }

  @Test(
    "the tail is as long as it is said to be, with and without pre-roll, and nothing steps", arguments: [0, 30, 300])
  func tail(preRoll: Int) {
    for tail in [0, 50, 200, 2000] {
      var talker = SpyTalk(
        period: 480, frame: 480, TalkRules(mode: .push, releaseTailMilliseconds: tail, preRollMilliseconds: preRoll))
      talker.run(50)
      talker.talk(true)
      talker.run(50)
      talker.talk(false)
      talker.run(300)
      let samples = talker.samples
      let loud = samples.indices.filter { samples[$0] != 0 }
      #expect(loud.first == 50 * 480, "tail \(tail): \(loud.first ?? -1)")
      // Five more milliseconds of fading.
      let last = (100 + tail / 10 + preRoll / 10) * 480
      #expect((last - 1...last + 240).contains(loud.last ?? 0), "tail \(tail): \(loud.last ?? -1), not \(last)")
      let steps = samples.indices.dropFirst().map { abs(Int(samples[$0]) - Int(samples[$0 - 1])) }
      #expect((steps.max() ?? 0) < 60, "tail \(tail): a step of \(steps.max() ?? 0)")
    }
  }

  @Test("the pre-roll lets out what was said before the press, and the tail still what was said at the release")
  func preRoll() {
    var talker = SpyTalk(
      period: 480, frame: 480, TalkRules(mode: .push, releaseTailMilliseconds: 20, preRollMilliseconds: 100))
    talker.isCounting = true
    talker.run(50)
    talker.talk(true)
    talker.run(20)
    talker.talk(false)
    talker.run(50)
    // As numbers of the period they were captured in, but for the fading.
    var counts: [Int: Int] = [:]
    for sample in talker.samples where sample >= 1_000 { counts[Int(sample) - 1_000, default: 0] += 1 }
    let numbers = counts.filter { $0.value > 200 }.keys
    #expect(numbers.min() == 40, "from 100 ms before the press")
    #expect(numbers.contains(69) && numbers.contains(71), "until the end of the tail")
    #expect(!numbers.contains(73))
  }

  @Test("a press shorter than a period is heard, and one during the tail goes on with the talkspurt")
  func quickPress() {
    var talker = SpyTalk(period: 960, frame: 960, TalkRules(mode: .push))
    talker.run(10)
    talker.talk(true)
    talker.talk(false)
    talker.run(5)
    talker.talk(true)
    talker.run(1)
    talker.talk(false)
    talker.run(30)
    let loud = talker.frames.indices.filter { talker.frames[$0].levelBelowFullScale < 127 }
    #expect(loud.first == 10)
    #expect(loud.count == 17 || loud.count == 16, "\(loud)")
    #expect(talker.frames.filter(\.marker).count == 2)
  }

  @Test("a mute ends a tail at once, and the tail is over when the mute ends late")
  func muteWins() {
    var talker = SpyTalk(period: 480, frame: 480, TalkRules(mode: .push, preRollMilliseconds: 50))
    talker.talk(true)
    talker.run(20)
    talker.talk(false)
    talker.run(5)
    talker.side.mute.set(true)
    talker.run(10)
    #expect(talker.frames[24].levelBelowFullScale < 127)
    #expect(talker.frames[25...].allSatisfy { $0.levelBelowFullScale == 127 })
    talker.run(30)
    talker.side.mute.set(false)
    talker.run(30)
    #expect(talker.frames[25...].allSatisfy { $0.levelBelowFullScale == 127 })
    let isOpen = talker.side.engine.currentReport.isGateOpen
    #expect(!isOpen)
  }

  @Test("modes change while sound runs")
  func modes() {
    var talker = SpyTalk(period: 480, frame: 480, TalkRules())
    var from = 0
    func isLoud(_ talker: borrowing SpyTalk, from: Int) -> Bool {
      talker.frames[from...].dropFirst(2).allSatisfy { $0.levelBelowFullScale < 127 }
    }
    func isStill(_ talker: borrowing SpyTalk, from: Int) -> Bool {
      talker.frames[from...].dropFirst(2).allSatisfy { $0.levelBelowFullScale == 127 }
    }
    talker.run(10)
    if !isLoud(talker, from: from) { Issue.record("round \(talker.round)") }
    for mode in [TalkMode.push, .halfDuplex] {
      from = talker.frames.count
      _ = talker.side.commands.push(.setTalkRules(TalkRules(mode: mode, releaseTailMilliseconds: 0)))
      talker.run(10)
      if !isStill(talker, from: from) { Issue.record("round \(talker.round)") }
      from = talker.frames.count
      talker.talk(true)
      talker.run(10)
      if !isLoud(talker, from: from) { Issue.record("round \(talker.round)") }
      from = talker.frames.count
      _ = talker.side.commands.push(.setTalkRules(TalkRules()))
      talker.talk(false)
      talker.run(10)
      if !isLoud(talker, from: from) { Issue.record("round \(talker.round)") }
    }
  }

  @Test("the gate's opening and closing are reported at once")
  func news() {
    var talker = SpyTalk(period: 480, frame: 960, TalkRules(mode: .push, releaseTailMilliseconds: 30))
    talker.run(3)
    while talker.side.reports.pop() != nil {}
    talker.talk(true)
    talker.run(1)
    let news1 = talker.side.engine.hasNews
    #expect(news1)
    let opened = talker.side.reports.pop()
    #expect(opened?.isGateOpen == true)
    talker.run(1)
    let news2 = talker.side.engine.hasNews
    #expect(!news2)
    talker.talk(false)
    talker.run(3)
    let news3 = talker.side.engine.hasNews
    #expect(news3)
    var last: VoiceReport?
    while let report = talker.side.reports.pop() { last = report }
    #expect(last?.isGateOpen == false)
  }

  @Test("in half duplex talkers are silent while the gate is open, tail included; tones are not")
  func halfDuplex() {
    var side = makePlainSide(period: 480, frame: 480)
    _ = side.commands.push(.setTalkRules(TalkRules(mode: .halfDuplex, releaseTailMilliseconds: 100)))
    _ = side.commands.push(.addTalker(Talker(0)))
    var encoder = PassThroughEncoder()
    var (captured, played) = (PCMFrame(count: 480), PCMFrame())
    var voice = PCMFrame(count: 480)
    for index in 0..<480 { voice.samples[index] = index % 48 < 24 ? 5_000 : -5_000 }
    var loud: [Bool] = []
    for round in 0..<100 {
      if round == 30 { _ = side.commands.push(.setTalking(true)) }
      if round == 45 { _ = side.commands.push(.playTone(.muteOn, number: 1)) }
      if round == 50 { _ = side.commands.push(.stopTone) }
      if round == 60 { _ = side.commands.push(.setTalking(false)) }
      var frame = EncodedFrame()
      frame.count = encoder.encode(voice, into: &frame.payload) ?? 0
      frame.sequence = UInt32(round)
      frame.timestamp = RTPTimestamp(UInt32(round * 480))
      frame.instant = .zero + .milliseconds(round * 10)
      _ = side.received.push(frame)
      captured = PCMFrame(count: 480)
      _ = side.engine.cycle(captured: &captured, played: &played, at: .zero + .milliseconds(round * 10 + 1))
      loud.append((0..<480).contains { abs(Int(played.samples[$0])) > 100 })
      while side.reports.pop() != nil {}
    }
    #expect(loud[5..<30].allSatisfy { $0 })
    #expect(!loud[31..<45].contains(true))
    #expect(loud[46..<50].contains(true), "the tone is heard")
    #expect(!loud[52..<70].contains(true), "the tail is silent too")
    #expect(loud[71...].allSatisfy { $0 })
    let delay = side.engine.currentReport.talkers[0].playoutDelaySamples
    #expect(delay < 1_500)
  }
}
