// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Security
import Testing

@Suite("Identities")
struct DTLSIdentityTests {
  @Test("an identity that was exported and restored is the same one")
  func roundTrip() throws {
    let identity = try DTLSIdentity.make()
    let exported = try identity.exported()
    let restored = try Self.restore(exported)
    #expect(restored.fingerprint == identity.fingerprint)
    #expect(try restored.exported() == exported)
    let text = String(decoding: exported, as: UTF8.self)
    #expect(text.contains("-----BEGIN EC PRIVATE KEY-----") && text.contains("-----BEGIN CERTIFICATE-----"))
    #expect(text.hasSuffix("-----END CERTIFICATE-----\n"))
  }

  @Test("no two identities are alike")
  func random() throws {
    #expect(try DTLSIdentity.make().fingerprint != DTLSIdentity.make().fingerprint)
  }

  @Test("the fingerprint is the one that openssl prints")
  func openssl() throws {
    let identity = try Self.restore(Array(RSAFixture.pem.utf8))
    #expect(identity.fingerprint == fingerprint(.sha256, RSAFixture.sha256))
    #expect(try Self.restore(identity.exported()).fingerprint == identity.fingerprint)
  }

  @Test("bytes that are no identity are refused")
  func malformed() throws {
    let good = try DTLSIdentity.make().exported()
    let other = try DTLSIdentity.make().exported()
    func part(_ bytes: [UInt8], _ title: String) -> [UInt8] {
      let text = String(decoding: bytes, as: UTF8.self)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let first = lines.firstIndex { $0 == "-----BEGIN \(title)-----" } ?? 0
      let last = lines.firstIndex { $0 == "-----END \(title)-----" } ?? 0
      return Array((lines[first...last].joined(separator: "\n") + "\n").utf8)
    }
    let rows: [(String, [UInt8])] = [
      ("nothing", []), ("zeros", [UInt8](repeating: 0, count: 100)), ("text", Array("hello".utf8)),
      ("half", Array(good.prefix(good.count / 2))), ("too much", [UInt8](repeating: 0x41, count: 100_000)),
      ("only the key", part(good, "EC PRIVATE KEY")), ("only the certificate", part(good, "CERTIFICATE")),
      ("a certificate of another key", part(good, "EC PRIVATE KEY") + part(other, "CERTIFICATE")),
      ("two certificates", good + part(other, "CERTIFICATE")),
    ]
    for (name, bytes) in rows {
      #expect(throws: IdentityError.self, "\(name)") { try Self.restore(bytes) }
    }
  }

  @Test("changed identities are refused or still sound")
  func mutated() throws {
    let good = try DTLSIdentity.make().exported()
    var chance = Randomness(seed: 11)
    for _ in 0..<300 {
      var copy = good
      for _ in 0...chance.below(3) { copy[chance.below(copy.count)] = chance.uint8() }
      if let identity = try? Self.restore(copy) { #expect(try identity.exported().count > 400) }
    }
  }

  private static func restore(_ bytes: [UInt8]) throws -> DTLSIdentity {
    try bytes.withByteView { view in Result { try DTLSIdentity.restore(view) } }.get()
  }
}
