// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The steps of one cycle of the engine.

import Core

extension Engine where Encoder: ~Copyable, Decoder: ~Copyable, Canceller: ~Copyable {
  mutating func drainCommands() {
    while let command = ends.commands.pop() {
      switch command {
      case .setSpeakerMuted(let muted): _ = speakerGate.setMuted(muted)
      case .setSending(let sending): setSending(sending)
      case .addTalker(let talker):
        talkers.restart(talker.index)
        isActive[talker.index] = true
      case .removeTalker(let talker):
        talkers.restart(talker.index)
        isActive[talker.index] = false
      case .setExpectedLoss(let percent): encoder.setExpectedLoss(percent: min(100, Int(percent)))
      case .setBitrate(let bitsPerSecond): encoder.setBitrate(Int(bitsPerSecond))
      case .setTalkRules(let rules): gate.setRules(rules)
      case .setTalking(let talking): gate.setTalking(talking)
      case .playTone(let tone, let number):
        tones.play(tone)
        counters.toneNumber = number
      case .stopTone: tones.stop()
      case .setVolume(let percent): volumePercent = min(100, Int(percent))
      case .setProcessing(let processing):
        canceller.set(processing)
        gain.set(on: processing.gainControl)
      }
    }
  }

  /// On either edge the encoder forgets what it heard. What waits for its frame to fill up is zeroed too, so that from
  /// this cycle on every sample handed to the encoder is zero. Frames of silence go on being sent: the far side's delay
  /// must not grow.
  mutating func followMute() {
    let muted = ends.mute.isMuted
    guard gate.setMuted(muted) else { return }
    if muted { frame.clear() }
    encoder.reset()
    // The levels of what was said before are no levels of what is said muted.
    inputMeter.reset()
    counters.mutedLevelCentibels = SoundLevel.silence.hundredths
  }

  private mutating func setSending(_ sending: Bool) {
    guard sending != isSending else { return }
    isSending = sending
    frame.count = 0
    encoder.reset()
    markerPending = true
  }

  mutating func drainReceived() {
    while let slot = ends.received.peek() {
      let index = slot.pointee.talker.index
      if isActive[index] { talkers.insert(slot, for: index) }
      ends.received.release()
    }
  }

  /// The way of a captured period; answers how many frames were put into the ring.
  mutating func capture(_ captured: inout PCMFrame, at now: Instant) -> Int {
    precondition(captured.count >= 0 && captured.count <= Limits.periodSamplesMax, "a captured period is too long")
    lastPlayed.count = captured.count
    canceller.process(microphone: &captured, played: lastPlayed)
    gain.process(&captured, isFarOnly: canceller.isFarOnly)
    captured.withSamples { inputMeter.add($0) }
    // A talkspurt begins (RFC 3551 section 4.1).
    if gate.process(&captured, periodSamples: periodSamples) { markerPending = true }
    counters.capturedSamples += UInt64(captured.count)
    var committed = 0
    var used = 0
    while used < captured.count {
      let count = min(frameSamples - frame.count, captured.count - used)
      append(&captured, from: used, count: count)
      used += count
      timestamp = timestamp.advanced(by: count)
      if frame.count == frameSamples {
        if isSending, encode(at: now) { committed += 1 }
        frame.count = 0
      }
    }
    return committed
  }

  private mutating func append(_ captured: inout PCMFrame, from start: Int, count: Int) {
    let begin = frame.count
    frame.count = begin + count
    captured.withSamples { source in
      frame.withSamples { target in
        let part = UnsafeMutableBufferPointer(rebasing: source[start..<start + count])
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: target[begin..<begin + count]))
          .copyMemory(from: UnsafeRawBufferPointer(part))
      }
    }
  }

  /// Encodes the full frame into the ring; false when there was no room or the encoder failed.
  private mutating func encode(at now: Instant) -> Bool {
    sequence &+= 1
    guard let slot = ends.captured.claim() else {
      // The far side will see a gap, and the codec a seam.
      counters.refusedFrames += 1
      markerPending = true
      return false
    }
    guard let bytes = encoder.encode(frame, into: &slot.pointee.payload),
      bytes > 0, bytes <= Limits.encodedFrameBytesMax
    else {
      counters.encoderFailures += 1
      markerPending = true
      return false
    }
    var meter = LevelMeter()
    frame.withSamples { meter.add($0) }
    slot.pointee.count = bytes
    slot.pointee.talker = Talker(0)
    slot.pointee.sequence = sequence &- 1
    slot.pointee.timestamp = timestamp.advanced(by: 0 - frameSamples)
    slot.pointee.instant = now
    slot.pointee.marker = markerPending
    slot.pointee.levelBelowFullScale = meter.level.belowFullScale
    slot.pointee.sampleCount = frameSamples
    ends.captured.commit()
    markerPending = false
    counters.encodedFrames += 1
    return true
  }

  /// The way of a played period.
  mutating func play(_ played: inout PCMFrame, at now: Instant) {
    mixer.clear()
    let period = scratch.part(0, count: periodSamples)
    for index in 0..<Limits.talkersMax where isActive[index] {
      talkers.pull(index, into: period, at: now)
      mixer.add(period)
      talkerMeters[index].add(period)
    }
    // The talkers are taken in while they are not heard: their delay must not grow meanwhile.
    if speakerGate.isMuted { mixer.clear() }
    let volume = Fader.gain(percent: volumePercent)
    let isHushed = gate.isHalfDuplex && gate.letsOut
    mixer.scale(count: periodSamples, by: &talkersFader, to: isHushed ? 0 : volume)
    addTone()
    played.count = periodSamples
    mixer.write(to: &played)
    played.withSamples { outputMeter.add($0) }
    lastPlayed = played
  }

  /// Behind the speaker's gate: a muted speaker still rings.
  private mutating func addTone() {
    guard tones.tone != nil else { return }
    let period = scratch.part(0, count: periodSamples)
    let least = tones.tone == .ring ? Limits.ringVolumePercentMin : 0
    tones.fill(period)
    toneFader.apply(to: Fader.gain(percent: max(least, volumePercent)), period)
    mixer.add(period)
  }
}
