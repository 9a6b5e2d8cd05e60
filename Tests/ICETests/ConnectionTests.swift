// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two agents on a simulated network: they find each other, quickly, whatever the network does.

import Core
import ICE
import Testing

@Suite struct ConnectionTests {
  /// Whether both have a nominated pair, and each the other's path.
  private func agree(_ a: Node, _ b: Node) -> Bool {
    guard let near = a.selectedPair, let far = b.selectedPair else { return false }
    return near.isNominated && far.isNominated && near.local.endpoint == far.remote.endpoint
      && near.remote.endpoint == far.local.endpoint
  }

  private func bothCompleted(_ a: Node, _ b: Node) -> Bool {
    a.state == .completed && b.state == .completed
  }

  @Test(
    "on one machine both can send one round trip after the descriptions met, and complete after two"
  )
  func loopback() {
    let network = SimulatedNetwork(seed: 1, NetworkBehaviour(delay: .microseconds(50)))
    let configuration = ICEConfiguration(allowsLoopback: true)
    let a = network.add("a", .controlling, ["127.0.0.1:5000"], configuration: configuration)
    let b = network.add("b", .controlled, ["127.0.0.1:6000"], configuration: configuration)
    network.connect(a, b)
    network.run(for: .seconds(5)) { bothCompleted(a, b) }
    #expect(agree(a, b))
    #expect(network.livelock == nil)
    // Signaling takes 1 ms, a round trip 0.1 ms.
    #expect((a.canSendAt ?? .never) <= Instant.zero + .microseconds(1_100))
    #expect((b.canSendAt ?? .never) <= Instant.zero + .microseconds(1_100))
    #expect(network.now <= Instant.zero + .milliseconds(8))
    #expect(a.states.map(\.state) == [.checking, .connected, .completed])
    #expect(a.roundTripTime == .microseconds(100))
    #expect(a.isValidPair(local: endpoint("127.0.0.1:5000"), remote: endpoint("127.0.0.1:6000")))
    #expect(!a.isValidPair(local: endpoint("127.0.0.1:5000"), remote: endpoint("127.0.0.1:6001")))
  }

  @Test("loopback is refused unless it is allowed")
  func loopbackRefused() {
    let network = SimulatedNetwork(seed: 1)
    let a = network.add("a", .controlling, ["127.0.0.1:5000", "[::1]:5000"])
    network.gather(a)
    #expect(a.localCandidateCount == 0)
    #expect(a.counters.refusedLocalAddresses == 2)
    for text in [
      "127.0.0.1 9", "0.0.0.0 9", "224.0.0.1 9", "10.0.0.1 0", "ff02::1 9", ":: 9",
      "::ffff:10.0.0.1 9",
    ] {
      let taken = a.agent.addRemoteCandidate(
        candidate("1 1 udp 1 \(text) typ host"), at: network.now)
      #expect(!taken, "\(text)")
    }
    #expect(a.counters.refusedRemoteCandidates == 7)
  }

  @Test(
    "with several interfaces, most of them dead ends, a pair is in use within 120 ms and nominated within 300"
  )
  func multihomed() {
    let network = SimulatedNetwork(seed: 3, NetworkBehaviour(delay: .milliseconds(1)))
    let a = network.add(
      "a", .controlling,
      ["172.17.0.1:5000", "10.8.0.2:5000", "192.168.1.5:5000", "[fd00::5]:5000", "[fe80::5]:5000"])
    let b = network.add(
      "b", .controlled,
      ["172.18.0.1:6000", "10.9.0.2:6000", "192.168.1.6:6000", "[fd01::6]:6000", "[fe80::6]:6000"])
    for node in [a, b] {
      node.deadAddresses = Set(node.addresses.filter { $0 != node.addresses[2] })
    }
    network.connect(a, b)
    network.run(for: .seconds(5)) { bothCompleted(a, b) }
    #expect(agree(a, b))
    #expect(a.path == ICEPath(local: a.addresses[2], remote: b.addresses[2]))
    #expect((a.canSendAt ?? .never) <= Instant.zero + .milliseconds(120))
    #expect((b.canSendAt ?? .never) <= Instant.zero + .milliseconds(120))
    #expect(network.now <= Instant.zero + .milliseconds(300))
  }

  @Test("a better pair that answers a little later is the one nominated")
  func betterPair() {
    let network = SimulatedNetwork(seed: 4, NetworkBehaviour(delay: .milliseconds(10)))
    let a = network.add("a", .controlling, ["192.168.1.5:5000", "10.0.0.5:5000"])
    let b = network.add("b", .controlled, ["192.168.1.6:6000"])
    network.connect(a, b)
    network.run(for: .seconds(5)) { bothCompleted(a, b) }
    #expect(agree(a, b))
    #expect(a.path?.local == a.addresses[0])
  }

