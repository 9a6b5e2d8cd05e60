// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Mute, push-to-talk, tones and volume.

public import Core
import Peer

extension VOIPService where Channel: ~Copyable {
  /// Mutes the microphone, or takes the request back: from the audio thread's next period every sample is 0 before it
  /// is encoded. Frames keep flowing, so that the far side's buffer does not grow.
  ///
  /// The microphone stays muted as long as anybody's request stands. `.hardware` takes back everybody's, `.local` its
  /// own and that of `.remote`, and `.remote` only its own; so nothing but hardware ends a hardware mute. Answers
  /// whether the microphone is muted now.
  @discardableResult
  public mutating func setMicrophoneMuted(_ muted: Bool, by authority: Authority = .local) -> Bool {
    let wasMuted = memory.mutes.isMuted
    memory.mutes.set(muted, by: authority)
    let isMuted = memory.mutes.isMuted
    if isMuted != wasMuted {
      memory.talksMutedUntil = .zero
      muteBit.set(isMuted)
    }
    return isMuted
  }

  /// Says that talk is pressed (true) or let go. Where the mode is `open` it changes nothing until another mode is set.
  public mutating func setTalking(_ pressed: Bool) {
    guard pressed != memory.isTalkPressed else { return }
    memory.isTalkPressed = pressed
    command(.setTalking(pressed))
  }

  /// Says when this side's voice goes out; tail and pre-roll stay as they are. Needs no new negotiation.
  public mutating func setTalkMode(_ mode: TalkMode) {
    var rules = memory.talk
    rules.mode = mode
    setTalkRules(rules)
  }

  /// Says when this side's voice goes out, with tail and pre-roll.
  public mutating func setTalkRules(_ rules: TalkRules) {
    guard rules != memory.talk else { return }
    memory.talk = rules
    command(.setTalkRules(rules))
  }

  /// Plays a tone here, instead of one that plays. Needs neither a connection nor the speaker's being unmuted, but the
  /// audio thread must run.
  public mutating func playTone(_ tone: Tone) {
    memory.toneNumber &+= 1
    memory.isToneWanted = true
    command(.playTone(tone, number: memory.toneNumber))
  }

  /// Ends the tone that plays; harmless when none does.
  public mutating func stopTone() {
    memory.isToneWanted = false
    command(.stopTone)
  }

  /// How loud everything is played, 0 ... 100 percent (others are brought into that): the gain is the square, 50 is
  /// −12 dB, 100 changes nothing, 0 is silence. A ring stays at `Limits.ringVolumePercentMin` at least.
  public mutating func setVolume(percent: Int) {
    memory.volumePercent = max(0, min(100, percent))
    command(.setVolume(percent: UInt8(memory.volumePercent)))
  }

  // MARK: Questions

  /// Whether the microphone is muted: the very bit that the engine obeys. Drive the light from it.
  public var isMicrophoneMuted: Bool { muteBit.isMuted }

  /// Whether a hardware mute is on, which only hardware ends.
  public var isMutedByHardware: Bool { memory.mutes.byHardware }

  /// Whether this side's voice goes out right now: the gate is open, the microphone not muted, and a far side takes the
  /// voice. The audio thread rings when its gate opens or closes.
  public var isTalking: Bool { memory.isSending && !isMicrophoneMuted && report.isGateOpen }

  /// Whether talk is pressed.
  public var isTalkPressed: Bool { memory.isTalkPressed }

  /// When this side's voice goes out.
  public var talkRules: TalkRules { memory.talk }

  /// How loud everything is played, 0 ... 100 percent.
  public var volumePercent: Int { memory.volumePercent }

  /// Whether a tone is played or about to be. The audio thread rings when a tone begins or ends.
  public var isTonePlaying: Bool {
    report.isTonePlaying || memory.isToneWanted && memory.toneNumber != report.toneNumber
  }

  /// Whether somebody talks into the muted microphone, or did up to `Limits.talkingWhileMutedMilliseconds` ago.
  public func isTalkingWhileMuted(at now: Instant) -> Bool { isMicrophoneMuted && now < memory.talksMutedUntil }

  // MARK: Within the service

  mutating func noteTalkingWhileMuted() {
    guard report.mutedLevelCentibels >= Limits.talkingWhileMutedCentibels else { return }
    memory.talksMutedUntil = report.instant + .milliseconds(Limits.talkingWhileMutedMilliseconds)
  }
}
