// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What each pattern shows when.

public import Core

extension LightPattern {
  /// Whether it changes by itself.
  public var isBlinking: Bool {
    switch self {
    case .off, .solid: return false
    case .blinkSlow, .blinkFast, .doubleBlink: return true
    }
  }

  /// Whether it is lit `span` after it began. Every blinking pattern begins lit.
  public func isLit(after span: Instant.Span) -> Bool {
    switch self {
    case .off: return false
    case .solid: return true
    case .blinkSlow, .blinkFast: return position(span) < period.nanoseconds / 2
    case .doubleBlink:
      let flash = Instant.Span.milliseconds(Limits.doubleBlinkFlashMilliseconds).nanoseconds
      let position = position(span)
      return position < flash || (position >= 2 * flash && position < 3 * flash)
    }
  }

  /// How long after it began it changes next, later than `span`; nil when it never does.
  public func nextChange(after span: Instant.Span) -> Instant.Span? {
    guard isBlinking else { return nil }
    let position = position(span)
    let begin = span.nanoseconds &- position
    let flash = Instant.Span.milliseconds(Limits.doubleBlinkFlashMilliseconds).nanoseconds
    var change = period.nanoseconds
    if self == .doubleBlink {
      if position < 3 * flash { change = (position / flash + 1) * flash }
    } else if position < change / 2 {
      change /= 2
    }
    return Instant.Span(nanoseconds: begin &+ change)
  }

  private var period: Instant.Span {
    switch self {
    case .off, .solid, .blinkSlow: return .milliseconds(Limits.blinkSlowMilliseconds)
    case .blinkFast: return .milliseconds(Limits.blinkFastMilliseconds)
    case .doubleBlink: return .milliseconds(Limits.doubleBlinkMilliseconds)
    }
  }

  /// Nanoseconds into the period, 0 ..< period.
  private func position(_ span: Instant.Span) -> Int64 {
    let rest = span.nanoseconds % period.nanoseconds
    return rest < 0 ? rest + period.nanoseconds : rest
  }
}
