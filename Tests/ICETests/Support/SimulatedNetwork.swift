// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Agents, NATs and a STUN server on a network that exists only in virtual time.
//
// Every step goes to the earliest of: a datagram's arrival, an agent's timeout, a scheduled act. Delay, jitter, loss and duplicates
// are drawn from one seed. A livelock (too many steps, or an agent whose timeout does not move) ends the run and is told.

import Core
import ICE

/// How a network treats datagrams.
struct NetworkBehaviour: Sendable {
  var delay = Instant.Span.milliseconds(5)
  /// Up to this much is added, drawn for each datagram, so that they overtake each other.
  var jitter = Instant.Span.zero
  var lossPercent = 0
  var duplicatePercent = 0
}

/// What a NAT does (RFC 4787): mapping, and filtering by address and port.
enum NATKind: Sendable {
  /// One public endpoint for each private one.
  case endpointIndependent
  /// Another public endpoint for each destination.
  case symmetric
}

/// One machine: an agent, its addresses, and perhaps a NAT before it.
final class Node {
  let name: String
  var agent: ICEAgent
  let addresses: [Endpoint]
  var deadAddresses: Set<Endpoint> = []
  var nat: (kind: NATKind, address: IPAddress)?
  var mappings: [(base: Endpoint, remote: Endpoint?, mapped: Endpoint)] = []
  var opened: Set<[Endpoint]> = []
  var events: [ICEEvent] = []
  var states: [(state: ICEState, at: Instant)] = []
  var canSendAt: Instant?
  var sent = 0
  /// Datagrams that go in are dropped.
  var isDeaf = false
  var onCandidate: (Candidate) -> Void = { _ in }
  var onComplete: () -> Void = {}

  init(_ name: String, agent: consuming ICEAgent, addresses: [Endpoint]) {
    self.name = name
    self.agent = agent
    self.addresses = addresses
  }
}

/// The agent's answers, as copyable values that an expectation can hold.
extension Node {
  var state: ICEState { agent.state }
  var role: ICERole { agent.role }
  var canSend: Bool { agent.canSend }
  var path: ICEPath? { agent.path }
  var selectedPair: ICESelectedPair? { agent.selectedPair }
  var counters: ICECounters { agent.counters }
  var localCandidateCount: Int { agent.localCandidateCount }
  var remoteCandidateCount: Int { agent.remoteCandidateCount }
  var roundTripTime: Instant.Span? { agent.roundTripTime }
  var isGatheringComplete: Bool { agent.isGatheringComplete }
  var localCredentials: ICECredentials { agent.localCredentials }

  func localCandidate(_ index: Int) -> LocalCandidate { agent.localCandidate(index) }
  func isValidPair(local: Endpoint, remote: Endpoint) -> Bool {
    agent.isValidPair(local: local, remote: remote)
  }
  func pollTimeout() -> Instant? { agent.pollTimeout() }
}

final class SimulatedNetwork {
  private struct Flight {
    let at: Instant
    let order: Int
    let bytes: [UInt8]
    let from: Endpoint
    let to: Endpoint
  }

  let seed: UInt64
  var now = Instant.zero
  var behaviour: NetworkBehaviour
  var nodes: [Node] = []
  var stunServers: Set<Endpoint> = []
  /// Set when a run did not come to rest.
  var livelock: String?
  var randomness: Randomness
  /// Datagrams that the network took in.
  var carried = 0
  /// Sees every datagram put on the wire.
  var tap: ([UInt8], Endpoint, Endpoint) -> Void = { _, _, _ in }

  private var flights: [Flight] = []
  private var acts: [(at: Instant, order: Int, act: () -> Void)] = []
  private var order = 0
  private var nextPort: UInt16 = 40_000
  private var scratch = Datagram()

  init(seed: UInt64, _ behaviour: NetworkBehaviour = NetworkBehaviour()) {
    self.seed = seed
    self.behaviour = behaviour
    randomness = Randomness(seed: seed)
  }

  /// Adds a machine with an agent of its own.
  func add(
    _ name: String, _ role: ICERole, _ addresses: [String],
    configuration: ICEConfiguration = ICEConfiguration()
  ) -> Node {
    let agent = ICEAgent(
      configuration: configuration, role: role, randomness: randomness.split(), at: now)
    let node = Node(name, agent: agent, addresses: addresses.map { endpoint($0) })
    nodes.append(node)
    return node
  }

  /// Does `act` after `span`.
  func after(_ span: Instant.Span, _ act: @escaping () -> Void) {
    order += 1
    acts.append((now + span, order, act))
  }

  /// Binds a node's addresses.
  func gather(_ node: Node) {
    for address in node.addresses { node.agent.addLocalAddress(address, at: now) }
    node.agent.endLocalAddresses(at: now)
    drain(node)
  }

  /// Carries candidates from one node to another, each `delay` after it was found, and its credentials too.
  func signal(from: Node, to: Node, delay: Instant.Span, isLite: Bool = false) {
    let credentials = from.agent.localCredentials
    after(delay) { [unowned self] in
      to.agent.setRemote(credentials: credentials, isLite: isLite, at: now)
      drain(to)
    }
    from.onCandidate = { [unowned self] candidate in
      after(delay) { [unowned self] in
        // Through the text, as signaling does it.
        to.agent.addRemoteCandidate(ICETests.candidate(candidate.text), at: now)
        drain(to)
      }
    }
    from.onComplete = { [unowned self] in
      after(delay) { [unowned self] in
        to.agent.endRemoteCandidates(at: now)
        drain(to)
      }
    }
  }

  /// Joins two nodes: signaling both ways, then gathering.
  func connect(_ a: Node, _ b: Node, signaling: Instant.Span = .milliseconds(1)) {
    signal(from: a, to: b, delay: signaling)
    signal(from: b, to: a, delay: signaling)
    gather(a)
    gather(b)
  }

