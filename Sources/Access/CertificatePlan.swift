// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// When the server's certificate is made anew. A board may start without knowing the time, learn it later, and learn it wrong first.
//
// Handle: `handle` with what is wanted, what there is and the wall clock, at start and then every Limits.certificatePollMilliseconds; it
// answers why a certificate is to be made now, or nil. Questions: `validity`, `isPlausible`.
//
// Nothing about the wall clock is remembered: each call judges by the clock as it is, so a clock that jumps is noticed at the next one.

public import Core

/// What the plan knows of the certificate there is.
public struct CertificateFacts: Equatable, Sendable {
  /// What it is for.
  public let names: CertificateNames
  /// Its first and last moment, in seconds since 1970-01-01.
  public let validity: ClosedRange<Int64>
  /// Whether the authority there is now made it.
  public let isOurs: Bool

  /// These facts.
  public init(names: CertificateNames, validity: ClosedRange<Int64>, isOurs: Bool) {
    self.names = names
    self.validity = validity
    self.isOurs = isOurs
  }
}

/// Why a certificate is made.
public enum CertificateReason: Equatable, Sendable, BitwiseCopyable {
  /// There is none that can be read.
  case missing
  /// Another authority made it.
  case otherAuthority
  /// A name is not in it.
  case names
  /// An address is not in it.
  case addresses
  /// It ends soon, or has ended.
  case expiring
  /// By the clock, it begins in the future: the clock was wrong when it was made.
  case notYetValid

  /// The reason as a clause: "a certificate was made because ...".
  public var text: String {
    switch self {
    case .missing: "there was none"
    case .otherAuthority: "the old one was another authority's"
    case .names: "the old one lacked a name of this device"
    case .addresses: "this device's addresses have changed"
    case .expiring: "the old one was about to expire"
    case .notYetValid: "the old one would only become valid later: the clock was wrong"
    }
  }
}

/// Decides when the certificate is made anew.
public struct CertificatePlan: Sendable {
  private static let day: Int64 = 86_400

  /// What was last wanted and not there, and since when.
  private var pending: CertificateNames?
  private var pendingSince = Instant.zero

  /// A plan that has seen nothing.
  public init() {}

  /// Why a certificate for `wanted` is to be made now; nil: `kept` will do, or it is too early. What is missing, or refused by every
  /// browser as the clock says, is made at once. Names that changed wait until they stay the same, and they and the end of the year wait
  /// while `isBusy`: making a key holds the loop up for some milliseconds.
  public mutating func handle(
    wanted: CertificateNames, kept: CertificateFacts?, wallSeconds: Int64, isBusy: Bool, at now: Instant
  ) -> CertificateReason? {
    guard let kept else { return .missing }
    guard kept.isOurs else { return .otherAuthority }
    if Self.isPlausible(wallSeconds) {
      if wallSeconds < kept.validity.lowerBound { return .notYetValid }
      if Self.isUrgent(kept.validity, wallSeconds: wallSeconds) { return .expiring }
      let left = kept.validity.upperBound - wallSeconds
      if left < Int64(Limits.certificateRenewalDays) * Self.day, !isBusy { return .expiring }
    }
    guard !kept.names.covers(wanted) else {
      pending = nil
      return nil
    }
    if pending != wanted {
      pending = wanted
      pendingSince = now
    }
    let isStable = now - pendingSince >= .milliseconds(Limits.certificateStableMilliseconds)
    guard isStable, !isBusy else { return nil }
    pending = nil
    return wanted.names.allSatisfy { kept.names.contains($0) } ? .addresses : .names
  }

  /// Whether a certificate is not valid by the clock, or not for a day more: then it does not wait for the end of a call.
  public static func isUrgent(_ validity: ClosedRange<Int64>, wallSeconds: Int64) -> Bool {
    guard isPlausible(wallSeconds) else { return false }
    return wallSeconds < validity.lowerBound || validity.upperBound - wallSeconds < day
  }

  /// Whether a wall clock can be right: not before this program was written, and not so late that the authority ends.
  public static func isPlausible(_ wallSeconds: Int64) -> Bool {
    wallSeconds >= Limits.clockPlausibleSecondsMin && wallSeconds < Limits.clockPlausibleSecondsMax
  }

  /// From when to when a certificate made at `wallSeconds` is valid. With a clock that is not set: from before this program was
  /// written, so that it serves whatever the time really is, for two years from then; once the clock is set, the plan looks again.
  public static func validity(wallSeconds: Int64) -> ClosedRange<Int64> {
    let known = isPlausible(wallSeconds) ? wallSeconds : Limits.clockPlausibleSecondsMin
    let begin = known - Int64(Limits.certificateBacklogDays) * day
    return begin...begin + Int64(Limits.certificateDays) * day
  }
}
