// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Security
import Testing

private let names = ["front-door.local", "board", "localhost"]
private let now: Int64 = 1_800_000_000
private let later = now + 824 * 86_400

private func authority(_ name: String = "Front door", seed: UInt64 = 1) throws -> CertificateAuthority {
  var randomness = Randomness(seed: seed)
  return try CertificateAuthority.make(name: name, names: names, randomness: &randomness)
}

private func chain(_ pem: [UInt8]) throws -> CertificateChain {
  try pem.withByteView { view in Result { () throws(IdentityError) in try CertificateChain.read(view) } }.get()
}

private func key(_ pem: [UInt8]) throws -> PrivateKey {
  try pem.withByteView { view in Result { () throws(IdentityError) in try PrivateKey.read(view) } }.get()
}

private func restore(_ pem: [UInt8]) throws -> CertificateAuthority {
  try pem.withByteView { view in Result { () throws(IdentityError) in try CertificateAuthority.restore(view) } }.get()
}

/// An authority and a server certificate of it as files.
private struct Files {
  let folder: Folder
  let authority: String
  let server: String

  init(
    _ authority: CertificateAuthority, addresses: [IPAddress] = [.loopbackV4],
    validity: ClosedRange<Int64> = now...later
  ) throws {
    folder = try Folder()
    self.authority = try folder.file("ca.pem", authority.certificateText())
    server = try folder.file(
      "server.pem",
      authority.serverCertificate(
        names: names, addresses: addresses, from: validity.lowerBound, to: validity.upperBound))
  }
}

@Suite("The device's own authority")
struct CertificateAuthorityTests {
  @Test("an authority that was exported and restored is the same one, and makes certificates")
  func roundTrip() throws {
    let made = try authority()
    let restored = try restore(made.exported())
    #expect(restored.chain.fingerprint == made.chain.fingerprint)
    #expect(restored.constraints == made.constraints)
    #expect(restored.exported() == made.exported())
    let server = try chain(
      restored.serverCertificate(names: names, addresses: [.v4(192, 168, 1, 7)], from: now, to: later))
    #expect(server.isVouchedFor(by: made.chain))
    #expect(server.count == 2 && server.certificate(1) == made.chain.certificate(0))
  }

  @Test("it is named for the device, with four digits that tell it from another one of that name")
  func commonName() throws {
    let first = try authority().chain.commonName
    #expect(first.hasPrefix("intercom Front door authority ") && first.utf8.count == 34)
    #expect(try authority(seed: 2).chain.commonName != first)
  }

  @Test(
    "any name will do",
    arguments: ["Küche, unten", "a=b+c<d>#e;\"f\"\\", String(repeating: "ü", count: 60), " ", "/CN=x", "门铃"])
  func strangeNames(name: String) throws {
    let made = try authority(name)
    #expect(made.chain.commonName.utf8.count <= 64)
    #expect(made.chain.commonName.contains(name.prefix(9)))
    let server = try chain(made.serverCertificate(names: names, addresses: [], from: now, to: later))
    #expect(server.isVouchedFor(by: made.chain))
  }

  @Test("a server certificate says what it was made for, and its key fits")
  func facts() throws {
    let made = try authority()
    let addresses: [IPAddress] = [.v4(10, 1, 2, 3), IPAddress("fd00::1")!, .loopbackV6]
    let text = try made.serverCertificate(names: names, addresses: addresses, from: now, to: later)
    let server = try chain(text)
    #expect(server.alternativeNames.names == names && server.alternativeNames.addresses == addresses)
    #expect(server.validity == now...later)
    #expect(server.commonName == "front-door.local" && !server.isAuthority && made.chain.isAuthority)
    #expect(try server.fits(key(text)))
    #expect(try !server.fits(key(made.exported())))
  }

