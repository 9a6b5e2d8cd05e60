// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Mute, push-to-talk and tones inside the product.

import Core
import Peer
import VOIP
import Voice

/// What an encoder was handed since it was last looked at.
private final class Witness {
  var frames = 0
  var resets = 0
  var least: Int16 = 0
  var most: Int16 = 0
}

/// An encoder that tells what it is handed.
private struct WitnessEncoder: VoiceEncoder, ~Copyable {
  let witness: Witness

  mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int? {
    let samples = frame.samples.span
    for index in 0..<frame.count {
      witness.least = min(witness.least, samples[index])
      witness.most = max(witness.most, samples[index])
    }
    witness.frames += 1
    return 1
  }

  mutating func setExpectedLoss(percent: Int) {}
  mutating func setBitrate(_ bitsPerSecond: Int) {}
  mutating func reset() { witness.resets += 1 }
}

extension SelfTest {
  /// Random presses; what is said muted is negative, all else positive.
  private static func mute(period: Int, frame: Int, rules: TalkRules, seed: UInt64, _ check: inout Check) {
    let witness = Witness()
    let captured = Ring<EncodedFrame>(capacity: Limits.capturedRingSlots)
    let received = Ring<EncodedFrame>(capacity: Limits.receivedRingSlots)
    let commands = Ring<VoiceCommand>(capacity: Limits.commandRingSlots)
    let reports = Ring<VoiceReport>(capacity: Limits.reportRingSlots)
    let mute = MuteBit()
    var engine = Engine<WitnessEncoder, PassThroughDecoder, NoCanceller>(
      periodSamples: period, frameSamples: frame, encoder: WitnessEncoder(witness: witness), canceller: NoCanceller(),
      ends: .init(
        captured: captured.takeProducer(), received: received.takeConsumer(), commands: commands.takeConsumer(),
        reports: reports.takeProducer(), mute: mute),
      makeDecoder: { PassThroughDecoder() })
    var frames = captured.takeConsumer()
    var orders = commands.takeProducer()
    _ = orders.push(.setSending(true))
    _ = orders.push(.setTalkRules(rules))
    var random = Randomness(seed: seed)
    var (input, output) = (PCMFrame(), PCMFrame())
    var (muted, wasMuted, talking, heard) = (false, false, false, 0)
    for _ in 0..<200 {
      if random.chance(percent: 5) { muted.toggle() }
      if random.chance(percent: 8) {
        talking.toggle()
        _ = orders.push(.setTalking(talking))
      }
      mute.set(muted)
      input.count = period
      input.withSamples { samples in
        for index in samples.indices { samples[index] = muted || wasMuted ? -9000 : 9000 }
      }
      let resets = witness.resets
      (witness.least, witness.most) = (0, 0)
      _ = engine.cycle(captured: &input, played: &output, at: .zero)
      if muted != wasMuted { check.expect(witness.resets > resets, "the encoder is not reset on an edge") }
      check.equal(witness.least, 0, "what was said muted is handed to the encoder")
      if muted { check.equal(witness.most, 0, "a muted sample is not zero") }
      if witness.most > 0 { heard += 1 }
      while frames.pop() != nil {}
      wasMuted = muted
    }
    check.equal(witness.frames, 200 * period / frame, "frames")
    check.expect(heard > 0, "nothing is ever heard")
  }

  static var talkCases: [SelfTestCase] {
    [
      SelfTestCase("a muted microphone hands only zeroes to the encoder, and nothing said muted ever") { check in
        var seed: UInt64 = 0
        for period in [240, 480, 960] {
          for frame in [480, 960] {
            for rules in [TalkRules(), TalkRules(mode: .push, preRollMilliseconds: 40)] {
              seed += 1
              mute(period: period, frame: frame, rules: rules, seed: seed, &check)
            }
          }
        }
      },
      SelfTestCase("push-to-talk has its first packet out within 40 ms, and presses do not grow the delay") { check in
        var plan = VirtualCallPlan(seed: 21)
        plan.talk = TalkRules(mode: .push, releaseTailMilliseconds: 50)
        let call = VirtualCall<ClearChannel, PassThroughEncoder, PassThroughDecoder>(
          plan: plan, identities: [.init(seed: 1), .init(seed: 2)], makeEncoder: { PassThroughEncoder() },
          makeDecoder: { PassThroughDecoder() })
        guard call.place(from: 0, to: 1) != nil else { return check.fail("the call was refused") }
        call.run(until: .zero + .milliseconds(2_000))
        let before = Int(call.sides[1].report.talkers[0].playoutDelaySamples)
        for phase in 0..<20 {
          call.run(until: .zero + .milliseconds(2_000 + phase * 201))
          call.with(0) { $0.setTalking(true) }
          let pressed = call.now
          call.run(for: .milliseconds(45))
          check.within((call.sides[0].lastTalkspurtSent - pressed).microseconds, 0...40_000, "press to packet")
          call.with(0) { $0.setTalking(false) }
        }
        check.within(
          Int(call.sides[1].report.talkers[0].playoutDelaySamples), 0...before + 480, "the far side's delay")
      },
      SelfTestCase("tones have their levels, and end when they should") { check in
        let room = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 480)
        room.initialize(repeating: 0)
        for tone in Tone.allCases {
          var player = TonePlayer()
          player.play(tone)
          var meter = LevelMeter()
          player.fill(room)
          for _ in 0..<4 {
            player.fill(room)
            meter.add(room)
          }
          check.within(
            Int(meter.level.hundredths), Int(tone.level.hundredths) - 60...Int(tone.level.hundredths) + 60,
            "a tone's level")
          for _ in 0..<800 { player.fill(room) }
          check.expect((player.tone != nil) == tone.isEndless, "a tone's end")
          player.stop()
          player.fill(room)
          check.expect(player.tone == nil || tone.isEndless, "a stopped tone")
          player.fill(room)
          check.expect(player.tone == nil, "a stopped tone goes on")
        }
        room.deallocate()
      },
    ]
  }
}
