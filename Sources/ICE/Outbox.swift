// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What an agent has decided to send, before it is written as bytes.

import Core

/// A message to be written when the owner polls.
enum Transmission: BitwiseCopyable {
  /// An answer.
  case response(PendingResponse)
  /// The check under way of the pair at an index.
  case check(pair: Int)
  /// A consent check of the pair at an index.
  case consent(pair: Int, TransactionID)
  /// A request to a STUN server.
  case gathering(request: Int)
}

/// An answer to be written.
struct PendingResponse: BitwiseCopyable {
  var transaction: TransactionID
  var path: ICEPath
  /// 0 for success, else the number of ERROR-CODE.
  var errorCode = 0
  /// Whether it carries MESSAGE-INTEGRITY: not when the asker's credentials were missing or wrong.
  var isVouchedFor = true
  var unknownAttributes = STUNUnknownAttributes(filler: 0)
}

/// An event to be given when the owner polls.
enum PendingEvent: BitwiseCopyable {
  case localCandidate(Int)
  case gatheringComplete
  case stateChanged(ICEState)
  case pairSelected
  case consentExpired
}
