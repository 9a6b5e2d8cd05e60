// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The doorkeeper.

import Access
import Core
import Testing

@Suite("The doorkeeper")
struct AccessControlTests {
  @Test("whoever shows nothing is somebody only where access is open")
  func strangers() {
    #expect(AccessControl(.open).stranger.role == .admin)
    #expect(AccessControl(.paired).stranger.role == nil)
    #expect(AccessControl(.token).stranger.role == nil)
  }
}
