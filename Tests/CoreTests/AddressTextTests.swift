// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Addresses as text, and what kinds of address there are.

import Core
import Testing

@Suite("Addresses") struct AddressTextTests {
  @Test(
    "an address is read, and written as RFC 5952 wants it",
    arguments: [
      ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("192.0.2.1", "192.0.2.1"),
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
      ("2001:DB8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
      ("fe80:0:0:0:1:2:3:4", "fe80::1:2:3:4"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::FFFF:c000:0201", "::ffff:192.0.2.1"),
      ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("0:0:0:0:0:0:0:0", "::"),
    ])
  func readAndWrite(text: String, canonical: String) {
    #expect(IPAddress(text)?.text == canonical)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ", "-1.2.3.4",
      ":", ":::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1:", ":1::",
      "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "[::1]", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4",
    ])
  func refuse(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(
    "an endpoint is read and written",
    arguments: [("192.0.2.1:5000", true), ("[2001:db8::1]:65535", true), ("0.0.0.0:0", true)])
  func endpoint(text: String, valid: Bool) {
    #expect(Endpoint(text)?.text == text)
  }

  @Test(
    "what is no endpoint is refused",
    arguments: [
      "", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:x", "::1:5", "[::1]", "[::1:5", ":5", "1.2.3.4:000001",
    ])
  func refuseEndpoint(text: String) {
    #expect(Endpoint(text) == nil)
  }

  @Test("mutated and random addresses never trap, and what is read is written back to itself")
  func fuzz() {
    let seed: UInt64 = 20_260_101
    var random = Randomness(seed: seed)
    let alphabet = Array("0123456789abcdefABCDEF:.%[] ".utf8)
    let valid = ["192.0.2.1:5000", "[2001:db8::1]:65535", "::ffff:192.0.2.1", "2001:db8:0:1:1:1:1:1"].map {
      Array($0.utf8)
    }
    for _ in 0..<20_000 {
      var bytes = random.chance(percent: 50) ? valid[random.below(valid.count)] : []
      for _ in 0..<random.below(20) { bytes.append(alphabet[random.below(alphabet.count)]) }
      for _ in 0..<random.below(4) where !bytes.isEmpty { bytes[random.below(bytes.count)] = random.uint8() }
      bytes.withByteView { CoreFuzz.fuzz($0) }
    }
    for _ in 0..<2000 {
      let address = IPAddress(v6High: random.next() & random.next(), low: random.next() & random.next())
      #expect(IPAddress(address.text) == address, "seed \(seed)")
    }
  }

  private struct Kind: CustomTestStringConvertible, Sendable {
    let text: String
    var loopback = false
    var linkLocal = false
    var multicast = false
    var isPrivate = false
    var testDescription: String { text }
  }

  @Test(
    "kinds of address are told apart",
    arguments: [
      Kind(text: "127.0.0.1", loopback: true), Kind(text: "127.255.0.1", loopback: true),
      Kind(text: "::1", loopback: true), Kind(text: "169.254.1.1", linkLocal: true),
      Kind(text: "fe80::1", linkLocal: true), Kind(text: "febf::1", linkLocal: true), Kind(text: "fec0::1"),
      Kind(text: "224.0.0.251", multicast: true), Kind(text: "ff02::fb", multicast: true),
      Kind(text: "10.1.2.3", isPrivate: true), Kind(text: "172.16.0.1", isPrivate: true),
      Kind(text: "172.31.255.255", isPrivate: true), Kind(text: "172.32.0.1"),
      Kind(text: "192.168.1.1", isPrivate: true),
      Kind(text: "fd00::1", isPrivate: true), Kind(text: "fc00::1", isPrivate: true), Kind(text: "2001:db8::1"),
      Kind(text: "8.8.8.8"),
    ])
  private func kinds(row: Kind) throws {
    let address = try #require(IPAddress(row.text))
    #expect(address.isLoopback == row.loopback)
    #expect(address.isLinkLocal == row.linkLocal)
    #expect(address.isMulticast == row.multicast)
    #expect(address.isPrivate == row.isPrivate)
  }

  @Test("a mapped address carries an IPv4 address")
  func mapped() throws {
    let address = try #require(IPAddress("::ffff:10.0.0.1"))
    #expect(address.isMappedV4 && address.unmapped == .v4(10, 0, 0, 1))
    #expect(IPAddress.loopbackV6.unmapped == .loopbackV6)
    #expect((0..<4).map { IPAddress.v4(1, 2, 3, 4).byte($0) } == [1, 2, 3, 4])
    #expect(try #require(IPAddress("2001:db8::ff")).byte(15) == 0xFF)
  }
}
