// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What strangers, forgers and broken peers get from an agent: a counter, perhaps an error, never a path.

import Core
import ICE
import Testing

@Suite struct RefusalTests {
  @Test("requests without or with wrong credentials get 400 or 401 and teach nothing")
  func credentials() {
    let scene = Scene()
    let fragment = scene.node.localCredentials.usernameFragment
    let rows: [(username: String?, password: String?, result: ICEResult, error: Int)] = [
      ("", nil, .refused(.incomplete), 400),
      (nil, "", .refused(.incomplete), 400),
      ("someone:farfar", nil, .refused(.unauthenticated), 401),
      (fragment, nil, .refused(.unauthenticated), 401),
      (fragment + "x:farfar", nil, .refused(.unauthenticated), 401),
      (nil, "not the password at all", .refused(.unauthenticated), 401),
    ]
    for row in rows {
      let result = scene.give(scene.request(username: row.username, password: row.password))
      #expect(result == row.result)
      #expect(scene.lastError == row.error)
      #expect(scene.sent.last?.to == scene.stranger)
      #expect(withMessage(scene.lastBytes) { $0.hasIntegrity } == false)
    }
    #expect(scene.sent.count == rows.count)
    #expect(scene.node.remoteCandidateCount == 0)
    #expect(scene.counters.incompleteRequests == 2)
    #expect(scene.counters.unauthenticatedMessages == 4)
  }

  @Test(
    "an authentic request is answered with the address it came from, even before the description")
  func answered() {
    let scene = Scene()
    #expect(scene.give(scene.request()) == .consumed)
    let key = hmac(scene.node.localCredentials.password)
    let seen: Void? = withMessage(scene.lastBytes) { message in
      #expect(message.messageClass == .success)
      #expect(message.mappedEndpoint == scene.stranger)
      #expect(message.isAuthentic(key))
      #expect(message.hasFingerprint)
      #expect(message.transaction == TransactionID(high: 7, low: 8))
    }
    #expect(seen != nil)
    #expect(scene.sent.count == 1, "nothing is asked before the description")
  }

  @Test(
    "an attribute that must be understood and is not gets 420 with its name, and teaches nothing")
  func unknownAttribute() {
    let scene = Scene()
    let result = scene.give(scene.request { $0.uint32(0x7F01, 1) })
    #expect(result == .refused(.unknownAttribute))
    #expect(scene.lastError == 420)
    #expect(scene.lastBytes.contains(0x7F))
    #expect(scene.node.remoteCandidateCount == 0)
  }

  @Test(
    "a role conflict goes to the larger tie-breaker", arguments: [ICERole.controlling, .controlled])
  func roleConflict(role: ICERole) {
    let attribute = role == .controlling ? STUNAttribute.controlling : STUNAttribute.controlled
    // Smaller than ours: who controls stays or becomes us. Larger: the far side controls.
    for (tieBreaker, controls) in [(0 as UInt64, true), (.max, false)] {
      let scene = Scene(role)
      let result = scene.give(scene.request { $0.uint64(attribute, tieBreaker) })
      #expect(scene.node.role == (controls ? .controlling : .controlled))
      let weKeep = controls == (role == .controlling)
      #expect(result == (weKeep ? .refused(.roleConflict) : .consumed))
      #expect(scene.lastError == (weKeep ? 487 : nil))
      #expect(scene.counters.roleConflicts == 1)
    }
  }