  @Test("link-local IPv6 pairs only with its like, and keeps its scope")
  func linkLocal() {
    let network = SimulatedNetwork(seed: 5)
    let a = network.add("a", .controlling, ["[fe80::a]:5000"])
    let near = Endpoint(endpoint("[fe80::a]:5000").address, port: 5000, scope: 3)
    a.agent.addLocalAddress(near, at: network.now)
    guard let far = ICECredentials(usernameFragment: "farfar", password: "0123456789012345678901")
    else { return }
    a.agent.setRemote(credentials: far, isLite: false, at: network.now)
    a.agent.addRemoteCandidate(candidate("1 1 udp 9 2001:db8::1 9 typ host"), at: network.now)
    var targets: [Endpoint] = []
    var sources: [Endpoint] = []
    network.tap = { _, from, to in
      sources.append(from)
      targets.append(to)
    }
    network.drain(a)
    #expect(targets.isEmpty)
    a.agent.addRemoteCandidate(candidate("1 1 udp 9 fe80::b 9 typ host"), at: network.now)
    network.drain(a)
    #expect(targets == [Endpoint(endpoint("[fe80::b]:9").address, port: 9, scope: 3)])
    #expect(sources == [near])
  }

  @Test(
    "both controlling, or both controlled: one changes, and they agree",
    arguments: [ICERole.controlling, .controlled])
  func roleConflict(role: ICERole) {
    for seed in 0..<40 as Range<UInt64> {
      let network = SimulatedNetwork(
        seed: seed, NetworkBehaviour(delay: .milliseconds(5), jitter: .milliseconds(4)))
      let a = network.add("a", role, ["192.168.1.5:5000"])
      let b = network.add("b", role, ["192.168.1.6:6000", "192.168.1.7:6000"])
      network.connect(a, b)
      network.run(for: .seconds(10)) { bothCompleted(a, b) }
      #expect(agree(a, b), "seed \(seed)")
      #expect(a.role != b.role, "seed \(seed)")
      #expect(a.counters.roleConflicts + b.counters.roleConflicts > 0, "seed \(seed)")
      #expect(network.livelock == nil)
      #expect(network.now <= Instant.zero + .seconds(1), "seed \(seed)")
    }
  }

  @Test(
    "through NATs a server-reflexive or peer-reflexive pair is found",
    arguments: [NATKind.endpointIndependent, .symmetric])
  func nat(kind: NATKind) {
    for seed in 0..<20 as Range<UInt64> {
      let network = SimulatedNetwork(
        seed: seed, NetworkBehaviour(delay: .milliseconds(15), jitter: .milliseconds(5)))
      let server = endpoint("198.51.100.1:3478")
      network.stunServers = [server]
      let a = network.add("a", .controlling, ["192.168.1.5:5000"])
      let b = network.add("b", .controlled, ["10.0.0.6:6000"])
      a.nat = (.endpointIndependent, .v4(203, 0, 113, 5))
      // A symmetric NAT meets an open side; two port-restricted ones of the other kind meet each other.
      if kind == .endpointIndependent {
        b.nat = (kind, .v4(203, 0, 113, 6))
      } else {
        a.nat = (kind, .v4(203, 0, 113, 5))
      }
      for node in [a, b] { node.agent.addServer(server, at: network.now) }
      network.connect(a, b, signaling: .milliseconds(20))
      network.run(for: .seconds(10)) { bothCompleted(a, b) }
      #expect(agree(a, b), "seed \(seed)")
      #expect(network.now <= Instant.zero + .milliseconds(1_500), "seed \(seed)")
      let kinds = a.selectedPair.map { ($0.local.kind, $0.remote.kind) }
      if kind == .endpointIndependent {
        #expect(kinds?.0 == .serverReflexive && kinds?.1 == .serverReflexive, "seed \(seed)")
        #expect(a.selectedPair?.local.related == a.addresses[0])
      } else {
        #expect(kinds?.0 == .peerReflexive && kinds?.1 == .host, "seed \(seed)")
        #expect(b.selectedPair?.remote.kind == .peerReflexive, "seed \(seed)")
      }
    }
  }

  @Test("candidates that trickle late are enough")
  func trickledLate() {
    let network = SimulatedNetwork(seed: 8)
    let a = network.add("a", .controlling, ["192.168.1.5:5000"])
    let b = network.add("b", .controlled, ["192.168.1.6:6000"])
    network.signal(from: a, to: b, delay: .milliseconds(2))
    network.signal(from: b, to: a, delay: .milliseconds(2))
    network.after(.seconds(20)) { network.gather(a) }
    network.after(.seconds(30)) { network.gather(b) }
    network.run(for: .seconds(35)) { bothCompleted(a, b) }
    #expect(agree(a, b))
    #expect(network.now <= Instant.zero + .milliseconds(30_050))
  }

