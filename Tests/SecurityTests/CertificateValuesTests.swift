// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Foundation
import Security
import Testing

@Suite("Values in certificates")
struct CertificateValuesTests {
  @Test(
    "dates are those of the calendar",
    arguments: [
      (0, "19700101000000"), (951_782_399, "20000228235959"), (951_782_400, "20000229000000"), (-1, "19691231235959"),
      (1_793_491_200, "20261101000000"), (2_398_377_600, "20460101000000"), (4_107_542_400, "21000301000000"),
      (-62_135_596_800, "00010101000000"),
    ])
  func dates(row: (Int64, String)) {
    let time = CalendarTime(unixSeconds: row.0)
    #expect(time.digits == row.1)
    #expect(time.unixSeconds == row.0)
    #expect(time.date.filter { $0 != "-" } == row.1.prefix(8))
  }

  @Test("seconds become dates and seconds again, as Foundation has it")
  func roundTrip() {
    var chance = Randomness(seed: 3)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC")!
    for _ in 0..<2000 {
      let seconds = Int64(chance.below(4_000_000_000))
      let time = CalendarTime(unixSeconds: seconds)
      #expect(time.unixSeconds == seconds)
      let parts = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(seconds)))
      #expect(
        Int(time.fields[0]) == parts.year && Int(time.fields[1]) == parts.month && Int(time.fields[2]) == parts.day)
    }
  }

  @Test("constraints are read back as they were written, and damaged ones refused or sound")
  func constraints() {
    let constraints = NameConstraints(names: ["front-door.local", String(repeating: "a", count: 200)])
    let der = constraints.der
    #expect(der.withByteView { NameConstraints(der: $0) } == constraints)
    var chance = Randomness(seed: 5)
    for _ in 0..<3000 {
      var bytes = Array(der.prefix(chance.below(der.count + 1)))
      if !bytes.isEmpty { bytes[chance.below(bytes.count)] = chance.uint8() }
      _ = bytes.withByteView { NameConstraints(der: $0) }
    }
  }

  @Test(
    "names are permitted with what is below them",
    arguments: [
      ("a.local", true), ("A.LOCAL", true), ("b.a.local", true), ("ba.local", false), ("local", false), ("", false),
      ("a.local.example", false), ("localhost", false),
    ])
  func names(row: (String, Bool)) { #expect(NameConstraints(names: ["a.local"]).permits(name: row.0) == row.1) }

  @Test(
    "private addresses are permitted and public ones are not",
    arguments: [
      ("10.255.1.2", true), ("11.0.0.0", false), ("172.31.255.255", true), ("172.32.0.0", false), ("192.168.0.1", true),
      ("192.169.0.1", false), ("127.0.0.1", true), ("169.254.9.9", true), ("100.127.0.1", true), ("100.128.0.1", false),
      ("8.8.8.8", false), ("::1", true), ("::2", false), ("fd12::1", true), ("fe80::1", true), ("febf::1", true),
      ("fec0::1", false), ("2001:db8::1", false),
    ])
  func addresses(row: (String, Bool)) throws {
    #expect(NameConstraints(names: []).permits(try #require(IPAddress(row.0))) == row.1)
  }

  @Test("a QR code is a square that looks right, and too much text has none")
  func codes() throws {
    let code = try #require(
      QREncoder.modules(of: "http://192.168.1.20:8080/trust#" + String(repeating: "AA:", count: 32)))
    #expect(code.size == 49)
    // The finder pattern of a corner: a dark ring around a dark core.
    for (column, row) in [(0, 0), (6, 6), (3, 3), (48, 0), (0, 48)] { #expect(code.isDark(column: column, row: row)) }
    for (column, row) in [(1, 1), (7, 7), (-1, 0), (49, 0)] { #expect(!code.isDark(column: column, row: row)) }
    #expect(QREncoder.modules(of: "") == nil)
    #expect(QREncoder.modules(of: String(repeating: "x", count: Limits.qrBytesMax))?.size == 73)
    #expect(QREncoder.modules(of: String(repeating: "x", count: Limits.qrBytesMax + 1)) == nil)
  }
}
