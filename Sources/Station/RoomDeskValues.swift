// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What crosses between the desk of a room's calls and its owner.

/// Which call of the desk. Numbers are not used again.
public struct RoomCallID: Hashable, Sendable, BitwiseCopyable {
  /// The number, from 1.
  public let number: UInt32
}

/// What the desk has to tell.
public enum RoomDeskEvent: Sendable {
  /// We came in, and these were there before us, by name.
  case entered(peers: [String])
  /// Who is in the room has changed.
  case membersChanged
  /// The member of this name calls.
  case offered(RoomCallID, from: String)
  /// A call that we placed was answered.
  case answered(RoomCallID)
  /// Voice can flow.
  case up(RoomCallID)
  /// The far side is not heard for now, or is heard again.
  case interrupted(RoomCallID, Bool)
  /// A call that we placed was not answered, and is over.
  case failed(RoomCallID, CallFailure)
  /// A certificate was not the one that is pinned for its name, and the call refused.
  case distrusted
  /// An offer was taken back, or a call is over, not by us.
  case over(RoomCallID, CallOver)
}
