// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the service manager is told of a running service, and when its watchdog is fed.

import Core
import Linux
import Station

/// The service manager as `run` knows it. Without one every call does nothing.
final class Supervision {
  private var notifier = ServiceNotifier()
  private var watchdog: WatchdogPolicy?
  /// Whether the log was told that the audio thread stands still.
  private var hasToldStill = false

  /// Begins `at` now.
  init(at now: Instant) {
    if let interval = notifier.watchdogInterval { watchdog = WatchdogPolicy(interval: interval, at: now) }
  }

  /// Whether a status would be told: making one allocates.
  var isWanted: Bool { notifier.isWanted }

  /// When the loop has to come back.
  func pollTimeout() -> Instant { watchdog?.pollTimeout() ?? .never }

  /// Feeds the watchdog when it is due and the audio thread moves: `progress` counts its cycles; nil: no sound is meant
  /// to run. Answers a line for the log when it stands still.
  func handleTimeout(progress: UInt64?, at now: Instant) -> String? {
    if watchdog?.handleTimeout(progress: progress, at: now) ?? false { notifier.feedWatchdog() }
    guard watchdog?.isStill ?? false else {
      hasToldStill = false
      return nil
    }
    guard !hasToldStill else { return nil }
    hasToldStill = true
    return "the audio thread stands still: the service manager's watchdog is not fed until it moves"
  }

  /// The service is ready (again); `status` says in words what it does.
  func tellReady(status: String) { notifier.tellReady(status: status) }

  /// What the service does has changed, perhaps.
  func tell(status: String) { notifier.tell(status: status) }

  /// The configuration is read again; `tellReady` follows.
  func tellReloading(at now: Instant) { notifier.tellReloading(at: now) }

  /// The service ends.
  func tellStopping() { notifier.tellStopping() }
}
