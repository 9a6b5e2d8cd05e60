// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Random and mutated bytes: nothing traps, and a running connection goes on.

import Core
import ICE
import Testing

@Suite struct FuzzTests {
  private static let seeds: [[UInt8]] = [
    STUNVectors.request, STUNVectors.responseV4, STUNVectors.responseV6, STUNVectors.longTerm,
  ]
  private static let texts: [[UInt8]] = [
    "candidate:842163049 1 udp 1677729535 203.0.113.4 61000 typ srflx raddr 10.0.0.5 rport 54321 generation 0",
    "a=candidate:1 1 udp 2113937151 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host",
    "candidate:7 1 udp 1862270975 2001:db8::1:2 9 typ prflx raddr :: rport 9",
  ].map { Array($0.utf8) }

  private func mutate(_ bytes: [UInt8], _ chance: inout Randomness) -> [UInt8] {
    var bytes = bytes
    for _ in 0...chance.below(4) {
      guard !bytes.isEmpty else { break }
      switch chance.below(5) {
      case 0: bytes[chance.below(bytes.count)] ^= 1 << UInt8(chance.below(8))
      case 1: bytes[chance.below(bytes.count)] = chance.uint8()
      case 2: bytes.remove(at: chance.below(bytes.count))
      case 3: bytes.insert(chance.uint8(), at: chance.below(bytes.count + 1))
      default: bytes.removeLast(chance.below(bytes.count))
      }
    }
    return bytes
  }

  @Test("parsers take mutated and random bytes without a trap")
  func parsers() {
    let seed: UInt64 = 20_260_101
    var chance = Randomness(seed: seed)
    for round in 0..<6_000 {
      let message: [UInt8]
      let text: [UInt8]
      if round % 4 == 0 {
        message = (0..<chance.below(120)).map { _ in chance.uint8() }
        text = message.map { 0x20 + $0 % 0x5F }
      } else {
        message = mutate(Self.seeds[round % Self.seeds.count], &chance)
        text = mutate(Self.texts[round % Self.texts.count], &chance)
      }
      message.withByteView { ICEFuzz.message($0) }
      text.withByteView { ICEFuzz.candidate($0) }
      ([chance.uint8()] + message).withByteView { ICEFuzz.fuzz($0) }
    }
  }

  @Test("authentic messages with random attributes do not trap an agent")
  func authenticNonsense() {
    for seed in 0..<10 as Range<UInt64> {
      var chance = Randomness(seed: seed)
      let network = SimulatedNetwork(seed: seed)
      let a = network.add("a", .controlling, ["192.168.1.5:5000"])
      let b = network.add("b", .controlled, ["192.168.1.6:6000"])
      network.connect(a, b)
      let key = hmac(a.localCredentials.password)
      let username = a.localCredentials.usernameFragment + ":x"
      for _ in 0..<150 {
        let request = stunMessage(.request, transaction: TransactionID(randomness: &chance)) {
          writer in
          username.withByteView { writer.text(STUNAttribute.username, $0) }
          if chance.below(2) == 0 { writer.uint32(STUNAttribute.priority, chance.uint32()) }
          if chance.below(3) == 0 { writer.flag(STUNAttribute.useCandidate) }
          if chance.below(4) == 0 { writer.uint64(STUNAttribute.controlling, chance.next()) }
          if chance.below(4) == 0 { writer.uint64(STUNAttribute.controlled, chance.next()) }
          writer.integrity(key)
        }
        let from = Endpoint(
          .v4(192, 168, UInt8(chance.below(3)), chance.uint8()), port: UInt16(chance.below(3)))
        _ = network.inject(request, into: a, local: a.addresses[0], from: from)
        network.run(for: .milliseconds(chance.below(60)))
      }
      #expect(network.livelock == nil, "seed \(seed)")
      network.run(for: .seconds(100))
      #expect(network.livelock == nil, "seed \(seed)")
    }
  }

  @Test("a running connection goes on while its messages are also sent mutated")
  func runningConnection() {
    for seed in 100..<110 as Range<UInt64> {
      var chance = Randomness(seed: seed)
      let network = SimulatedNetwork(seed: seed)
      let a = network.add("a", .controlling, ["192.168.1.5:5000"])
      let b = network.add("b", .controlled, ["192.168.1.6:6000"])
      var echoes: [[UInt8]] = []
      network.tap = { bytes, _, _ in echoes.append(bytes) }
      network.connect(a, b)
      for _ in 0..<400 {
        network.run(for: .milliseconds(chance.below(100)))
        guard !echoes.isEmpty else { continue }
        let bytes = mutate(echoes[chance.below(echoes.count)], &chance)
        let (node, other) = chance.below(2) == 0 ? (a, b) : (b, a)
        _ = network.inject(bytes, into: node, local: node.addresses[0], from: other.addresses[0])
      }
      network.run(for: .seconds(10))
      #expect(a.state == .completed && b.state == .completed, "seed \(seed)")
      #expect(a.path?.remote == b.addresses[0], "seed \(seed)")
      #expect(network.livelock == nil, "seed \(seed)")
    }
  }
}
