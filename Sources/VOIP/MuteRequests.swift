// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who asked for the microphone's mute.

import Core

/// Who asked for the microphone's mute, and who may end it. The mute is on as long as anybody's request is.
struct MuteRequests: Equatable, Sendable, BitwiseCopyable {
  private(set) var byHardware = false
  private var byLocal = false
  private var byRemote = false

  /// Whether anybody wants the mute.
  var isMuted: Bool { byHardware || byLocal || byRemote }

  /// Takes in a request. Everybody ends their own; a person here also ends what came over the network, and the hardware
  /// ends all.
  mutating func set(_ muted: Bool, by authority: Authority) {
    switch authority {
    case .hardware:
      byHardware = muted
      if !muted { (byLocal, byRemote) = (false, false) }
    case .local:
      byLocal = muted
      if !muted { byRemote = false }
    case .remote: byRemote = muted
    }
  }
}
