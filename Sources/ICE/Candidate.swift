// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Candidates: addresses at which a side may be reached (RFC 8445 section 5.1).

public import Core

/// How a side came to a candidate (RFC 8445 section 5.1.1).
public enum CandidateKind: UInt8, Sendable, BitwiseCopyable {
  /// An address of the machine itself.
  case host
  /// The address a STUN server saw.
  case serverReflexive
  /// The address the far side saw.
  case peerReflexive
  /// An address at a TURN server.
  case relayed

  /// The type preference (RFC 8445 section 5.1.2.2).
  public var preference: UInt32 {
    switch self {
    case .host: 126
    case .peerReflexive: 110
    case .serverReflexive: 100
    case .relayed: 0
    }
  }

  /// The type's word in a description: `host`, `srflx`, `prflx`, `relay`.
  public var word: StaticString {
    switch self {
    case .host: "host"
    case .serverReflexive: "srflx"
    case .peerReflexive: "prflx"
    case .relayed: "relay"
    }
  }
}

/// What groups candidates that will likely work or fail alike (RFC 8445 section 5.1.1.3): 1 ... 32 ice-chars.
public struct CandidateFoundation: Sendable, BitwiseCopyable, Equatable {
  private var storage = ICEFoundationStorage(repeating: 0)
  private var count = 0

  /// The foundation that `bytes` write; nil when it is not one.
  public init?(_ bytes: ByteView) {
    guard !bytes.isEmpty, bytes.count <= Limits.iceFoundationBytesMax else { return nil }
    for index in bytes.indices {
      guard bytes[index].isICECharacter else { return nil }
      storage[index] = bytes[index]
    }
    count = bytes.count
  }

  /// The foundation whose text is `number`.
  public init(number: UInt32) {
    var digits = InlineArray<10, UInt8>(repeating: 0x30)
    var rest = number
    repeat {
      digits[count] = 0x30 + UInt8(rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    for index in 0..<count { storage[index] = digits[count - 1 - index] }
  }

  /// The foundation as text. Allocates.
  public var text: String { withUnsafeBytes(of: storage) { ByteView($0).prefix(count).text() } }

  /// Whether both are the same characters.
  public static func == (left: CandidateFoundation, right: CandidateFoundation) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count where left.storage[index] != right.storage[index] { return false }
    return true
  }
}

/// A candidate, as a description carries it. The transport is UDP and the component 1 (RTP and RTCP share it).
public struct Candidate: Sendable, BitwiseCopyable, Equatable {
  /// How its side came to it.
  public var kind: CandidateKind
  /// Where the side is reached. Scopes are not carried in descriptions: 0.
  public var endpoint: Endpoint
  /// How much its side prefers it, 1 ... 2³¹ − 1.
  public var priority: UInt32
  /// What it will likely work or fail together with.
  public var foundation: CandidateFoundation
  /// What it is derived from: the base of a reflexive one, the mapped address of a relayed one; for people, not for
  /// checks.
  public var related: Endpoint?

  /// Highest priority (RFC 8445 section 5.1.2); larger ones are taken for it.
  public static let priorityMax: UInt32 = 0x7FFF_FFFF

  /// A candidate of known priority and foundation.
  public init(
    kind: CandidateKind, endpoint: Endpoint, priority: UInt32, foundation: CandidateFoundation,
    related: Endpoint? = nil
  ) {
    self.kind = kind
    self.endpoint = endpoint
    self.priority = max(1, min(priority, Self.priorityMax))
    self.foundation = foundation
    self.related = related
  }

  /// The priority of a candidate of component 1 (RFC 8445 section 5.1.2.1).
  public static func priority(kind: CandidateKind, localPreference: UInt16) -> UInt32 {
    kind.preference << 24 | UInt32(localPreference) << 8 | 255
  }
}

/// How datagrams of a local candidate travel. TURN adds its case here, and a client beside the gatherer.
public enum CandidatePath: Sendable, BitwiseCopyable, Equatable {
  /// Straight through the socket bound to the base.
  case socket
}

/// A candidate of ours: what is signalled, where it sends from and how.
public struct LocalCandidate: Sendable, BitwiseCopyable {
  /// What is signalled.
  public var candidate: Candidate
  /// The bound socket it sends from (RFC 8445 section 4); its own endpoint when it is a host candidate.
  public var base: Endpoint
  /// How its datagrams travel.
  public var via: CandidatePath
  /// The STUN server that told it, for the foundation.
  var server: Endpoint?

  /// Whether pairs are made with it: one that is only another name of its base makes none (RFC 8445 section 6.1.2.4).
  public var isBase: Bool { candidate.kind == .host || candidate.kind == .relayed }

  /// The priority that a peer-reflexive candidate with the same base has, as PRIORITY carries it (RFC 8445 section 7.1.1).
  var peerReflexivePriority: UInt32 {
    CandidateKind.peerReflexive.preference << 24 | candidate.priority & 0xFF_FFFF
  }
}
