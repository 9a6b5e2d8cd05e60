// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What an offer and its answer come to.

public import Core

/// Everything that a connection needs to know from two descriptions, seen from this side.
public struct NegotiatedAudio: Equatable, Sendable {
  /// Where the audio section stands among the sections, from 0.
  public var sectionIndex: Int
  /// The section's identifier; empty when it has none.
  public var mid: String
  /// The payload type of the Opus packets that we send.
  public var sendPayloadType: UInt8
  /// The payload type of the Opus packets that we receive; the same one, unless an answerer chose its own.
  public var receivePayloadType: UInt8
  /// The payload type of the redundant packets that we may send (RFC 2198); nil when they were not agreed on.
  public var sendRedundancyPayloadType: UInt8?
  /// The payload type of the redundant packets that we receive; nil when they were not agreed on.
  public var receiveRedundancyPayloadType: UInt8?
  /// Whether both sides report VoIP metrics (RFC 3611): only intercoms do.
  public var reportsVoIPMetrics: Bool
  /// The identifier of the audio level extension, 1 ... 14; nil when it is not used.
  public var audioLevelExtension: UInt8?
  /// The identifier of the section identifier's extension, 1 ... 14; nil when it is not used.
  public var midExtension: UInt8?
  /// Whether we send.
  public var sends: Bool
  /// Whether we receive.
  public var receives: Bool
  /// Whether we begin the DTLS handshake.
  public var isDTLSClient: Bool
  /// Whether we are ICE's controlling agent: the offerer is, unless the other side alone is lite (RFC 8445 section
  /// 6.1.1).
  public var isICEControlling: Bool
  /// Whether RTCP packets may stand alone.
  public var reducedSizeRTCP: Bool
  /// The far side's ICE name fragment.
  public var remoteUsernameFragment: String
  /// The far side's ICE password.
  public var remotePassword: String
  /// Whether the far side is an ICE lite agent.
  public var remoteIsICELite: Bool
  /// Whether the far side takes candidates later.
  public var remoteTrickles: Bool
  /// The far side's candidates so far, each `candidate:` and what follows it.
  public var remoteCandidates: [String]
  /// Whether the far side will send no more candidates.
  public var remoteHasAllCandidates: Bool
  /// The fingerprint that the far side's certificate must have.
  public var remoteFingerprint: Fingerprint
  /// The far side's synchronization source; nil when not named.
  public var remoteSSRC: UInt32?
  /// The far side's canonical name; nil when not named.
  public var remoteCNAME: String?
  /// What the far side wants to receive as Opus.
  public var remoteOpus: OpusParameters
  /// The length of the frames that we send, 10 or 20: the far side's wish, else ours.
  public var packetTimeMilliseconds: Int

  /// What `local` and `remote` come to, in that order of preference where they leave a choice.
  init(
    index: Int, local: MediaSection, remote: MediaSection, role: SetupRole, remoteIsICELite: Bool, isOfferer: Bool,
    packetTimeMilliseconds: Int
  ) throws(SDPError) {
    guard remote.hasSupportedProtocol else { throw .unsupportedProtocol }
    guard let localOpus = local.opus, let remoteOpus = remote.opus else { throw .noOpus }
    guard remote.hasRTCPMux else { throw .noRTCPMux }
    guard let fragment = remote.usernameFragment, let password = remote.password else { throw .noICECredentials }
    guard (4...256).contains(fragment.utf8.count), (22...256).contains(password.utf8.count) else {
      throw .malformedICECredentials
    }
    guard let fingerprint = remote.strongestFingerprint else {
      throw remote.unusableFingerprints > 0 ? .noUsableFingerprint : .noFingerprint
    }
    sectionIndex = index
    mid = local.mid ?? ""
    sendPayloadType = remoteOpus.payloadType
    receivePayloadType = localOpus.payloadType
    if let ours = local.redundancy, let theirs = remote.redundancy {
      sendRedundancyPayloadType = theirs.payloadType
      receiveRedundancyPayloadType = ours.payloadType
    }
    reportsVoIPMetrics = local.hasVoIPMetrics && remote.hasVoIPMetrics
    audioLevelExtension = Self.identifier(HeaderExtension.audioLevelURI, local, remote)
    midExtension = Self.identifier(HeaderExtension.midURI, local, remote)
    sends = local.direction.sends && remote.direction.receives
    receives = local.direction.receives && remote.direction.sends
    isDTLSClient = role == .active
    isICEControlling = isOfferer || remoteIsICELite
    reducedSizeRTCP = local.hasReducedSizeRTCP && remote.hasReducedSizeRTCP
    remoteUsernameFragment = fragment
    remotePassword = password
    self.remoteIsICELite = remoteIsICELite
    remoteTrickles = remote.iceOptions.contains { $0 == "trickle" }
    remoteCandidates = remote.candidates
    remoteHasAllCandidates = remote.hasAllCandidates
    remoteFingerprint = fingerprint
    remoteSSRC = remote.sources.first?.ssrc
    remoteCNAME = remote.sources.first.flatMap { $0.cname.isEmpty ? nil : $0.cname }
    self.remoteOpus = OpusParameters(parsing: remoteOpus.parameters)
    self.packetTimeMilliseconds = Self.packetTime(
      ours: packetTimeMilliseconds, remote: remote, shortest: self.remoteOpus.minPacketTimeMilliseconds)
  }

  /// The identifier of the extension `uri`, when both name it with the same number and the far side takes it.
  private static func identifier(_ uri: String, _ local: MediaSection, _ remote: MediaSection) -> UInt8? {
    guard let ours = local.headerExtension(uri), let theirs = remote.headerExtension(uri) else { return nil }
    return ours.identifier == theirs.identifier && theirs.isUsable ? theirs.identifier : nil
  }

  /// 10 or 20: the far side's preference, else ours, between its shortest and its longest packet.
  private static func packetTime(ours: Int, remote: MediaSection, shortest: Int?) -> Int {
    var packetTime = (remote.packetTimeMilliseconds ?? ours) >= 20 ? 20 : 10
    if let shortest, shortest > 10 { packetTime = 20 }
    if let longest = remote.maxPacketTimeMilliseconds, longest < 20 { packetTime = 10 }
    return packetTime
  }
}
