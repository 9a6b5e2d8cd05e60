// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The name of a room.

import Rooms
import Testing

@Suite("The name of a room")
struct RoomNameTests {
  @Test("a name has 1 to 64 bytes and no control character")
  func names() {
    #expect(RoomName("Küche")?.text == "Küche")
    #expect(RoomName("") == nil)
    #expect(RoomName("a\u{7}") == nil)
    #expect(RoomName(String(repeating: "a", count: 65)) == nil)
  }
}
