// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Making an answer (RFC 9429 section 5.3.1), and reading the one that an offer of ours got.

/// Makes and reads answers. Exactly one audio section is used; every other section is rejected, in place.
public enum SDPAnswer {
  /// The answer to `offer`, and what both then have agreed on.
  ///
  /// The offer's payload type and extension identifiers are mirrored, because browsers expect them back. Of what is
  /// offered, `extmap-allow-mixed`, `rtcp-rsize`, `red`, `rtcp-xr` and the two extensions come back only if they stood there; everything
  /// else is left out, which is how an answer declines it.
  public static func make(
    to offer: SessionDescription, _ parameters: SDPParameters
  ) throws(SDPError) -> (answer: SessionDescription, audio: NegotiatedAudio) {
    let index = try offer.usableAudio()
    let remote = offer.sections[index]
    guard let opus = remote.opus else { throw .noOpus }
    let role: SetupRole
    switch remote.setup {
    case .none, .actpass: role = parameters.setup == .passive ? .passive : .active
    case .active: role = .passive
    case .passive: role = .active
    case .holdconn: throw .setupConflict
    }

    let direction = MediaDirection(
      sends: parameters.sends && remote.direction.receives, receives: parameters.receives && remote.direction.sends)
    var local = parameters.section(
      mid: remote.mid, transportProtocol: remote.transportProtocol, payloadType: opus.payloadType,
      redundancyPayloadType: parameters.takesRedundancy ? remote.redundancy?.payloadType : nil, direction: direction)
    local.setup = role
    local.hasVoIPMetrics = parameters.takesRedundancy && remote.hasVoIPMetrics
    local.hasReducedSizeRTCP = remote.hasReducedSizeRTCP
    local.allowsMixedExtensions = remote.allowsMixedExtensions
    for uri in [HeaderExtension.audioLevelURI, HeaderExtension.midURI] {
      guard let offered = remote.headerExtension(uri), offered.isUsable else { continue }
      local.extensions.append(
        HeaderExtension(identifier: offered.identifier, direction: offered.direction.reversed, uri: uri))
    }

    var answer = SessionDescription(sessionID: parameters.sessionID, sessionVersion: parameters.sessionVersion)
    answer.allowsMixedExtensions = offer.allowsMixedExtensions
    if let mid = remote.mid, offer.bundle.contains(where: { $0 == mid }) { answer.bundle = [mid] }
    answer.sections = offer.sections.map { MediaSection(rejecting: $0) }
    answer.sections[index] = local
    let audio = try NegotiatedAudio(
      index: index, local: local, remote: remote, role: role, remoteIsICELite: offer.isICELite, isOfferer: false,
      packetTimeMilliseconds: parameters.packetTimeMilliseconds)
    return (answer, audio)
  }

  /// What both have agreed on when `answer` came back to our `offer`.
  public static func read(
    _ answer: SessionDescription, to offer: SessionDescription
  ) throws(SDPError) -> NegotiatedAudio {
    guard answer.sections.count == offer.sections.count else { throw .sectionMismatch }
    let index = try offer.usableAudio()
    let local = offer.sections[index]
    let remote = answer.sections[index]
    guard remote.kind == "audio" else { throw .sectionMismatch }
    guard !remote.isRejected else { throw .rejected }
    let role: SetupRole
    switch (local.setup ?? .actpass, remote.setup) {
    case (.actpass, .active), (.passive, .active), (.passive, .none): role = .passive
    // An answer that says nothing is passive (RFC 4145 section 4).
    case (.actpass, .passive), (.active, .passive), (.active, .none), (.actpass, .none): role = .active
    default: throw .setupConflict
    }
    return try NegotiatedAudio(
      index: index, local: local, remote: remote, role: role, remoteIsICELite: answer.isICELite, isOfferer: true,
      packetTimeMilliseconds: local.packetTimeMilliseconds ?? 20)
  }
}

extension MediaSection {
  /// The answer to `offered` that switches it off: port 0, kind, transport and formats as they came (RFC 3264 section
  /// 6).
  init(rejecting offered: MediaSection) {
    self.init(
      kind: offered.kind, port: 0, transportProtocol: offered.transportProtocol,
      formats: offered.formats.isEmpty ? ["0"] : offered.formats)
    direction = .inactive
    mid = offered.mid
  }
}

extension HeaderExtension {
  /// Whether we can send it and its describer takes it: the identifier fits the one-byte form.
  var isUsable: Bool { (1...14).contains(identifier) && direction.receives }
}
