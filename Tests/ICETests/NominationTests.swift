// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Which pair is used when the far side nominates: once, many at once, or another one later.

import Core
import ICE
import Testing

@Suite struct NominationTests {
  private let first = endpoint("192.168.1.9:9")
  private let second = endpoint("192.168.1.10:9")

  private func nomination(_ scene: Scene, _ number: UInt64) -> [UInt8] {
    scene.request(transaction: TransactionID(high: 9, low: number)) { $0.flag(STUNAttribute.useCandidate) }
  }

  private func scene() -> Scene {
    let scene = Scene(.controlled)
    scene.answer(from: [first, second])
    scene.setRemote()
    scene.node.agent.addRemoteCandidate(
      candidate("1 1 udp 2000 192.168.1.9 9 typ host"), at: scene.network.now)
    scene.node.agent.addRemoteCandidate(
      candidate("1 1 udp 1000 192.168.1.10 9 typ host"), at: scene.network.now)
    scene.network.drain(scene.node)
    scene.network.run(for: .milliseconds(100))
    return scene
  }

  @Test("before any nomination the best valid pair is sent on, and the state is connected")
  func before() {
    let scene = scene()
    #expect(scene.node.state == .connected)
    #expect(scene.node.path?.remote == first)
    #expect(scene.node.selectedPair?.isNominated == false)
  }

  @Test("a nomination of a valid pair takes effect at once, of another one when our own check went well")
  func nominated() {
    let scene = scene()
    #expect(scene.give(nomination(scene, 1), from: second) == .consumed)
    #expect(scene.node.state == .completed)
    #expect(scene.node.path?.remote == second)

    let fresh = Scene(.controlled)
    fresh.answer(from: [first])
    fresh.setRemote()
    #expect(fresh.give(nomination(fresh, 1), from: first) == .consumed)
    #expect(fresh.node.state == .checking)
    fresh.network.run(for: .milliseconds(50))
    #expect(fresh.node.state == .completed)
    #expect(fresh.node.path?.remote == first)
  }

  @Test("of pairs nominated all at once, the best is used, whatever their order")
  func aggressive() {
    for order in [[first, second], [second, first]] {
      let scene = scene()
      for (number, remote) in order.enumerated() { _ = scene.give(nomination(scene, UInt64(number)), from: remote) }
      scene.network.run(for: .milliseconds(100))
      #expect(scene.node.path?.remote == first)
    }
  }

  @Test("a far side that moves is followed once the pair in use has fallen silent")
  func moves() {
    let scene = scene()
    _ = scene.give(nomination(scene, 1), from: first)
    scene.network.run(for: .seconds(10))
    _ = scene.give(nomination(scene, 2), from: second)
    scene.network.run(for: .milliseconds(100))
    #expect(scene.node.path?.remote == first, "the first pair still answers")
    scene.answer(from: [second])
    var number: UInt64 = 3
    for _ in 0..<5 {
      scene.network.run(for: .milliseconds(2_500))
      _ = scene.give(nomination(scene, number), from: second)
      number += 1
    }
    scene.network.run(for: .milliseconds(100))
    #expect(scene.node.path?.remote == second)
    #expect(scene.node.state == .completed)
    scene.network.run(for: .seconds(60))
    #expect(scene.node.state == .completed)
  }
}
