// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the audio thread captures from and plays to.
//
//   source: card (by a handoff) | ring (a file, read by the loop thread) | none  →  capture(into:)
//                                                                                   engine
//   sink:  card (by a handoff) | ring (a file, written by the loop thread) | none  ←  play(_:)
//
// DESIGN. One clock paces a cycle: the captured sound card's, else the played one's, else the monotonic clock. A card
// that is not there or goes away ends no call: its side is silent, the next clock takes over, and the stream goes back to
// whoever opens and closes (SoundKeeper), who may hand over another one at any cycle. Whenever a stream comes or runs over
// or dry, both directions are stopped and begun together, so that the lag between them is the same again (`alignment`);
// two directions of one card are linked, so that the kernel does so by itself. Tones and speech are not made here:
// whoever makes them writes over the frame that `.none` captured.

public import Core

/// Where the audio thread's sound comes from.
public enum PCMSource: ~Copyable {
  /// A sound card, as long as one is handed over.
  case card(StreamHandoff)
  /// Periods that the loop thread supplies; when there is none, the period is silence.
  case ring(Consumer<PCMFrame>)
  /// Silence.
  case none
}

/// Where the audio thread's sound goes to.
public enum PCMSink: ~Copyable {
  /// A sound card, as long as one is handed over.
  case card(StreamHandoff)
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
  /// How often a captured card went away.
  public var captureLosses: UInt64 = 0
  /// How often a played card went away.
  public var playbackLosses: UInt64 = 0
  /// How often both directions were begun together.
  public var alignments: UInt64 = 0
  /// Periods of silence because the source ring was empty.
  public var starvedPeriods: UInt64 = 0
  /// Periods lost because the sink ring was full.
  public var droppedPeriods: UInt64 = 0
  /// Periods skipped because the thread woke too late, where the monotonic clock paces.
  public var missedPeriods: UInt64 = 0

  /// Nothing happened yet.
  public init() {}
}

