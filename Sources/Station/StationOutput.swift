// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the station asks of the hall, and what it counts.

import Config
public import Core

/// What the station wants done that it cannot do.
public enum StationOutput: Sendable {
  /// Play the tone instead of what is played.
  case playTone(Tone)
  /// Play no tone any more.
  case stopTone
  /// Mute the microphone or lift that, as asked by whom.
  case setMuted(Bool, by: Authority)
  /// Open or close the talk gate.
  case setTalking(Bool)
  /// The speaker's volume, 0 ... 100.
  case setVolume(percent: Int)
  /// Keep this call over a restart, instead of any other.
  case remember(RememberedCall)
  /// Keep none.
  case forget
  /// Tell the open pages that this device rings them; an offer that names the ring answers it.
  case ringPages(String)
  /// Tell them that this ring is over, whoever answered.
  case ringPagesOver(String)
  /// Tell the open pages that somebody has rung the bell.
  case bell
  /// Make a code that lets somebody in with this role, and show it.
  case openPairing(Role)
  /// Shut the machine down.
  case shutDown
}

/// What the station counts; totals since the start.
public struct StationCounters: Equatable, Sendable {
  /// Calls, either way, refused because a certificate is not the one that is pinned.
  public var changedCertificates: UInt64 = 0
  /// Calls refused because nobody knows who calls.
  public var unknownCallers: UInt64 = 0

  /// Nothing yet.
  public init() {}
}
