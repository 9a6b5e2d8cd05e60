// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The name of a room.

import Core

/// The name of a room: 1 to 64 bytes of UTF-8 without control characters.
public struct RoomName: Equatable, Sendable {
  /// The name as text.
  public let text: String

  /// The name that `text` is, or nil.
  public init?(_ text: String) {
    guard (1...Limits.configurationNameBytesMax).contains(text.utf8.count) else { return nil }
    for byte in text.utf8 where byte < 0x20 || byte == 0x7F { return nil }
    self.text = text
  }
}
