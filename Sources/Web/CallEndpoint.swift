// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The three resources at which calls are placed: our own with sound both ways, and the two strict ones.

import Core

/// Where an offer came to, or goes to.
public enum CallEndpoint: Hashable, CaseIterable, Sendable, BitwiseCopyable {
  /// `/call`: sound both ways, an extension of ours.
  case call
  /// `/whip`: whoever offers is only heard (RFC 9725).
  case whip
  /// `/whep`: whoever offers only hears (draft-ietf-wish-whep).
  case whep

  /// The first segment of its path.
  public var name: String {
    switch self {
    case .call: "call"
    case .whip: "whip"
    case .whep: "whep"
    }
  }

  /// The endpoint whose path begins with the segment `name`; nil: none does.
  init?(_ name: String) {
    for endpoint in Self.allCases where name.hasBytes(of: endpoint.name) {
      self = endpoint
      return
    }
    return nil
  }
}