  @Test("other bytes, other methods, other sockets and stray answers are told apart and counted")
  func strays() {
    let scene = Scene()
    scene.setRemote()
    #expect(scene.give([0x80, 0, 0, 1]) == .notForUs)
    #expect(scene.give(hex("00010004 2112a442 000000000000000000000000")) == .refused(.malformed))
    #expect(scene.give(stunMessage(.request, method: 3) { _ in }) == .refused(.unexpected))
    #expect(
      scene.give(scene.request(), local: endpoint("192.168.1.5:5001")) == .refused(.unexpected))
    #expect(
      scene.give(stunMessage(.success) { $0.integrity(hmac("x")) }) == .refused(.unknownTransaction)
    )
    #expect(scene.give(stunMessage(.indication) { _ in }) == .consumed)
    #expect(scene.sent.isEmpty)
    #expect(scene.counters.foreignDatagrams == 1)
    #expect(scene.counters.malformedMessages == 1)
    #expect(scene.counters.unexpectedMessages == 2)
    #expect(scene.counters.unknownTransactions == 1)
  }

  @Test(
    "a forged answer does not make a pair valid; one from elsewhere, though authentic, fails the pair"
  )
  func forgedAnswers() {
    let scene = Scene()
    scene.setRemote()
    let far = endpoint("192.168.1.9:9")
    scene.node.agent.addRemoteCandidate(
      candidate("1 1 udp 9 192.168.1.9 9 typ host"), at: scene.network.now)
    scene.network.drain(scene.node)
    let transaction = withMessage(scene.lastBytes) { $0.transaction } ?? .none
    func answer(_ messageClass: STUNClass, key: String?) -> [UInt8] {
      stunMessage(messageClass, transaction: transaction) { writer in
        if messageClass == .error {
          writer.errorCode(401)
        } else {
          writer.xorMappedAddress(scene.local)
        }
        if let key { writer.integrity(hmac(key)) }
        writer.fingerprint()
      }
    }
    #expect(scene.give(answer(.success, key: nil), from: far) == .refused(.unauthenticated))
    #expect(
      scene.give(answer(.success, key: "a wrong one"), from: far) == .refused(.unauthenticated))
    #expect(scene.give(answer(.error, key: nil), from: far) == .refused(.unvouchedError))
    #expect(!scene.node.canSend)
    #expect(!scene.node.isValidPair(local: scene.local, remote: far))
    #expect(scene.give(answer(.success, key: scene.password), from: scene.stranger) == .consumed)
    #expect(!scene.node.canSend)
    #expect(
      scene.give(answer(.success, key: scene.password), from: far) == .refused(.unknownTransaction))
    #expect(!scene.node.canSend)
  }

  @Test("an answer from the right place makes the pair valid, and nothing after close is heard")
  func closing() {
    let scene = Scene()
    scene.setRemote()
    let far = endpoint("192.168.1.9:9")
    scene.node.agent.addRemoteCandidate(
      candidate("1 1 udp 9 192.168.1.9 9 typ host"), at: scene.network.now)
    scene.network.drain(scene.node)
    let transaction = withMessage(scene.lastBytes) { $0.transaction } ?? .none
    let answer = stunMessage(.success, transaction: transaction) { writer in
      writer.xorMappedAddress(scene.local)
      writer.integrity(hmac(scene.password))
    }
    #expect(scene.give(answer, from: far) == .consumed)
    #expect(scene.node.canSend)
    #expect(scene.node.path == ICEPath(local: scene.local, remote: far))
    scene.node.agent.close(at: scene.network.now)
    scene.network.drain(scene.node)
    #expect(!scene.node.canSend)
    #expect(scene.node.state == .closed)
    #expect(scene.node.pollTimeout() == nil)
    #expect(scene.give(scene.request()) == .refused(.over))
  }

  @Test("tables that are full refuse, count, and keep working")
  func full() {
    let scene = Scene()
    for index in 0..<30 {
      scene.node.agent.addLocalAddress(endpoint("10.0.1.\(index + 1):5000"), at: scene.network.now)
    }
    for index in 0..<50 {
      let text = "\(index + 1) 1 udp \(index + 1) 10.0.2.\(index + 1) 9 typ host"
      scene.node.agent.addRemoteCandidate(candidate(text), at: scene.network.now)
      scene.network.drain(scene.node)
    }
    #expect(scene.node.localCandidateCount == Limits.localCandidatesMax)
    #expect(scene.node.remoteCandidateCount == Limits.remoteCandidatesMax)
    #expect(scene.counters.refusedLocalAddresses == 15)
    #expect(scene.counters.refusedRemoteCandidates == 18)
    #expect(scene.counters.refusedPairs == 16 * 32 - 100)
    scene.setRemote()
    // The best remote candidate came last but is among those checked first.
    #expect(scene.sent.first?.to == endpoint("10.0.2.32:9"))
    // A hundred checks every 20 ms make the first RTO 2 s (RFC 8445 section 14.3), so the last ends after 160 s.
    scene.network.run(for: .seconds(165))
    #expect(scene.node.state == .failed)
    #expect(scene.network.livelock == nil)
  }

  @Test("a second description with other credentials is refused: that would be a restart")
  func restartIsRefused() {
    let scene = Scene()
    scene.setRemote()
    guard let other = ICECredentials(usernameFragment: "other", password: scene.password) else {
      return
    }
    let taken = scene.node.agent.setRemote(credentials: other, isLite: false, at: scene.network.now)
    #expect(!taken)
  }
}
