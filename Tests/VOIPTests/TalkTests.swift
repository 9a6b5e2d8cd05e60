// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Goal: a mute that cannot lie and push-to-talk that does not clip, in whole calls. Method: presses at any phase in
// virtual time, judged from the packets that leave and the samples that the far side plays.

import Core
import Peer
import SelfTest
import Testing
import VOIP
import Voice

@Suite("Mute, push-to-talk and tones of a service")
struct TalkTests {
  @Test("nothing but hardware ends a hardware mute, whoever asks for what", arguments: 0..<40)
  func authority(seed: Int) throws {
    var random = Randomness(seed: UInt64(seed))
    let call = makePlainCall(VirtualCallPlan(seed: UInt64(seed)), sides: 1)
    var (hardware, local, remote) = (false, false, false)
    for step in 0..<300 {
      let muted = random.chance(percent: 50)
      let authority = [Authority.hardware, .local, .remote, .local, .remote, .remote][random.below(6)]
      switch authority {
      case .hardware:
        hardware = muted
        if !muted { (local, remote) = (false, false) }
      case .local:
        local = muted
        if !muted { remote = false }
      case .remote: remote = muted
      }
      let wanted = hardware || local || remote
      let answer = call.with(0) { $0.setMicrophoneMuted(muted, by: authority) }
      let side = call.sides[0]
      let found = [answer, side.service.isMicrophoneMuted, side.state.microphoneMuted]
      #expect(found == [wanted, wanted, wanted], "seed \(seed), step \(step)")
      #expect(side.state.mutedByHardware == hardware, "seed \(seed), step \(step)")
      if hardware { #expect(answer, "seed \(seed), step \(step): the hardware mute was lifted") }
      call.run(for: .milliseconds(random.below(15)))
    }
    call.run(for: .milliseconds(11))
    #expect(call.sides[0].report.microphoneMuted == call.sides[0].state.microphoneMuted)
  }

  @Test(
    "60 ms after the press the far side plays less than -80 dBFS; 75 ms with periods and frames of 20 ms",
    arguments: [240, 480, 960], [480, 960])
  func mutedWithinSixtyMilliseconds(period: Int, frame: Int) throws {
    // A far side with periods and frames of 20 ms still plays what was sent before the press up to 70 ms after it:
    // the promise of 60 ms is not kept there.
    let bound = Instant.Span.milliseconds(period == 960 && frame == 960 ? 75 : 60)
    var (worst, loudest) = (Instant.Span.zero, Int32(-9600))
    for phase in 0..<10 {
      var plan = VirtualCallPlan(seed: UInt64(phase))
      plan.periodSamples = period
      plan.frameSamples = frame
      plan.phase = .microseconds(300 + phase * 2_000)
      plan.sources = [phase % 2 == 0 ? .tone(hertz: 440) : .speech, .silence]
      plan.conditions.delay = .milliseconds(1)
      let call = try makeRealCall(plan)
      _ = try #require(call.place(from: 0, to: 1))
      for press in 0..<20 {
        call.run(until: ms(1_000 + press * 800) + .microseconds(press * 1_000 + phase * 130))
        call.with(0) { $0.setMicrophoneMuted(true, by: .hardware) }
        let pressed = call.now
        call.run(for: .milliseconds(400))
        let sound = call.sides[1].played
        // The last moment at which anything was above −80 dBFS.
        let range = sound.range(from: pressed, to: call.now)
        var last = range.lowerBound
        for index in range where abs(Int(sound.samples[index])) > 4 { last = index }
        let span = sound.instant(of: last) - pressed
        #expect(span <= bound, "period \(period), frame \(frame), phase \(phase), press \(press): \(span.microseconds)")
        worst = max(worst, span)
        let level = sound.level(from: pressed + bound + .samples(period), to: call.now).hundredths
        loudest = max(loudest, level)
        #expect(level < -8000, "period \(period), frame \(frame), phase \(phase), press \(press): \(level)")
        call.with(0) { $0.setMicrophoneMuted(false, by: .hardware) }
      }
    }
    print("mute: period \(period), frame \(frame): silent after \(worst.microseconds) us, then \(loudest)")
  }

  @Test("from the press to the first voice packet no more than 40 ms pass, at every phase", arguments: [240, 480, 960])
  func pressToPacket(period: Int) throws {
    for frame in [480, 960] {
      for preRoll in [0, 100] {
        var plan = VirtualCallPlan(seed: 1)
        plan.periodSamples = period
        plan.frameSamples = frame
        plan.talk = TalkRules(mode: .push, preRollMilliseconds: preRoll)
        let call = makePlainCall(plan)
        let link = try #require(call.place(from: 0, to: 1))
        call.run(until: ms(500))
        var (least, worst) = (Instant.Span.seconds(1), Instant.Span.zero)
        // Every millisecond of two frames.
        for phase in 0..<40 {
          call.run(until: ms(1_000 + phase * 601) + .microseconds(100))
          call.with(0) { $0.setTalking(true) }
          let pressed = call.now
          call.run(for: .milliseconds(60))
          let span = call.sides[0].lastTalkspurtSent - pressed
          #expect(span >= .zero && span <= .milliseconds(40), "phase \(phase): \(span.microseconds) us")
          (least, worst) = (min(least, span), max(worst, span))
          #expect(call.sides[0].state.isTalking)
          call.with(0) { $0.setTalking(false) }
          call.run(for: .milliseconds(400))
          #expect(!call.sides[0].state.isTalking)
        }
        let figures = call.sides[0].statistics(of: call.links[link].callerID)
        // Frames flow all the while; none is missing and none is too many.
        let due = (call.now - ms(500)).samples / frame
        #expect(abs(Int(figures?.packetsSent ?? 0) - due - 500 * 48 / frame) <= 8)
        print(
          "talk: period \(period), frame \(frame), pre-roll \(preRoll): press to packet \(least.microseconds) ..."
            + " \(worst.microseconds) us")
      }
    }
  }

  @Test("what is said from the press to the release is heard on the far side, last syllable and all")
  func wholeWords() throws {
    var plan = VirtualCallPlan(seed: 3)
    plan.talk = TalkRules(mode: .push)
    let call = try makeRealCall(plan)
    _ = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(1_000))
    #expect(call.sides[1].played.level(from: ms(300), to: ms(1_000)) < SoundLevel(hundredths: -8000))
    call.with(0) { $0.setTalking(true) }
    call.run(until: ms(2_000))
    call.with(0) { $0.setTalking(false) }
    call.run(until: ms(3_000))
    let sound = call.sides[1].played
    #expect(sound.firstSound(from: ms(900)) < ms(1_080), "\(sound.firstSound(from: ms(900)).nanoseconds)")
    #expect(abs(sound.level(from: ms(1_100), to: ms(2_200)).hundredths + 2000) < 150)
    #expect(sound.level(from: ms(2_350), to: ms(3_000)) < SoundLevel(hundredths: -8000))
  }

