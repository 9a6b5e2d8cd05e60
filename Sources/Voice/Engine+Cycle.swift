// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The steps of one cycle of the engine.

import Core

extension Engine where Encoder: ~Copyable, Decoder: ~Copyable, Canceller: ~Copyable {
  mutating func drainCommands() {
    while let command = ends.commands.pop() {
      switch command {
      case .setMicrophoneMuted(let muted): setMicrophoneMuted(muted)
      case .setSpeakerMuted(let muted): _ = speakerGate.setMuted(muted)
      case .setSending(let sending): setSending(sending)
      case .addTalker(let talker):
        talkers.restart(talker.index)
        isActive[talker.index] = true
      case .removeTalker(let talker):
        talkers.restart(talker.index)
        isActive[talker.index] = false
      case .setExpectedLoss(let percent): encoder.setExpectedLoss(percent: min(100, Int(percent)))
      }
    }
  }

  /// On either edge the encoder forgets what it heard. What waits for its frame to fill up is zeroed too, so that from
  /// the command on every sample handed to the encoder is zero. Frames of silence go on being sent: the far side's
  /// delay must not grow.
  private mutating func setMicrophoneMuted(_ muted: Bool) {
    guard gate.setMuted(muted) else { return }
    gate.apply(to: &frame)
    encoder.reset()
    // Unmuted speech begins a talkspurt (RFC 3551 section 4.1).
    if !muted { markerPending = true }
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
    captured.withSamples { inputMeter.add($0) }
    gate.apply(to: &captured)
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
    }
    played.count = periodSamples
    mixer.write(to: &played)
    speakerGate.apply(to: &played)
    played.withSamples { outputMeter.add($0) }
    lastPlayed = played
  }
}
