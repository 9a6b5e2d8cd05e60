// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Requests to STUN servers, one from every bound address to every server of its family (RFC 8445 section 5.1.1.2).

import Core

/// Which requests there are, and when each is due. The agent sends them and turns answers into candidates.
struct Gatherer: BitwiseCopyable {
  /// One request.
  struct Request: BitwiseCopyable {
    enum State: UInt8, BitwiseCopyable {
      case waiting
      case underWay
      case over
    }

    var local = 0
    var server = 0
    var state = State.waiting
    var transaction = STUNTransaction()
    var endsAt = Instant.never
  }

  var servers = STUNServerTable<Endpoint>(filler: .none)
  var requests = GatheringTable<Request>(filler: Request())
  /// When the next request may begin.
  var nextAt = Instant.zero
  var started = 0
  var localsEnded = false
  var serversEnded = false
  var completeSaid = false

  /// Asks `server` (an index) from `base`, the local candidate at `local`; false when it does not fit.
  mutating func ask(server: Int, local: Int, base: Endpoint) -> Bool {
    let target = servers[server].address
    guard target.family == base.address.family, target.isLoopback == base.address.isLoopback else {
      return true
    }
    guard !base.address.isLinkLocal || target.isLinkLocal else { return true }
    var request = Request()
    request.local = local
    request.server = server
    return requests.append(request)
  }

  func index(transaction: TransactionID) -> Int? {
    for index in requests.indices
    where requests[index].state == .underWay && requests[index].transaction.id == transaction {
      return index
    }
    return nil
  }

  /// The next request to begin.
  var nextWaiting: Int? {
    for index in requests.indices where requests[index].state == .waiting { return index }
    return nil
  }

  /// Whether all there is to ask has been asked, and answered or given up.
  var isOver: Bool {
    guard localsEnded, serversEnded else { return false }
    for index in requests.indices where requests[index].state != .over { return false }
    return true
  }

  /// When something is due.
  var deadline: Instant {
    var deadline = Instant.never
    for index in requests.indices {
      switch requests[index].state {
      case .waiting: deadline = min(deadline, nextAt)
      case .underWay:
        deadline = min(deadline, min(requests[index].endsAt, requests[index].transaction.deadline))
      case .over: break
      }
    }
    return deadline
  }
}
