// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Cases of rooms that have none yet.

extension SelfTest {
  static var callCases: [SelfTestCase] { [] }
}
