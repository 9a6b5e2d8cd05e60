// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the doorkeeper is asked, and what it says.

public import Core

/// A request as far as the doorkeeper looks.
public struct AccessRequest: Sendable {
  /// The method.
  public var method: RouteMethod
  /// The path's segments, percent-decoded.
  public var segments: [String]
  /// How it came.
  public var transport: Transport
  /// Where it came from.
  public var client: IPAddress
  /// What it shows.
  public var credentials: Credentials

  /// A request.
  public init(
    _ method: RouteMethod, _ segments: [String], transport: Transport, from client: IPAddress,
    credentials: Credentials = Credentials()
  ) {
    self.method = method
    self.segments = segments
    self.transport = transport
    self.client = client
    self.credentials = credentials
  }
}

/// What becomes of a request.
public enum AccessVerdict: Equatable, Sendable {
  /// It is served, to this principal. For OPTIONS the rule is any of the path's.
  case allowed(RouteRule, Principal)
  /// 404: there is no such path.
  case noRoute
  /// 405: the path has other methods only.
  case otherMethods([RouteMethod])
  /// 429: too many from this address; after so many seconds there may be one more.
  case tooMany(waitSeconds: Int)
  /// 401 or 403. Where the rule admits pinned devices, whoever serves it may look at the fingerprint first.
  case denied(AccessDenial, RouteRule)
}

/// Why a request is denied.
public enum AccessDenial: Equatable, Sendable {
  /// It came in the clear.
  case needsTLS
  /// Nothing, or nothing that is known, was shown.
  case stranger
  /// A signed token was shown that does not hold.
  case badToken(TokenError)
  /// It takes an admin.
  case needsAdmin

  /// The status: 401 where showing something else would help, else 403.
  public var statusCode: Int {
    switch self {
    case .needsTLS, .needsAdmin: 403
    case .stranger, .badToken: 401
    }
  }

  /// One sentence for a person, with what helps.
  public var text: String {
    switch self {
    case .needsTLS: "This is served over HTTPS only; the page of this intercom leads there."
    case .stranger: "This intercom does not know you: run 'intercom pair' on it and enter the code on its page."
    case .badToken(let error): error.text
    case .needsAdmin: "This takes the role admin; 'intercom pair --admin' gives it."
    }
  }
}

/// Events at the door since the start.
public struct AccessCounters: Equatable, Sendable {
  /// Requests denied: 401 and 403.
  public var denied: UInt64 = 0
  /// Requests from an address that asked too often: 429.
  public var rateLimited: UInt64 = 0
  /// Wrong pairing codes.
  public var wrongCodes: UInt64 = 0
  /// Tokens shown that are nobody's, or do not hold.
  public var badTokens: UInt64 = 0
  /// Browsers, programs and devices that were paired.
  public var paired: UInt64 = 0

  /// Nothing yet.
  public init() {}
}
