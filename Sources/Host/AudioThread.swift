// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The audio thread: device, engine, doorbell, once a period.
//
//   capture ─► engine.cycle ─► play         one cycle a period; the device waits, nothing else does
//                  └─► doorbell, once a frame
//
// The loop thread makes everything, starts the thread and joins it. Meanwhile the engine and the device are the
// thread's alone; what both look at are atomics.

import VOIP
import Core
import Codecs
import Linux
import Synchronization
import Voice

/// The audio thread and what it works on. Owned by the loop thread.
final class AudioThread {
  private let work: AudioWork
  private var thread: Thread?

  /// A thread that has not started, over the engine's `ends` of the rings.
  init(settings: HostSettings, ends: consuming VoiceEngine.Ends, bell: Doorbell.Button) {
    work = AudioWork(engine: Self.makeEngine(settings, ends: ends), settings: settings, bell: bell)
  }

  deinit { stop() }

  private static func makeEngine(_ settings: HostSettings, ends: consuming VoiceEngine.Ends) -> VoiceEngine {
    VoiceEngine(
      periodSamples: settings.periodSamples, frameSamples: settings.service.frameSamples, encoder: OpusEncoder(),
      canceller: KalmanCanceller(periodSamples: settings.periodSamples), ends: ends, makeDecoder: { OpusDecoder() })
  }

  /// Whether the thread runs.
  var isRunning: Bool { thread != nil }

  /// Starts the thread over `device`. It must not run.
  func start(_ device: consuming PCMDevice) throws(HostError) {
    precondition(thread == nil, "the audio thread is started twice")
    work.prepare(device)
    do throws(LinuxError) {
      thread = try Thread(name: "audio", entry: runAudio, context: Unmanaged.passUnretained(work).toOpaque())
    } catch {
      work.device = nil
      throw .system(what: "audio thread", error)
    }
  }

  /// Stops the thread and waits for it: at most a period. Harmless when it does not run.
  func stop() {
    guard let running = thread.take() else { return }
    work.isStopping.store(true, ordering: .releasing)
    running.join()
    work.finish()
  }

  /// What the kernel granted, once the thread has asked; nil before. Answers each start's once.
  func takeGrant() -> RealTimeGrant? {
    guard work.hasGrant.exchange(false, ordering: .acquiring) else { return nil }
    return work.grant
  }

  /// When the first period of the last start was captured, in nanoseconds of the monotonic clock; 0 before.
  var firstPeriod: Int64 { work.firstPeriod.load(ordering: .relaxed) }

  /// Cycles run so far, over all starts.
  var progress: UInt64 { work.progress.load(ordering: .relaxed) }

  /// What the sound cards did since the last start.
  var counters: SoundCounters {
    var counters = SoundCounters()
    counters.captureXruns = work.captureXruns.load(ordering: .relaxed)
    counters.playbackXruns = work.playbackXruns.load(ordering: .relaxed)
    counters.captureLosses = work.captureLosses.load(ordering: .relaxed)
    counters.playbackLosses = work.playbackLosses.load(ordering: .relaxed)
    return counters
  }

  /// How often both directions were begun together and then measured, and what was found; 0 and nothing before.
  var latency: (times: Int, SoundLatency) {
    let times = work.alignedTimes.load(ordering: .acquiring)
    var latency = SoundLatency()
    latency.captureSamples = work.captureDelay.load(ordering: .relaxed)
    latency.playbackSamples = work.playbackDelay.load(ordering: .relaxed)
    latency.alignmentSamples = work.alignment.load(ordering: .relaxed)
    latency.isLinked = work.isLinked.load(ordering: .relaxed)
    return (times, latency)
  }
}

