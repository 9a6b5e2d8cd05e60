// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Access
import Core
import Testing

@Suite("Names of a certificate")
struct CertificateNamesTests {
  @Test(
    "a name for people becomes one label of a DNS name",
    arguments: [
      ("Front door", "front-door"), ("Kitchen", "kitchen"), ("  Hall  2 ", "hall-2"), ("Küche", "k-che"),
      ("--", "intercom"), ("门", "intercom"), ("a.b_c", "a-b-c"),
      (String(repeating: "a", count: 80), String(repeating: "a", count: 63)),
      (String(repeating: "a", count: 62) + " b", String(repeating: "a", count: 62)),
    ])
  func label(row: (String, String)) { #expect(CertificateNames.label(of: row.0) == row.1) }

  @Test("a device goes by its name, the machine's, localhost and what is configured")
  func names() {
    let names = CertificateNames(
      deviceName: "Front door", hostName: "Board",
      configured: ["door.example", "192.168.1.9", "no name", "*.x", "Board"],
      addresses: [.v4(192, 168, 1, 7), .v4(192, 168, 1, 7), .anyV4])
    #expect(names.names == ["front-door.local", "board", "board.local", "localhost", "door.example"])
    #expect(names.addresses == [.v4(192, 168, 1, 9), .loopbackV4, .loopbackV6, .v4(192, 168, 1, 7)])
    #expect(names.contains("FRONT-DOOR.local") && !names.contains("door"))
  }

  @Test("a host name with dots gets no .local, and localhost is named once")
  func hostNames() {
    func names(_ host: String) -> [String] {
      CertificateNames(deviceName: "x", hostName: host, configured: [], addresses: []).names
    }
    #expect(names("box.example") == ["x.local", "box.example", "localhost"])
    #expect(names("localhost") == ["x.local", "localhost"])
    #expect(names("a b") == ["x.local", "localhost"])
    #expect(names("") == ["x.local", "localhost"])
    #expect(names(".a") == ["x.local", "localhost"])
    #expect(names("a..b") == ["x.local", "localhost"])
    #expect(names("a.") == ["x.local", "localhost"])
  }

  @Test("a certificate for more covers what is wanted, one for less does not")
  func covers() {
    let few = CertificateNames(names: ["a.local"], addresses: [.loopbackV4])
    let many = CertificateNames(names: ["B.local", "a.local"], addresses: [.v4(10, 0, 0, 1), .loopbackV4])
    #expect(many.covers(few) && !few.covers(many) && few.covers(few))
    #expect(many.filtered(name: { $0 != "b.local" }, address: { $0.isLoopback }) == few)
  }

  @Test("as many names and addresses are kept as the limits say")
  func bounds() {
    let names = CertificateNames(
      names: (0..<100).map { "n\($0)" }, addresses: (0..<100).map { .v4(10, 0, 0, UInt8($0)) })
    #expect(names.names.count == Limits.certificateNamesMax)
    #expect(names.addresses.count == Limits.certificateAddressesMax)
  }
}
