// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The self-tests that the product runs too.

import SelfTest
import Testing

@Suite("The self-test")
struct SelfTestTests {
  @Test("every case holds", arguments: SelfTest.cases.indices)
  func run(index: Int) {
    let cases = SelfTest.cases
    let failures = cases[index].run()
    #expect(failures.isEmpty, "\(cases[index].name): \(failures.joined(separator: "; "))")
  }

  @Test("the number of cases is printed for the comparison with the product's")
  func count() {
    print("selftest: \(SelfTest.cases.count) cases")
    #expect(SelfTest.cases.count > 20)
  }
}
