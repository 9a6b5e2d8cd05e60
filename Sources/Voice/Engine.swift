// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The audio thread's whole work: one call of `cycle` a device period.
//
//   captured --> canceller --> gain --> meter --> mute, talk --> frame --> encoder --> ring `captured` (and the doorbell)
//                    ^
//                    |  the period played one cycle before
//                    |
//   played <-- limiter <-- mixer <-- volume <-- speaker's gate <-- a playout for each talker <-- ring `received`
//                            ^
//                            '------ volume <-- tones
//
//   The mute bit is read first, then ring `commands` is emptied. Ring `reports` gets one report each 100 ms of captured
//   or played sound, and one at once when the talk gate or a tone begins or ends.
//
// It reads no clock, takes no lock and allocates nothing; everything it uses is made before it starts
// (`Engine+Making.swift`). The loop thread reads reports whenever it wakes: they have no doorbell of their own, and
// their counters are totals.

public import Core

/// The voice engine. Owned by the audio thread.
public struct Engine<
  Encoder: VoiceEncoder & ~Copyable, Decoder: VoiceDecoder & ~Copyable, Canceller: EchoCanceller & ~Copyable
>: ~Copyable {
  /// The ends of the four rings that the engine holds, and the bit that it obeys.
  public struct Ends: ~Copyable {
    var captured: Producer<EncodedFrame>
    var received: Consumer<EncodedFrame>
    var commands: Consumer<VoiceCommand>
    var reports: Producer<VoiceReport>
    let mute: MuteBit

    /// The engine's ends of the rings, and the microphone's mute, the same as the service's.
    public init(
      captured: consuming Producer<EncodedFrame>, received: consuming Consumer<EncodedFrame>,
      commands: consuming Consumer<VoiceCommand>, reports: consuming Producer<VoiceReport>, mute: MuteBit
    ) {
      self.captured = captured
      self.received = received
      self.commands = commands
      self.reports = reports
      self.mute = mute
    }
  }

  /// How many samples a cycle captures and plays: 240, 480 or 960.
  public let periodSamples: Int
  /// How many samples an encoded frame has: 480 or 960.
  public let frameSamples: Int
  /// Underruns and overruns of the sound device; the caller adds to it, reports carry it.
  public var xruns: UInt64 = 0
  /// Heap allocations made by the audio thread, where the caller counts them; reports carry it.
  public var allocations: UInt64 = 0
  /// Whether the last cycle reported something at once: the caller rings the doorbell then too.
  public private(set) var hasNews = false

  var encoder: Encoder
  var canceller: Canceller
  var gain: GainControl
  var talkers: TalkerTable<Decoder>
  var ends: Ends
  let scratch: SampleMemory

  // Captured side.
  var gate: TalkGate
  var isSending = false
  var frame = PCMFrame()
  var timestamp = RTPTimestamp(0)
  var sequence: UInt32 = 0
  var markerPending = true
  var inputMeter = LevelMeter()

  // Played side.
  var mixer = Mixer()
  var speakerGate = Gate()
  var tones = TonePlayer()
  var volumePercent = 100
  var talkersFader = Fader(gain: Fader.unity)
  var toneFader = Fader(gain: Fader.unity)
  var lastPlayed: PCMFrame
  var outputMeter = LevelMeter()
  var talkerMeters = PerTalker<LevelMeter>(repeating: LevelMeter())
  var talkerLevels = PerTalker<Int32>(repeating: SoundLevel.silence.hundredths)
  var isActive = PerTalker<Bool>(repeating: false)

  // Reports.
  var counters = VoiceReport()
  var samplesSinceReport = 0
  var saidGateOpen = false
  var saidTonePlaying = false

  /// An engine over memory made for it; see `init(periodSamples:frameSamples:encoder:canceller:ends:makeDecoder:)`.
  init(
    periodSamples: Int, frameSamples: Int, encoder: consuming Encoder, canceller: consuming Canceller,
    talkers: consuming TalkerTable<Decoder>, ends: consuming Ends, scratch: consuming SampleMemory,
    line: consuming SampleMemory, gain: consuming GainControl
  ) {
    precondition(periodSamples == 240 || periodSamples == 480 || periodSamples == 960, "a period is 5, 10 or 20 ms")
    precondition(frameSamples == 480 || frameSamples == 960, "a voice frame is 10 or 20 ms")
    self.periodSamples = periodSamples
    self.frameSamples = frameSamples
    self.encoder = encoder
    self.canceller = canceller
    self.gain = gain
    self.talkers = talkers
    self.ends = ends
    self.scratch = scratch
    gate = TalkGate(line: line)
    lastPlayed = PCMFrame(count: periodSamples)
  }

  /// Runs one period that is due at `now`: takes `captured` in (`periodSamples` samples, or fewer when the device had
  /// fewer; they are changed in place) and fills `played` with `periodSamples` samples. Answers how many encoded frames
  /// it put into the ring, so that the caller rings the doorbell when it is not 0 (or `hasNews`).
  public mutating func cycle(captured: inout PCMFrame, played: inout PCMFrame, at now: Instant) -> Int {
    followMute()
    drainCommands()
    drainReceived()
    let committed = capture(&captured, at: now)
    play(&played, at: now)
    counters.cycles += 1
    counters.instant = now
    samplesSinceReport += periodSamples
    let isRegular = samplesSinceReport >= Limits.sampleRate / 10
    hasNews = gate.isOpen != saidGateOpen || (tones.tone != nil) != saidTonePlaying
    if isRegular { measure() }
    if isRegular || hasNews { report() }
    return committed
  }

  /// Forgets what lies in the ring `received`: sound of calls that ended while the engine stood still. Before its thread starts.
  public mutating func dropReceived() { _ = ends.received.skip(keeping: 0) }

  /// What the engine did so far; the reports carry the same.
  public var currentReport: VoiceReport {
    var report = counters
    report.limitedSamples = mixer.limitedSamples
    report.xruns = xruns
    report.allocations = allocations
    report.microphoneMuted = gate.isMuted
    report.speakerMuted = speakerGate.isMuted
    report.isGateOpen = gate.isOpen
    report.isTonePlaying = tones.tone != nil
    report.processing = canceller.report
    report.processing.gainCentibels = Int32(2000 * 0.434_294_481_9 * Maths.logarithm(Double(gain.factor)))
    for index in 0..<Limits.talkersMax {
      report.talkers[index] = talkers.report(index)
      report.talkers[index].isActive = isActive[index]
      report.talkers[index].levelCentibels = talkerLevels[index]
    }
    return report
  }

  /// How many of the talker's packets wait.
  public func storedPackets(of talker: Talker) -> Int { talkers.storedPackets(talker.index) }

  private mutating func measure() {
    samplesSinceReport = 0
    counters.mutedLevelCentibels = gate.isMuted ? inputMeter.level.hundredths : SoundLevel.silence.hundredths
    counters.inputLevelCentibels = inputMeter.level.hundredths
    counters.outputLevelCentibels = outputMeter.level.hundredths
    inputMeter.reset()
    outputMeter.reset()
    for index in 0..<Limits.talkersMax {
      talkerLevels[index] = talkerMeters[index].level.hundredths
      talkerMeters[index].reset()
    }
  }

  private mutating func report() {
    saidGateOpen = gate.isOpen
    saidTonePlaying = tones.tone != nil
    // A full ring loses this report; the next one says it all again.
    _ = ends.reports.push(currentReport)
  }
}
