// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The microphone's gate: mute first, then the pre-roll, then push-to-talk.
//
//   captured --> mute --> pre-roll line --> talk, with its tail --> frame
//
// THE MUTE zeroes what comes in, not what goes out, so that nothing said while muted is ever stored. On its edge the
// line is emptied and the owner empties its frame. The period in hand when the mute ends was captured before it ended,
// and is zeroed too.
//
// TALK never stops the samples, it zeroes them: the far side's timing does not change, and its delay cannot grow.

import Core

/// Decides which captured samples go out. Owned by the audio thread; its memory is handed in.
public struct TalkGate: ~Copyable {
  /// Whether the microphone is muted.
  public private(set) var isMuted = false
  /// Whether the last period, or part of it, could be heard: the gate was open and the microphone not muted.
  public private(set) var letsOut = false

  private let line: SampleMemory
  private var place = 0
  private var delay = 0
  private var mode = TalkMode.open
  private var tailSamples = 0
  private var isPressed = false
  private var tailLeft = 0
  private var dropsPeriod = false
  private var fader = Fader(gain: 0)
  private var hasBegun = false

  /// An open gate over `line`, which has room for the longest pre-roll.
  init(line: consuming SampleMemory) {
    precondition(line.count >= Limits.talkPreRollSamplesMax, "the pre-roll's memory is too small")
    self.line = line
  }

  /// Whether talking lets the voice out, the tail included; a mute is not looked at.
  public var isOpen: Bool { staysOpen || tailLeft > 0 }

  /// Whether an open gate silences the far side.
  public var isHalfDuplex: Bool { mode == .halfDuplex }

  /// Mutes, or no longer; answers whether that was a change.
  mutating func setMuted(_ muted: Bool) -> Bool {
    guard muted != isMuted else { return false }
    isMuted = muted
    dropsPeriod = !muted
    if muted { emptyLine() }
    return true
  }

  /// Takes over the rules; while talk is not pressed a gate that was open by its mode closes at once.
  mutating func setRules(_ rules: TalkRules) {
    if rules.mode == .open { tailLeft = 0 }
    mode = rules.mode
    tailSamples = rules.releaseTailMilliseconds * 48
    let wanted = mode == .open ? 0 : rules.preRollMilliseconds * 48
    guard wanted != delay else { return }
    delay = wanted
    emptyLine()
  }

  /// Takes in that talk is pressed or let go.
  mutating func setTalking(_ talking: Bool) {
    guard talking != isPressed else { return }
    isPressed = talking
    tailLeft = talking || mode == .open ? 0 : tailSamples + delay
  }

  /// Changes a captured period, `periodSamples` long or shorter, to what goes out; answers whether a talkspurt begins
  /// in it.
  mutating func process(_ captured: inout PCMFrame, periodSamples: Int) -> Bool {
    // A gate that begins closed lets nothing out, one that begins open changes nothing.
    if !hasBegun, isOpen { fader = Fader(gain: Fader.unity) }
    hasBegun = true
    let isSilent = isMuted || dropsPeriod
    dropsPeriod = false
    let wasOut = letsOut
    letsOut = isOpen && !isSilent
    if isSilent { captured.clear() }
    let heard = staysOpen ? captured.count : min(tailLeft, captured.count)
    // By what a period should have: a device that gives nothing must not hold the gate open.
    if !staysOpen { tailLeft = max(0, tailLeft - periodSamples) }
    captured.withSamples { samples in
      passLine(samples)
      fader.apply(to: Fader.unity, UnsafeMutableBufferPointer(rebasing: samples[0..<heard]))
      fader.apply(to: 0, UnsafeMutableBufferPointer(rebasing: samples[heard...]))
    }
    return letsOut && !wasOut
  }

  private var staysOpen: Bool { mode == .open || isPressed }

  private mutating func passLine(_ samples: UnsafeMutableBufferPointer<Int16>) {
    guard delay > 0 else { return }
    for index in samples.indices {
      let old = line[place]
      line[place] = samples[index]
      samples[index] = old
      place += 1
      if place == delay { place = 0 }
    }
  }

  private mutating func emptyLine() {
    place = 0
    for index in 0..<delay { line[index] = 0 }
  }
}
