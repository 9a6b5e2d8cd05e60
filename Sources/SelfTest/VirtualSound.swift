// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where the sound of a virtual call comes from, and how it is judged: from its samples alone.

public import Core
public import Voice

/// What a side of a virtual call says.
public enum VirtualSource: Sendable {
  /// Zeroes.
  case silence
  /// A steady sine.
  case tone(ToneGenerator)
  /// A recording, over and over.
  case recording([Int16], next: Int)
  /// Syllables with pauses.
  case speech(SpeechLikeSource)

  /// A sine of `hertz` at −20 dBFS.
  public static func tone(hertz: Int) -> VirtualSource {
    .tone(ToneGenerator(hertz: hertz, level: SoundLevel(hundredths: -2000)))
  }

  /// Syllables from their beginning.
  public static var speech: VirtualSource { .speech(SpeechLikeSource()) }

  mutating func fill(_ frame: inout PCMFrame) {
    switch self {
    case .silence: frame = PCMFrame(count: frame.count)
    case .tone(var tone):
      tone.fill(&frame)
      self = .tone(tone)
    case .recording(let samples, var next):
      let count = frame.count
      frame.withSamples { target in
        for index in 0..<count {
          target[index] = samples.isEmpty ? 0 : samples[next]
          next = next + 1 < samples.count ? next + 1 : 0
        }
      }
      self = .recording(samples, next: next)
    case .speech(var speech):
      speech.fill(&frame)
      self = .speech(speech)
    }
  }
}

/// A recording of a side's device: periods one after the other, with the moment each was delivered.
public struct VirtualSound: Sendable {
  /// The samples, at 48 kHz.
  public private(set) var samples: [Int16] = []
  /// When the first period was delivered.
  public private(set) var beginning = Instant.never
  /// How long a period lasts on this device's clock.
  public let periodLength: Instant.Span
  /// How many samples a period has.
  public let periodSamples: Int

  init(periodSamples: Int, periodLength: Instant.Span) {
    self.periodSamples = periodSamples
    self.periodLength = periodLength
  }

  mutating func append(_ frame: borrowing PCMFrame, at now: Instant) {
    if samples.isEmpty { beginning = now }
    let count = frame.count
    frame.samples.span.withUnsafeBufferPointer { samples.append(contentsOf: $0.prefix(count)) }
  }

  /// When the period with the sample at `index` was delivered.
  public func instant(of index: Int) -> Instant { beginning + periodLength * (index / periodSamples) }

  /// Where the samples delivered from `from` until before `to` are, as far as they are there.
  public func range(from: Instant, to: Instant) -> Range<Int> {
    let first = max(0, Int((from - beginning).nanoseconds / periodLength.nanoseconds)) * periodSamples
    let last = max(0, Int((to - beginning).nanoseconds / periodLength.nanoseconds)) * periodSamples
    return min(first, samples.count)..<min(max(first, last), samples.count)
  }

  /// The level of what was delivered from `from` until before `to`.
  public func level(from: Instant, to: Instant) -> SoundLevel {
    let range = range(from: from, to: to)
    var sum: UInt64 = 0
    samples.withUnsafeBufferPointer { samples in
      for index in range {
        let sample = Int64(samples[index])
        sum &+= UInt64(truncatingIfNeeded: sample &* sample)
      }
    }
    return SoundLevel(sumOfSquares: sum, count: range.count)
  }

  /// The frequency of a tone delivered from `from` until before `to`, counted in rises through zero, from the first to
  /// the last; 0 where there are none.
  public func hertz(from: Instant, to: Instant) -> Int {
    let range = range(from: from, to: to)
    var (first, last, rises) = (0, 0, 0)
    samples.withUnsafeBufferPointer { samples in
      for index in range.dropFirst() where samples[index - 1] < 0 && samples[index] >= 0 {
        if rises == 0 { first = index }
        last = index
        rises += 1
      }
    }
    guard rises > 1 else { return 0 }
    return ((rises - 1) * Limits.sampleRate + (last - first) / 2) / (last - first)
  }

  /// When the first sample at least `size` large was delivered, not before `from`; `.never` when there is none.
  public func firstSound(size: Int16 = 500, from: Instant = .zero) -> Instant {
    for index in range(from: from, to: .never).lowerBound..<samples.count
    where samples[index] >= size || samples[index] <= -size {
      return instant(of: index)
    }
    return .never
  }
}
