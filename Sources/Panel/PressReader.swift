// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From a line's debounced changes to short, long and double presses.
//
// DESIGN. A short press acts at once where nothing else can come of it. Where the line also knows a long press it acts
// when the button is let go in time; where it knows a double press, once no second press can come. A long press acts
// when its time has come, a double press when the second press begins. One press is one of the three, never two; only
// the very long press of `shutDown` comes on top of a long one.

import Core

/// What a line's change or the passing of time amounts to.
struct Gestures: OptionSet, BitwiseCopyable {
  let rawValue: UInt8

  /// It is pressed, whatever becomes of it.
  static let down = Gestures(rawValue: 1)
  /// It is let go.
  static let up = Gestures(rawValue: 2)
  static let short = Gestures(rawValue: 4)
  static let double = Gestures(rawValue: 8)
  static let long = Gestures(rawValue: 16)
  static let veryLong = Gestures(rawValue: 32)
  /// It has been pressed for longer than a person would.
  static let stuck = Gestures(rawValue: 64)
  /// It was stuck, and is let go.
  static let freed = Gestures(rawValue: 128)
}

/// One line's presses. Order of calls: `handleTimeout` when `deadline` has come, before any later change.
struct PressReader: BitwiseCopyable {
  /// Which of short, double, long, veryLong and stuck the line knows.
  private let known: Gestures
  private var isDown = false
  private var downAt = Instant.zero
  /// What can still come of the press under way.
  private var pending: Gestures = []
  private var isStuck = false
  /// When the press before is a short one, unless there is a second until then.
  private var shortAt = Instant.never

  init(known: Gestures) { self.known = known }

  /// When time itself amounts to something next.
  var deadline: Instant {
    var first = shortAt
    guard isDown else { return first }
    if pending.contains(.long) { first = min(first, downAt + .milliseconds(Limits.longPressMilliseconds)) }
    if pending.contains(.veryLong) { first = min(first, downAt + .milliseconds(Limits.shutDownPressMilliseconds)) }
    if pending.contains(.stuck) { first = min(first, downAt + .milliseconds(Limits.stuckButtonMilliseconds)) }
    return first
  }

  /// The line was found active: nothing comes of it until it is let go, except that it can be stuck.
  mutating func beginDown(at now: Instant) {
    isDown = true
    downAt = now
    pending = known.intersection(.stuck)
    shortAt = .never
  }

  /// The line was lost; nothing more comes of the press under way.
  mutating func abandon() -> Gestures {
    let told: Gestures = isStuck ? .freed : .up
    self = PressReader(known: known)
    return told
  }

  /// It is pressed, or let go.
  mutating func handle(isActive: Bool, at now: Instant) -> Gestures {
    isActive ? press(at: now) : release(at: now)
  }

  /// Time has passed.
  mutating func handleTimeout(at now: Instant) -> Gestures {
    guard deadline <= now else { return [] }
    var come: Gestures = []
    if shortAt <= now {
      shortAt = .never
      come.insert(.short)
    }
    guard isDown else { return come }
    if pending.contains(.long), downAt + .milliseconds(Limits.longPressMilliseconds) <= now { come.insert(.long) }
    if pending.contains(.veryLong), downAt + .milliseconds(Limits.shutDownPressMilliseconds) <= now {
      come.insert(.veryLong)
    }
    if pending.contains(.stuck), downAt + .milliseconds(Limits.stuckButtonMilliseconds) <= now {
      come.insert(.stuck)
      isStuck = true
    }
    pending.subtract(come)
    if !come.isDisjoint(with: [.long, .veryLong, .stuck]) { pending.remove(.short) }
    return come
  }

  private mutating func press(at now: Instant) -> Gestures {
    isDown = true
    downAt = now
    if shortAt != .never {
      shortAt = .never
      pending = known.intersection(.stuck)
      return [.down, .double]
    }
    pending = known.subtracting(.double)
    // The first of two is a short press until the second comes.
    if known.contains(.double) { pending.insert(.short) }
    guard known.isDisjoint(with: [.double, .long, .veryLong]) else { return .down }
    pending.remove(.short)
    return [.down, .short]
  }

  private mutating func release(at now: Instant) -> Gestures {
    isDown = false
    defer { pending = [] }
    if isStuck {
      isStuck = false
      return .freed
    }
    guard pending.contains(.short) else { return .up }
    let second = downAt + .milliseconds(Limits.doublePressMilliseconds)
    guard known.contains(.double), now < second else { return [.up, .short] }
    shortAt = second
    return .up
  }
}
