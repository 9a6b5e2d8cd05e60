// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// DTLS datagrams that came before a check had validated the pair they came by.
//
// The far side may have its pair nominated, and send its ClientHello, while our own check of that pair is still on its
// way. Dropping it would cost the far side's retransmission time-out; answering it would let anyone make us do
// public-key work and send to an unproven address. So a few wait here until the pair is proven.

import Core

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

  /// The endpoints of the oldest one.
  var first: (local: Endpoint, remote: Endpoint)? { pairs.first }

  /// Takes the oldest one out.
  mutating func removeFirst() -> [UInt8] {
    pairs.removeFirst()
    return datagrams.removeFirst()
  }

  /// Forgets all.
  mutating func removeAll() {
    datagrams = []
    pairs = []
  }
}
