// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a button asks for: from its role to a command, without a look at what is going on.

public import Config
import Core

extension StationCommand {
  /// What pressing `button` (or, `isPressed` false, letting it go) asks for; nil: nothing.
  ///
  /// A latching switch asks for the state it is put into; a button that springs back asks on its press, and the mute
  /// then changes over. Only talk and latching switches have something to say when they are let go.
  public init?(_ button: ButtonSetting, isPressed: Bool) {
    switch button.role {
    case .talk: self = .setTalking(isPressed)
    case .mute:
      if button.isLatching {
        self = .setMuted(isPressed)
      } else {
        guard isPressed else { return nil }
        self = .toggleMute
      }
    case .call:
      if isPressed {
        self = .call(button.peers)
      } else {
        guard button.isLatching else { return nil }
        self = .hangUp
      }
    case .answer, .hangUp, .volumeUp, .volumeDown, .shutDown, .pair:
      guard isPressed else { return nil }
      self = Self.single(button.role)
    }
  }

  private static func single(_ role: ButtonRole) -> StationCommand {
    switch role {
    case .answer: .answer
    case .volumeUp: .changeVolume(steps: 1)
    case .volumeDown: .changeVolume(steps: -1)
    case .shutDown: .shutDown
    case .pair: .openPairing(.talk)
    case .hangUp, .talk, .mute, .call: .hangUp
    }
  }
}