  @Test("what the authority may not vouch for is left out, and nothing else than that is refused")
  func leftOut() throws {
    let made = try authority()
    let text = try made.serverCertificate(
      names: ["bank.example", "front-door.local", "xfront-door.local"],
      addresses: [.v4(8, 8, 8, 8), .v4(192, 168, 0, 1), IPAddress("2001:db8::1")!], from: now, to: later)
    #expect(try chain(text).alternativeNames.names == ["front-door.local"])
    #expect(try chain(text).alternativeNames.addresses == [.v4(192, 168, 0, 1)])
    #expect(throws: IdentityError.self) {
      try made.serverCertificate(names: ["bank.example"], addresses: [], from: now, to: later)
    }
  }

  @Test("another authority's certificate is told apart")
  func otherAuthority() throws {
    let (first, second) = (try authority(), try authority(seed: 2))
    let server = try chain(first.serverCertificate(names: names, addresses: [], from: now, to: later))
    #expect(server.isVouchedFor(by: first.chain) && !server.isVouchedFor(by: second.chain))
  }

  @Test("what is no authority is refused")
  func malformed() throws {
    let (first, second) = (try authority().exported(), try authority().exported())
    let server = try authority().serverCertificate(names: names, addresses: [], from: now, to: later)
    let mixed = Array(first.prefix(while: { $0 != 0x43 })) + second
    let rows: [(String, [UInt8])] = [
      ("nothing", []), ("text", Array("hello".utf8)), ("half", Array(first.prefix(first.count / 2))),
      ("a server's", server), ("two", first + second), ("too much", [UInt8](repeating: 0x41, count: 100_000)),
      ("only a certificate", try authority().certificateText()),
      ("the identity for calls", try DTLSIdentity.make().exported()),
      ("zeros", [UInt8](repeating: 0, count: 100)), ("mixed", mixed + first),
    ]
    for (name, bytes) in rows { #expect(throws: IdentityError.self, "\(name)") { try restore(bytes) } }
  }

  @Test("changed authorities are refused or still sound")
  func mutated() throws {
    let good = try authority().exported()
    var chance = Randomness(seed: 7)
    for _ in 0..<300 {
      var bytes = good
      for _ in 0...chance.below(3) { bytes[chance.below(bytes.count)] = chance.uint8() }
      if let read = try? restore(bytes) { _ = read.chain.alternativeNames }
    }
  }

  // MARK: What others say

  @Test("openssl verifies the chain by the strict rules, for a name, an address and as a server")
  func opensslVerify() throws {
    let files = try Files(authority(), addresses: [.v4(192, 168, 1, 7), IPAddress("fd00::1")!])
    let common = ["openssl", "verify", "-x509_strict", "-attime", "\(now + 86_400)", "-CAfile", files.authority]
    for options in [
      ["-purpose", "sslserver"], ["-verify_hostname", "front-door.local"], ["-verify_ip", "192.168.1.7"],
      ["-verify_ip", "fd00::1"],
    ] {
      let answer = try run(common + options + [files.server])
      #expect(answer.code == 0, "\(options): \(answer.text)")
    }
    #expect(try run(common + ["-verify_hostname", "other.local", files.server]).code != 0)
    #expect(try run(["openssl", "verify", "-x509_strict", "-CAfile", files.authority, files.authority]).code == 0)
  }

  @Test("openssl reads the extensions as they are meant")
  func opensslText() throws {
    let files = try Files(authority(), addresses: [.v4(192, 168, 1, 7)])
    let ca = try run(["openssl", "x509", "-noout", "-text", "-in", files.authority]).text
    for text in [
      "Public-Key: (256 bit)", "CA:TRUE, pathlen:0", "X509v3 Name Constraints: critical", "DNS:front-door.local",
      "IP:10.0.0.0/255.0.0.0", "IP:172.16.0.0/255.240.0.0", "IP:192.168.0.0/255.255.0.0", "IP:127.0.0.0/255.0.0.0",
      "IP:169.254.0.0/255.255.0.0", "IP:100.64.0.0/255.192.0.0", "IP:FC00:0:0:0:0:0:0:0/FE00:0:0:0:0:0:0:0",
      "IP:FE80:0:0:0:0:0:0:0/FFC0:0:0:0:0:0:0:0", "Certificate Sign, CRL Sign", "ecdsa-with-SHA256",
    ] { #expect(ca.contains(text), "\(text) is not in \(ca)") }
    let leaf = try run(["openssl", "x509", "-noout", "-text", "-in", files.server]).text
    for text in [
      "TLS Web Server Authentication", "DNS:front-door.local, DNS:board, DNS:localhost, IP Address:192.168.1.7",
      "Digital Signature", "CA:FALSE", "X509v3 Authority Key Identifier",
    ] { #expect(leaf.contains(text), "\(text) is not in \(leaf)") }
  }

  @Test("a client that trusts the authority takes the right names and no others")
  func pythonClient() throws {
    // Valid whenever this runs: the client has no other clock than the machine's.
    let files = try Files(authority(), validity: 1_600_000_000...2_500_000_000)
    let rows: [(name: String, isTaken: Bool)] = [
      ("front-door.local", true), ("localhost", true), ("127.0.0.1", true), ("bank.example", false),
      ("192.168.1.7", false),
    ]
    for row in rows {
      let answer = try run(["python3", "-c", client, files.authority, files.server, row.name])
      #expect(answer.text.contains("taken") == row.isTaken, "\(row.name): \(answer.text)")
    }
  }

  @Test("a client refuses a certificate that a stolen authority signs for a name outside its constraints")
  func stolenAuthority() throws {
    let made = try authority()
    let folder = try Folder()
    let ca = try folder.file("ca.pem", made.exported())
    let server = folder.url.appendingPathComponent("bank.pem").path
    let request = try run([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bank",
      "-CA", ca, "-CAkey", ca, "-addext", "subjectAltName=DNS:bank.example", "-addext",
      "basicConstraints=critical,CA:FALSE",
      "-keyout", server, "-out", server + ".crt",
    ])
    try #require(request.code == 0, "\(request.text)")
    let certificate = try run(["cat", server + ".crt", server]).text
    let both = try folder.file("both.pem", Array(certificate.utf8))
    let answer = try run(["python3", "-c", client, ca, both, "bank.example"])
    #expect(answer.text.contains("permitted subtree violation"), "\(answer.text)")
    #expect(try !chain(Array(certificate.utf8)).isVouchedFor(by: made.chain))
  }

  /// A handshake in memory: the authority's file, the server's file, the name that is wanted.
  private let client = """
    import ssl, sys
    authority, server, name = sys.argv[1:]
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(server)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ours.load_verify_locations(authority)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [ours.wrap_bio(down, up, server_hostname=name), theirs.wrap_bio(up, down, server_side=True)]
    for _ in range(6):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
    ends[0].write(b"x")
    print("taken")
    """
}
