// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The device's own authority inside the product: what it makes, reads back and may not vouch for; dates; QR codes.

import Access
import Core
import Security
import Web

/// A day in 2027.
private let today: Int64 = 1_800_000_000

extension SelfTest {
  static var certificateCases: [SelfTestCase] {
    [
      SelfTestCase("an authority and its certificates are read back as they were made") { check in
        var randomness = Randomness(seed: 9)
        let names = CertificateNames(
          deviceName: "Front door", hostName: "board", configured: [],
          addresses: [.v4(192, 168, 1, 7), .v4(8, 8, 8, 8)])
        do throws(IdentityError) {
          let made = try CertificateAuthority.make(name: "Front door", names: names.names, randomness: &randomness)
          let exported = made.exported()
          let restored = try exported.parsed { (view) throws(IdentityError) in try CertificateAuthority.restore(view) }
          check.expect(restored.chain.fingerprint == made.chain.fingerprint, "another fingerprint")
          check.same(restored.chain.commonName.utf8.prefix(30).text, "intercom Front door authority ")
          let validity = CertificatePlan.validity(wallSeconds: today)
          let text = try restored.serverCertificate(
            names: names.names + ["bank.example"], addresses: names.addresses, from: validity.lowerBound,
            to: validity.upperBound)
          let server = try text.parsed { (view) throws(IdentityError) in try CertificateChain.read(view) }
          let key = try text.parsed { (view) throws(IdentityError) in try PrivateKey.read(view) }
          check.expect(server.fits(key) && server.isVouchedFor(by: made.chain), "no chain")
          check.expect(server.validity == validity, "another time")
          let (read, addresses) = server.alternativeNames
          var line = ""
          for name in read { line += name + " " }
          for address in addresses { line += address.text + " " }
          check.same(line, "front-door.local board board.local localhost 127.0.0.1 ::1 192.168.1.7 ")
        } catch { check.fail("the library refused") }
      },
      SelfTestCase("dates are those of the calendar") { check in
        check.same(CalendarTime(unixSeconds: today).digits, "20270115080000")
        check.same(CalendarTime(unixSeconds: 951_782_399).digits, "20000228235959")
        check.same(CalendarTime(unixSeconds: -1).date, "1969-12-31")
        check.equal(CalendarTime(unixSeconds: today).unixSeconds, today, "there and back")
      },
      SelfTestCase("a certificate is made when the clock says so") { check in
        var plan = CertificatePlan()
        let names = CertificateNames(names: ["a.local"], addresses: [])
        func reason(_ kept: CertificateFacts?, _ wall: Int64) -> CertificateReason? {
          plan.handle(wanted: names, kept: kept, wallSeconds: wall, isBusy: false, at: .zero)
        }
        let kept = CertificateFacts(names: names, validity: CertificatePlan.validity(wallSeconds: today), isOurs: true)
        check.expect(reason(nil, today) == .missing, "nothing there")
        check.expect(reason(kept, today) == nil, "a good one")
        check.expect(reason(kept, 0) == nil, "no clock")
        check.expect(reason(kept, today + 800 * 86_400) == .expiring, "near its end")
        check.expect(reason(kept, today - 8 * 86_400) == .notYetValid, "before its time")
      },
      SelfTestCase("a QR code is the one of its text") { check in
        // "HELLO" in byte mode, as the Python edition of the library makes it.
        guard let code = QREncoder.modules(of: "HELLO") else { return check.fail("no code") }
        check.equal(code.size, 21, "modules a side")
        var dark = 0
        var sum: UInt32 = 0
        for row in 0..<code.size {
          for column in 0..<code.size where code.isDark(column: column, row: row) {
            dark += 1
            sum = sum &* 31 &+ UInt32(row * 21 + column)
          }
        }
        check.equal(dark, 228, "dark modules")
        check.equal(sum, 1_129_292_348, "where they are")
        check.expect(QRPicture.lines(code).count == 13, "lines for a terminal")
        check.expect(QREncoder.modules(of: "") == nil, "nothing to tell")
      },
    ]
  }
}

extension Substring.UTF8View {
  fileprivate var text: String { String(decoding: Array(self), as: UTF8.self) }
}

extension Array where Element == UInt8 {
  fileprivate func parsed<Result>(_ body: (ByteView) throws(IdentityError) -> Result) throws(IdentityError) -> Result {
    let result: Swift.Result<Result, IdentityError> = withByteView { view in
      do throws(IdentityError) { return .success(try body(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
