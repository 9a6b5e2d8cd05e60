// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two engines and a network between them, in virtual time.

import Core
import Voice

/// An engine with the other ends of its rings.
struct TestSide<Encoder: VoiceEncoder & ~Copyable, Decoder: VoiceDecoder & ~Copyable>: ~Copyable {
  var engine: Engine<Encoder, Decoder, NoCanceller>
  var captured: Consumer<EncodedFrame>
  var received: Producer<EncodedFrame>
  var commands: Producer<VoiceCommand>
  var reports: Consumer<VoiceReport>
  let mute = MuteBit()

  init(period: Int, frame: Int, encoder: consuming Encoder, makeDecoder: () -> Decoder) {
    let capturedRing = Ring<EncodedFrame>(capacity: Limits.capturedRingSlots)
    let receivedRing = Ring<EncodedFrame>(capacity: Limits.receivedRingSlots)
    let commandRing = Ring<VoiceCommand>(capacity: Limits.commandRingSlots)
    let reportRing = Ring<VoiceReport>(capacity: Limits.reportRingSlots)
    engine = Engine(
      periodSamples: period, frameSamples: frame, encoder: encoder, canceller: NoCanceller(),
      ends: .init(
        captured: capturedRing.takeProducer(), received: receivedRing.takeConsumer(),
        commands: commandRing.takeConsumer(), reports: reportRing.takeProducer(), mute: mute),
      makeDecoder: makeDecoder)
    captured = capturedRing.takeConsumer()
    received = receivedRing.takeProducer()
    commands = commandRing.takeProducer()
    reports = reportRing.takeConsumer()
  }
}

typealias PlainSide = TestSide<PassThroughEncoder, PassThroughDecoder>

func makePlainSide(period: Int, frame: Int) -> PlainSide {
  PlainSide(period: period, frame: frame, encoder: PassThroughEncoder()) { PassThroughDecoder() }
}

/// Packets under way, in order of arrival; ties keep the order of sending.
struct TestNetwork {
  var underWay: [(at: Instant, frame: EncodedFrame)] = []
  var sent = 0
  var lost = 0
  var random: Randomness

  init(seed: UInt64) { random = Randomness(seed: seed) }

  mutating func send(_ frame: EncodedFrame, at: Instant) {
    var frame = frame
    frame.instant = at
    let place = underWay.firstIndex { $0.at > at } ?? underWay.count
    underWay.insert((at, frame), at: place)
  }

  mutating func arrived(by now: Instant) -> EncodedFrame? {
    guard let first = underWay.first, first.at <= now else { return nil }
    return underWay.removeFirst().frame
  }
}

/// How a simulated call goes.
struct CallPlan {
  var seconds = 10
  var period = 480
  var frame = 480
  /// When the listener's cycles come, after the speaker's, in microseconds.
  var phaseMicroseconds = 0
  /// How much faster the listener's sound card runs.
  var driftPartsPerMillion = 0
  var expectedLoss: UInt8 = 0
  /// How much later than due the listener's cycles come, at random, in microseconds.
  var wakeUpMicroseconds = 0
  /// Whether the speaker sends at a time in milliseconds.
  var sends: (Int) -> Bool = { _ in true }
  var seed: UInt64 = 1
  /// The frame's way: microseconds, or nil when it is lost. It is given the frame's number and the draw.
  var way: (Int, inout Randomness) -> Int? = { _, _ in 200 }
  /// What the speaker says: the sample at a time in samples.
  var sample: (Int) -> Int16 = { $0 % 48_000 >= 24_000 && $0 % 48_000 < 24_040 ? 20_000 : 0 }
}

/// What came of it.
struct CallOutcome {
  var report = TalkerReport()
  var voice = VoiceReport()
  /// Mouth to ear of each click, in microseconds, from the cycle that took it in to the cycle that gave it out.
  var mouthToEar: [Int] = []
  /// Delay from arrival to playing, sampled each 100 ms, in milliseconds.
  var delays: [Int] = []
  var stored = 0
  var sent = 0
  var lost = 0
  /// Packets that found the ring full.
  var refused = 0
  var heard: [Int16] = []
}

/// Speaker A talks to listener B over `plan.way`.
func runCall(_ plan: CallPlan, keepingSound: Bool = false) -> CallOutcome {
  var a = makePlainSide(period: plan.period, frame: plan.frame)
  var b = makePlainSide(period: plan.period, frame: plan.frame)
  var network = TestNetwork(seed: plan.seed)
  var outcome = CallOutcome()
  _ = a.commands.push(.setSending(true))
  _ = a.commands.push(.setExpectedLoss(percent: plan.expectedLoss))
  _ = b.commands.push(.addTalker(Talker(0)))
  let length = Instant.Span.samples(plan.period).nanoseconds
  let otherLength = length - length * Int64(plan.driftPartsPerMillion) / 1_000_000
  var nextA = Instant.zero
  var nextB = Instant.zero + .microseconds(plan.phaseMicroseconds)
  let end = Instant.zero + .seconds(plan.seconds)
  var spoken = 0
  var clicks: [Instant] = []
  var lastHeardClick = Instant(nanoseconds: -1_000_000_000)
  var (captured, played) = (PCMFrame(count: plan.period), PCMFrame(count: plan.period))
  var (nothing, unheard) = (PCMFrame(count: plan.period), PCMFrame(count: plan.period))
  var dueB = nextB
  var isSending = true
  while nextA < end {
    if nextA <= nextB {
      if plan.sends(spoken / 48) != isSending {
        isSending = !isSending
        _ = a.commands.push(.setSending(isSending))
      }
      captured.count = plan.period
      for index in 0..<plan.period {
        captured.samples[index] = plan.sample(spoken)
        if spoken % 48_000 == 24_000 { clicks.append(nextA) }
        spoken += 1
      }
      _ = a.engine.cycle(captured: &captured, played: &unheard, at: nextA)
      while let frame = a.captured.pop() {
        network.sent += 1
        if let way = plan.way(Int(frame.sequence), &network.random) {
          network.send(frame, at: nextA + .microseconds(way))
        } else {
          network.lost += 1
        }
      }
      nextA += Instant.Span(nanoseconds: length)
    } else {
      while let frame = network.arrived(by: nextB) {
        if !b.received.push(frame) { outcome.refused += 1 }
      }
      nothing.count = plan.period
      _ = b.engine.cycle(captured: &nothing, played: &played, at: nextB)
      for index in 0..<played.count {
        if keepingSound { outcome.heard.append(played.samples[index]) }
        if played.samples[index] > 10_000, nextB - lastHeardClick > .milliseconds(500) {
          lastHeardClick = nextB
          if let click = clicks.last(where: { $0 <= nextB }) {
            outcome.mouthToEar.append((nextB - click).microseconds)
          }
        }
      }
      while let report = b.reports.pop() {
        outcome.delays.append(Int(report.talkers[0].playoutDelaySamples) / 48)
      }
      dueB += Instant.Span(nanoseconds: otherLength)
      nextB = dueB
      if plan.wakeUpMicroseconds > 0 { nextB += .microseconds(network.random.below(plan.wakeUpMicroseconds)) }
    }
  }
  outcome.voice = b.engine.currentReport
  outcome.report = outcome.voice.talkers[0]
  outcome.stored = b.engine.storedPackets(of: Talker(0))
  outcome.sent = network.sent - network.underWay.count
  outcome.lost = network.lost
  return outcome
}
