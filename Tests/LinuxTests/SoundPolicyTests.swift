// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What is decided about sound cards without one: names, formats, when to try again, and the lag between both directions.

import Core
import Linux
import Testing

@Suite("Sound names") struct SoundNameTests {
  @Test(
    "a card's id or number is the card itself, then the card with conversion; every other name stands for itself",
    arguments: [
      ("Zero", ["hw:CARD=Zero,DEV=0", "plughw:CARD=Zero,DEV=0"]),
      ("1", ["hw:CARD=1,DEV=0", "plughw:CARD=1,DEV=0"]),
      ("USB-Audio_2,1", ["hw:CARD=USB-Audio_2,DEV=1", "plughw:CARD=USB-Audio_2,DEV=1"]),
      ("hw:Zero", ["hw:Zero"]), ("hw:CARD=Zero,DEV=0", ["hw:CARD=Zero,DEV=0"]), ("plughw:1,0", ["plughw:1,0"]),
      ("dmix:Zero", ["dmix:Zero"]), ("dsnoop:Zero", ["dsnoop:Zero"]), ("null", ["null"]), ("plug:null", ["plug:null"]),
      ("", [""]), (",", [","]), ("Zero,x", ["Zero,x"]), ("Zero,1,2", ["Zero,1,2"]), ("a card", ["a card"]),
      ("file:FILE=/tmp/x", ["file:FILE=/tmp/x"]), ("hw:{", ["hw:{"]),
    ])
  func candidates(name: String, expected: [String]) { #expect(SoundName.candidates(name) == expected) }
}

@Suite("Sound formats") struct SoundChoiceTests {
  /// The first choice that a card with these abilities has.
  private func chosen(
    rates: Set<Int>, channels: ClosedRange<Int>, bits: Set<Int>, asking: Int = 1
  ) -> SoundChoice? {
    SoundChoice.choices(channels: asking, fewestChannels: channels.lowerBound).first {
      rates.contains($0.rate) && channels.contains($0.channels) && bits.contains($0.bits)
    }
  }

  @Test("the best format of a card is taken: our rate first, then what was asked of channels, then 16 bits")
  func best() {
    let any: Set = [44_100, 48_000]
    #expect(chosen(rates: any, channels: 1...2, bits: [16, 32]) == SoundChoice(rate: 48_000, channels: 1, bits: 16))
    #expect(
      chosen(rates: any, channels: 1...2, bits: [16, 32], asking: 2)
        == SoundChoice(rate: 48_000, channels: 2, bits: 16))
    #expect(chosen(rates: any, channels: 2...2, bits: [32]) == SoundChoice(rate: 48_000, channels: 2, bits: 32))
    #expect(chosen(rates: [44_100], channels: 1...2, bits: [16]) == SoundChoice(rate: 44_100, channels: 1, bits: 16))
    #expect(
      chosen(rates: [16_000, 96_000], channels: 1...1, bits: [16]) == SoundChoice(rate: 96_000, channels: 1, bits: 16))
    #expect(chosen(rates: any, channels: 4...8, bits: [32]) == SoundChoice(rate: 48_000, channels: 4, bits: 32))
    #expect(chosen(rates: [7_000], channels: 1...1, bits: [16]) == nil)
    #expect(chosen(rates: any, channels: 1...2, bits: [24]) == nil)
    #expect(chosen(rates: any, channels: 12...12, bits: [16]) == nil)
  }

  @Test("a period of another rate is rounded up")
  func frames() {
    let rows = [(48_000, 480, 480), (44_100, 480, 441), (44_100, 240, 221), (16_000, 480, 160), (22_050, 240, 111)]
    for (rate, samples, frames) in rows {
      #expect(SoundChoice(rate: rate, channels: 1, bits: 16).frames(samples: samples) == frames)
    }
  }

  @Test("playback begins as far ahead as asked, further where the device's periods are longer, never past its buffer")
  func start() {
    // (chunk, periods asked, device period, device buffer, begins at)
    let rows = [
      (480, 2, 480, 1920, 960), (480, 1, 480, 1920, 480), (480, 2, 1024, 4096, 1504), (480, 3, 1024, 4096, 1504),
      (480, 8, 480, 4800, 3840), (480, 2, 480, 960, 480), (480, 2, 480, 481, 1), (240, 2, 240, 960, 480),
    ]
    for (chunk, prefill, period, buffer, expected) in rows {
      #expect(
        SoundFigures.startFrames(chunk: chunk, prefillPeriods: prefill, devicePeriod: period, deviceBuffer: buffer)
          == expected, "\(chunk) \(prefill) \(period) \(buffer)")
    }
  }

  @Test("figures read as a sentence")
  func text() {
    var figures = SoundFigures()
    figures.choice = SoundChoice(rate: 44_100, channels: 2, bits: 32)
    figures.periodFrames = 441
    figures.bufferFrames = 1764
    figures.startFrames = 882
    figures.isFallback = true
    #expect(
      figures.text
        == "44100 Hz, 2 channels, 32 bits, period 441 frames, buffer 1764 frames, playing begins at 882 frames, "
        + "resampled to 48000 Hz, converted by alsa-lib because the card itself has no format that is known here")
  }
}

@Suite("Reopening") struct ReopenPolicyTests {
  private let start = Instant(nanoseconds: 5_000_000_000)

