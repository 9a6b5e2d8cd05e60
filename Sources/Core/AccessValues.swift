// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The words for who may do what that the configuration, the web server and the station share.

/// Who may use the web server beyond its trust page.
public enum AccessMode: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// Anybody who reaches it.
  case open
  /// Browsers and programs that were paired, and devices whose fingerprint is pinned.
  case paired
  /// Whoever shows a token signed by the key of the configuration, and what `paired` lets in.
  case token
}

/// What somebody who was let in may do; each role may do what the ones before it may.
public enum Role: UInt8, Hashable, Comparable, CaseIterable, Sendable, BitwiseCopyable {
  /// Call, answer, listen and talk, mute, see the state.
  case talk
  /// Let others in and lock them out.
  case admin

  /// Whether `left` may do less.
  public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }

  /// The role as configuration, tokens and the interfaces write it.
  public var text: String {
    switch self {
    case .talk: "talk"
    case .admin: "admin"
    }
  }

  /// The role that `text` names, or nil.
  public init?(_ text: String) {
    for role in Role.allCases where sameBytes(role.text, text) {
      self = role
      return
    }
    return nil
  }
}

/// Who asks, once the doorkeeper has looked.
public enum Principal: Equatable, Sendable {
  /// Nobody that is known.
  case anonymous
  /// Anybody, where access is open.
  case everybody
  /// A browser or program that was paired: its number in the list, and its role.
  case paired(PairedID, Role)
  /// The bearer of a signed token: its subject (a claim of whoever signed), and its role.
  case token(subject: String, Role)

  /// What it may do; nil: only what everybody may.
  public var role: Role? {
    switch self {
    case .anonymous: nil
    case .everybody: .admin
    case .paired(_, let role), .token(_, let role): role
    }
  }
}

/// Which paired browser, program or device; numbers are not used again.
public struct PairedID: Hashable, Sendable, BitwiseCopyable {
  /// The number, from 1.
  public let number: UInt32

  /// A name.
  public init(_ number: UInt32) { self.number = number }
}

/// How a request came to us.
public enum Transport: Hashable, Sendable, BitwiseCopyable {
  /// In the clear.
  case plain
  /// Over TLS.
  case secure
}
