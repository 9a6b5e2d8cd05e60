// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A sound check on the cards, or files, of a host: one thread, no service.

import Core
import Linux
public import Voice

/// A sound check with real devices.
public enum SoundCheckRun {
  /// Plays and records by `settings`, and answers what was found; takes ten seconds. Controls of sound cards are set first.
  ///
  /// Throws when a card or file cannot be opened.
  public static func run(_ settings: HostSettings) throws(HostError) -> SoundCheckResult {
    _ = SoundMixer.apply(settings.mixer)
    let bell: Doorbell
    do throws(LinuxError) { bell = try Doorbell() } catch { throw .system(what: "sound cards", error) }
    let keeper = try settings.makeKeeper(bell: bell.button)
    defer { keeper?.stop() }
    if let keeper { try wait(for: keeper, settings) }
    var fileSource: FileSource?
    var source = PCMSource.none
    if case .file(let path) = settings.input {
      let ring = Ring<PCMFrame>(capacity: Limits.pcmRingSlots)
      fileSource = try FileSource(path: path, periodSamples: settings.periodSamples, ring: ring.takeProducer())
      source = .ring(ring.takeConsumer())
    } else if let handoff = keeper?.capture {
      source = .card(handoff)
    }
    var fileSink: FileSink?
    var sink = PCMSink.none
    if case .file(let path) = settings.output {
      let ring = Ring<PCMFrame>(capacity: Limits.pcmRingSlots)
      fileSink = try FileSink(path: path)
      fileSink?.listen(to: ring.takeConsumer())
      sink = .ring(ring.takeProducer())
    } else if let handoff = keeper?.playback {
      sink = .card(handoff)
    }
    _ = RealTime.request(
      priority: settings.audioPriority, processor: settings.audioProcessor, lockingMemory: settings.locksMemory)
    var check = SoundCheck()
    var device = PCMDevice(source: source, sink: sink, periodSamples: settings.periodSamples)
    var captured = PCMFrame(count: settings.periodSamples)
    var played = PCMFrame(count: settings.periodSamples)
    device.start(at: Clock.now())
    while !check.isDone {
      captured.count = settings.periodSamples
      device.capture(into: &captured)
      check.exchange(captured: captured, played: &played)
      device.play(played)
      fileSource?.serve()
      fileSink?.serve()
    }
    device.finish(draining: false)
    fileSink?.finish()
    return check.result()
  }

  /// Waits until every card is open: half a sound check is none.
  private static func wait(for keeper: SoundKeeper, _ settings: HostSettings) throws(HostError) {
    var awaited = (keeper.capture == nil ? 0 : 1) + (keeper.playback == nil ? 0 : 1)
    let deadline = Clock.now() + .seconds(5)
    while awaited > 0 {
      guard let event = keeper.nextEvent() else {
        guard Clock.now() < deadline else {
          throw .system(what: "sound cards", LinuxError(call: "snd_pcm_open", errno: LinuxError.timedOut))
        }
        Clock.sleep(until: Clock.now() + .milliseconds(10))
        continue
      }
      switch event {
      case .opened: awaited -= 1
      case .lost(let direction, let errno), .missing(let direction, let errno):
        keeper.stop()
        let what = direction == .capture ? "the input's sound card" : "the output's sound card"
        throw .system(what: what, LinuxError(call: "snd_pcm_open", errno: errno))
      }
    }
  }
}
