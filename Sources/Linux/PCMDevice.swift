// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the audio thread captures from and plays to.
//
//   source: ALSA capture | ring (a file, read by the loop thread) | none  →  capture(into:)
//                                                                            engine
//   sink:  ALSA playback | ring (a file, written by the loop thread) | none  ←  play(_:)
//
// DESIGN. One clock paces a cycle: the captured sound card's, else the played one's, else the monotonic clock. A card
// that goes away ends no call: its side becomes silent, the next clock takes over and the counters say why. Tones and
// speech are not made here: whoever makes them writes over the frame that `.none` captured.

public import Core

/// Where the audio thread's sound comes from.
public enum PCMSource: ~Copyable {
  /// A sound card.
  case alsa(ALSAStream)
  /// Periods that the loop thread supplies; when there is none, the period is silence.
  case ring(Consumer<PCMFrame>)
  /// Silence.
  case none
}

/// Where the audio thread's sound goes to.
public enum PCMSink: ~Copyable {
  /// A sound card.
  case alsa(ALSAStream)
  /// Periods that the loop thread takes; when there is no room, the period is lost.
  case ring(Producer<PCMFrame>)
  /// Nowhere.
  case none
}

/// What became of the sound device's periods, as totals.
public struct PCMCounters: Sendable, BitwiseCopyable {
  /// How often capture ran over.
  public var captureXruns: UInt64 = 0
  /// How often playback ran dry.
  public var playbackXruns: UInt64 = 0
  /// Periods of silence because the source ring was empty.
  public var starvedPeriods: UInt64 = 0
  /// Periods lost because the sink ring was full.
  public var droppedPeriods: UInt64 = 0
  /// Periods skipped because the thread woke too late, where the monotonic clock paces.
  public var missedPeriods: UInt64 = 0
  /// Why the captured card went away; 0 when it did not.
  public var captureErrno: Int32 = 0
  /// Why the played card went away; 0 when it did not.
  public var playbackErrno: Int32 = 0

  /// Nothing happened yet.
  public init() {}
}

/// A source, a sink and their pace. Made on the loop thread, then owned by the audio thread; a cycle allocates nothing.
///
/// Order of calls: `start` once, then `capture`, `play`, `capture`, `play`, ...
public struct PCMDevice: ~Copyable {
  /// Which clock a cycle waits for.
  public enum Pacing: Sendable, BitwiseCopyable {
    /// The captured sound card's.
    case capture
    /// The played sound card's.
    case playback
    /// The monotonic clock.
    case clock
  }

  /// Samples a period.
  public let periodSamples: Int
  /// Which clock paces it now.
  public private(set) var pacing = Pacing.clock
  /// What has happened.
  public private(set) var counters = PCMCounters()
  private var captureStream: ALSAStream?
  private var captureRing: Consumer<PCMFrame>?
  private var playbackStream: ALSAStream?
  private var playbackRing: Producer<PCMFrame>?
  private var pace: AudioPace

  /// A device with periods of `periodSamples` samples; its streams were opened with the same.
  public init(source: consuming PCMSource, sink: consuming PCMSink, periodSamples: Int) {
    self.periodSamples = periodSamples
    pace = AudioPace(periodSamples: periodSamples)
    captureStream = nil
    captureRing = nil
    playbackStream = nil
    playbackRing = nil
    switch consume source {
    case .alsa(let stream): captureStream = consume stream
    case .ring(let ring): captureRing = consume ring
    case .none: break
    }
    switch consume sink {
    case .alsa(let stream): playbackStream = consume stream
    case .ring(let ring): playbackRing = consume ring
    case .none: break
    }
    choosePacing(at: .zero)
  }

  /// Begins, `at` now: playback gets its silence to begin with, capture runs.
  public mutating func start(at now: Instant) {
    if let result = playbackStream?.start() { note(playback: result, at: now) }
    if let result = captureStream?.start() { note(capture: result, at: now) }
    choosePacing(at: now)
  }

  /// Waits for the next period, unless the sink is what paces, and puts it into `frame`.
  public mutating func capture(into frame: inout PCMFrame) {
    if pacing == .clock {
      Clock.sleep(until: pace.nextDeadline(at: Clock.now()))
      counters.missedPeriods = pace.missedPeriods
    }
    if let result = captureStream?.read(into: &frame) {
      note(capture: result, at: Clock.now())
      return
    }
    frame.count = 0
    if captureRing != nil {
      if let period = captureRing?.pop() { frame = period } else { counters.starvedPeriods += 1 }
    }
    let count = min(frame.count, periodSamples)
    for index in count..<periodSamples { frame.samples[index] = 0 }
    frame.count = periodSamples
  }

  /// Plays `frame`, which is a period long; waits for room where the sink is a sound card.
  public mutating func play(_ frame: borrowing PCMFrame) {
    if let result = playbackStream?.write(frame) {
      note(playback: result, at: Clock.now())
      return
    }
    guard playbackRing != nil else { return }
    if let slot = playbackRing?.claim() {
      slot.pointee = copy frame
      playbackRing?.commit()
    } else {
      counters.droppedPeriods += 1
    }
  }

  /// Samples between the one played last and the one at the converter; nil when nobody can tell.
  public func playbackDelaySamples() -> Int? { playbackStream?.delaySamples() }

  /// Ends: what was written to a sound card is played first when `draining`.
  public consuming func finish(draining: Bool) {
    let stream = playbackStream.take()
    if let stream, draining { stream.finish() }
  }

  private mutating func note(capture result: PCMResult, at now: Instant) {
    switch result {
    case .done: break
    case .xrun: counters.captureXruns += 1
    case .failed(let errno):
      counters.captureErrno = errno
      captureStream = nil
      choosePacing(at: now)
    }
  }

  private mutating func note(playback result: PCMResult, at now: Instant) {
    switch result {
    case .done: break
    case .xrun: counters.playbackXruns += 1
    case .failed(let errno):
      counters.playbackErrno = errno
      playbackStream = nil
      choosePacing(at: now)
    }
  }

  private mutating func choosePacing(at now: Instant) {
    if captureStream?.isPaced ?? false {
      pacing = .capture
    } else if playbackStream?.isPaced ?? false {
      pacing = .playback
    } else {
      pacing = .clock
      pace.start(at: now)
    }
  }
}
