// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Checks that run both in the ordinary tests and inside the product: `intercom selftest`. What only the Embedded build
// gets wrong (text of numbers, shims, layout, the linked libraries) shows here.

import Core

/// What a case of the self-test finds out.
public struct Check {
  /// What was not as it should be, a sentence each.
  public private(set) var failures: [String] = []
  /// How much was looked at.
  public private(set) var expectations = 0

  init() {}

  /// Notes a failure, described by `what`, when `condition` is false.
  @_disfavoredOverload
  public mutating func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    expectations += 1
    if !condition { note(what()) }
  }

  /// Notes a failure, described by `what`, when `condition` is false. Most descriptions are literals, and as such they
  /// cost no code where they stand.
  @inline(never)
  public mutating func expect(_ condition: Bool, _ what: StaticString) {
    expectations += 1
    if !condition { note(Check.text(what)) }
  }

  /// Notes a failure when the two numbers differ.
  @inline(__always)
  public mutating func equal<Number: BinaryInteger>(_ found: Number, _ wanted: Number, _ what: StaticString) {
    expectations += 1
    if found != wanted { differ(Int64(truncatingIfNeeded: found), Int64(truncatingIfNeeded: wanted), what) }
  }

  @inline(never)
  private mutating func differ(_ found: Int64, _ wanted: Int64, _ what: StaticString) {
    note("\(Check.text(what)): \(found) instead of \(wanted)")
  }

  @inline(never)
  private mutating func note(_ failure: String) { failures.append(failure) }

  @inline(never)
  static func text(_ literal: StaticString) -> String {
    ByteView(UnsafeRawPointer(literal.utf8Start), count: literal.utf8CodeUnitCount).text()
  }
}

/// One case of the self-test.
public struct SelfTestCase: Sendable {
  /// A sentence that says what holds.
  public let name: String
  let body: @Sendable (inout Check) -> Void

  init(_ name: String, _ body: @escaping @Sendable (inout Check) -> Void) {
    self.name = name
    self.body = body
  }

  /// Runs the case; answers what failed.
  public func run() -> [String] {
    var check = Check()
    body(&check)
    if check.expectations == 0 { return ["nothing was looked at"] }
    return check.failures
  }
}

/// The self-test.
public enum SelfTest {
  /// Every case, in order of the rooms.
  public static var cases: [SelfTestCase] {
    coreCases + iceCases + mediaCases + descriptionCases + securityCases + certificateCases + voiceCases + talkCases
      + panelCases
      + productCases + callCases + stationCases
  }
}
