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
      canceller: NoCanceller(), ends: ends, makeDecoder: { OpusDecoder() })
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

  /// What the device counted, as of the thread's last stop.
  var counters: PCMCounters { work.counters }
}

/// What the thread works on; a class so that a pointer to it can be handed over.
final class AudioWork {
  var engine: VoiceEngine
  var device: PCMDevice?
  var counters = PCMCounters()
  var grant = RealTimeGrant()
  let settings: HostSettings
  let bell: Doorbell.Button
  let isStopping = Atomic<Bool>(false)
  let hasGrant = Atomic<Bool>(false)
  let firstPeriod = Atomic<Int64>(0)
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
  }

  func finish() {
    guard let device = device.take() else { return }
    counters = device.counters
    device.finish(draining: false)
  }

  func run() {
    grant = RealTime.request(priority: settings.audioPriority, lockingMemory: settings.locksMemory)
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
      if let counters = device?.counters { engine.xruns = counters.captureXruns + counters.playbackXruns }
      engine.allocations = BuildInfo.threadAllocations - allocationsBefore
    }
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
