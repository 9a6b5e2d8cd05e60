// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Security
import Testing

@Suite("Hostile bytes")
struct FuzzTests {
  @Test("random and mutated packets never trap")
  func packets() {
    var chance = Randomness(seed: 21)
    for number in 0..<2000 {
      var bytes = number % 2 == 0 ? rtpPacket(sequence: UInt16(number)) : rtcpPacket()
      for _ in 0..<chance.below(6) { bytes[chance.below(bytes.count)] = chance.uint8() }
      if number % 5 == 0 { bytes = (0..<chance.below(1501)).map { _ in chance.uint8() } }
      bytes.removeLast(chance.below(3) == 0 ? chance.below(bytes.count + 1) : 0)
      bytes.withByteView { SecurityFuzz.packets($0) }
    }
  }

  @Test("random and mutated first datagrams never trap")
  func handshakes() {
    var chance = Randomness(seed: 22)
    let message = DTLSRecord.message(type: 1, sequence: 0, body: BrowserClientHello.body())
    let hello = DTLSRecord.write(type: 22, sequence: 0, message)
    for _ in 0..<300 {
      var bytes = hello
      // The key shares are long and never read: most changes go to what comes before them.
      for _ in 0...chance.below(5) { bytes[chance.below(chance.below(4) == 0 ? bytes.count : 220)] = chance.uint8() }
      bytes.withByteView { SecurityFuzz.handshake($0) }
    }
  }

  @Test("random identities never trap")
  func identities() {
    var chance = Randomness(seed: 23)
    for _ in 0..<300 {
      let bytes = (0..<chance.below(600)).map { _ in chance.uint8() }
      bytes.withByteView { SecurityFuzz.identity($0) }
    }
  }
}
