// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whoever was paired, between starts.

import Access
import Core
import Security
import Testing

@Suite("The paired list")
struct PairedListTests {
  private func filled() throws -> (control: AccessControl, token: String) {
    var control = door()
    let token = try control.letIn("Anna's phone")
    _ = try control.letIn("Old tablet", .admin)
    let code = control.openPairing(at: .zero).code
    let request = PairingRequest(code: code, name: "Garage door", fingerprint: digest(9), url: "https://10.0.0.2/call")
    _ = try control.pair(request, from: phone, at: .zero, wall: sunday)
    return (control, token)
  }

  private func saved(_ control: inout AccessControl) -> [UInt8] { control.pollSave() ?? [] }

  private func restored(_ text: [UInt8]) -> (control: AccessControl, damaged: Int) {
    var control = door(seed: 2)
    let damaged = text.withByteView { control.restore($0) }
    return (control, damaged)
  }

  @Test("what is saved is read again, knows the token, and holds no token")
  func round() throws {
    var (control, token) = try filled()
    let text = saved(&control)
    #expect(control.pollSave() == nil)
    #expect(!String(decoding: text, as: UTF8.self).contains(token))
    var (again, damaged) = restored(text)
    #expect(damaged == 0 && again.list == control.list && again.pollSave() == nil)
    #expect(again.who(Credentials(cookie: token)) == .paired(PairedID(1), .talk))
  }

  @Test("a number is not used again, even after the last one was revoked and the program started anew")
  func numbers() throws {
    var (control, token) = try filled()
    #expect(control.revoke(PairedID(3))?.name == "Garage door" && control.revoke(PairedID(3)) == nil)
    #expect(control.revoke(PairedID(1)) != nil)
    #expect(control.who(Credentials(cookie: token)).role == nil)
    var (again, _) = restored(saved(&control))
    _ = try again.letIn("New")
    #expect(again.list.map { $0.id.number } == [2, 4])
  }

  @Test("a damaged line is left out and counted; the others hold")
  func damage() throws {
    var (control, _) = try filled()
    let text = saved(&control)
    var random = Randomness(seed: 11)
    for _ in 0..<500 {
      var hurt = text
      let place = random.below(hurt.count)
      guard hurt[place] != 0x0A else { continue }
      hurt[place] ^= UInt8(1 + random.below(255))
      let (again, damaged) = restored(hurt)
      // A line feed in the middle makes two bad lines of one.
      #expect(damaged == 1 || damaged == 2, "seed 11, place \(place)")
      #expect(again.list.count >= 2)
    }
    #expect(restored(Array("nonsense\n\nmore".utf8)).damaged == 2)
  }

  @Test("when somebody was seen is written once a day, and not by a clock that is not set")
  func seen() throws {
    var (control, token) = try filled()
    _ = control.pollSave()
    let shown = Credentials(cookie: token)
    for wall in [sunday, sunday + 86_399, 0, -1, sunday - 999_999] {
      _ = control.who(shown, wall: wall)
      #expect(control.pollSave() == nil, "\(wall)")
    }
    _ = control.who(shown, wall: sunday + 86_400)
    #expect(control.list[0].lastSeen == sunday + 86_400 && control.pollSave() != nil)
  }

  @Test("the list is bounded, says so, and has room again after a revocation")
  func full() throws {
    var control = door()
    for index in 0..<Limits.pairedMax { _ = try control.letIn("n\(index)") }
    let code = control.openPairing(at: .zero).code
    #expect(control.refusal(code) == .full)
    #expect(PairingRefusal.full.text.contains("64"))
    control.revoke(PairedID(5))
    #expect(control.refusal(code) == nil)
  }

  @Test("a hundred random lives of a list: what is saved is what is read, whatever was done")
  func lives() throws {
    for seed in UInt64(1)...100 {
      var random = Randomness(seed: seed)
      var control = door(seed: seed)
      var model: [UInt32: String] = [:]
      for step in 0..<40 {
        if random.chance(percent: 70) || model.isEmpty {
          let name = "n\(step)"
          guard control.list.count < Limits.pairedMax else { continue }
          _ = try control.letIn(name, random.chance(percent: 50) ? .admin : .talk)
          model[try #require(control.list.last).id.number] = name
        } else {
          let number = try #require(model.keys.sorted().randomElement(using: &random))
          control.revoke(PairedID(number))
          model[number] = nil
        }
      }
      let (again, damaged) = restored(saved(&control))
      #expect(damaged == 0 && again.list == control.list, "seed \(seed)")
      #expect(again.list.map { $0.id.number } == model.keys.sorted(), "seed \(seed)")
    }
  }
}
