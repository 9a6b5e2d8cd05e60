// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between the loop thread and the audio thread: the slots of the rings.

/// Which far side is heard: an index into the talkers of the engine, 0 ..< Limits.talkersMax.
public struct Talker: Hashable, Sendable, BitwiseCopyable {
  /// The index.
  public let index: Int

  /// The talker at `index`, 0 ..< Limits.talkersMax.
  public init(_ index: Int) {
    precondition(index >= 0 && index < Limits.talkersMax, "a talker index is out of bounds")
    self.index = index
  }
}

/// A period or frame of mono sound, 16-bit samples at 48 kHz.
public struct PCMFrame: Sendable, BitwiseCopyable {
  /// The samples; the first `count` are used.
  public var samples = PCMFrameStorage(repeating: 0)
  /// How many samples are used, 0 ... Limits.frameSamplesMax.
  public var count: Int

  /// A frame of `count` zero samples.
  public init(count: Int = 0) {
    precondition(count >= 0 && count <= Limits.frameSamplesMax, "a PCM frame's size is out of bounds")
    self.count = count
  }

  /// Zeroes the used samples.
  public mutating func clear() {
    withSamples { samples in
      for index in samples.indices { samples[index] = 0 }
    }
  }

  /// The used samples in place, while `body` runs. A span of a frame that is only borrowed costs a copy of all of it.
  public mutating func withSamples<Result>(_ body: (UnsafeMutableBufferPointer<Int16>) -> Result) -> Result {
    let used = count
    return withUnsafeMutableBytes(of: &samples) { bytes in
      body(UnsafeMutableBufferPointer(rebasing: bytes.bindMemory(to: Int16.self)[0..<used]))
    }
  }
}

/// One encoded voice frame on its way between the two threads.
public struct EncodedFrame: Sendable, BitwiseCopyable {
  /// The codec's bytes; the first `count` are used.
  public var payload = EncodedFrameStorage(repeating: 0)
  /// How many bytes are used, 0 ... Limits.encodedFrameBytesMax.
  public var count = 0
  /// Received: who sent it. Captured: meaningless.
  public var talker = Talker(0)
  /// Received: the packet's extended sequence number (RFC 3550 appendix A.1). Captured: frames since the engine began.
  public var sequence: UInt32 = 0
  /// Received: the packet's timestamp. Captured: the time of its first sample, counted by the engine.
  public var timestamp = RTPTimestamp(0)
  /// When the packet arrived, or when the frame's last sample was captured.
  public var instant = Instant.zero
  /// The first frame after a silence or a gap (RFC 3551 section 4.1).
  public var marker = false
  /// Level in −dBov, 0 (loudest) ... 127 (silent), as RFC 6464 carries it.
  public var levelBelowFullScale: UInt8 = 127
  /// How many samples it codes for; 0 when only the decoder can tell.
  public var sampleCount = 0
  /// Received: how many samples the packet that carried this copy lies behind it (RFC 2198); 0 for a packet itself.
  public var copyOffsetSamples: UInt16 = 0

  /// An empty frame.
  public init() {}

  /// Replaces the payload with a copy of `source`; false, and nothing changed, when it does not fit.
  public mutating func assign(_ source: ByteView) -> Bool {
    guard source.count <= Limits.encodedFrameBytesMax else { return false }
    // One copy: an element of an inline array inside a value written alone costs a copy of the whole array.
    withUnsafeMutableBytes(of: &payload) { MutableByteView($0).copy(source) }
    count = source.count
    return true
  }
}

/// What the loop thread tells the audio thread.
public enum VoiceCommand: Sendable, BitwiseCopyable {
  /// Silences playback, or lets it through.
  case setSpeakerMuted(Bool)
  /// Starts or stops encoding captured sound into frames.
  case setSending(Bool)
  /// Begins to listen to a talker with an empty jitter buffer.
  case addTalker(Talker)
  /// Stops listening to a talker.
  case removeTalker(Talker)
  /// Tells the encoder what loss to prepare for, 0 ... 100 percent (in-band FEC follows it).
  case setExpectedLoss(percent: UInt8)
  /// Tells the encoder how many bits a second it may use.
  case setBitrate(bitsPerSecond: Int32)
  /// Says when the microphone's gate is open.
  case setTalkRules(TalkRules)
  /// Talk is pressed, or let go.
  case setTalking(Bool)
  /// Plays a tone instead of the one that plays; reports repeat its number.
  case playTone(Tone, number: UInt32)
  /// Ends the tone that plays.
  case stopTone
  /// How loud everything is played, 0 ... 100 percent.
  case setVolume(percent: UInt8)
  /// What is done to the microphone's sound.
  case setProcessing(SoundProcessing)
}

