// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who calls, and what is said to those who may not.

import Config
import Core
import Peer
import VOIP
import Web

extension Station {
  /// Who a caller is; nil: it may not call, and has been told why. A certificate goes before a name.
  mutating func admit(
    _ caller: Caller, _ fingerprint: Fingerprint?, _ session: CallSessionID, web: inout WebServer, at now: Instant
  ) -> CallParty? {
    var party = model.party(named: caller.name, at: caller.address)
    switch pins.holder(of: fingerprint, named: caller.name) {
    case .peer(let peer):
      party.peer = peer
      party.pin = fingerprint
    case .device(let name):
      party.peer = nil
      party.name = name
      party.pin = fingerprint
    case .changed(let name):
      counters.changedCertificates += 1
      lines.append(
        LogLine(
          .warning,
          "a call from \(caller.address.unmapped.text) was refused: the certificate of \(name) has changed, "
            + "or somebody else goes by that name. If it is right, pair the two again"))
      web.refuse(session, .forbidden, detail: Self.changedSentence, at: now)
      return nil
    case .unknown:
      guard caller.principal.role != nil else {
        counters.unknownCallers += 1
        lines.append(LogLine(.notice, "\(party.text) was refused: not paired"))
        web.refuse(session, .unauthorized, detail: Self.pairingSentence, at: now)
        return nil
      }
    }
    party.isReturn = caller.wantsReturn
    if !caller.answersRing.isEmpty {
      let mayTalk = caller.principal.role != nil
      let isOn = pagesRing.map { sameBytes($0.id, caller.answersRing) } ?? false
      party.answers = mayTalk && isOn ? pagesRing?.number : CallNumber(0)
    }
    // Whoever carries the signaling knows the session: the call of a known certificate stays that certificate's.
    if let session = caller.replaces,
      let old = incoming.first(where: { $0.session == session }) ?? past.first(where: { $0.session == session }),
      old.pin == party.pin
    {
      party.replaces = old.number
    }
    return party
  }

  // MARK: Words

  static let changedSentence =
    "The certificate has changed: it is not the one that is pinned here for this intercom. Pair the two again."
  static let pairingSentence =
    "Only those that were let in may call. Open this intercom's page and enter the code that its pairing shows, or pair "
    + "the two with intercom pair."
  static let busySentence = "Busy: in a call, or not to be disturbed."

  static func refusal(_ why: OfferRefusal) -> (CallRefusal, String) {
    switch why {
    case .busy: (.busy(retryAfterSeconds: AnsweringDesk.retryAfterSeconds), busySentence)
    case .refused: (.forbidden, "Somebody refused the call.")
    case .noAnswer: (.noAnswer, "Nobody answered.")
    case .noCall: (.forbidden, "There is no call here that could return.")
    case .ringOver: (.forbidden, "The ring is over: somebody else has answered, or nobody in time.")
    }
  }

  static func failure(_ error: CallClientError) -> CallFailure {
    guard case .refused(let refused) = error else { return .unreachable }
    switch refused.status {
    case .serviceUnavailable: return .busy
    case .forbidden: return .refused
    case .gatewayTimeout: return .noAnswer
    default: return .unreachable
    }
  }

  static func url(_ setting: CallURL) -> HTTPURL? {
    do throws(HTTPURLError) { return try HTTPURL(setting.text) } catch { return nil }
  }
}
