// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Plays the tones of the table, one at a time. Every sine rises and falls in 5 ms, also one that is cut short, so that
// nothing clicks.

public import Core

/// Plays one tone at a time.
public struct TonePlayer: Sendable, BitwiseCopyable {
  /// The tone that sounds, pauses or fades; nil when there is none.
  public private(set) var tone: Tone?

  private var following: Tone?
  private var isEnding = false
  private var index = 0
  private var samplesLeft = 0
  private var isSine = false
  private var envelope = 0
  private var sine = ToneGenerator(hertz: 0, level: .silence)

  /// A player that plays nothing.
  public init() {}

  /// Plays `tone`, once the one that plays has faded. An endless one that plays already goes on as it is.
  public mutating func play(_ tone: Tone) {
    guard let current = self.tone else { return begin(tone) }
    if current == tone, tone.isEndless, !isEnding { return }
    following = tone
    isEnding = true
  }

  /// Fades what plays; harmless when nothing does.
  public mutating func stop() {
    following = nil
    isEnding = tone != nil
  }

  /// Overwrites `samples`, going on where the last call ended.
  public mutating func fill(_ samples: UnsafeMutableBufferPointer<Int16>) {
    for position in samples.indices { samples[position] = next() }
  }

  private mutating func next() -> Int16 {
    if isEnding, envelope == 0 { end() }
    if samplesLeft == 0 { advance() }
    guard tone != nil else { return 0 }
    let rises = isSine && !isEnding && samplesLeft > Limits.fadeSamples
    samplesLeft -= 1
    envelope = rises ? min(Limits.fadeSamples, envelope + 1) : max(0, envelope - 1)
    guard isSine else { return 0 }
    let value = sine.nextSample()
    return Int16(value * Double(envelope) / Double(Limits.fadeSamples))
  }

  /// Goes to the next part, to the beginning, or to the end.
  private mutating func advance() {
    guard let tone else { return }
    index += 1
    if let segment = tone.segment(index) { return load(segment, of: tone) }
    if tone.isEndless, !isEnding { return begin(tone) }
    end()
  }

  private mutating func end() {
    isEnding = false
    tone = nil
    samplesLeft = 0
    guard let next = following else { return }
    following = nil
    begin(next)
  }

  private mutating func begin(_ tone: Tone) {
    self.tone = tone
    index = 0
    envelope = 0
    if let segment = tone.segment(0) { load(segment, of: tone) }
  }

  private mutating func load(_ segment: ToneSegment, of tone: Tone) {
    samplesLeft = segment.milliseconds * 48
    isSine = segment.hertz > 0
    if isSine { sine = ToneGenerator(hertz: segment.hertz, level: tone.level) }
  }
}
