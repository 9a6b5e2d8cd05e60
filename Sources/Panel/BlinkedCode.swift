// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A code of digits that a lamp blinks: each digit as so many flashes, a nought as ten; a pause between digits, a longer one
// before it begins again.

public import Core

/// Digits as flashes.
public struct BlinkedCode: Equatable, Sendable, BitwiseCopyable {
  /// The digits, the first in the highest place.
  private let digits: UInt64
  private let count: Int

  /// The code that `text` writes; nil when that is not 1 ... `Limits.codeDigitsMax` digits.
  public init?(_ text: String) {
    var digits: UInt64 = 0
    var count = 0
    for byte in text.utf8 {
      guard byte >= 0x30, byte <= 0x39, count < Limits.codeDigitsMax else { return nil }
      digits = digits * 10 + UInt64(byte - 0x30)
      count += 1
    }
    guard count > 0 else { return nil }
    self.digits = digits
    self.count = count
  }

  /// How long it takes from one beginning to the next.
  public var period: Instant.Span {
    var sum = 0
    for place in 0..<count { sum += length(place) }
    return .milliseconds(sum + Limits.codePauseMilliseconds - Limits.codeDigitPauseMilliseconds)
  }

  /// Whether the lamp is lit `span` after the code began.
  public func isLit(after span: Instant.Span) -> Bool { look(span).isLit }

  /// How long after it began the lamp changes next, later than `span`.
  public func nextChange(after span: Instant.Span) -> Instant.Span { look(span).next }

  private func flashes(_ place: Int) -> Int {
    var rest = digits
    for _ in 0..<(count - 1 - place) { rest /= 10 }
    return rest % 10 == 0 ? 10 : Int(rest % 10)
  }

  /// A digit's flashes, and the pause behind it.
  private func length(_ place: Int) -> Int {
    let flashes = flashes(place)
    return (flashes - 1) * Limits.codeFlashPeriodMilliseconds + Limits.codeFlashMilliseconds
      + Limits.codeDigitPauseMilliseconds
  }

  private func look(_ span: Instant.Span) -> (isLit: Bool, next: Instant.Span) {
    let round = period.nanoseconds
    var position = span.nanoseconds % round
    if position < 0 { position += round }
    let beginning = span.nanoseconds &- position
    let (flash, step) = (
      Int64(Limits.codeFlashMilliseconds) * 1_000_000, Int64(Limits.codeFlashPeriodMilliseconds) * 1_000_000
    )
    var begin: Int64 = 0
    for place in 0..<count {
      let end = begin + Int64(flashes(place) - 1) * step + flash
      if position < end {
        let nth = (position - begin) / step
        let lit = position - begin - nth * step < flash
        let change = begin + nth * step + (lit ? flash : step)
        return (lit, Instant.Span(nanoseconds: beginning &+ change))
      }
      begin += Int64(length(place)) * 1_000_000
      if place < count - 1, position < begin { return (false, Instant.Span(nanoseconds: beginning &+ begin)) }
    }
    return (false, Instant.Span(nanoseconds: beginning &+ round))
  }
}