/// A source, a sink and their pace. Made on the loop thread, then owned by the audio thread; a cycle allocates nothing.
///
/// Order of calls: `start` once, then `capture`, `play`, `capture`, `play`, ..., at last `finish`.
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
  /// How far what is captured lags behind what is played; known while both directions are sound cards.
  public private(set) var alignment = SoundAlignment()
  /// Whether the kernel starts and stops both directions together.
  public private(set) var isLinked = false
  private var captureHandoff: StreamHandoff?
  private var captureStream: UnsafeMutablePointer<ALSAStream>?
  private var captureRing: Consumer<PCMFrame>?
  private var playbackHandoff: StreamHandoff?
  private var playbackStream: UnsafeMutablePointer<ALSAStream>?
  private var playbackRing: Producer<PCMFrame>?
  private var pace: AudioPace

  /// A device with periods of `periodSamples` samples; the streams that are handed over were opened with the same.
  public init(source: consuming PCMSource, sink: consuming PCMSink, periodSamples: Int) {
    self.periodSamples = periodSamples
    pace = AudioPace(periodSamples: periodSamples)
    switch consume source {
    case .card(let handoff): captureHandoff = handoff
    case .ring(let ring): captureRing = consume ring
    case .none: break
    }
    switch consume sink {
    case .card(let handoff): playbackHandoff = handoff
    case .ring(let ring): playbackRing = consume ring
    case .none: break
    }
  }

  /// Begins, `at` now, with the streams that are there already.
  public mutating func start(at now: Instant) {
    pace.start(at: now)
    takeStreams(at: now)
  }

  /// Waits for the next period, unless the sink is what paces, and puts it into `frame`.
  public mutating func capture(into frame: inout PCMFrame) {
    if captureHandoff != nil || playbackHandoff != nil { takeStreams(at: nil) }
    if pacing == .clock {
      Clock.sleep(until: pace.nextDeadline(at: Clock.now()))
      counters.missedPeriods = pace.missedPeriods
    }
    if let stream = captureStream {
      let result = stream.pointee.read(into: &frame)
      note(capture: result)
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
    if let stream = playbackStream {
      switch stream.pointee.write(frame) {
      case .done: break
      case .failed(let errno): losePlayback(errno, at: Clock.now())
      case .xrun:
        counters.playbackXruns += 1
        align(at: Clock.now())
        // The period that found the device dry is played behind the new silence.
        guard let stream = playbackStream else { return }
        if case .failed(let errno) = stream.pointee.write(frame) { losePlayback(errno, at: Clock.now()) }
      }
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
  public func playbackDelaySamples() -> Int? { playbackStream?.pointee.delaySamples() }

  /// Ends: what was written to a sound card is played first when `draining`. Not on the audio thread: it may wait.
  public consuming func finish(draining: Bool) {
    if isLinked { captureStream?.pointee.unlink() }
    if let stream = playbackStream { StreamHandoff.close(stream, draining: draining) }
    if let stream = captureStream { StreamHandoff.close(stream) }
  }

  // MARK: Coming and going

  /// Takes over what was handed over since; `at` nil means that the clock is still to be read.
  private mutating func takeStreams(at now: Instant?) {
    var isNew = false
    if captureStream == nil, let stream = captureHandoff?.take() {
      captureStream = stream
      isNew = true
    }
    if playbackStream == nil, let stream = playbackHandoff?.take() {
      playbackStream = stream
      isNew = true
    }
    if isNew { align(at: now ?? Clock.now()) }
  }

  /// Stops both directions and begins both, playback first: its silence takes a moment to write.
  private mutating func align(at now: Instant) {
    counters.alignments += 1
    alignment.restart()
    // Each step may find that a card is gone; the other one goes on.
    if let stream = playbackStream { check(stream.pointee.makeReady(), isCapture: false, at: now) }
    if let stream = captureStream { check(stream.pointee.makeReady(), isCapture: true, at: now) }
    // Only streams in the same state can be linked, and one that came first already ran.
    linkStreams()
    if let stream = playbackStream { check(stream.pointee.begin(), isCapture: false, at: now) }
    if let stream = captureStream { check(stream.pointee.begin(), isCapture: true, at: now) }
    choosePacing(at: now)
  }

  private mutating func linkStreams() {
    guard !isLinked, let captureStream, let playbackStream else { return }
    let (one, other) = (captureStream.pointee.figures, playbackStream.pointee.figures)
    guard one.isHardware, other.isHardware, one.card == other.card else { return }
    isLinked = captureStream.pointee.link(with: playbackStream.pointee)
  }

  private mutating func check(_ result: PCMResult, isCapture: Bool, at now: Instant) {
    switch result {
    case .done: return
    case .xrun: lose(LinuxError.brokenPipe, isCapture: isCapture, at: now)
    case .failed(let errno): lose(errno, isCapture: isCapture, at: now)
    }
  }

  private mutating func lose(_ errno: Int32, isCapture: Bool, at now: Instant) {
    if isCapture { loseCapture(errno, at: now) } else { losePlayback(errno, at: now) }
  }

  private mutating func loseCapture(_ errno: Int32, at now: Instant) {
    guard let stream = captureStream else { return }
    unlinkStreams()
    counters.captureLosses += 1
    captureStream = nil
    captureHandoff?.giveBack(stream, errno: errno)
    choosePacing(at: now)
  }

  private mutating func losePlayback(_ errno: Int32, at now: Instant) {
    guard let stream = playbackStream else { return }
    unlinkStreams()
    counters.playbackLosses += 1
    playbackStream = nil
    playbackHandoff?.giveBack(stream, errno: errno)
    choosePacing(at: now)
  }

  /// Before one of them goes: closing it would stop the other.
  private mutating func unlinkStreams() {
    if isLinked { captureStream?.pointee.unlink() }
    isLinked = false
    alignment.restart()
  }

  private mutating func note(capture result: PCMResult) {
    switch result {
    case .done:
      guard let captureStream, let playbackStream, alignment.isLookDue() else { return }
      if let captured = captureStream.pointee.delaySamples(), let played = playbackStream.pointee.delaySamples() {
        alignment.note(captureDelay: captured, playbackDelay: played)
      }
    case .xrun:
      // Linked directions stop together, and playback has less in reserve than capture has room.
      if isLinked { counters.playbackXruns += 1 } else { counters.captureXruns += 1 }
      align(at: Clock.now())
    case .failed(let errno): loseCapture(errno, at: Clock.now())
    }
  }

  private mutating func choosePacing(at now: Instant) {
    if captureStream?.pointee.isPaced ?? false {
      pacing = .capture
    } else if playbackStream?.pointee.isPaced ?? false {
      pacing = .playback
    } else if pacing != .clock {
      pacing = .clock
      pace.start(at: now)
    }
  }
}
