// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Security
import Testing

@Suite("Whom TLS believes")
struct TLSTrustTests {
  /// How a client that trusts `trust` and asks for `host` finds a server with these certificates.
  private func verdict(_ identity: TLSIdentity, _ host: String, _ trust: TLSTrust) throws -> TLSChannel.State {
    var pair = try TLSPair(identity, host: host, trust: trust)
    pair.run()
    if case .failed = pair.client.state {
      guard case .failed(.refused) = pair.server.state else { return .finished }
    }
    return pair.client.state
  }

  private let device = TLSFixture.authority

  @Test("a certificate is good for its names and addresses only, whether by bundle or by pinned authority")
  func names() throws {
    let identity = try TLSIdentity.fixture(TLSFixture.leaf, device)
    let rows: [(String, TLSChannel.State)] = [
      ("door.local", .established), ("DOOR.local", .established), ("127.0.0.1", .established),
      ("192.168.7.9", .established), ("192.168.7.8", .failed(.wrongName)), ("gate.local", .failed(.wrongName)),
      ("local", .failed(.wrongName)), ("::1", .failed(.wrongName)),
    ]
    for (host, expected) in rows {
      #expect(try verdict(identity, host, .authority(identity.lastFingerprint)) == expected, "\(host)")
      #expect(try verdict(identity, host, .bundle(.fixture(device))) == expected, "\(host)")
    }
  }

  @Test("an authority that is not trusted is refused")
  func authority() throws {
    let identity = try TLSIdentity.fixture(TLSFixture.leaf, device)
    let other = try TLSIdentity.fixture(TLSFixture.otherLeaf, TLSFixture.otherAuthority)
    let bundle = try TLSAuthorities.fixture(TLSFixture.otherAuthority)
    #expect(try verdict(identity, "door.local", .bundle(bundle)) == .failed(.unknownAuthority))
    #expect(try verdict(other, "door.local", .bundle(bundle)) == .established)
    let both = try TLSAuthorities.fixture(TLSFixture.otherAuthority, device)
    #expect(try verdict(identity, "door.local", .bundle(both)) == .established)
    #expect(
      try verdict(identity, "door.local", .authority(other.lastFingerprint)) == .failed(.otherAuthority))
    // The pinned authority is in the chain, but did not sign.
    let pretender = try TLSIdentity.fixture(TLSFixture.otherLeaf, device)
    #expect(
      try verdict(pretender, "door.local", .authority(identity.lastFingerprint)) == .failed(.otherAuthority))
    // It is not in the chain: a digest alone is no key.
    let short = try TLSIdentity.fixture(TLSFixture.leaf)
    #expect(try verdict(short, "door.local", .authority(identity.lastFingerprint)) == .failed(.otherAuthority))
    #expect(try verdict(short, "door.local", .bundle(.fixture(device))) == .established)
  }

  @Test("a pinned certificate is good under any name and at any time, and no other is")
  func leaf() throws {
    let old = try TLSIdentity.fixture(TLSFixture.expired)
    #expect(try verdict(old, "gate.local", .leaf(old.fingerprint)) == .established)
    let other = try TLSIdentity.fixture(TLSFixture.leaf)
    #expect(try verdict(other, "gate.local", .leaf(old.fingerprint)) == .failed(.otherCertificate))
  }

  @Test("dates, usage and the authority's constraints decide")
  func unfit() throws {
    let rows: [(String, String, TLSError)] = [
      (TLSFixture.expired, "door.local", .expired), (TLSFixture.future, "door.local", .notYetValid),
      (TLSFixture.foreign, "door.local", .forbiddenName),
      (TLSFixture.foreign, "bank.example", .forbiddenName),
      (TLSFixture.excluded, "secret.door.local", .forbiddenName),
      (TLSFixture.farAddress, "8.8.8.8", .forbiddenName),
    ]
    for (leaf, host, error) in rows {
      let identity = try TLSIdentity.fixture(leaf, device)
      #expect(try verdict(identity, host, .authority(identity.lastFingerprint)) == .failed(error), "\(error.text)")
      #expect(try verdict(identity, host, .bundle(.fixture(device))) == .failed(error), "\(error.text)")
      #expect(error.isOfCertificate)
    }
  }

  @Test("a certificate for clients serves nobody")
  func usage() throws {
    var pair = try TLSPair(.fixture(TLSFixture.client, device), trust: .bundle(.fixture(device)))
    pair.run()
    guard case .failed = pair.states[1], case .failed(.refused) = pair.states[0] else {
      Issue.record("it serves")
      return
    }
  }

  @Test("chains and keys that are none are refused")
  func malformed() throws {
    let rows: [(String, String)] = [
      ("", TLSFixture.key), (TLSFixture.leaf, ""), (TLSFixture.leaf, "hello"), ("hello", TLSFixture.key),
      (device, TLSFixture.key), (String(TLSFixture.leaf.prefix(300)), TLSFixture.key),
      (TLSFixture.leaf + "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", TLSFixture.key),
    ]
    for (chain, key) in rows {
      #expect(throws: IdentityError.self, "\(chain.prefix(30))") { try TLSIdentity.fixture(chain, key: key) }
    }
    #expect(throws: IdentityError.self) { try TLSAuthorities.fixture("") }
    #expect(throws: IdentityError.self) { try TLSAuthorities.fixture("hello") }
  }

  @Test("chain and key may stand in one text, and a bundle passes over what it cannot read")
  func lenient() throws {
    let text = TLSFixture.key + "\n" + TLSFixture.leaf + "\n" + device
    let identity = try TLSIdentity.fixture(text, key: text)
    #expect(identity.fingerprint == (try TLSIdentity.fixture(TLSFixture.leaf)).fingerprint)
    #expect(identity.fingerprint != identity.lastFingerprint)
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    #expect(try TLSAuthorities.fixture(device, broken, TLSFixture.otherAuthority).count == 2)
  }

  @Test("an identity of the media path serves too")
  func mediaIdentity() throws {
    let text = try DTLSIdentity.make().exported()
    let pem = String(decoding: text, as: UTF8.self)
    let identity = try TLSIdentity.fixture(pem, key: pem)
    #expect(try verdict(identity, "door.local", .leaf(identity.fingerprint)) == .established)
  }
}
