// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What happens with time: consent, patience, gathering's end.

import Core
import ICE
import Testing

@Suite struct ConsentTests {
  private func connected(_ seed: UInt64) -> (SimulatedNetwork, Node, Node) {
    let network = SimulatedNetwork(seed: seed)
    let a = network.add("a", .controlling, ["192.168.1.5:5000"])
    let b = network.add("b", .controlled, ["192.168.1.6:6000"])
    network.connect(a, b)
    network.run(for: .seconds(2))
    return (network, a, b)
  }

  @Test("sending stops exactly 30 s after the last answered check, and the state says so before")
  func expiry() {
    for seed in 0..<20 as Range<UInt64> {
      let (network, a, b) = connected(seed)
      network.run(for: .seconds(Int(seed)))
      #expect(a.state == .completed)
      // From now on nothing reaches a; the last answer is the one before.
      let answered = a.counters.consentChecksAnswered
      var lastAnswer = Instant.zero
      network.tap = { _, _, _ in }
      network.run(for: .seconds(10)) {
        if a.counters.consentChecksAnswered > answered, lastAnswer == .zero {
          lastAnswer = network.now
        }
        return lastAnswer != .zero
      }
      a.isDeaf = true
      network.run(for: lastAnswer + .milliseconds(12_499) - network.now)
      #expect(a.state == .completed, "seed \(seed)")
      network.run(for: .milliseconds(1))
      #expect(a.state == .disconnected, "seed \(seed)")
      #expect(a.canSend)
      network.run(for: lastAnswer + .seconds(30) - network.now - .init(nanoseconds: 1))
      #expect(a.canSend, "seed \(seed)")
      network.run(for: .init(nanoseconds: 1))
      #expect(!a.canSend, "seed \(seed)")
      #expect(a.state == .failed)
      #expect(a.path == nil)
      #expect(
        a.events.contains {
          if case .consentExpired = $0 { true } else { false }
        })
      #expect(a.states.last?.at == lastAnswer + .seconds(30))
      let sent = a.sent
      network.run(for: .seconds(60))
      #expect(a.sent == sent, "nothing is sent any more")
      #expect(b.state == .failed)
      #expect(network.livelock == nil)
    }
  }

  @Test("a silence of 20 s is survived")
  func recovery() {
    let (network, a, b) = connected(3)
    a.isDeaf = true
    b.isDeaf = true
    network.run(for: .seconds(20))
    #expect(a.state == .disconnected)
    #expect(b.state == .disconnected)
    a.isDeaf = false
    b.isDeaf = false
    network.run(for: .seconds(7))
    #expect(a.state == .completed)
    #expect(b.state == .completed)
  }

  @Test("a far side that asks but never answers is disconnected after 25 s and lost after 30")
  func unanswered() {
    let (network, a, b) = connected(3)
    b.isDeaf = true
    network.run(for: .seconds(22))
    #expect(a.state == .completed)
    #expect(b.state == .disconnected)
    network.run(for: .milliseconds(1_100))
    #expect(a.state == .disconnected)
    network.run(for: .seconds(5))
    #expect(a.state == .failed)
  }

  @Test("a quiet hour costs a check every 4 to 6 s each way, and changes nothing")
  func steady() {
    let (network, a, b) = connected(4)
    var times: [Instant] = []
    network.tap = { bytes, from, _ in
      if from == a.addresses[0], bytes[0] == 0, bytes[1] == 1 { times.append(network.now) }
    }
    let events = a.events.count
    network.run(for: .seconds(3600))
    #expect(a.events.count == events)
    #expect(times.count >= 600 && times.count <= 900)
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(gaps.allSatisfy { $0 >= .seconds(4) && $0 <= .seconds(6) })
    #expect(a.counters.consentChecksAnswered + 2 >= a.counters.consentChecksSent)
    #expect(b.state == .completed)
    #expect(a.roundTripTime == .milliseconds(10))
  }

  @Test(
    "an unreachable far side fails after 39.5 s, not before, with and without candidates",
    arguments: [true, false])
  func patience(hasCandidate: Bool) {
    let network = SimulatedNetwork(seed: 5)
    let a = network.add("a", .controlling, ["192.168.1.5:5000"])
    guard let far = ICECredentials(usernameFragment: "farfar", password: "0123456789012345678901")
    else { return }
    network.gather(a)
    if hasCandidate {
      a.agent.addRemoteCandidate(candidate("1 1 udp 9 192.168.1.9 9 typ host"), at: network.now)
      network.drain(a)
    }
    network.now += .seconds(3)
    a.agent.setRemote(credentials: far, isLite: false, at: network.now)
    a.agent.endRemoteCandidates(at: network.now)
    network.drain(a)
    network.run(for: .milliseconds(39_499))
    #expect(a.state == .checking)
    network.run(for: .milliseconds(1))
    #expect(a.state == .failed)
    #expect(a.counters.checksSent == (hasCandidate ? 7 : 0))
    #expect(a.pollTimeout() == nil)
  }

  @Test("checks are sent at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s")
  func retransmission() {
    let network = SimulatedNetwork(seed: 6)
    let a = network.add("a", .controlling, ["192.168.1.5:5000"])
    guard let far = ICECredentials(usernameFragment: "farfar", password: "0123456789012345678901")
    else { return }
    var times: [Int] = []
    network.tap = { _, _, _ in times.append((network.now - .zero).milliseconds) }
    network.gather(a)
    a.agent.setRemote(credentials: far, isLite: false, at: network.now)
    a.agent.addRemoteCandidate(candidate("1 1 udp 9 192.168.1.9 9 typ host"), at: network.now)
    network.drain(a)
    network.run(for: .seconds(50))
    #expect(times == [0, 500, 1500, 3500, 7500, 15_500, 31_500])
  }

  @Test("no two checks begin within 5 ms of each other, and later ones not within 20 ms")
  func pacing() {
    let network = SimulatedNetwork(seed: 7)
    let a = network.add("a", .controlling, (1...8).map { "192.168.\($0).5:5000" })
    guard let far = ICECredentials(usernameFragment: "farfar", password: "0123456789012345678901")
    else { return }
    network.gather(a)
    var times: [Int] = []
    network.tap = { _, _, _ in times.append((network.now - .zero).milliseconds) }
    for index in 1...12 {
      let text = "\(index) 1 udp \(index) 10.0.0.\(index) 9 typ host"
      a.agent.addRemoteCandidate(candidate(text), at: network.now)
    }
    a.agent.setRemote(credentials: far, isLite: false, at: network.now)
    network.drain(a)
    network.run(for: .milliseconds(490))
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(gaps.prefix(15).allSatisfy { $0 == 5 })
    #expect(gaps.dropFirst(15).allSatisfy { $0 == 20 })
    #expect(times.count == 16 + (490 - 75) / 20)
  }

  @Test("gathering ends when every server has answered, or after 5 s of silence")
  func gatheringEnds() {
    let network = SimulatedNetwork(seed: 8)
    let live = endpoint("198.51.100.1:3478")
    network.stunServers = [live]
    let a = network.add("a", .controlling, ["192.168.1.5:5000", "[fd00::5]:5000"])
    a.nat = (.endpointIndependent, .v4(203, 0, 113, 5))
    a.agent.addServer(live, at: network.now)
    network.gather(a)
    network.run(for: .milliseconds(100))
    #expect(a.isGatheringComplete)
    #expect(a.localCandidateCount == 3)
    // The same address with and without a NAT: no candidate when it is the base's own.
    let b = network.add("b", .controlling, ["203.0.113.9:5000"])
    b.agent.addServer(live, at: network.now)
    b.agent.addServer(endpoint("198.51.100.2:3478"), at: network.now)
    network.gather(b)
    network.run(for: .milliseconds(4_990))
    #expect(!b.isGatheringComplete)
    network.run(for: .milliseconds(100))
    #expect(b.isGatheringComplete)
    #expect(b.localCandidateCount == 1)
    #expect(b.counters.gatheringFailures == 1)
    #expect(b.counters.gatheringResponses == 1)
  }

  @Test(
    "a server whose name resolves late is still asked, and the end of candidates waits when it is expected"
  )
  func lateServer() {
    let network = SimulatedNetwork(seed: 9)
    let live = endpoint("198.51.100.1:3478")
    network.stunServers = [live]
    let a = network.add(
      "a", .controlling, ["192.168.1.5:5000"], configuration: ICEConfiguration(expectsServers: true)
    )
    a.nat = (.endpointIndependent, .v4(203, 0, 113, 5))
    network.gather(a)
    network.run(for: .seconds(3))
    #expect(!a.isGatheringComplete)
    a.agent.addServer(live, at: network.now)
    a.agent.endServers(at: network.now)
    network.drain(a)
    network.run(for: .milliseconds(50))
    #expect(a.isGatheringComplete)
    #expect(a.localCandidate(1).candidate.kind == .serverReflexive)
    #expect(a.localCandidate(1).base == a.addresses[0])
  }
}
