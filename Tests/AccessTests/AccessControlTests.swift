// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The doorkeeper.

import Access
import Core
import Testing

@Suite("The doorkeeper")
struct AccessControlTests {
}
