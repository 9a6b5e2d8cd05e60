// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The one table of routes: what each needs of whoever asks. docs/reference/security.md shows it; a test compares the two.

public import Core

/// The methods that routes have; HEAD counts as GET.
public enum RouteMethod: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// GET and HEAD.
  case get
  /// POST.
  case post
  /// PATCH.
  case patch
  /// DELETE.
  case delete
  /// OPTIONS: every route answers it to everybody, since a browser's preflight carries no credentials.
  case options

  /// The method as requests write it.
  public var text: String {
    switch self {
    case .get: "GET"
    case .post: "POST"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    }
  }
}

/// When a route wants TLS. A request from this machine itself never needs it.
public enum TransportNeed: Hashable, Sendable, BitwiseCopyable {
  /// Never.
  case none
  /// Unless access is open.
  case unlessOpen
  /// Always: a secret goes over it.
  case always
}

/// What one route needs of whoever asks.
public struct RouteRule: Equatable, Sendable {
  /// The method.
  public let method: RouteMethod
  /// The path; a segment `ID` stands for any one segment.
  public let pattern: String
  /// What whoever asks must be allowed to do; nil: everybody may.
  public let role: Role?
  /// Whether it wants TLS.
  public let transport: TransportNeed
  /// How often one address may ask.
  public let rate: RateClass
  /// Whether a device with a pinned certificate may ask without anything else: for the offer, whoever serves it holds its
  /// fingerprint against the pinned ones; for what follows, the session's name is the proof.
  public let admitsPinned: Bool
  /// The pattern's segments.
  private let parts: [String]

  private init(
    _ method: RouteMethod, _ pattern: String, _ role: Role?, _ transport: TransportNeed, _ rate: RateClass,
    admitsPinned: Bool = false
  ) {
    self.method = method
    self.pattern = pattern
    self.role = role
    self.transport = transport
    self.rate = rate
    self.admitsPinned = admitsPinned
    parts = pattern.utf8.split(separator: 0x2F).map { String(decoding: Array($0), as: UTF8.self) }
  }

  /// Every route, in the manual's order.
  public static let all: [RouteRule] = pageRoutes + interfaceRoutes + callRoutes

  private static var pageRoutes: [RouteRule] {
    var rules: [RouteRule] = []
    rules.append(RouteRule(.get, "/", nil, .none, .reading))
    rules.append(RouteRule(.get, "/page.css", nil, .none, .reading))
    rules.append(RouteRule(.get, "/page.js", nil, .none, .reading))
    rules.append(RouteRule(.get, "/icon.svg", nil, .none, .reading))
    rules.append(RouteRule(.get, "/manifest.webmanifest", nil, .none, .reading))
    rules.append(RouteRule(.get, "/apple-touch-icon.png", nil, .none, .reading))
    rules.append(RouteRule(.get, "/trust", nil, .none, .reading))
    rules.append(RouteRule(.get, "/ca.crt", nil, .none, .reading))
    rules.append(RouteRule(.get, "/status", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.post, "/bell", nil, .none, .bell))
    return rules
  }

  private static var interfaceRoutes: [RouteRule] {
    var rules: [RouteRule] = []
    rules.append(RouteRule(.get, "/api/me", nil, .none, .reading))
    rules.append(RouteRule(.get, "/api/status", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.get, "/api/events", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.post, "/api/command", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.post, "/api/pair", nil, .always, .pairing))
    rules.append(RouteRule(.post, "/api/unpair", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.post, "/api/pairing", .admin, .always, .signaling))
    rules.append(RouteRule(.get, "/api/paired", .admin, .unlessOpen, .reading))
    rules.append(RouteRule(.delete, "/api/paired/ID", .admin, .unlessOpen, .signaling))
    return rules
  }

  private static var callRoutes: [RouteRule] {
    var rules: [RouteRule] = []
    rules.append(RouteRule(.get, "/call", .talk, .unlessOpen, .reading, admitsPinned: true))
    rules.append(RouteRule(.post, "/call", .talk, .unlessOpen, .signaling, admitsPinned: true))
    rules.append(RouteRule(.get, "/call/ID", .talk, .unlessOpen, .reading, admitsPinned: true))
    rules.append(RouteRule(.patch, "/call/ID", .talk, .unlessOpen, .signaling, admitsPinned: true))
    rules.append(RouteRule(.delete, "/call/ID", .talk, .unlessOpen, .signaling, admitsPinned: true))
    rules.append(RouteRule(.get, "/whip", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.post, "/whip", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.get, "/whip/ID", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.patch, "/whip/ID", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.delete, "/whip/ID", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.get, "/whep", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.post, "/whep", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.get, "/whep/ID", .talk, .unlessOpen, .reading))
    rules.append(RouteRule(.patch, "/whep/ID", .talk, .unlessOpen, .signaling))
    rules.append(RouteRule(.delete, "/whep/ID", .talk, .unlessOpen, .signaling))
    // The room server is a program of its own: `intercom rooms` asks for what its rooms need in its first message.
    rules.append(RouteRule(.get, "/rooms", nil, .none, .signaling))
    return rules
  }

  /// The methods of the path whose `segments`, percent-decoded, these are; none: there is no such route.
  public static func methods(of segments: [String]) -> [RouteMethod] {
    all.filter { $0.matches(segments) }.map { $0.method }
  }

  /// Whether the path's `segments`, percent-decoded, are this route's.
  public func matches(_ segments: [String]) -> Bool {
    // Asked of every rule for every request.
    guard segments.count == parts.count else { return false }
    for index in segments.indices {
      let segment = segments[index]
      guard parts[index].hasBytes(of: segment) || parts[index].hasBytes(of: "ID") && !segment.utf8.isEmpty else {
        return false
      }
    }
    return true
  }
}
