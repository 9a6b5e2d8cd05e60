// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One call of a room, as its desk keeps it.

import Core
import Rooms
import Web

/// One call of a room.
struct RoomLeg: Sendable {
  enum Step {
    /// An offer that nobody has accepted.
    case kept
    case begun, socketsAwaited, described
  }

  let id: RoomCallID
  /// What messages call it.
  let call: String
  var member: String
  let name: String
  let isPlaced: Bool
  var carried = CarriedCall()
  var step: Step
  /// What came before the call could take it.
  var kept: [StdioMessage] = []
  var isAnswered = false
  var isUpTold = false
  /// Its owner knows that it is over, or has ended it.
  var isSettled = false
  var byeReason: String?

  /// Why a call that was placed did not come to be.
  var failure: CallFailure {
    guard let byeReason else { return .unreachable }
    if sameBytes(byeReason, RoomSignal.busy) { return .busy }
    if sameBytes(byeReason, RoomSignal.noAnswer) { return .noAnswer }
    return .refused
  }

  /// Sixteen random letters: calls of two members must not be taken for each other.
  static func newCall(_ randomness: inout Randomness) -> String {
    var letters: [UInt8] = []
    for _ in 0..<16 { letters.append(0x61 + UInt8(randomness.below(26))) }
    return String(decoding: letters, as: UTF8.self)
  }

  /// What the log says of a certificate that is not `name`'s.
  static func changed(_ name: String) -> String {
    "the certificate of \(name) has changed, or somebody else goes by that name. If it is right, pair the two again"
  }

  /// What the far side is told then.
  static let changedSentence =
    "The certificate has changed: it is not the one that is pinned here for this intercom. Pair the two again."
}
