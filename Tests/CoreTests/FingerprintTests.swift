// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The digest of a certificate.

import Core
import Testing

@Suite("Fingerprint") struct FingerprintTests {
  private static func make(_ algorithm: Fingerprint.Algorithm, count: Int, first: UInt8 = 1) -> Fingerprint? {
    var bytes = [UInt8](repeating: 9, count: count)
    if count > 0 { bytes[0] = first }
    return bytes.withByteView { Fingerprint(algorithm: algorithm, bytes: $0) }
  }

  @Test(
    "only a digest of its hash's size is one",
    arguments: [(Fingerprint.Algorithm.sha256, 32), (.sha384, 48), (.sha512, 64)])
  func size(algorithm: Fingerprint.Algorithm, count: Int) {
    #expect(Self.make(algorithm, count: count) != nil)
    #expect(Self.make(algorithm, count: count - 1) == nil)
    #expect(Self.make(algorithm, count: count + 1) == nil)
    #expect(Self.make(algorithm, count: 0) == nil)
  }

  @Test("two are equal when every byte and the hash are")
  func equality() {
    #expect(Self.make(.sha256, count: 32) == Self.make(.sha256, count: 32))
    #expect(Self.make(.sha256, count: 32) != Self.make(.sha256, count: 32, first: 2))
    #expect(Self.make(.sha256, count: 32) != Self.make(.sha384, count: 48))
  }
}
