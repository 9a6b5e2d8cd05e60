// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One connection of a service, with what the service knows of it.

import Core
import Peer

/// One connection of a service, with what the service knows of it. A class so that the table of lines need not move
/// them.
final class Line<Channel: SecureChannel & ~Copyable> {
  let id: ConnectionID
  let talker: Talker
  let roomID: String
  let userID: String
  var connection: Connection<Channel>
  /// How much is sent, and with which copies; made anew when the far side's wishes are known.
  var policy: SendingPolicy
  /// How good it sounds.
  var quality: QualityMeter
  /// Whether the engine listens to the talker.
  var isHeard = false
  /// Whether a packet of the talker has come.
  var isTalking = false
  /// Whether the line goes away once its last words are sent.
  var isClosing = false

  init(
    id: ConnectionID, talker: Talker, roomID: String, userID: String, policy: SendingPolicy,
    frameSamples: Int, connection: consuming Connection<Channel>
  ) {
    self.policy = policy
    quality = QualityMeter(frameSamples: frameSamples)
    self.id = id
    self.talker = talker
    self.roomID = roomID
    self.userID = userID
    self.connection = connection
  }
}
