// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which light shows which pattern: a pure function of what is true now. docs/explanation/calls.md has the table.

public import Core

/// What the lights tell of, as it is at this moment.
public struct Indication: Equatable, Sendable, BitwiseCopyable {
  /// The call model's state.
  public var state = CallState.idle
  /// The mute's very bit.
  public var isMuted = false
  /// Whether the gate lets the voice through: always in open mode, else while talk is pressed and for its tail.
  public var isTalking = false
  /// Whether somebody speaks into the muted microphone.
  public var isTalkingWhileMuted = false
  /// Whether something is wrong that a person should look at: no sound card, a line that is missing, a stuck button, a disk that
  /// cannot be written, a configuration for another board.
  public var isTroubled = false
  /// Whether there is a power light; without one the link light tells of trouble while there is no call.
  public var hasPowerLight = true

  /// An intercom at rest.
  public init() {}
}

/// The lights.
public enum Indicators {
  /// What a light of `role` does.
  public static func pattern(of role: LightRole, _ facts: Indication) -> LightPattern {
    switch role {
    case .link: return link(facts)
    case .talk: return facts.state == .connected && facts.isTalking && !facts.isMuted ? .solid : .off
    case .mute:
      guard facts.isMuted else { return .off }
      return facts.isTalkingWhileMuted ? .blinkFast : .solid
    case .power: return facts.isTroubled ? .doubleBlink : .solid
    }
  }

  private static func link(_ facts: Indication) -> LightPattern {
    switch facts.state {
    case .idle: facts.isTroubled && !facts.hasPowerLight ? .doubleBlink : .off
    case .calling, .connecting: .blinkSlow
    case .ringing: .blinkFast
    case .connected: .solid
    case .reconnecting: .doubleBlink
    }
  }
}
