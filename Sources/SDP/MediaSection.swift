// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One section of a description: an `m=` line and what follows it.

public import Core

/// A media section. After parsing, what the session or the bundle says for all sections stands here too.
public struct MediaSection: Equatable, Sendable {
  /// `audio`, `video`, `application`, ...
  public var kind: String
  /// The port: 9 when candidates tell it, 0 when the section is switched off.
  public var port: UInt16
  /// The transport, such as `UDP/TLS/RTP/SAVPF`.
  public var transportProtocol: String
  /// The formats in order of preference: payload types for RTP.
  public var formats: [String]
  /// The section's identifier; nil when it has none.
  public var mid: String?
  /// Whether port 0 only means "together with the bundle" (RFC 9143 section 6).
  public var isBundleOnly = false
  /// Which way media flows, seen from the describing side.
  public var direction = MediaDirection.sendReceive
  /// The ICE name fragment.
  public var usernameFragment: String?
  /// The ICE password.
  public var password: String?
  /// The ICE options, such as `trickle` and `ice2`.
  public var iceOptions: [String] = []
  /// The certificate's fingerprints of a hash that we know.
  public var fingerprints: [Fingerprint] = []
  /// How many fingerprints had another hash, or were malformed.
  public var unusableFingerprints = 0
  /// Who begins the DTLS handshake; nil when not said.
  public var setup: SetupRole?
  /// Whether RTCP shares the port.
  public var hasRTCPMux = false
  /// Whether RTCP must share the port (RFC 8858).
  public var hasRTCPMuxOnly = false
  /// Whether the describing side sends and takes reports of VoIP metrics (RFC 3611 section 5.1).
  public var hasVoIPMetrics = false
  /// Whether RTCP packets may stand alone (RFC 5506).
  public var hasReducedSizeRTCP = false
  /// Whether one-byte and two-byte header extensions may be mixed, said for this section (RFC 8285 section 6).
  public var allowsMixedExtensions = false
  /// The payload types that have an `a=rtpmap`, in the order of `formats`.
  public var payloadFormats: [PayloadFormat] = []
  /// The header extensions.
  public var extensions: [HeaderExtension] = []
  /// The stream and track.
  public var mediaStream: MediaStreamID?
  /// The sources.
  public var sources: [StreamSource] = []
  /// The preferred packet length in milliseconds.
  public var packetTimeMilliseconds: Int?
  /// The longest packet in milliseconds.
  public var maxPacketTimeMilliseconds: Int?
  /// The candidates, each `candidate:` and what follows it, as browsers hand them over; not looked into here.
  public var candidates: [String] = []
  /// Whether no more candidates will come (RFC 8838 section 8.2).
  public var hasAllCandidates = false

  /// A section without attributes.
  public init(kind: String, port: UInt16, transportProtocol: String, formats: [String]) {
    self.kind = kind
    self.port = port
    self.transportProtocol = transportProtocol
    self.formats = formats
  }

  /// Whether the section is switched off.
  public var isRejected: Bool { port == 0 && !isBundleOnly }

  /// The Opus payload type that comes first in the order of preference, or nil.
  public var opus: PayloadFormat? { payloadFormats.first { $0.isUsableOpus } }

  /// The payload type that carries copies of the Opus packets (RFC 2198), or nil.
  public var redundancy: PayloadFormat? {
    guard let opus else { return nil }
    return payloadFormats.first { $0.isRedundancy(for: opus.payloadType) }
  }

  /// The first fingerprint of the strongest hash (RFC 8122 section 5), or nil.
  public var strongestFingerprint: Fingerprint? {
    var strongest: Fingerprint?
    for fingerprint in fingerprints {
      if let known = strongest, known.algorithm.byteCount >= fingerprint.algorithm.byteCount { continue }
      strongest = fingerprint
    }
    return strongest
  }

  /// The first header extension that is `uri`, or nil.
  public func headerExtension(_ uri: String) -> HeaderExtension? { extensions.first { $0.uri == uri } }

  /// Whether the transport is one that RFC 9429 section 5.1.2 tells answerers to take.
  var hasSupportedProtocol: Bool {
    Self.supportedProtocols.contains { $0 == transportProtocol }
  }

  private static let supportedProtocols = [
    "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP",
    "RTP/AVPF", "RTP/AVP",
  ]
}