  @Test("two hundred quick presses do not grow the far side's delay", arguments: [0, 120])
  func quickPresses(preRoll: Int) throws {
    var plan = VirtualCallPlan(seed: 4)
    plan.talk = TalkRules(mode: .push, preRollMilliseconds: preRoll)
    plan.sources = [.speech, .silence]
    plan.conditions.jitter = .milliseconds(3)
    var random = Randomness(seed: 4)
    let call = try makeRealCall(plan)
    let link = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(10_000))
    let before = call.sides[1].report.talkers[0]
    let sent = call.sides[0].statistics(of: call.links[link].callerID)?.packetsSent ?? 0
    var most: Int32 = 0
    for _ in 0..<200 {
      call.with(0) { $0.setTalking(true) }
      call.run(for: .milliseconds(10 + random.below(120)))
      call.with(0) { $0.setTalking(false) }
      call.run(for: .milliseconds(10 + random.below(250)))
      most = max(most, call.sides[1].report.talkers[0].playoutDelaySamples)
    }
    let after = call.sides[1].report.talkers[0]
    let packets = (call.sides[0].statistics(of: call.links[link].callerID)?.packetsSent ?? 0) - sent
    #expect(abs(Int(packets) - (call.now - ms(10_000)).samples / 960) <= 2, "the packets' rhythm changed")
    #expect(after.playoutDelaySamples - before.playoutDelaySamples <= 480)
    #expect(most - before.playoutDelaySamples <= 960)
    #expect(after.concealedSamples == before.concealedSamples && after.latePackets == before.latePackets)
    print(
      "talk: 200 presses, pre-roll \(preRoll): delay \(before.playoutDelaySamples) before,"
        + " \(after.playoutDelaySamples) after, \(most) at most, in samples")
  }

  @Test("modes change in mid-call without a new negotiation")
  func modes() throws {
    let (call, link, _) = try placePlainCall(VirtualCallPlan(seed: 5), until: ms(1_000))
    #expect(call.sides[0].state.isTalking)
    func heard(_ side: Int) -> Bool {
      call.run(for: .milliseconds(500))
      return call.sides[side].played.level(from: call.now - .milliseconds(200), to: call.now) > .init(hundredths: -5000)
    }
    #expect(heard(1))
    call.with(0) { $0.setTalkMode(.push) }
    #expect(!heard(1))
    #expect(!call.sides[0].state.isTalking)
    call.with(0) { $0.setTalking(true) }
    #expect(heard(1) && heard(0))
    call.with(0) { $0.setTalkMode(.halfDuplex) }
    #expect(heard(1) && !heard(0))
    call.with(0) { $0.setTalking(false) }
    #expect(!heard(1) && heard(0))
    call.with(0) { $0.setTalkMode(.open) }
    #expect(heard(1) && heard(0))
    #expect(call.sides[0].states(of: link.callerID) == [.connecting, .connected])
    #expect(call.sides[0].state.talkMode == .open)
  }

  @Test("whether this side talks: the gate, the mute and somebody who takes the voice")
  func talking() throws {
    var plan = VirtualCallPlan(seed: 6)
    plan.talk = TalkRules(mode: .push)
    let call = makePlainCall(plan)
    call.with(0) { $0.setTalking(true) }
    call.run(until: ms(300))
    #expect(!call.sides[0].state.isTalking, "nobody is there")
    let link = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(600))
    #expect(call.sides[0].state.isTalking)
    call.with(0) { $0.setMicrophoneMuted(true) }
    #expect(!call.sides[0].state.isTalking, "at once")
    call.with(0) { $0.setMicrophoneMuted(false) }
    call.run(for: .milliseconds(20))
    #expect(call.sides[0].state.isTalking)
    // The light follows within a period: the audio thread rings.
    call.with(0) { $0.setTalking(false) }
    call.run(for: .milliseconds(190))
    #expect(call.sides[0].state.isTalking, "the tail")
    call.run(for: .milliseconds(25))
    #expect(!call.sides[0].state.isTalking)
    call.with(0) { $0.setTalking(true) }
    call.run(for: .milliseconds(11))
    #expect(call.sides[0].state.isTalking)
    call.with(0) { $0.closeConnection(call.links[link].callerID, at: call.now) }
    call.run(for: .milliseconds(20))
    #expect(!call.sides[0].state.isTalking)
  }

  @Test("who talks into a muted microphone is told of it, and for a second after; who talked before is not")
  func talkingWhileMuted() throws {
    let (call, _, _) = try placePlainCall(VirtualCallPlan(seed: 7), until: ms(1_000))
    func isTold() -> Bool { call.sides[0].service.isTalkingWhileMuted(at: call.now) }
    #expect(!isTold())
    call.sides[0].source = .silence
    call.with(0) { $0.setMicrophoneMuted(true) }
    call.run(until: ms(1_500))
    #expect(!isTold(), "only what is said muted counts")
    call.sides[0].source = .tone(hertz: 440)
    call.run(until: ms(1_730))
    #expect(isTold())
    call.sides[0].source = .silence
    call.run(until: ms(2_500))
    #expect(isTold(), "it hangs over")
    call.run(until: ms(3_000))
    #expect(!isTold())
    call.sides[0].source = .tone(hertz: 440)
    call.run(until: ms(3_300))
    call.with(0) { $0.setMicrophoneMuted(false) }
    #expect(!isTold(), "at once")
  }

  @Test("tones are played without a connection, told while they last, and the volume is theirs too")
  func tones() {
    let call = makePlainCall(VirtualCallPlan(seed: 8), sides: 1)
    call.run(until: ms(100))
    call.with(0) { $0.playTone(.ringback) }
    #expect(call.sides[0].state.isTonePlaying, "from the command on")
    call.run(until: ms(600))
    #expect(abs(call.sides[0].played.hertz(from: ms(200), to: ms(600)) - 425) <= 3)
    #expect(call.sides[0].state.isTonePlaying)
    call.with(0) { $0.setVolume(percent: 50) }
    call.run(until: ms(900))
    #expect(abs(call.sides[0].played.level(from: ms(700), to: ms(900)).hundredths + 3604) < 40)
    call.with(0) { $0.stopTone() }
    call.run(until: ms(930))
    #expect(!call.sides[0].state.isTonePlaying)
    #expect(call.sides[0].played.level(from: ms(920), to: ms(930)) == .silence)
    call.with(0) {
      $0.playTone(.muteOn)
      $0.playTone(.connected)
    }
    call.run(until: ms(1_300))
    #expect(!call.sides[0].state.isTonePlaying, "it ended by itself, and the audio thread rang")
    call.with(0) {
      $0.setVolume(percent: 300)
      $0.playTone(.lost)
      $0.stopTone()
    }
    call.run(until: ms(1_400))
    #expect(!call.sides[0].state.isTonePlaying)
    #expect(call.sides[0].state.volumePercent == 100)
  }

  @Test("every control used a thousand times while no audio thread runs takes one place, and the last counts")
  func waitingCommands() throws {
    let call = makePlainCall(VirtualCallPlan(seed: 9))
    call.with(0) { service in
      for press in 0...1_000 {
        service.setTalkMode([.open, .push, .halfDuplex][press % 3])
        service.setTalking(press % 2 == 1)
        service.setVolume(percent: press % 101)
        service.setSpeakerMuted(press % 3 == 0)
        service.setMicrophoneMuted(press % 2 == 0)
        if press % 7 == 0 { service.stopTone() } else { service.playTone(press % 2 == 0 ? .busy : .ring) }
      }
      service.setVolume(percent: 100)
      service.setTalkMode(.push)
      service.setMicrophoneMuted(false)
    }
    for side in [1] { call.sides[side].source = .silence }
    _ = try #require(call.place(from: 0, to: 1))
    call.run(until: ms(1_000))
    #expect(call.sides[1].played.level(from: ms(500), to: ms(1_000)) == .silence, "push, and not pressed")
    #expect(call.sides[0].state.isTonePlaying == call.sides[0].report.isTonePlaying)
    call.with(0) { $0.setTalking(true) }
    call.run(until: ms(1_500))
    #expect(abs(call.sides[1].played.level(from: ms(1_200), to: ms(1_500)).hundredths + 2000) < 150)
  }
}
