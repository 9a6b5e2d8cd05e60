// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Opens the sound cards, and opens them again when they go, while the call stays up.
//
//   keeper thread: try ─► offer ─► (audio thread uses it) ─► takeReturned ─► wait ─► try ...
//                   └─ events ─► loop thread
//
// DESIGN. Opening and closing a card may wait and allocate: neither the audio thread nor the loop thread may. So a thread
// of normal priority does both, for both directions, and sleeps otherwise. It tries for ever, at ReopenPolicy's times.

import Core
import Synchronization

/// What happened to a sound card.
public enum SoundEvent: Sendable, BitwiseCopyable {
  /// It was opened; whether it had been there before.
  case opened(ALSAStream.Direction, SoundFigures, isBack: Bool)
  /// It was there and went away, for the reason `errno`.
  case lost(ALSAStream.Direction, errno: Int32)
  /// It cannot be opened, for the reason `errno`; told once for each reason. It is tried again.
  case missing(ALSAStream.Direction, errno: Int32)
}

/// The thread that opens and closes sound cards. Made and ended by the loop thread.
public final class SoundKeeper {
  private let work: KeeperWork
  private var events: Consumer<SoundEvent>
  private var thread: Thread?

  /// A keeper of the cards `capture` and `playback`, named as for ALSAStream; nil: that direction has no card. `bell` is
  /// rung when there is an event.
  public init(
    capture: String?, playback: String?, captureSettings: ALSASettings, playbackSettings: ALSASettings,
    bell: Doorbell.Button
  ) throws(LinuxError) {
    let ring = Ring<SoundEvent>(capacity: Limits.soundEventRingSlots)
    events = ring.takeConsumer()
    work = try KeeperWork(
      capture: capture, playback: playback, captureSettings: captureSettings, playbackSettings: playbackSettings,
      events: ring.takeProducer(), bell: bell)
  }

  deinit { stop() }

  /// Where captured streams change hands; nil when that direction has no card.
  public var capture: StreamHandoff? { work.capture?.handoff }
  /// Where played streams change hands; nil when that direction has no card.
  public var playback: StreamHandoff? { work.playback?.handoff }

  /// Starts the thread, which tries at once. It must not run.
  public func start() throws(LinuxError) {
    precondition(thread == nil, "the sound keeper is started twice")
    thread = try Thread(name: "sound", entry: runKeeper, context: Unmanaged.passUnretained(work).toOpaque())
  }

  /// Stops the thread, waits for it, and closes what was not taken. After the audio thread has ended. Harmless when it does
  /// not run.
  public func stop() {
    guard let running = thread.take() else { return }
    work.isStopping.store(true, ordering: .releasing)
    work.bell.button.ring()
    running.join()
    work.capture?.handoff.clear()
    work.playback?.handoff.clear()
  }

  /// The next event, or nil.
  public func nextEvent() -> SoundEvent? { events.pop() }
}

/// One direction that is kept.
private final class KeptCard {
  let name: String
  let direction: ALSAStream.Direction
  let settings: ALSASettings
  let handoff: StreamHandoff
  var policy = ReopenPolicy(at: .zero)
  /// The reason that was told last; 0 while it is open.
  var toldErrno: Int32 = 0
  var wasThere = false

  init(name: String, direction: ALSAStream.Direction, settings: ALSASettings, bell: Doorbell.Button) {
    self.name = name
    self.direction = direction
    self.settings = settings
    handoff = StreamHandoff(bell: bell)
  }
}

/// What the thread works on; a class so that a pointer to it can be handed over.
private final class KeeperWork {
  let capture: KeptCard?
  let playback: KeptCard?
  let bell: Doorbell
  let isStopping = Atomic<Bool>(false)
  private var poller: Poller
  private var events: Producer<SoundEvent>
  private let loopBell: Doorbell.Button

  init(
    capture: String?, playback: String?, captureSettings: ALSASettings, playbackSettings: ALSASettings,
    events: consuming Producer<SoundEvent>, bell loopBell: Doorbell.Button
  ) throws(LinuxError) {
    bell = try Doorbell()
    poller = try Poller()
    try poller.add(bell.number, for: .readable, token: 0)
    self.events = events
    self.loopBell = loopBell
    let button = bell.button
    self.capture = capture.map { KeptCard(name: $0, direction: .capture, settings: captureSettings, bell: button) }
    self.playback = playback.map { KeptCard(name: $0, direction: .playback, settings: playbackSettings, bell: button) }
  }

  func run() {
    while !isStopping.load(ordering: .acquiring) {
      var next = Instant.never
      // Playback first: it is what a person waits for.
      if let playback { next = min(next, keep(playback)) }
      if let capture { next = min(next, keep(capture)) }
      do throws(LinuxError) { _ = try poller.wait(until: next, at: Clock.now()) } catch {
        // Without its poller it can still try at its times.
        Clock.sleep(until: min(next, Clock.now() + .milliseconds(Limits.soundReopenMillisecondsFirst)))
      }
      _ = bell.drain()
    }
  }

  /// Takes back what was lost and opens what is due; answers when to look again.
  private func keep(_ card: KeptCard) -> Instant {
    if let errno = card.handoff.takeReturned() {
      card.policy.lost(at: Clock.now())
      card.toldErrno = errno
      tell(.lost(card.direction, errno: errno))
    }
    guard card.policy.isDue(at: Clock.now()) else { return card.policy.pollTimeout() }
    do throws(LinuxError) {
      let stream = try ALSAStream(card.name, card.direction, settings: card.settings)
      let figures = stream.figures
      card.handoff.offer(stream)
      card.policy.opened(at: Clock.now())
      card.toldErrno = 0
      tell(.opened(card.direction, figures, isBack: card.wasThere))
      card.wasThere = true
    } catch {
      card.policy.failed(at: Clock.now())
      if error.errno != card.toldErrno {
        card.toldErrno = error.errno
        tell(.missing(card.direction, errno: error.errno))
      }
    }
    return card.policy.pollTimeout()
  }

  private func tell(_ event: SoundEvent) {
    // A full ring loses an event that the loop thread had no time for in seconds.
    _ = events.push(event)
    loopBell.ring()
  }
}

/// The thread's entry: a free function, because a closure inside a `@main` type can trap off the main thread.
private func runKeeper(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<KeeperWork>.fromOpaque(context).takeUnretainedValue().run()
}
