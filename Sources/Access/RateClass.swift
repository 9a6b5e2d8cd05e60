// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// How often one address may ask for what.

import Core

/// Kinds of requests whose rates are counted apart.
public enum RateClass: Int, Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// What only looks.
  case reading
  /// What changes something.
  case signaling
  /// A try to pair.
  case pairing
  /// The door bell.
  case bell
  /// A signed token whose signature turned out wrong: checking one costs milliseconds on a small board.
  case wrongSignature

  /// How many requests may come at once.
  public var burst: Int {
    switch self {
    case .reading: Limits.readingRateBurst
    case .signaling: Limits.callRateBurst
    case .pairing: Limits.pairingRateBurst
    case .bell: Limits.bellRateBurst
    case .wrongSignature: Limits.signatureRateBurst
    }
  }

  /// The time after which one more may come.
  public var intervalMilliseconds: Int {
    switch self {
    case .reading: Limits.readingRateMilliseconds
    case .signaling: 1000 / Limits.callRatePerSecond
    case .pairing: Limits.pairingRateMilliseconds
    case .bell: Limits.bellRateMilliseconds
    case .wrongSignature: Limits.signatureRateMilliseconds
    }
  }
}
