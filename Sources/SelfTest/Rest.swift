// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Cases of rooms that have none yet.

extension SelfTest {
  static var iceCases: [SelfTestCase] { [] }
  static var mediaCases: [SelfTestCase] { [] }
  static var descriptionCases: [SelfTestCase] { [] }
  static var securityCases: [SelfTestCase] { [] }
  static var voiceCases: [SelfTestCase] { [] }
  static var productCases: [SelfTestCase] { [] }
}
