// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The lights: patterns go in, lit and dark come out. Which state shows which pattern is the station's business.
//
// Order of calls: `set(_:light:at:)` or `handleTimeout(at:)`; then `pollChange()` until nil, and each change to its
// lamp; `pollTimeout()` says when to come back. A new pattern shows at once, not at the next beat.
//
// Lights that blink do so together: the first that begins to blink sets the beat and is lit at once, those that join
// keep to it. What joins does not set it anew, or a light that comes and goes would hold the others lit.

public import Core

/// A lamp that goes on or off.
public struct LightChange: Equatable, Sendable, BitwiseCopyable {
  /// Which light, counted from 0.
  public let light: Int
  /// Whether it is lit from now on.
  public let isLit: Bool

  /// The lamp of `light` goes on or off.
  public init(light: Int, isLit: Bool) {
    self.light = light
    self.isLit = isLit
  }
}

/// The lights. Loop thread; nothing is allocated after `init`.
public struct LightPlayer: Sendable {
  private var lights: [Light]
  /// When the blinking began that is under way.
  private var beat = Instant.zero
  private var now = Instant.zero

  /// `count` lights, all off; the first poll says so of each.
  public init(count: Int) {
    precondition(count >= 0, "there are no fewer than no lights")
    lights = [Light](repeating: Light(), count: count)
  }

  /// Light `light` (0 ..< count) shows `pattern` from now on.
  public mutating func set(_ pattern: LightPattern, light: Int, at now: Instant) {
    handleTimeout(at: now)
    guard lights[light].pattern != pattern else { return }
    lights[light].pattern = .off
    if pattern.isBlinking, !isAnyBlinking { beat = now }
    lights[light].pattern = pattern
    lights[light].isLit = pattern.isLit(after: now - beat)
  }

  /// Time has passed.
  public mutating func handleTimeout(at now: Instant) {
    self.now = max(self.now, now)
    for light in lights.indices { lights[light].isLit = lights[light].pattern.isLit(after: self.now - beat) }
  }

  /// The next lamp that goes on or off; nil when all are as they were told.
  public mutating func pollChange() -> LightChange? {
    for light in lights.indices where !lights[light].isTold || lights[light].isLit != lights[light].wasLit {
      lights[light].isTold = true
      lights[light].wasLit = lights[light].isLit
      return LightChange(light: light, isLit: lights[light].isLit)
    }
    return nil
  }

  /// When `handleTimeout` is due; `.never` while no light blinks.
  public func pollTimeout() -> Instant {
    var first = Instant.never
    for light in lights.indices {
      if let change = lights[light].pattern.nextChange(after: now - beat) { first = min(first, beat + change) }
    }
    return first
  }

  /// What light `light` (0 ..< count) shows.
  public func pattern(light: Int) -> LightPattern { lights[light].pattern }

  /// Whether light `light` (0 ..< count) is lit.
  public func isLit(light: Int) -> Bool { lights[light].isLit }

  private var isAnyBlinking: Bool {
    for light in lights.indices where lights[light].pattern.isBlinking { return true }
    return false
  }

  private struct Light: BitwiseCopyable {
    var pattern = LightPattern.off
    var isLit = false
    var wasLit = false
    var isTold = false
  }
}
