// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The sound of a host: when it runs, what it comes from and goes to, and what is said about it.
//
//   connection, held or kept ──► startAudio ──► keeper (opens cards) ─► audio thread (uses them)
//   none of these            ──► stopAudio  ──► audio thread, keeper

import Core
public import Linux
import VOIP
import Voice

extension ServiceHost {
  /// Runs the sound from now on even without a connection, for a tone; or no longer.
  public func holdSound(_ held: Bool) {
    isSoundHeld = held
    settleSound()
  }

  /// Whether the audio thread runs.
  public var isSoundRunning: Bool { audio.isRunning }

  /// Cycles of the audio thread so far: it grows by one a period while `isSoundRunning`, sound card or not, and stands
  /// still when the thread is frozen.
  public var audioProgress: UInt64 { audio.progress }

  /// What the sound cards did since the sound started.
  public var soundCounters: SoundCounters { audio.counters }

  /// How late sound is, as measured last; nil while it is not known.
  public var soundLatency: SoundLatency? {
    let (times, latency) = audio.latency
    return times == 0 ? nil : latency
  }

  func settleSound() {
    if keepSoundRunning || isSoundHeld || !service.connections.isEmpty { startAudio() } else { stopAudio() }
  }

  func startAudio() {
    guard !audio.isRunning else { return }
    if isMicrophoneWanted { service.enableMicrophone() }
    setMixer()
    do throws(HostError) {
      try openKeeper()
      try audio.start(PCMDevice(source: try openSource(), sink: openSink(), periodSamples: settings.periodSamples))
      shownCounters = SoundCounters()
      shownAlignments = 0
    } catch {
      notices.append(.soundFailed(error))
      keeper?.stop()
      keeper = nil
      service.microphoneFailed(code: 0)
    }
  }

  func stopAudio() {
    guard audio.isRunning else { return }
    noteDevices()
    audio.stop()
    keeper?.stop()
    keeper = nil
    soundTrouble = SoundTrouble()
    fileSink?.serve()
    fileSource = nil
  }

  private func openKeeper() throws(HostError) {
    keeper = try settings.makeKeeper(bell: bell.button)
  }

  private func openSource() throws(HostError) -> PCMSource {
    switch settings.input {
    case .alsa:
      if let handoff = keeper?.capture { return .card(handoff) }
      return .none
    case .file(let path):
      let ring = Ring<PCMFrame>(capacity: Limits.pcmRingSlots)
      fileSource = try FileSource(path: path, periodSamples: settings.periodSamples, ring: ring.takeProducer())
      return .ring(ring.takeConsumer())
    case .tone, .speech, .silence: return .none
    }
  }

  private func openSink() -> PCMSink {
    switch settings.output {
    case .alsa:
      if let handoff = keeper?.playback { return .card(handoff) }
      return .none
    case .file:
      let ring = Ring<PCMFrame>(capacity: Limits.pcmRingSlots)
      fileSink?.listen(to: ring.takeConsumer())
      return .ring(ring.takeProducer())
    case .none: return .none
    }
  }

  // MARK: What is said

  /// Takes in what the cards and the audio thread have to say.
  func noteDevices() {
    if let grant = audio.takeGrant() { notices.append(.audioStarted(grant)) }
    noteFirstPeriod()
    while let event = keeper?.nextEvent() { note(event) }
    let counters = audio.counters
    if counters.captureXruns != shownCounters.captureXruns || counters.playbackXruns != shownCounters.playbackXruns {
      notices.append(.soundInterrupted(counters))
      shownCounters = counters
    }
    let (times, latency) = audio.latency
    if times != shownAlignments {
      shownAlignments = times
      if times > 0 {
        notices.append(.soundAligned(latency))
        service.setDeviceDelay(milliseconds: (latency.captureSamples + latency.playbackSamples) / 48)
      }
    }
    if let failure = fileSink?.takeFailure() {
      notices.append(.trouble("what is played is no longer written to the sound file", failure))
    }
  }

  private func note(_ event: SoundEvent) {
    switch event {
    case .opened(let direction, let figures, let isBack):
      let isCapture = direction == .capture
      let name = name(of: direction)
      if isCapture { soundTrouble.capture = nil } else { soundTrouble.playback = nil }
      notices.append(
        isBack
          ? .deviceBack(name: name, isCapture: isCapture, figures)
          : .deviceOpened(name: name, isCapture: isCapture, figures))
      // A card that was away has forgotten what it was set to.
      if isBack || isMixerIncomplete { setMixer() }
    case .lost(let direction, let errno):
      let error = LinuxError(call: direction == .capture ? "snd_pcm_readi" : "snd_pcm_writei", errno: errno)
      notices.append(.deviceLost(name: name(of: direction), isCapture: direction == .capture, error))
      miss(direction, error)
    case .missing(let direction, let errno):
      let error = LinuxError(call: "snd_pcm_open", errno: errno)
      // That a card which was lost cannot be opened either is no news, unless the reason is another one.
      let known = direction == .capture ? soundTrouble.capture : soundTrouble.playback
      if known.map({ !SoundRemedy.isSame($0.errno, error.errno) }) ?? true {
        notices.append(.deviceMissing(name: name(of: direction), isCapture: direction == .capture, error))
      }
      miss(direction, error)
    }
  }

  /// The call goes on without that side: silence is sent, or what comes in is not heard, until the card is back.
  private func miss(_ direction: ALSAStream.Direction, _ error: LinuxError) {
    switch direction {
    case .capture:
      if soundTrouble.capture == nil { service.microphoneLost(code: error.errno) }
      soundTrouble.capture = error
    case .playback:
      if soundTrouble.playback == nil { service.speakerFailed(code: error.errno) }
      soundTrouble.playback = error
    }
  }

  private func name(of direction: ALSAStream.Direction) -> String {
    switch direction {
    case .capture: if case .alsa(let name) = settings.input { return name }
    case .playback: if case .alsa(let name) = settings.output { return name }
    }
    return ""
  }

  /// Sets controls of sound cards now, and again whenever a card is back, instead of those of the settings.
  public func setMixer(_ presets: [MixerPreset]) {
    mixer = presets
    if audio.isRunning { setMixer() }
  }

  private func setMixer() {
    let (count, errors) = SoundMixer.apply(mixer)
    isMixerIncomplete = !errors.isEmpty
    for error in errors { notices.append(.mixerRefused(error)) }
    if count > 0 { notices.append(.mixerSet(count: count)) }
  }

  private func noteFirstPeriod() {
    if firstPeriod == 0 { firstPeriod = audio.firstPeriod }
  }
}

extension HostSettings {
  /// What opens and keeps the sound cards, already running; nil: none is configured.
  func makeKeeper(bell: Doorbell.Button) throws(HostError) -> SoundKeeper? {
    var capture: String?
    var playback: String?
    if case .alsa(let name) = input { capture = name }
    if case .alsa(let name) = output { playback = name }
    guard capture != nil || playback != nil else { return nil }
    let prefill = max(1, prefillPeriods)
    var card = ALSASettings(
      periodSamples: periodSamples, periodCount: max(4, prefill + 2), prefillPeriods: prefill)
    card.captureChannel = inputChannel
    card.makeConversion = { SoundConversion.make(from: $0, to: $1) }
    do throws(LinuxError) {
      let keeper = try SoundKeeper(
        capture: capture, playback: playback, captureSettings: card, playbackSettings: card, bell: bell)
      try keeper.start()
      return keeper
    } catch { throw .system(what: "sound cards", error) }
  }
}
