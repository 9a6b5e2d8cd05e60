// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The sockets of the station's placed calls: one for each slot.

import Core
import Host
import Station
import Web

/// The sockets of the station's placed calls.
final class CallSockets {
  private struct Slot {
    let socket: CallSocket
    var number: CallNumber?
  }

  private var slots: [Slot] = []

  /// No connection yet.
  init(host: ServiceHost, handshakes: HandshakeThread) throws(HostError) {
    for index in 0..<Limits.placedCallSlotsMax {
      let socket = try CallSocket(
        host: host, handshakes: handshakes, token: Desk.clientToken + 2 * UInt64(index))
      slots.append(Slot(socket: socket, number: nil))
    }
  }

  /// Takes in what the poller saw.
  func handle(_ station: inout Station, at now: Instant) {
    for index in slots.indices where slots[index].number != nil {
      let socket = slots[index].socket
      station.handleClient(inSlot: index) { socket.handle(&$0, at: now) }
    }
  }

  /// Does what the calls want, after every change; answers whether they wanted anything.
  func serve(_ station: inout Station, at now: Instant) -> Bool {
    var hasMoved = false
    for index in slots.indices {
      let number = station.placed(inSlot: index)
      if number != slots[index].number {
        slots[index].socket.close()
        slots[index].number = number
      }
      guard number != nil else { continue }
      let socket = slots[index].socket
      station.handleClient(inSlot: index) { client in
        if socket.serve(&client, at: now) { hasMoved = true }
      }
    }
    return hasMoved
  }
}
