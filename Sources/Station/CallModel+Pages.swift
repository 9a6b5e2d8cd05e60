// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// This device's own pages as those who are called: they ring while everybody is called and at least one is open, a moment
// without any forgiven, for a page that is reloaded closes and opens.

public import Core

extension CallModel {
  /// How many of this device's pages are open, and would show a ring. Pages that are opened while everybody is called ring
  /// too; once none has been open for `Limits.pagesGoneMilliseconds`, they no longer count as somebody who may answer.
  public mutating func setPagesListening(_ count: Int, at now: Instant) {
    pagesListening = count
    guard case .calling(var legs, let until) = phase, callsEverybody else { return }
    if count > 0 {
      pagesGoneUntil = .never
      guard !legs.contains(where: { $0.isPages }) else { return }
      legs.append(ringPages())
      phase = .calling(legs, until: until)
    } else if pagesGoneUntil == .never, legs.contains(where: { $0.isPages }) {
      pagesGoneUntil = now + .milliseconds(Limits.pagesGoneMilliseconds)
    }
  }

  mutating func ringPages() -> Leg {
    let leg = Leg(number: nextNumber(), party: CallParty(peer: nil), isPlaced: true, isPages: true)
    actions.append(.ringPages(leg.number))
    note(.information, "ringing the open pages")
    return leg
  }

  /// The last page has been closed: the others are called on, if there are any.
  mutating func losePages(at now: Instant) {
    pagesGoneUntil = .never
    guard case .calling(let legs, let until) = phase else { return }
    for leg in legs where leg.isPages { giveUp(leg) }
    note(.notice, "the last page was closed before anybody answered")
    let left = legs.filter { !$0.isPages }
    phase = .calling(left, until: until)
    if left.isEmpty { giveUpCalling(at: now) }
  }
}
