// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When the open pages are told what: a state at most five times a second and only after a change, levels five times a second
// in a call, a comment every 15 seconds. Without a page, or with one while nothing happens, nothing is due but the comment.

import Core

/// The clock of the events for pages. It knows no connection.
struct PageEvents: Sendable {
  /// How many pages are open.
  private(set) var count = 0
  /// What pages were told last, without what changes all the time; nil: nothing yet.
  private var told: StatusReport?
  /// The ring by which this device calls its pages: its name, and who rings.
  var ring: (name: String, from: String)?
  /// Something may have changed since the last report.
  private var hasChanged = false
  private var isCallUp = false
  private var levelsWanted = false
  private var levelsSinceStatus = 0
  private var statusDue = Instant.zero
  private var levelsDue = Instant.never
  private var keepAliveDue = Instant.never

  /// What is due.
  struct Duties: Equatable {
    var status = false
    var keepAlive = false
  }

  /// So many pages are open now.
  mutating func setCount(_ next: Int, at now: Instant) {
    if next > 0, count == 0 { keepAliveDue = now + .milliseconds(Limits.eventKeepAliveMilliseconds) }
    count = next
    guard next == 0 else { return }
    (told, hasChanged, levelsWanted, isCallUp) = (nil, false, false, false)
    (levelsDue, keepAliveDue) = (.never, .never)
  }

  /// Something happened that pages may want to know.
  mutating func noteChange() {
    if count > 0 { hasChanged = true }
  }

  /// A report was handed over: whether pages have to be told it. A call that is up is followed from now on.
  mutating func take(_ report: StatusReport, at now: Instant) -> Bool {
    guard count > 0 else { return false }
    hasChanged = false
    levelsSinceStatus = 0
    statusDue = now + .milliseconds(Limits.eventIntervalMilliseconds)
    follow(report.calls.contains { $0.quality > 0 }, at: now)
    let still = report.withoutFlow
    if let told, told == still { return false }
    told = still
    return true
  }

  /// Whether a call is up, as far as is known now.
  mutating func follow(_ isUp: Bool, at now: Instant) {
    if isUp, !isCallUp { levelsDue = now }
    if !isUp { levelsDue = .never }
    isCallUp = isUp
  }

  /// Says what is due; what it says is no longer.
  mutating func takeDuties(at now: Instant) -> Duties {
    var duties = Duties()
    if levelsDue <= now {
      levelsWanted = true
      levelsDue = max(levelsDue + .milliseconds(Limits.eventIntervalMilliseconds), now)
      levelsSinceStatus += 1
      if levelsSinceStatus >= Limits.eventLevelsPerStatus { hasChanged = true }
    }
    if hasChanged, statusDue <= now {
      hasChanged = false
      statusDue = now + .milliseconds(Limits.eventIntervalMilliseconds)
      duties.status = true
    }
    if keepAliveDue <= now {
      keepAliveDue = now + .milliseconds(Limits.eventKeepAliveMilliseconds)
      duties.keepAlive = true
    }
    return duties
  }

  /// Whether levels are wanted, once.
  mutating func takeLevelsWanted() -> Bool {
    defer { levelsWanted = false }
    return levelsWanted
  }

  /// When `takeDuties` is due; `.never` when nothing is awaited.
  func pollTimeout() -> Instant {
    guard count > 0 else { return .never }
    return min(hasChanged ? statusDue : .never, min(levelsDue, keepAliveDue))
  }
}

/// What pages are told five times a second in a call.
public struct PageLevels: Equatable, Sendable {
  /// Input level, 0 ... 100.
  public var input: Int
  /// Output level, 0 ... 100.
  public var output: Int
  /// The worst call's quality, 0 ... 100.
  public var quality: Int
  /// What takes most off it: loss, delay or jitter; empty when nothing does.
  public var limitedBy: String

  /// Levels.
  public init(input: Int, output: Int, quality: Int, limitedBy: String) {
    (self.input, self.output, self.quality, self.limitedBy) = (input, output, quality, limitedBy)
  }
}
