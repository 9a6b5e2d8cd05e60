// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Microphone, speaker, levels, quality, and what the encoder is told.

import Core
import Peer
import SelfTest
import Synchronization
import Testing
import VOIP
import Voice

/// What an encoder was told, for a test to look at.
final class Told: Sendable {
  private let last = Atomic<Int>(-1)
  private let count = Atomic<Int>(0)
  var percent: Int { last.load(ordering: .relaxed) }
  var times: Int { count.load(ordering: .relaxed) }

  func take(_ percent: Int) {
    last.store(percent, ordering: .relaxed)
    count.add(1, ordering: .relaxed)
  }
}

/// The plain twin, and who listens to what it is told.
struct WatchedEncoder: VoiceEncoder, ~Copyable {
  private var plain = PassThroughEncoder()
  private let told: Told

  init(told: Told) { self.told = told }

  mutating func encode(_ frame: borrowing PCMFrame, into payload: inout EncodedFrameStorage) -> Int? {
    plain.encode(frame, into: &payload)
  }

  mutating func setExpectedLoss(percent: Int) {
    told.take(percent)
    plain.setExpectedLoss(percent: percent)
  }

  mutating func setBitrate(_ bitsPerSecond: Int) {}

  mutating func reset() { plain.reset() }
}

@Suite("Voice of a service")
struct VoiceTests {
  @Test("a muted microphone is silence from the next period on, and comes back; frames keep flowing")
  func microphoneMute() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 1), until: ms(1_000))
    call.with(0) { $0.setMicrophoneMuted(true) }
    let before = call.sides[0].statistics(of: link.callerID)?.packetsSent ?? 0
    call.run(until: ms(2_000))
    let during = call.sides[0].statistics(of: link.callerID)?.packetsSent ?? 0
    #expect((48...52).contains(during - before), "\(during - before) packets in a muted second")
    #expect(call.sides[1].played.level(from: ms(1_150), to: ms(2_000)) == .silence)
    #expect(call.sides[0].state.microphoneMuted)
    #expect(call.sides[0].report.microphoneMuted)
    #expect(abs(call.sides[0].state.inputLevel - 67) <= 1, "the level is measured before the mute")
    call.with(0) { $0.setMicrophoneMuted(false) }
    call.run(until: ms(3_000))
    let found = complaints(about: call, from: ms(2_200), to: ms(3_000))
    #expect(found.isEmpty, "\(found)")
  }

  @Test("a muted speaker plays zeroes from the next period on, and comes back")
  func speakerMute() throws {
    let (call, _, _) = try placePlainCall(VirtualCallPlan(seed: 2), until: ms(1_000))
    call.with(0) { $0.setSpeakerMuted(true) }
    call.run(until: ms(1_500))
    #expect(call.sides[0].played.level(from: ms(1_020), to: ms(1_500)) == .silence)
    #expect(call.sides[0].state.speakerMuted)
    #expect(call.sides[0].state.outputLevel == 0)
    call.with(0) { $0.setSpeakerMuted(false) }
    call.run(until: ms(2_000))
    let found = complaints(about: call, from: ms(1_520), to: ms(2_000))
    #expect(found.isEmpty, "\(found)")
  }

  @Test("a disabled microphone sends nothing and is let go; enabled again it is heard again")
  func disable() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 3), until: ms(1_000))
    call.with(0) { $0.disableMicrophone() }
    call.run(until: ms(1_100))
    let before = call.sides[0].statistics(of: link.callerID)?.packetsSent
    call.run(until: ms(2_000))
    let after = call.sides[0].statistics(of: link.callerID)?.packetsSent
    #expect(after == before)
    #expect(call.sides[0].connectionState(of: link.callerID) == .connected)
    #expect(!call.sides[0].state.microphoneEnabled)
    guard case .microphoneWanted(false)? = call.sides[0].events.last?.event else {
      Issue.record("nobody is told to let the microphone go")
      return
    }
    call.with(0) { $0.enableMicrophone() }
    call.run(until: ms(3_000))
    let found = complaints(about: call, from: ms(2_300), to: ms(3_000))
    #expect(found.isEmpty, "\(found)")
  }

  @Test("a microphone that failed is not enabled any more, and the call is still heard")
  func microphoneFails() throws {
    let (call, _, _) = try placePlainCall(VirtualCallPlan(seed: 4), until: ms(500))
    call.with(0) { $0.microphoneFailed(code: 19) }
    call.run(until: ms(1_000))
    #expect(!call.sides[0].state.microphoneEnabled)
    let level = call.sides[0].played.level(from: ms(700), to: ms(1_000)).hundredths
    #expect(abs(level + 2000) < 150)
    guard case .error(.microphoneUnavailable(code: 19), nil)? = call.sides[0].events.last?.event else {
      Issue.record("the error is not told")
      return
    }
  }

  @Test("a speaker that failed is told of, and the call goes on; a microphone that is back sends again")
  func devicesFailAndComeBack() throws {
    let (call, _, _) = try placePlainCall(VirtualCallPlan(seed: 6), until: ms(500))
    call.with(0) { $0.speakerFailed(code: 16) }
    guard case .error(.speakerUnavailable(code: 16), nil)? = call.sides[0].events.last?.event else {
      Issue.record("the error is not told")
      return
    }
    call.with(0) { $0.microphoneFailed(code: 19) }
    call.run(until: ms(1_000))
    call.with(0) { $0.enableMicrophone() }
    call.run(until: ms(2_000))
    #expect(call.sides[0].state.microphoneEnabled)
    for side in 0..<2 {
      let level = call.sides[side].played.level(from: ms(1_500), to: ms(2_000)).hundredths
      #expect(abs(level + 2000) < 150, "side \(side) hears \(level)")
    }
  }

  @Test(
    "the input level is 0 at -60 dBFS and below, 100 at 0 dBFS, and straight between",
    arguments: [(-9600, 0), (-6500, 0), (-6000, 0), (-4500, 25), (-3000, 50), (-1500, 75), (-301, 95)])
  func inputLevel(hundredths: Int, percent: Int) {
    var plan = VirtualCallPlan(seed: 5)
    let tone = ToneGenerator(hertz: 1_000, level: SoundLevel(hundredths: Int32(hundredths)))
    plan.sources = [hundredths == -9600 ? .silence : .tone(tone)]
    let call = makePlainCall(plan, sides: 1)
    call.run(until: ms(500))
    // A report is read at the loop thread's next wake.
    call.with(0) { _ in }
    let level = call.sides[0].state.inputLevel
    #expect(abs(level - percent) <= 1, "\(level) instead of \(percent)")
  }

  @Test("levels and delays are fresh although nothing is captured: packets wake the loop thread too")
  func reportsWithoutDoorbell() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 6), until: ms(1_000))
    call.with(0) { $0.disableMicrophone() }
    call.run(until: ms(4_000))
    call.sides[1].source = .silence
    call.run(until: ms(4_500))
    #expect(call.sides[0].state.outputLevel == 0)
    let report = call.sides[0].service.voiceReport
    #expect(call.now - report.instant <= .milliseconds(150), "the report is of \(report.instant.nanoseconds) ns")
    #expect(call.sides[0].service.talkerReport(of: link.callerID)?.isActive == true)
  }

  @Test("the quality is 0 before a call, high on a good network, and falls with loss and with delay")
  func quality() throws {
    var qualities: [Int] = []
    for (loss, delay) in [(0, 1), (0, 150), (5, 1), (20, 1)] {
      var plan = VirtualCallPlan(seed: 7)
      plan.conditions.lossPercent = loss
      plan.conditions.delay = .milliseconds(delay)
      let call = makePlainCall(plan)
      let index = try #require(call.place(from: 0, to: 1))
      let early = call.sides[0].quality(of: call.links[index].callerID)
      #expect(early == 0)
      for side in call.sides { side.keepsSound = false }
      call.run(until: ms(15_000))
      qualities.append(call.sides[0].quality(of: call.links[index].callerID))
    }
    #expect(qualities[0] >= 95, "\(qualities)")
    #expect(qualities[1] < qualities[0], "\(qualities)")
    #expect(qualities[2] < qualities[0] - 5, "\(qualities)")
    #expect(qualities[3] < qualities[2] - 5, "\(qualities)")
    #expect(qualities[3] > 0, "\(qualities)")
  }

  @Test("the processing that was asked for is told beside what is done: none yet")
  func processing() {
    let call = makePlainCall(VirtualCallPlan(seed: 8), sides: 1)
    #expect(call.sides[0].state.processing == .none)
  }

  @Test("a loop thread that was held up skips old frames, and the newest go out")
  func heldUp() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 9), until: ms(1_000))
    let before = call.sides[0].statistics(of: link.callerID)?.packetsSent ?? 0
    call.sides[0].isHeldUp = true
    call.run(until: ms(1_250))
    call.sides[0].isHeldUp = false
    call.run(until: ms(1_262))
    let after = call.sides[0].statistics(of: link.callerID)?.packetsSent ?? 0
    // Twelve frames of 20 ms waited; four of them and the new one are young enough.
    #expect((4...6).contains(after - before), "\(after - before) frames went out")
    #expect((6...9).contains(call.sides[0].state.skippedFrames), "\(call.sides[0].state.skippedFrames) were skipped")
    call.run(until: ms(3_000))
    let found = complaints(about: call, from: ms(2_000), to: ms(3_000))
    #expect(found.isEmpty, "\(found)")
    // The far side's jitter buffer remembers the stall for a while, but only what was kept of it.
    let delay = call.sides[1].report.talkers[0].playoutDelaySamples
    #expect(delay < 100 * 48, "the delay stayed at \(delay) samples")
  }

  @Test("mute pressed a thousand times while no audio thread runs loses no talker, and wakes nobody")
  func manyCommands() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 10))
    var datagram = Datagram()
    var deadlines: [Instant] = []
    call.with(0) { service in
      for press in 0..<1_001 {
        service.setMicrophoneMuted(press % 2 == 0)
        service.setSpeakerMuted(press % 3 == 0)
      }
      if case .timeout(let deadline) = service.pollOutput(into: &datagram, at: call.now) { deadlines.append(deadline) }
    }
    #expect(deadlines == [.never])
    _ = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(1_000))
    #expect(call.sides[0].report.microphoneMuted)
    #expect(!call.sides[0].report.speakerMuted)
    let level = call.sides[0].played.level(from: ms(500), to: ms(1_000)).hundredths
    #expect(abs(level + 2000) < 150)
  }

  @Test(
    "FEC is prepared for from the start, follows a loss at once, and falls back only after 10 s; not where copies go along",
    arguments: [false, true])
  func expectedLoss(knowsCopies: Bool) throws {
    let told = [Told(), Told()]
    var number = -1
    var plan = VirtualCallPlan(seed: 11)
    if !knowsCopies { plan.leavesOut = "a=rtpmap:63" }
    let call = VirtualCall<ClearChannel, WatchedEncoder, PassThroughDecoder>(
      plan: plan, identities: [.init(seed: 1), .init(seed: 2)],
      makeEncoder: {
        number += 1
        return WatchedEncoder(told: told[number])
      }, makeDecoder: { PassThroughDecoder() })
    for side in call.sides { side.keepsSound = false }
    _ = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(20_000))
    #expect(told[0].percent == 10, "clean reports leave the preparation alone")
    #expect(told[0].times == 1)
    call.network.conditions.lossPercent = 30
    call.run(until: ms(25_000))
    guard !knowsCopies else {
      #expect(told[0].percent == 10)
      return
    }
    #expect(told[0].percent >= 20, "\(told[0].percent)")
    call.network.conditions.lossPercent = 0
    call.run(until: ms(31_000))
    #expect(told[0].percent >= 20, "a clean report or two do not end it: \(told[0].percent)")
    let times = told[0].times
    call.run(until: ms(50_000))
    #expect(told[0].percent == 10)
    #expect(told[0].times - times <= 2, "it falls in \(told[0].times - times) steps")
  }

  @Test("four connections at once are mixed, and everybody hears only the one in the middle")
  func fourAtOnce() throws {
    var plan = VirtualCallPlan(seed: 12)
    let level = SoundLevel(hundredths: -3000)
    plan.sources = [300, 500, 900, 1_700, 3_300].map { .tone(ToneGenerator(hertz: $0, level: level)) }
    let call = makePlainCall(plan, sides: 5)
    for other in 1...4 { _ = try #require(call.place(from: 0, to: other)) }
    call.run(until: ms(2_000))
    #expect(call.sides[0].state.connectionCount == 4)
    for other in 1...4 {
      let sound = call.sides[other].played
      #expect(abs(sound.hertz(from: ms(1_000), to: ms(2_000)) - 300) <= 2)
      #expect(abs(sound.level(from: ms(1_000), to: ms(2_000)).hundredths + 3000) < 150)
    }
    // Four tones that have nothing to do with each other: 6 dB more than one.
    let mixed = call.sides[0].played.level(from: ms(1_000), to: ms(2_000)).hundredths
    #expect(abs(mixed + 2400) < 150, "\(mixed)")
    call.with(0) { $0.closeConnection(call.links[1].callerID, at: call.now) }
    call.run(until: ms(3_000))
    let three = call.sides[0].played.level(from: ms(2_300), to: ms(3_000)).hundredths
    #expect(abs(three + 2520) < 150, "\(three)")
    _ = try #require(call.place(from: 0, to: 2))
    call.run(until: ms(4_000))
    let again = call.sides[0].played.level(from: ms(3_500), to: ms(4_000)).hundredths
    #expect(abs(again + 2400) < 150, "\(again)")
  }
}
