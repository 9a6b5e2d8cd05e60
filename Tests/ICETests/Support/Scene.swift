// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One agent, and a far side that the test plays by hand.

import Core
import ICE

/// An agent alone with whoever the test plays.
final class Scene {
  let network: SimulatedNetwork
  let node: Node
  let local = endpoint("192.168.1.5:5000")
  let stranger = endpoint("192.168.1.66:6666")
  /// What the agent sent.
  var sent: [(bytes: [UInt8], to: Endpoint)] = []

  init(_ role: ICERole = .controlling, seed: UInt64 = 1) {
    network = SimulatedNetwork(seed: seed)
    node = network.add("a", role, ["192.168.1.5:5000"])
    network.tap = { [unowned self] bytes, _, to in sent.append((bytes, to)) }
    network.gather(node)
  }

  /// The far side's password, when the test plays it.
  let password = "0123456789012345678901"

  func setRemote() {
    if let far = ICECredentials(usernameFragment: "farfar", password: password) {
      node.agent.setRemote(credentials: far, isLite: false, at: network.now)
    }
    network.drain(node)
  }

  func request(
    username: String? = nil, password: String? = nil,
    transaction: TransactionID = TransactionID(high: 7, low: 8),
    _ body: (inout STUNWriter) -> Void = { _ in }
  ) -> [UInt8] {
    stunMessage(.request, transaction: transaction) { writer in
      let user = username ?? node.localCredentials.usernameFragment + ":farfar"
      if !user.isEmpty { user.withByteView { writer.text(STUNAttribute.username, $0) } }
      writer.uint32(STUNAttribute.priority, 1_000_000)
      body(&writer)
      let secret = password ?? node.localCredentials.password
      if !secret.isEmpty { writer.integrity(hmac(secret)) }
      writer.fingerprint()
    }
  }

  func give(_ bytes: [UInt8], from: Endpoint? = nil, local: Endpoint? = nil) -> ICEResult {
    network.inject(bytes, into: node, local: local ?? self.local, from: from ?? stranger)
  }

  /// From now on answers every check that the agent sends to one of `endpoints`.
  func answer(from endpoints: Set<Endpoint>) {
    network.tap = { [unowned self] bytes, from, to in
      sent.append((bytes, to))
      guard endpoints.contains(to), withMessage(bytes, { $0.messageClass }) == .request else { return }
      let transaction = withMessage(bytes) { $0.transaction } ?? .none
      network.after(.milliseconds(10)) { [unowned self] in
        let bytes = stunMessage(.success, transaction: transaction) { writer in
          writer.xorMappedAddress(from)
          writer.integrity(hmac(password))
        }
        _ = give(bytes, from: to)
      }
    }
  }

  var lastBytes: [UInt8] { sent.last?.bytes ?? [] }
  var lastError: Int? { sent.last.flatMap { withMessage($0.bytes) { $0.errorCode } } ?? nil }
  var counters: ICECounters { node.counters }
}
