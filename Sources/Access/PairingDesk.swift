// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The pairing that is under way: one code at a time, which lives two minutes, opens once, and is closed by five wrong tries.

import Core

/// The pairing code and its wrong tries. Only monotonic time counts, so a wall clock that jumps changes nothing.
struct PairingDesk: Sendable {
  private struct Tries {
    var client: IPAddress
    var wrong: Int
    var until: Instant
  }

  private var pairing: OpenPairing?
  private var triesLeft = 0
  private var tries: [Tries] = []

  /// When the pairing ends; `.never` when none is under way.
  var deadline: Instant { pairing?.deadline ?? .never }

  /// The pairing that is under way.
  func open(at now: Instant) -> OpenPairing? {
    guard let pairing, now < pairing.deadline else { return nil }
    return pairing
  }

  /// Begins a pairing in place of any other.
  mutating func open(_ role: Role, _ randomness: inout Randomness, at now: Instant) -> OpenPairing {
    var code = ""
    for _ in 0..<Limits.pairingCodeDigits { code += "\(randomness.below(10))" }
    let fresh = OpenPairing(code: code, role: role, deadline: now + .seconds(Limits.pairingSeconds))
    pairing = fresh
    triesLeft = Limits.pairingTriesMax
    return fresh
  }

  /// No code opens any more.
  mutating func close() { pairing = nil }

  /// Ends the pairing whose time is over; whether there was one.
  mutating func handleTimeout(at now: Instant) -> Bool {
    guard let pairing, now >= pairing.deadline else { return false }
    close()
    return true
  }

  /// The role that `code` gives. It still opens: `close` once somebody was let in.
  mutating func check(_ code: String, from client: IPAddress, at now: Instant) throws(PairingRefusal) -> Role {
    tries.removeAll { $0.until <= now }
    let place = tries.firstIndex { $0.client == client.unmapped }
    if let place, tries[place].wrong >= Limits.pairingTriesMax {
      throw .shutOut(waitSeconds: max(1, ((tries[place].until - now).milliseconds + 999) / 1000))
    }
    guard let pairing, now < pairing.deadline else { throw .closed }
    if sameSecret(code.utf8, pairing.code.utf8) { return pairing.role }
    noteWrong(place, client.unmapped, at: now)
    triesLeft -= 1
    if triesLeft <= 0 { close() }
    throw .wrongCode(triesLeft: max(0, triesLeft))
  }

  private mutating func noteWrong(_ place: Int?, _ client: IPAddress, at now: Instant) {
    let until = now + .seconds(Limits.pairingShutOutSeconds)
    if let place {
      tries[place].wrong += 1
      tries[place].until = until
      return
    }
    // The one that is forgotten would have been first anyway.
    if tries.count >= Limits.callRateClientsMax { tries.removeFirst() }
    tries.append(Tries(client: client, wrong: 1, until: until))
  }
}