  @Test(
    "checks that come before the description are answered, remembered, and used as soon as it comes"
  )
  func earlyChecks() {
    let network = SimulatedNetwork(seed: 9)
    let a = network.add("a", .controlling, ["192.168.1.5:5000"])
    let b = network.add("b", .controlled, ["192.168.1.6:6000"])
    // b knows a at once; a learns b's credentials after 300 ms, and never a candidate.
    network.signal(from: a, to: b, delay: .milliseconds(1))
    let credentials = b.localCredentials
    network.after(.milliseconds(300)) {
      a.agent.setRemote(credentials: credentials, isLite: false, at: network.now)
      network.drain(a)
    }
    network.gather(a)
    network.gather(b)
    network.run(for: .milliseconds(299))
    #expect(b.canSend)
    #expect(!a.canSend)
    #expect(a.state == .new)
    #expect(a.remoteCandidateCount == 1)
    network.run(for: .seconds(1)) { bothCompleted(a, b) }
    #expect(agree(a, b))
    #expect((a.canSendAt ?? .never) <= Instant.zero + .milliseconds(311))
    #expect(a.selectedPair?.remote.kind == .peerReflexive)
  }

  @Test("a learnt candidate that is signalled later takes the signalled kind")
  func learntThenSignalled() {
    let network = SimulatedNetwork(seed: 10)
    let a = network.add("a", .controlling, ["192.168.1.5:5000"])
    let b = network.add("b", .controlled, ["192.168.1.6:6000"])
    network.signal(from: a, to: b, delay: .milliseconds(1))
    network.signal(from: b, to: a, delay: .milliseconds(100))
    network.gather(a)
    network.gather(b)
    network.run(for: .seconds(2))
    #expect(agree(a, b))
    #expect(a.remoteCandidateCount == 1)
    #expect(a.selectedPair?.remote.kind == .host)
  }

  @Test("a lite far side makes us control, and only answers")
  func lite() {
    let network = SimulatedNetwork(seed: 11)
    let a = network.add("a", .controlled, ["192.168.1.5:5000"])
    let b = network.add("b", .controlled, ["192.168.1.6:6000"])
    // b never learns who a is, so it can only answer, which is what a lite agent does.
    network.signal(from: b, to: a, delay: .milliseconds(1), isLite: true)
    network.gather(a)
    network.gather(b)
    network.run(for: .seconds(60))
    #expect(a.role == .controlling)
    #expect(a.state == .completed)
    #expect(b.counters.checksSent == 0)
    #expect(a.counters.consentChecksAnswered > 8)
  }

  @Test("hundreds of connections with loss, jitter, duplicates and any addresses come about")
  func many() {
    var slowest = Instant.Span.zero
    for seed in 1000..<1400 as Range<UInt64> {
      var chance = Randomness(seed: seed)
      var behaviour = NetworkBehaviour(delay: .microseconds(100 + chance.below(60_000)))
      behaviour.jitter = .microseconds(chance.below(40_000))
      behaviour.lossPercent = chance.below(4) == 0 ? 0 : chance.below(25)
      behaviour.duplicatePercent = chance.below(10)
      let network = SimulatedNetwork(seed: seed, behaviour)
      let server = endpoint("198.51.100.1:3478")
      network.stunServers = [server]
      func addresses(_ side: Int, _ port: Int) -> [String] {
        var list = ["192.168.1.\(side):\(port)"]
        for extra in 0..<chance.below(4) {
          list.append(
            extra & 1 == 0 ? "[fd00:\(extra)::\(side)]:\(port)" : "10.\(extra).0.\(side):\(port)")
        }
        return list
      }
      let swapped = chance.below(2) == 0
      let same = chance.below(10) == 0
      let a = network.add("a", swapped ? .controlled : .controlling, addresses(5, 5000))
      let b = network.add("b", swapped != same ? .controlling : .controlled, addresses(6, 6000))
      for node in [a, b] where chance.below(3) == 0 {
        for address in node.addresses.dropFirst() where chance.below(2) == 0 {
          node.deadAddresses.insert(address)
        }
      }
      if chance.below(3) == 0 { a.nat = (.endpointIndependent, .v4(203, 0, 113, 5)) }
      if chance.below(3) == 0 { b.nat = (.endpointIndependent, .v4(203, 0, 113, 6)) }
      for node in [a, b] { node.agent.addServer(server, at: network.now) }
      network.connect(a, b, signaling: .milliseconds(1 + chance.below(300)))
      network.run(for: .seconds(39)) { bothCompleted(a, b) && agree(a, b) }
      #expect(agree(a, b), "seed \(seed)")
      #expect(network.livelock == nil)
      slowest = max(slowest, network.now - .zero)
      // It stays so.
      let path = a.path
      network.behaviour.lossPercent = min(network.behaviour.lossPercent, 5)
      network.run(for: .seconds(20))
      #expect(bothCompleted(a, b) && agree(a, b), "seed \(seed)")
      #expect(a.path == path, "seed \(seed)")
      #expect(a.counters.lostEvents == 0 && a.counters.unsentResponses == 0)
    }
    #expect(slowest < .seconds(39))
  }
}
