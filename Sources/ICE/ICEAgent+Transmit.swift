// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Writing what the agent decided to send (RFC 8445 sections 7.1 and 7.2).

import Core

extension ICEAgent {
  /// Writes one message; false when it is not wanted any more.
  mutating func write(_ transmission: Transmission, into datagram: inout Datagram) -> Bool {
    switch transmission {
    case .response(let response):
      counters.responsesSent += 1
      return write(response, into: &datagram)
    case .check(let index):
      let pair = checkList[index]
      guard pair.state == .inProgress else { return false }
      counters.checksSent += 1
      // A retransmission is the same message, whatever became of the role since.
      let asked: ICERole = pair.checkWasControlling ? .controlling : .controlled
      return writeCheck(
        pair, pair.check.id, as: asked, nominates: pair.checkNominates, into: &datagram)
    case .consent(let index, let transaction):
      guard selected == index else { return false }
      counters.consentChecksSent += 1
      return writeCheck(checkList[index], transaction, as: role, nominates: false, into: &datagram)
    case .gathering(let index):
      guard gatherer.requests[index].state == .underWay else { return false }
      counters.gatheringRequestsSent += 1
      return writeGathering(gatherer.requests[index], into: &datagram)
    }
  }

  private func writeCheck(
    _ pair: CandidatePair, _ transaction: TransactionID, as role: ICERole, nominates: Bool,
    into datagram: inout Datagram
  ) -> Bool {
    guard let remoteKey, let remoteCredentials else { return false }
    var message = STUNWriter(datagram.room, .request, transaction: transaction)
    remoteCredentials.withUsernameFragment { remote in
      localCredentials.withUsernameFragment {
        message.text(STUNAttribute.username, remote, colon: $0)
      }
    }
    message.uint32(STUNAttribute.priority, locals[pair.local].peerReflexivePriority)
    switch role {
    case .controlling: message.uint64(STUNAttribute.controlling, tieBreaker)
    case .controlled: message.uint64(STUNAttribute.controlled, tieBreaker)
    }
    if nominates, role == .controlling { message.flag(STUNAttribute.useCandidate) }
    message.integrity(remoteKey)
    message.fingerprint()
    return Self.finish(&message, path(of: pair), into: &datagram)
  }

  private func write(_ response: PendingResponse, into datagram: inout Datagram) -> Bool {
    let messageClass: STUNClass = response.errorCode == 0 ? .success : .error
    var message = STUNWriter(datagram.room, messageClass, transaction: response.transaction)
    if response.errorCode == 0 {
      message.xorMappedAddress(Self.plain(response.path.remote))
    } else {
      message.errorCode(response.errorCode)
      if response.errorCode == 420 { message.unknownAttributes(response.unknownAttributes) }
    }
    if response.isVouchedFor { message.integrity(localKey) }
    message.fingerprint()
    return Self.finish(&message, response.path, into: &datagram)
  }

  private func writeGathering(_ request: Gatherer.Request, into datagram: inout Datagram) -> Bool {
    var message = STUNWriter(datagram.room, .request, transaction: request.transaction.id)
    message.fingerprint()
    let path = ICEPath(local: locals[request.local].base, remote: gatherer.servers[request.server])
    return Self.finish(&message, path, into: &datagram)
  }

  private static func finish(
    _ message: inout STUNWriter, _ path: ICEPath, into datagram: inout Datagram
  ) -> Bool {
    guard let count = message.finish() else { return false }
    datagram.setCount(count)
    datagram.local = path.local
    datagram.remote = path.remote
    return true
  }
}

extension Datagram {
  /// The memory a message may fill.
  fileprivate var room: MutableByteView { storage[0..<Limits.datagramBytesMax] }
}
