// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One browser, program or device that was let in.

public import Core

/// One paired browser, program or device. Times are seconds since 1970-01-01 UTC, 0 when the clock was not set.
public struct PairedRecord: Equatable, Sendable {
  /// What was paired.
  public enum Kind: Equatable, Sendable {
    /// A browser or program: what its token's SHA-256 is. The token itself is not kept.
    case bearer(Digest256)
    /// Another intercom: its certificate for calls, and where it takes them (nil: it did not say).
    case device(Fingerprint, url: String?)
  }

  /// Its number.
  public let id: PairedID
  /// What it calls itself, 1 ... Limits.configurationNameBytesMax bytes, printable.
  public let name: String
  /// What it may do.
  public let role: Role
  /// What it is, and how it is known.
  public let kind: Kind
  /// When it was paired.
  public let created: Int64
  /// When it was last seen, to within `Limits.pairedSeenSeconds`.
  public internal(set) var lastSeen: Int64

  /// The pinned certificate of a device; nil: it is none.
  public var fingerprint: Fingerprint? {
    guard case .device(let fingerprint, _) = kind else { return nil }
    return fingerprint
  }
}

/// What somebody who wants to be paired says.
public struct PairingRequest: Equatable, Sendable {
  /// The six digits.
  public var code: String
  /// What to call it.
  public var name: String
  /// Set by another intercom: its certificate for calls.
  public var fingerprint: Fingerprint?
  /// Where the other intercom takes calls; nil: it does not say.
  public var url: String?

  /// A request.
  public init(code: String, name: String, fingerprint: Fingerprint? = nil, url: String? = nil) {
    self.code = code
    self.name = name
    self.fingerprint = fingerprint
    self.url = url
  }
}

/// What was paired just now.
public struct NewPairing: Equatable, Sendable {
  /// Its record.
  public let record: PairedRecord
  /// The token that it shows from now on, and which nobody else knows; empty for a device, whose certificate is its proof.
  public let token: String
}

/// Why somebody was not paired.
public enum PairingRefusal: Error, Equatable, Sendable {
  /// No pairing is under way: none was started, it is over, or its code was used.
  case closed
  /// The code is wrong; so many tries are left.
  case wrongCode(triesLeft: Int)
  /// This address tried too often; after so many seconds it may again.
  case shutOut(waitSeconds: Int)
  /// The list is full.
  case full
  /// The name is empty, too long or not printable.
  case malformedName

  /// The status: 429 and 409 as usual, 403 for a code that does not open.
  public var statusCode: Int {
    switch self {
    case .closed, .wrongCode: 403
    case .shutOut: 429
    case .full: 409
    case .malformedName: 400
    }
  }

  /// One sentence for a person, with what helps.
  public var text: String {
    switch self {
    case .closed: "No pairing is open; 'intercom pair' on the device, or a long press of its button, opens one."
    case .wrongCode(let left) where left > 0: "The code is wrong; tries left: \(left)."
    case .wrongCode: "The code was wrong too often and is no longer valid; start the pairing again."
    case .shutOut(let seconds): "This address tried too often; try again in \(seconds) s."
    case .full: "\(Limits.pairedMax) are paired already; 'intercom paired revoke ID' makes room."
    case .malformedName: "The name has to have 1 to \(Limits.configurationNameBytesMax) printable bytes."
    }
  }
}

/// A pairing that is under way.
public struct OpenPairing: Equatable, Sendable {
  /// The six digits, to be shown to whoever may pair and to nobody else: not in a log.
  public let code: String
  /// What whoever pairs may do.
  public let role: Role
  /// When it ends.
  public let deadline: Instant

  /// How long it lives yet, in whole seconds, rounded up.
  public func secondsLeft(at now: Instant) -> Int { max(0, ((deadline - now).milliseconds + 999) / 1000) }
}
