// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The table of connections: who gets a place, who makes room for whom, and what becomes of a socket.
//
// DESIGN. The newest always finds a place, unless all are being served: a held offer or an event stream, of which there are
// fewer than half of the places, or an answer under way. Who makes room is chosen so that nobody can push others out by coming
// often: first of those who were not let in, then of the address with the most connections, the one that has kept us waiting longest.

import Access
import Core

extension WebServer {
  func index(of id: WebConnectionID) -> Int? {
    guard id.index < slots.count, slots[id.index].isUsed, slots[id.index].generation == id.generation else {
      return nil
    }
    return id.index
  }

  func id(_ index: Int) -> WebConnectionID { WebConnectionID(index: index, generation: slots[index].generation) }

  mutating func noteDirty(_ index: Int) { dirtySlots |= 1 << UInt64(index) }

  // MARK: Places

  /// A free place for a connection from `client`. Taking the last one sends another away, so that the next newcomer finds a
  /// place too; there is none only while all the others are being served, or its address has its share and all of that is.
  mutating func freeSlot(for client: IPAddress, at now: Instant) -> Int? {
    if !client.isLoopback, connectionCount(of: client) >= Limits.webConnectionsPerAddressMax {
      guard displace(of: client, at: now) else { return nil }
    }
    var free = slots.firstIndex { !$0.isUsed }
    if free == nil, slots.count < Limits.webConnectionsMax {
      slots.append(Slot(connection: HTTPServerConnection(at: now)))
      free = slots.count - 1
    }
    if free != nil, connectionCount == Limits.webConnectionsMax - 1 { displace(of: nil, at: now) }
    return free
  }

  /// The connections of `client`'s network that are open; one that is about to be closed counts no more.
  private func connectionCount(of client: IPAddress) -> Int {
    var count = 0
    for index in slots.indices where isSameClient(slots[index].client, client) && isOpen(index) { count += 1 }
    return count
  }

  private func isOpen(_ index: Int) -> Bool {
    slots[index].isUsed && slots[index].connection.disposition != .closed
  }

  /// Sends one away that keeps us waiting, of `client` alone or of everybody; false: all are being served.
  @discardableResult
  private mutating func displace(of client: IPAddress?, at now: Instant) -> Bool {
    var chosen: (index: Int, isLetIn: Bool, share: Int)?
    for index in slots.indices where isOpen(index) && slots[index].connection.isWaitingForFarSide {
      if let client, !isSameClient(slots[index].client, client) { continue }
      let isLetIn = slots[index].principal.role != nil
      let share = connectionCount(of: slots[index].client)
      if let other = chosen {
        if isLetIn != other.isLetIn {
          if isLetIn { continue }
        } else if share != other.share {
          if share < other.share { continue }
        } else if slots[other.index].since <= slots[index].since {
          continue
        }
      }
      chosen = (index, isLetIn, share)
    }
    guard let chosen else { return false }
    counters.displacedConnections += 1
    slots[chosen.index].connection.close()
    settle(chosen.index, at: now)
    return true
  }

  /// Whether both are one client, as far as addresses tell: whoever has an IPv6 network may pick any address in it.
  private func isSameClient(_ left: IPAddress, _ right: IPAddress) -> Bool {
    if left == right { return true }
    return left.family == .v6 && right.family == .v6 && left.high == right.high && !left.isLoopback
      && !right.isLoopback
  }

  // MARK: Steps

  /// Goes on after every change of a connection.
  mutating func settle(_ index: Int, at now: Instant) {
    noteDirty(index)
    if let request = slots[index].connection.pollRequest() { route(request, index, at: now) }
    counters.brokenRequests += UInt64(slots[index].connection.pollFailures())
    if slots[index].connection.disposition == .closed, !slots[index].closeNoted {
      slots[index].closeNoted = true
      slots[index].wait = .nothing
      slots[index].owesStatus = false
      calls.handleClosed(id(index))
      countPages(at: now)
    }
    sendReplies(at: now)
  }

  mutating func action(_ index: Int) -> WebAction? {
    let id = id(index)
    let disposition = slots[index].connection.disposition
    if disposition == .closed {
      slots[index].isUsed = false
      return .close(id)
    }
    if disposition == .halfClosed, !slots[index].shutDownTold {
      slots[index].shutDownTold = true
      return .shutDownWriting(id)
    }
    let hasOutput = slots[index].connection.hasOutput
    if hasOutput != slots[index].sendTold {
      slots[index].sendTold = hasOutput
      if hasOutput { return .send(id) }
    }
    let wantsInput = slots[index].connection.wantsInput
    if wantsInput != slots[index].readingTold {
      slots[index].readingTold = wantsInput
      return .setReading(id, wantsInput)
    }
    return nil
  }

  mutating func sendReplies(at now: Instant) {
    while let reply = calls.pollReply() {
      if let index = index(of: reply.connection) { respond(index, reply.response, at: now) }
    }
  }

  mutating func respond(_ index: Int, _ plain: HTTPResponse, at now: Instant) {
    slots[index].wait = .nothing
    slots[index].connection.respond(dressed(plain, index), at: now)
    noteDirty(index)
  }

  /// The response with the fields that every one has, and with those that let pages of other origins read it.
  func dressed(_ plain: HTTPResponse, _ index: Int) -> HTTPResponse {
    var response = plain
    response.fields.add("X-Content-Type-Options", "nosniff")
    if let origin = slots[index].origin {
      response.fields.add("Access-Control-Allow-Origin", origin)
      response.fields.add("Access-Control-Expose-Headers", "Location, ETag, Link, Retry-After")
      response.fields.add("Vary", "Origin")
      if slots[index].isOptions, let methods = response.fields.first("Allow") {
        response.fields.add("Access-Control-Allow-Methods", methods)
        response.fields.add(
          "Access-Control-Allow-Headers",
          "Content-Type, If-Match, Authorization, Intercom-Name, Intercom-Ring, Intercom-Replaces")
        response.fields.add("Access-Control-Max-Age", "600")
      }
    }
    return response
  }
}
