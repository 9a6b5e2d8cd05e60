// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// DTLS datagrams that came before a check had validated the pair they came by.
//
// The far side may have its pair nominated, and send its ClientHello, while our own check of that pair is still on its
// way. Dropping it would cost the far side's retransmission time-out; answering it would let anyone make us do
// public-key work and send to an unproven address. So a few wait here until the pair is proven.

import Core
import ICE

/// A few DTLS datagrams that wait for their pair. When full the new one is refused.
struct EarlyHandshake: ~Copyable {
  private var datagrams: [[UInt8]] = []
  private var pairs: [(local: Endpoint, remote: Endpoint)] = []

  var isEmpty: Bool { datagrams.isEmpty }

  /// Keeps a copy; false when there is no room.
  mutating func keep(_ datagram: borrowing Datagram) -> Bool {
    guard datagrams.count < Limits.earlyHandshakeDatagramsMax else { return false }
    datagrams.append(datagram.bytes.array())
    pairs.append((datagram.local, datagram.remote))
    return true
  }

  /// Takes out the oldest one whose pair `agent` has validated, or nil. Others do not hold it up: anybody may send
  /// bytes that look like a handshake from an address that will never be proven.
  mutating func removeFirst(validatedBy agent: borrowing ICEAgent) -> [UInt8]? {
    for index in pairs.indices where agent.isValidPair(local: pairs[index].local, remote: pairs[index].remote) {
      pairs.remove(at: index)
      return datagrams.remove(at: index)
    }
    return nil
  }

  /// Forgets all.
  mutating func removeAll() {
    datagrams = []
    pairs = []
  }
}
