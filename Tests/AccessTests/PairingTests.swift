// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Pairing by a code, in virtual time.

import Access
import Core
import Testing

@Suite("Pairing")
struct PairingTests {
  @Test("the right code lets in once; a replay finds nothing open")
  func once() throws {
    var control = door()
    let open = control.openPairing(at: .zero)
    #expect(open.code.utf8.count == 6 && open.code.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 })
    #expect(open.secondsLeft(at: ms(1)) == 120)
    let made = try control.pair(
      PairingRequest(code: open.code, name: "Anna's phone"), from: phone, at: ms(500), wall: sunday)
    #expect(made.record.name == "Anna's phone" && made.record.role == .talk && made.record.created == sunday)
    #expect(made.token.utf8.count == 43)
    #expect(control.who(Credentials(cookie: made.token)) == .paired(made.record.id, .talk))
    #expect(control.refusal(open.code, at: ms(501)) == .closed)
    #expect(control.pairing(at: ms(501)) == nil)
    #expect(control.pollNotice()?.text == "paired \"Anna's phone\" from 192.168.1.30 as talk, number 1")
  }

  @Test("a code lives 120 s of monotonic time, whatever the wall clock does")
  func expiry() {
    var control = door()
    let code = control.openPairing(at: ms(1000)).code
    #expect(control.pollTimeout() == ms(121_000))
    #expect(control.pairing(at: ms(120_999)) != nil)
    #expect(control.refusal(code, at: ms(121_000)) == .closed)
    control.handleTimeout(at: ms(121_000))
    #expect(control.pollNotice() == .pairingOver && control.pollTimeout() == .never)
    let next = control.openPairing(at: ms(200_000)).code
    var jumped = control
    for wall in [Int64(0), -5, Int64.max, sunday] {
      jumped = control
      #expect(
        (try? jumped.pair(PairingRequest(code: next, name: "x"), from: phone, at: ms(200_001), wall: wall)) != nil)
    }
  }

  @Test("five wrong tries close a code, from however many addresses, and shut an address out that made them all")
  func tries() {
    var control = door()
    let code = control.openPairing(at: .zero).code
    for left in [4, 3, 2, 1, 0] { #expect(control.refusal(wrong(code)) == .wrongCode(triesLeft: left)) }
    #expect(control.refusal(code) == .shutOut(waitSeconds: 600))
    #expect(control.refusal(code, from: stranger) == .closed)
    #expect(control.counters.wrongCodes == 5)
    // A new code: the address stays out, and costs the others no tries.
    let next = control.openPairing(at: ms(1000)).code
    #expect(control.refusal(wrong(next), at: ms(1000)) == .shutOut(waitSeconds: 599))
    #expect(control.refusal(wrong(next), from: stranger, at: ms(1000)) == .wrongCode(triesLeft: 4))
    #expect(control.refusal(next, from: stranger, at: ms(1000)) == nil)
    #expect(control.refusal(next, at: ms(600_001)) == .closed)

    var many = door()
    let other = many.openPairing(at: .zero).code
    for last in 1...5 { #expect(many.refusal(wrong(other), from: .v4(10, 0, 0, UInt8(last))) != nil) }
    #expect(many.refusal(other, from: .v4(10, 0, 0, 9)) == .closed)
  }

  @Test("there is one code at a time: a new one ends the one before, and closing ends it too")
  func one() {
    var control = door()
    let first = control.openPairing(at: .zero).code
    let second = control.openPairing(.admin, at: ms(1)).code
    if first != second { #expect(control.refusal(first, at: ms(2)) == .wrongCode(triesLeft: 4)) }
    control.closePairing()
    #expect(control.refusal(second, at: ms(3)) == .closed)
  }

  @Test("codes are spread evenly over their digits")
  func uniform() {
    var control = door(seed: 7)
    var counts = [Int](repeating: 0, count: 60)
    for _ in 0..<5000 {
      for (place, digit) in control.openPairing(at: .zero).code.utf8.enumerated() {
        counts[place * 10 + Int(digit - 0x30)] += 1
      }
    }
    for count in counts { #expect(count > 400 && count < 600) }
  }

  @Test("a name has to be one, and a bad one costs no try")
  func names() {
    var control = door()
    let code = control.openPairing(at: .zero).code
    for name in ["", " x", "a\nb", "a\u{7F}", String(repeating: "x", count: 65)] {
      #expect(control.refusal(code, name: name) == .malformedName, "\(name)")
    }
    #expect(control.refusal(code, name: "Türöffner") == nil)
  }

  @Test("a device is known by its certificate, has no token, and replaces itself when it pairs anew")
  func devices() throws {
    var control = door()
    for url in ["http://10.0.0.1:8080/call", "https://10.0.0.2:8443/call"] {
      let code = control.openPairing(at: .zero).code
      let request = PairingRequest(code: code, name: "Garage", fingerprint: digest(7), url: url)
      let made = try control.pair(request, from: phone, at: .zero, wall: sunday)
      #expect(made.token.isEmpty && made.record.fingerprint == digest(7))
    }
    #expect(control.list.count == 1 && control.list[0].kind == .device(digest(7), url: "https://10.0.0.2:8443/call"))
    #expect(control.device(digest(7))?.name == "Garage" && control.device(digest(8)) == nil)
    #expect(control.who(Credentials(cookie: "")).role == nil)
  }
}
