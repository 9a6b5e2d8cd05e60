// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What becomes of an offer, by who calls and what goes on here.

import Config
import Core

extension CallModel {
  enum Verdict: Equatable {
    case ring, accept, hold, replace, ringInstead, busy, gone, ringOver
    /// Busy with another: whether it may wait is the settings' to say.
    case occupied
    case wait
  }

  func verdict(on caller: CallParty, at now: Instant) -> Verdict {
    if let ring = caller.answers {
      guard case .calling(let legs, _) = phase, legs.contains(where: { $0.isPages && $0.number == ring }) else {
        return .ringOver
      }
      return .accept
    }
    if let old = caller.replaces { return verdict(onTakingPlaceOf: old) }
    let verdict = ordinaryVerdict(on: caller, at: now)
    guard verdict == .occupied, !caller.isReturn, mayWait(caller) else { return verdict }
    return .wait
  }

  /// A page that was reloaded: its call goes on, if nothing else has begun meanwhile.
  func verdict(onTakingPlaceOf old: CallNumber) -> Verdict {
    switch phase {
    case .idle: .accept
    case .connecting(let leg, _), .connected(let leg, _): leg.number == old ? .replace : .busy
    case .waiting: loss?.number == old ? .accept : .busy
    case .calling, .ringing, .redialling: .busy
    }
  }

  func ordinaryVerdict(on caller: CallParty, at now: Instant) -> Verdict {
    switch phase {
    case .idle:
      if caller.isReturn { return .gone }
      if doesNotDisturb { return .busy }
      return isAnsweredByItself(caller) ? .accept : .ring
    case .calling(let legs, _): return legs.contains { $0.party.isSame(as: caller) } ? glare(caller) : .occupied
    case .ringing(let leg, _): return leg.party.isSame(as: caller) ? .ringInstead : .occupied
    case .connecting(let leg, _):
      guard leg.party.isSame(as: caller) else { return .occupied }
      return leg.isPlaced ? .busy : .replace
    case .connected(let leg, let since):
      guard leg.party.isSame(as: caller) else { return .occupied }
      let isCrossing = leg.isPlaced && now < since + .milliseconds(Limits.callGlareMilliseconds)
      return isCrossing ? .busy : .replace
    case .waiting: return loss?.party.isSame(as: caller) == true ? .accept : .occupied
    case .redialling(let leg, _): return leg.party.isSame(as: caller) ? glare(caller) : .occupied
    }
  }

  /// Both call each other: the call of the lower name stands.
  func glare(_ caller: CallParty) -> Verdict {
    if sameBytes(settings.name, caller.name) { return .busy }
    return settings.name.utf8.lexicographicallyPrecedes(caller.name.utf8) ? .hold : .accept
  }

  func isAnsweredByItself(_ caller: CallParty) -> Bool {
    if let peer = caller.peer, let setting = settings.peers.first(where: { sameBytes($0.name, peer) }),
      let own = setting.autoAnswer
    {
      return own
    }
    return settings.call.answer == .auto
  }
}
