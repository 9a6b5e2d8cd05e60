// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The lights: patterns go in, lit and dark come out. Which state shows which pattern is the station's business.
//
// Order of calls: `set(_:light:at:)`, `show(_:light:until:at:)`, `endCodes(at:)` or `handleTimeout(at:)`; then `pollChange()` until nil, and each change to its
// lamp; `pollTimeout()` says when to come back. A new pattern shows at once, not at the next beat.
//
// Lights that blink do so together: the first that begins to blink sets the beat and is lit at once, those that join
// keep to it. What joins does not set it anew, or a light that comes and goes would hold the others lit.
//
// A light that shows a code keeps its pattern in mind, and shows that again once the code is over.

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
    relight(light)
  }

  /// Light `light` (0 ..< count) blinks `code` over and over until `end`, beginning with a moment of darkness.
  public mutating func show(_ code: BlinkedCode, light: Int, until end: Instant, at now: Instant) {
    handleTimeout(at: now)
    let begin = self.now + .milliseconds(Limits.codeDigitPauseMilliseconds)
    lights[light].code = Code(code: code, begin: begin, end: end)
    relight(light)
  }

  /// No light shows a code any more.
  public mutating func endCodes(at now: Instant) {
    for light in lights.indices { lights[light].code = nil }
    handleTimeout(at: now)
  }

  /// Time has passed.
  public mutating func handleTimeout(at now: Instant) {
    self.now = max(self.now, now)
    for index in lights.indices { relight(index) }
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
      if let code = lights[light].code {
        first = min(first, code.nextChange(after: now))
      } else if let change = lights[light].pattern.nextChange(after: now - beat) {
        first = min(first, beat + change)
      }
    }
    return first
  }

  /// What light `light` (0 ..< count) shows.
  public func pattern(light: Int) -> LightPattern { lights[light].pattern }

  /// Whether light `light` (0 ..< count) is lit.
  public func isLit(light: Int) -> Bool { lights[light].isLit }

  /// Makes light `index` what it shows now.
  private mutating func relight(_ index: Int) {
    if let code = lights[index].code, code.end <= now { lights[index].code = nil }
    lights[index].isLit = lights[index].code?.isLit(at: now) ?? lights[index].pattern.isLit(after: now - beat)
  }

  private var isAnyBlinking: Bool {
    for light in lights.indices where lights[light].pattern.isBlinking { return true }
    return false
  }

  private struct Code: BitwiseCopyable {
    let code: BlinkedCode
    let begin: Instant
    let end: Instant

    func isLit(at now: Instant) -> Bool { now >= begin && code.isLit(after: now - begin) }

    func nextChange(after now: Instant) -> Instant {
      min(now < begin ? begin : begin + code.nextChange(after: now - begin), end)
    }
  }

  private struct Light: BitwiseCopyable {
    var code: Code?
    var pattern = LightPattern.off
    var isLit = false
    var wasLit = false
    var isTold = false
  }
}