  @Test("a card that is not there is tried at once, then after waits that double to the longest, for ever")
  func missing() {
    var policy = ReopenPolicy(at: start)
    var now = start
    var waits: [Int] = []
    for _ in 0..<10 {
      #expect(policy.isDue(at: now))
      policy.failed(at: now)
      #expect(!policy.isDue(at: now))
      waits.append(Int((policy.pollTimeout() - now).nanoseconds / 1_000_000))
      now = policy.pollTimeout()
    }
    #expect(waits == [200, 400, 800, 1600, 3200, 4000, 4000, 4000, 4000, 4000])
  }

  @Test("a card that comes back is open within 5 s of it, whenever that is", arguments: 0..<40)
  func back(step: Int) {
    var policy = ReopenPolicy(at: start)
    policy.opened(at: start)
    let lost = start + .seconds(60)
    policy.lost(at: lost)
    let back = lost + .milliseconds(step * 777)
    while policy.pollTimeout() < back { policy.failed(at: policy.pollTimeout()) }
    #expect(policy.pollTimeout() - back < .seconds(5))
  }

  @Test("while it is open it is not tried; a card that goes at once does not begin with the first wait again")
  func lost() {
    var policy = ReopenPolicy(at: start)
    var now = start
    var waits: [Int] = []
    for lived in [10, 10, 10, 5_000, 4_999, 60_000] {
      policy.opened(at: now)
      #expect(policy.pollTimeout() == .never && !policy.isDue(at: now + .seconds(1_000)))
      now += .milliseconds(lived)
      policy.lost(at: now)
      waits.append(Int((policy.pollTimeout() - now).nanoseconds / 1_000_000))
      now = policy.pollTimeout()
    }
    #expect(waits == [200, 400, 800, 200, 400, 200])
  }
}

@Suite("Alignment") struct SoundAlignmentTests {
  /// A card that plays and captures by one clock, in virtual time, with the card's steps of `grain` samples.
  private struct Card {
    let grain: Int
    var clock = 0
    var written = 0
    var read = 0
    var playbackDelay: Int { written - clock / grain * grain }
    var captureDelay: Int { clock / grain * grain - read }
  }

  @Test(
    "the lag is known to within a period, and is what an echo without air takes",
    arguments: [(480, 2, 1), (480, 2, 48), (240, 3, 24), (960, 1, 96), (480, 2, 480)])
  func lag(period: Int, prefill: Int, grain: Int) throws {
    var alignment = SoundAlignment()
    var card = Card(grain: grain)
    card.written = prefill * period
    for cycle in 1...(Limits.alignmentPeriods * Limits.alignmentLooks) {
      #expect(alignment.samples == nil)
      // The thread wakes a little after the period is there, later each time in turn.
      card.clock = cycle * period + (cycle * 7) % 20
      card.read += period
      if alignment.isLookDue() {
        alignment.note(captureDelay: card.captureDelay, playbackDelay: card.playbackDelay)
      }
      card.written += period
    }
    let samples = try #require(alignment.samples)
    // What was handed over last comes out when all before it is out, and is captured then: `prefill - 1` periods and the
    // one that was being captured lie between.
    let truth = (prefill - 1) * period
    #expect(abs(samples - truth) < period)
    #expect(abs(samples - alignment.captureDelaySamples - alignment.playbackDelaySamples) <= 1)
  }

  @Test("after an xrun it is measured anew, and comes out the same when both directions began together")
  func realigned() {
    var alignment = SoundAlignment()
    for round in 0..<3 {
      for _ in 0..<Limits.alignmentLooks { alignment.note(captureDelay: 3, playbackDelay: 480) }
      #expect(alignment.samples == 483 && alignment.captureDelaySamples == 3)
      if round == 1 {
        alignment.restart()
        #expect(alignment.samples == nil)
      }
    }
  }

  @Test("it is looked at once in some periods only")
  func looks() {
    var alignment = SoundAlignment()
    var looks = 0
    for _ in 0..<80 where alignment.isLookDue() { looks += 1 }
    #expect(looks == 80 / Limits.alignmentPeriods)
  }
}

@Suite("Real time") struct RealTimeTests {
  @Test("what is granted or denied is said, and why")
  func probe() throws {
    let grant = try RealTime.probe(priority: 20, processor: 0, lockingMemory: false)
    #expect(grant.priorityAsked == 20 && grant.processorAsked == 0 && grant.processorErrno == 0)
    #expect(grant.priority == 20 || grant.priorityErrno != 0 || grant.priority > 0)
    #expect(grant.text.contains("on processor 0"))
  }

  @Test("a processor that is not there is refused by name")
  func noProcessor() throws {
    let grant = try RealTime.probe(priority: nil, processor: 1000, lockingMemory: false)
    #expect(grant.processorErrno == LinuxError.invalid && !grant.isComplete)
    #expect(grant.text.contains("not on processor 1000"))
  }

  @Test("a denial names its remedy")
  func text() {
    var grant = RealTimeGrant()
    grant.priorityAsked = 20
    grant.priorityErrno = LinuxError.notPermitted
    grant.memory = .denied(errno: LinuxError.noMemory)
    grant.memoryLimitBytes = 65_536
    #expect(
      grant.text
        == "real-time priority 20 denied (Operation not permitted; raise LimitRTPRIO), memory not locked (Cannot "
        + "allocate memory, limit 64 KiB; raise LimitMEMLOCK)")
  }
}
