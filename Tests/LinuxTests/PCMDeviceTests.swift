// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The audio thread's device: its pace, and where sound comes from and goes to.

import Core
import Linux
import Testing

@Suite("Audio pace") struct AudioPaceTests {
  private let start = Instant(nanoseconds: 5_000_000_000)

  @Test("deadlines are a period apart, whenever one wakes within bounds")
  func deadlines() {
    var pace = AudioPace(periodSamples: 480)
    pace.start(at: start)
    // (when it asks, what it is told), in milliseconds after the start.
    let rows = [(0, 10), (10, 20), (27, 30), (31, 40), (89, 50), (89, 60), (89, 70), (89, 80), (89, 90)]
    for (asked, told) in rows {
      #expect(pace.nextDeadline(at: start + .milliseconds(asked)) == start + .milliseconds(told))
    }
    #expect(pace.missedPeriods == 0)
  }

  @Test("being later than the bound skips periods, in step, and counts them")
  func missed() {
    var pace = AudioPace(periodSamples: 480)
    pace.start(at: start)
    #expect(pace.nextDeadline(at: start + .milliseconds(51)) == start + .milliseconds(50))
    #expect(pace.missedPeriods == 4)
    #expect(pace.nextDeadline(at: start + .milliseconds(51)) == start + .milliseconds(60))
    #expect(pace.nextDeadline(at: start + .seconds(100)) == start + .seconds(100))
    #expect(pace.missedPeriods == 4 + 9993)
  }

  @Test("a period that is no whole number of nanoseconds does not drift", arguments: [1, 160, 441, 960])
  func drift(samples: Int) {
    var pace = AudioPace(periodSamples: samples)
    pace.start(at: start)
    var deadline = start
    for _ in 0..<48_000 { deadline = pace.nextDeadline(at: deadline) }
    #expect(deadline == start + .seconds(samples))
  }
}

@Suite("PCM device") struct PCMDeviceTests {
  @Test("rings: what the source supplies is captured, what is played reaches the sink, on the clock's pace")
  func rings() {
    let (input, output) = (Ring<PCMFrame>(capacity: 4), Ring<PCMFrame>(capacity: 4))
    var supply = input.takeProducer()
    var heard = output.takeConsumer()
    var device = PCMDevice(source: .ring(input.takeConsumer()), sink: .ring(output.takeProducer()), periodSamples: 48)
    #expect(device.pacing == .clock)
    for number in 1...3 {
      var period = PCMFrame(count: number == 3 ? 20 : 48)
      for index in 0..<48 { period.samples[index] = Int16(number) }
      #expect(supply.push(period) == true)
    }
    let start = Clock.now()
    device.start(at: start)
    var frame = PCMFrame()
    var firsts: [Int16] = []
    for _ in 0..<6 {
      device.capture(into: &frame)
      #expect(frame.count == 48)
      firsts.append(frame.samples[0])
      if firsts.count == 3 { #expect(frame.samples[19] == 3 && frame.samples[20] == 0) }
      frame.samples[47] = 99
      device.play(frame)
    }
    #expect(Clock.now() - start >= .milliseconds(6))
    #expect(firsts == [1, 2, 3, 0, 0, 0])
    #expect(device.counters.starvedPeriods == 3 && device.counters.droppedPeriods == 2)
    for expected in [1, 2, 3, 0] as [Int16] {
      let period = heard.pop()
      #expect(period?.count == 48 && period?.samples[0] == expected && period?.samples[47] == 99)
    }
    #expect(heard.pop() == nil)
  }

  @Test("nothing on both sides is silence on the clock's pace")
  func nothing() {
    var device = PCMDevice(source: .none, sink: .none, periodSamples: 48)
    let start = Clock.now()
    device.start(at: start)
    var frame = PCMFrame()
    for _ in 0..<3 {
      frame.samples[5] = 1
      device.capture(into: &frame)
      #expect(frame.count == 48 && frame.samples[5] == 0)
      device.play(frame)
    }
    #expect(Clock.now() - start >= .milliseconds(3))
    #expect(device.playbackDelaySamples() == nil)
    device.finish(draining: true)
  }

  @Test("an ALSA plugin that never waits is paced by the clock")
  func unpaced() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/sound.raw"
    let settings = ALSASettings(periodSamples: 48)
    let (source, sink) = (StreamHandoff(), StreamHandoff())
    source.offer(try ALSAStream("null", .capture, settings: settings))
    sink.offer(try ALSAStream("file:FILE='\(path)'", .playback, settings: settings))
    var device = PCMDevice(source: .card(source), sink: .card(sink), periodSamples: 48)
    #expect(device.pacing == .clock)
    let start = Clock.now()
    device.start(at: start)
    var frame = PCMFrame()
    for _ in 0..<5 {
      device.capture(into: &frame)
      for index in 0..<48 { frame.samples[index] = 7 }
      device.play(frame)
    }
    #expect(Clock.now() - start >= .milliseconds(5))
    #expect(device.counters.captureLosses == 0 && device.counters.playbackLosses == 0)
    #expect(device.counters.alignments == 1 && device.alignment.samples == nil && !device.isLinked)
    device.finish(draining: true)
    let bytes = try Files.read(path, limitBytes: 10_000)
    #expect(bytes.count == (2 + 5) * 96 && bytes.last == 0 && bytes.dropLast().last == 7)
  }

