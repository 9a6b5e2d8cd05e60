// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A pair of candidates and what its checks have shown (RFC 8445 section 6.1.2).

import Core

/// A local base and a remote candidate, as one entry of the check list.
///
/// RFC 8445 keeps a second list of valid pairs, because a check may show that the far side sees another address of
/// ours. Here the same entry holds both: `local` is the base that sends, `mapped` what the far side sees.
struct CandidatePair: BitwiseCopyable {
  /// RFC 8445 section 6.1.2.6.
  enum State: UInt8, BitwiseCopyable {
    case frozen
    case waiting
    case inProgress
    case succeeded
    case failed
  }

  /// Index of the local candidate that sends: a base.
  var local = 0
  /// Index of the remote candidate.
  var remote = 0
  /// Index of the local candidate that the far side sees.
  var mapped = 0
  var priority: UInt64 = 0
  /// Pairs with the same foundations on both sides share a number.
  var group = 0
  var state = State.frozen
  /// A check went well, and no later one failed.
  var isValid = false
  var isNominated = false
  /// We control: the next check nominates.
  var nominates = false
  /// We are controlled: the far side nominated it before our check went well.
  var isNominatedByPeer = false
  /// Place in the triggered-check queue; 0 when not in it.
  var triggerOrder: UInt32 = 0
  /// The check under way.
  var check = STUNTransaction()
  var checkNominates = false
  var checkWasControlling = false
  /// When the last answer came.
  var lastAnswer = Instant.zero
  /// When the last authentic message of any kind came.
  var lastHeard = Instant.zero
  var roundTripTime = Instant.Span.zero

  /// Whether its outcome is still open.
  var isPending: Bool { state == .frozen || state == .waiting || state == .inProgress }
}

/// The priority of a pair (RFC 8445 section 6.1.2.3).
public enum CandidatePairPriority {
  /// The priority of a pair whose candidates have the priorities `controlling` and `controlled`, named for their sides.
  public static func value(controlling: UInt32, controlled: UInt32) -> UInt64 {
    let (small, large) = (min(controlling, controlled), max(controlling, controlled))
    return UInt64(small) << 32 &+ UInt64(large) * 2 &+ (controlling > controlled ? 1 : 0)
  }
}