  /// Runs for `span`, or until `done`.
  func run(for span: Instant.Span, until done: () -> Bool = { false }) {
    let end = now + span
    var steps = 0
    var stepsAtOnce = 0
    while !done() {
      let before = now
      guard step(until: end) else { break }
      steps += 1
      stepsAtOnce = now == before ? stepsAtOnce + 1 : 0
      if stepsAtOnce > 5_000 || steps > 200_000 {
        livelock = "livelock at \(now.nanoseconds) ns, seed \(seed)"
        return
      }
    }
    if !done() { now = end }
  }

  /// Takes everything out of an agent.
  func drain(_ node: Node) {
    while node.agent.pollTransmit(into: &scratch) {
      node.sent += 1
      send(scratch.bytes.array(), from: scratch.local, to: scratch.remote)
    }
    while let event = node.agent.pollEvent() {
      node.events.append(event)
      switch event {
      case .localCandidate(let candidate): node.onCandidate(candidate)
      case .gatheringComplete: node.onComplete()
      case .stateChanged(let state): node.states.append((state, now))
      default: break
      }
    }
    if node.canSendAt == nil, node.agent.canSend { node.canSendAt = now }
  }

  /// Puts a datagram on the wire.
  func send(_ bytes: [UInt8], from: Endpoint, to: Endpoint) {
    carried += 1
    tap(bytes, from, to)
    // Servers are asked four times in 5 s, which heavy loss can defeat; that is not what a lossy run is about.
    let isServer = stunServers.contains(from) || stunServers.contains(to)
    if !isServer, randomness.chance(percent: behaviour.lossPercent) { return }
    let copies = randomness.chance(percent: behaviour.duplicatePercent) ? 2 : 1
    let source = translate(from, to)
    for _ in 0..<copies {
      order += 1
      var delay = behaviour.delay
      if behaviour.jitter > .zero {
        delay = delay + behaviour.jitter * randomness.below(1000) / 1000
      }
      flights.append(Flight(at: now + delay, order: order, bytes: bytes, from: source, to: to))
    }
  }

  /// Hands bytes to a node as if they had come from `from`.
  func inject(_ bytes: [UInt8], into node: Node, local: Endpoint, from: Endpoint) -> ICEResult {
    bytes.withByteView { _ = scratch.assign($0) }
    scratch.local = local
    scratch.remote = from
    let result = node.agent.handle(scratch, at: now)
    drain(node)
    return result
  }

  // MARK: Private

  private func step(until end: Instant) -> Bool {
    var earliest = Instant.never
    for flight in flights { earliest = min(earliest, flight.at) }
    for act in acts { earliest = min(earliest, act.at) }
    for node in nodes {
      if let timeout = node.agent.pollTimeout() { earliest = min(earliest, timeout) }
    }
    guard earliest <= end, earliest != .never else { return false }
    now = max(now, earliest)
    if let index = first(acts.map { ($0.at, $0.order) }) {
      acts.remove(at: index).act()
    } else if let index = first(flights.map { ($0.at, $0.order) }) {
      deliver(flights.remove(at: index))
    } else {
      for node in nodes {
        guard let timeout = node.agent.pollTimeout(), timeout <= now else { continue }
        node.agent.handleTimeout(at: now)
        drain(node)
      }
    }
    return true
  }

  private func first(_ keys: [(at: Instant, order: Int)]) -> Int? {
    var best: Int?
    for (index, key) in keys.enumerated() where key.at <= now {
      if best.map({ (key.at, key.order) < (keys[$0].at, keys[$0].order) }) ?? true { best = index }
    }
    return best
  }

  private func translate(_ from: Endpoint, _ to: Endpoint) -> Endpoint {
    guard let node = nodes.first(where: { $0.addresses.contains(from) }), let nat = node.nat else {
      return from
    }
    guard from.address.family == .v4 else { return from }
    // Addresses behind one NAT speak without it.
    if nodes.contains(where: { $0.nat?.address == nat.address && $0.addresses.contains(to) }) {
      return from
    }
    let key = nat.kind == .symmetric ? to : nil
    let mapped: Endpoint
    if let known = node.mappings.first(where: { $0.base == from && $0.remote == key }) {
      mapped = known.mapped
    } else {
      nextPort += 1
      mapped = Endpoint(nat.address, port: nextPort)
      node.mappings.append((from, key, mapped))
    }
    node.opened.insert([mapped, to])
    return mapped
  }

  private func deliver(_ flight: Flight) {
    if stunServers.contains(flight.to) {
      let answer = flight.bytes.withByteView { view -> [UInt8]? in
        do throws(STUNError) {
          let request = try STUNMessage(parsing: view)
          return stunMessage(.success, transaction: request.transaction) {
            $0.xorMappedAddress(flight.from)
          }
        } catch {
          return nil
        }
      }
      if let answer { send(answer, from: flight.to, to: flight.from) }
      return
    }
    for node in nodes {
      var local = flight.to
      if let mapping = node.mappings.first(where: { $0.mapped == flight.to }) {
        guard node.opened.contains([flight.to, flight.from]) else { return }
        local = mapping.base
      } else if node.nat != nil, flight.to.address.family == .v4, node.addresses.contains(flight.to) {
        // A private address is reached only from behind the same NAT.
        let isNeighbour = nodes.contains {
          $0.nat?.address == node.nat?.address && $0.addresses.contains(flight.from)
        }
        guard isNeighbour else { continue }
      }
      guard node.addresses.contains(local), !node.deadAddresses.contains(local), !node.isDeaf else {
        continue
      }
      _ = inject(flight.bytes, into: node, local: local, from: flight.from)
      return
    }
  }
}