  @Test("a card that is handed over in mid-sound is used from the next cycle on; until then the clock paces silence")
  func comesLater() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/sound.raw"
    let settings = ALSASettings(periodSamples: 48)
    let (source, sink) = (StreamHandoff(), StreamHandoff())
    var device = PCMDevice(source: .card(source), sink: .card(sink), periodSamples: 48)
    let start = Clock.now()
    device.start(at: start)
    var frame = PCMFrame()
    for cycle in 0..<6 {
      if cycle == 3 { sink.offer(try ALSAStream("file:FILE='\(path)'", .playback, settings: settings)) }
      device.capture(into: &frame)
      #expect(frame.count == 48 && frame.samples[7] == 0)
      for index in 0..<48 { frame.samples[index] = Int16(cycle) }
      device.play(frame)
    }
    #expect(Clock.now() - start >= .milliseconds(6))
    device.finish(draining: true)
    let bytes = try Files.read(path, limitBytes: 10_000)
    #expect(bytes.count == (2 + 3) * 96 && bytes[2 * 96] == 3 && bytes[4 * 96] == 5)
  }

  @Test("a card that fails is handed back with the reason, the cycle goes on, and another one takes its place")
  func goesAndComesBack() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/sound.raw"
    let settings = ALSASettings(periodSamples: 48)
    let handoff = StreamHandoff()
    // Its buffer is written into nothing that takes it: a card that is pulled out after some periods.
    handoff.offer(try ALSAStream("file:FILE='/dev/full'", .playback, settings: settings))
    var device = PCMDevice(source: .none, sink: .card(handoff), periodSamples: 48)
    device.start(at: Clock.now())
    var frame = PCMFrame()
    for _ in 0..<500 where device.counters.playbackLosses == 0 {
      device.capture(into: &frame)
      device.play(frame)
    }
    #expect(device.counters.playbackLosses == 1 && device.counters.playbackXruns == 0 && device.pacing == .clock)
    #expect(handoff.takeReturned() == LinuxError.inputOutput)
    #expect(handoff.takeReturned() == nil)
    for _ in 0..<3 {
      device.capture(into: &frame)
      device.play(frame)
    }
    handoff.offer(try ALSAStream("file:FILE='\(path)'", .playback, settings: settings))
    device.capture(into: &frame)
    for index in 0..<48 { frame.samples[index] = 7 }
    device.play(frame)
    #expect(device.counters.alignments == 2 && device.counters.playbackLosses == 1)
    device.finish(draining: true)
    let bytes = try Files.read(path, limitBytes: 10_000)
    #expect(bytes.count == (2 + 1) * 96 && bytes[2 * 96] == 7)
  }
}