/// What the audio thread tells the loop thread about one talker. All but the delay and levels are totals since
/// `addTalker`.
public struct TalkerReport: Sendable, BitwiseCopyable {
  /// Whether the talker is listened to.
  public var isActive = false
  /// From a packet's arrival to its first sample being played, in samples at 48 kHz, for the last frame played.
  public var playoutDelaySamples: Int32 = 0
  /// The delay the jitter buffer aims at, in samples at 48 kHz: what the network needs, and the mean wait for a period.
  public var targetDelaySamples: Int32 = 0
  /// Frames played from packets.
  public var playedFrames: UInt64 = 0
  /// Samples made up by the codec's concealment.
  public var concealedSamples: UInt64 = 0
  /// How often the codec's concealment began.
  public var concealedRuns: UInt64 = 0
  /// Samples recovered from in-band FEC.
  public var recoveredSamples: UInt64 = 0
  /// Samples of silence, or of comfort noise, played because nothing was there to conceal from.
  public var silentSamples: UInt64 = 0
  /// Samples left out by time stretching, so that the delay shrinks.
  public var acceleratedSamples: UInt64 = 0
  /// Samples put in by time stretching, so that the delay grows.
  public var expandedSamples: UInt64 = 0
  /// Packets that came after their time was played.
  public var latePackets: UInt64 = 0
  /// Packets that were already there.
  public var duplicatePackets: UInt64 = 0
  /// Frames played from copies (RFC 2198) of packets that did not come; `playedFrames` counts them too.
  public var copiesPlayed: UInt64 = 0
  /// Copies that came after their time was played.
  public var lateCopies: UInt64 = 0
  /// Copies of packets that were already there, or already played.
  public var duplicateCopies: UInt64 = 0
  /// Packets dropped because the buffer was full or because too much had piled up.
  public var discardedPackets: UInt64 = 0
  /// Packets that the decoder refused.
  public var undecodablePackets: UInt64 = 0
  /// How loud the talker was before the volume, RMS over the last report period, in hundredths of a dBFS (0 ... −9,600).
  public var levelCentibels: Int32 = -9600

  /// A report of nothing.
  public init() {}
}

/// What the audio thread tells the loop thread, once in a while. Counters are totals, so a lost report loses nothing.
public struct VoiceReport: Sendable, BitwiseCopyable {
  /// Cycles run.
  public var cycles: UInt64 = 0
  /// The last cycle's time.
  public var instant = Instant.zero
  /// Samples captured.
  public var capturedSamples: UInt64 = 0
  /// Frames encoded.
  public var encodedFrames: UInt64 = 0
  /// Frames that found the captured ring full.
  public var refusedFrames: UInt64 = 0
  /// Frames the encoder failed on.
  public var encoderFailures: UInt64 = 0
  /// Input level before the gate, RMS over the last report period, in hundredths of a dBFS (0 ... −9,600).
  public var inputLevelCentibels: Int32 = -9600
  /// Output level, likewise.
  public var outputLevelCentibels: Int32 = -9600
  /// The input level as far as it was captured while muted; −9,600 when nothing was.
  public var mutedLevelCentibels: Int32 = -9600
  /// Samples that had to be limited.
  public var limitedSamples: UInt64 = 0
  /// Underruns and overruns of the sound device.
  public var xruns: UInt64 = 0
  /// Heap allocations made by the audio thread, where they are counted.
  public var allocations: UInt64 = 0
  /// Whether the microphone is muted, as the engine does it.
  public var microphoneMuted = false
  /// Whether the speaker is muted, as the engine does it.
  public var speakerMuted = false
  /// Whether talking lets the voice out, the tail included; a mute is not looked at.
  public var isGateOpen = false
  /// Whether a tone is played, its fading included.
  public var isTonePlaying = false
  /// The number of the last tone that was begun, or that was to be; 0 before.
  public var toneNumber: UInt32 = 0
  /// How the processing of the microphone's sound stands.
  public var processing = ProcessingReport()
  /// What each talker's buffer did.
  public var talkers = PerTalker<TalkerReport>(repeating: TalkerReport())

  /// A report of nothing.
  public init() {}
}