/// What the thread works on; a class so that a pointer to it can be handed over.
final class AudioWork {
  var engine: VoiceEngine
  var device: PCMDevice?
  var grant = RealTimeGrant()
  let settings: HostSettings
  let bell: Doorbell.Button
  let isStopping = Atomic<Bool>(false)
  let hasGrant = Atomic<Bool>(false)
  let firstPeriod = Atomic<Int64>(0)
  let progress = Atomic<UInt64>(0)
  let captureXruns = Atomic<Int>(0)
  let playbackXruns = Atomic<Int>(0)
  let captureLosses = Atomic<Int>(0)
  let playbackLosses = Atomic<Int>(0)
  let alignedTimes = Atomic<Int>(0)
  let alignment = Atomic<Int>(0)
  let captureDelay = Atomic<Int>(0)
  let playbackDelay = Atomic<Int>(0)
  let isLinked = Atomic<Bool>(false)
  private var tone = ToneGenerator(hertz: 440, level: SoundLevel(hundredths: -2000))
  private var speech = SpeechLikeSource()

  init(engine: consuming VoiceEngine, settings: HostSettings, bell: Doorbell.Button) {
    self.engine = engine
    self.settings = settings
    self.bell = bell
    if case .tone(let hertz) = settings.input {
      tone = ToneGenerator(hertz: hertz, level: SoundLevel(hundredths: -2000))
    }
  }

  func prepare(_ device: consuming PCMDevice) {
    self.device = consume device
    engine.dropReceived()
    isStopping.store(false, ordering: .releasing)
    firstPeriod.store(0, ordering: .relaxed)
    alignedTimes.store(0, ordering: .relaxed)
    publish(PCMCounters())
  }

  func finish() {
    guard let device = device.take() else { return }
    device.finish(draining: false)
  }

  func run() {
    grant = RealTime.request(
      priority: settings.audioPriority, processor: settings.audioProcessor, lockingMemory: settings.locksMemory)
    hasGrant.store(true, ordering: .releasing)
    let allocationsBefore = BuildInfo.threadAllocations
    var captured = PCMFrame(count: settings.periodSamples)
    var played = PCMFrame(count: settings.periodSamples)
    device?.start(at: Clock.now())
    while !isStopping.load(ordering: .acquiring) {
      captured.count = settings.periodSamples
      device?.capture(into: &captured)
      generate(&captured)
      let now = Clock.now()
      if firstPeriod.load(ordering: .relaxed) == 0 { firstPeriod.store(now.nanoseconds, ordering: .relaxed) }
      let frames = engine.cycle(captured: &captured, played: &played, at: now)
      if frames > 0 || engine.hasNews { bell.ring() }
      device?.play(played)
      publishDevice()
      progress.wrappingAdd(1, ordering: .relaxed)
      engine.allocations = BuildInfo.threadAllocations - allocationsBefore
    }
  }

  /// Puts what the device knows where the loop thread may look.
  private func publishDevice() {
    guard let counters = device?.counters else { return }
    engine.xruns = counters.captureXruns + counters.playbackXruns
    publish(counters)
    guard let known = device?.alignment, let samples = known.samples, let isLinked = device?.isLinked else { return }
    alignment.store(samples, ordering: .relaxed)
    captureDelay.store(known.captureDelaySamples, ordering: .relaxed)
    playbackDelay.store(known.playbackDelaySamples, ordering: .relaxed)
    self.isLinked.store(isLinked, ordering: .relaxed)
    alignedTimes.store(Int(truncatingIfNeeded: counters.alignments), ordering: .releasing)
  }

  private func publish(_ counters: PCMCounters) {
    captureXruns.store(Int(truncatingIfNeeded: counters.captureXruns), ordering: .relaxed)
    playbackXruns.store(Int(truncatingIfNeeded: counters.playbackXruns), ordering: .relaxed)
    captureLosses.store(Int(truncatingIfNeeded: counters.captureLosses), ordering: .relaxed)
    playbackLosses.store(Int(truncatingIfNeeded: counters.playbackLosses), ordering: .relaxed)
  }

  private func generate(_ frame: inout PCMFrame) {
    switch settings.input {
    case .tone: tone.fill(&frame)
    case .speech: speech.fill(&frame)
    case .alsa, .file, .silence: break
    }
  }
}

/// The thread's entry: a free function, because a closure inside a `@main` type can trap off the main thread.
func runAudio(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<AudioWork>.fromOpaque(context).takeUnretainedValue().run()
}
