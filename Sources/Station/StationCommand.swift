// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a person can ask of a station, whichever way: a button, the control socket, the page.

public import Core

/// What a person asks for.
public enum StationCommand: Equatable, Sendable {
  /// Call these peers of the configuration at once; the first that answers has the call. Empty: all of them, and the open
  /// pages.
  case call([String])
  /// Answer what rings.
  case answer
  /// End the call, give up calling, refuse what rings.
  case hangUp
  /// Mute the microphone, or no longer.
  case setMuted(Bool)
  /// Mute the microphone if it is not, else no longer.
  case toggleMute
  /// Talk is pressed, or let go.
  case setTalking(Bool)
  /// The speaker's volume, 0 ... 100.
  case setVolume(Int)
  /// So many steps louder, or quieter below 0.
  case changeVolume(steps: Int)
  /// Refuse calls as busy, or no longer.
  case setDoNotDisturb(Bool)
  /// Ring the bell: a chime, and a word to the open pages. Nobody is called.
  case ringBell
  /// Let somebody in who shows the code that follows, with this role.
  case openPairing(Role)
  /// Shut the machine down.
  case shutDown
}
