// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What can be wrong with a description, in words that a person can act on.

/// Why a description cannot be used.
public enum SDPError: Error, Equatable, Sendable {
  /// It has more than `Limits.sdpBytesMax` bytes.
  case tooLarge
  /// It has more than `Limits.sdpLinesMax` lines.
  case tooManyLines
  /// It has more than `Limits.sdpSectionsMax` sections.
  case tooManySections
  /// This line (from 1) is not `letter=value`, is not the `v=0` that comes first, or is an `m=` line without its
  /// fields.
  case malformed(line: Int)
  /// No audio section is offered, or all are switched off.
  case noAudio
  /// The audio section's transport is none of the secure profiles (RFC 9429 section 5.1.2).
  case unsupportedProtocol
  /// The audio section has no `opus/48000` that can share a port with RTCP.
  case noOpus
  /// Neither the audio section nor the session has a certificate's fingerprint.
  case noFingerprint
  /// There are fingerprints, but none of SHA-256, SHA-384 or SHA-512 with the right length.
  case noUsableFingerprint
  /// The ICE name fragment or password is missing.
  case noICECredentials
  /// The ICE name fragment (4 ... 256) or password (22 ... 256) has the wrong length (RFC 8839 section 5.4).
  case malformedICECredentials
  /// The audio section does not put RTCP on the same port; nothing else is supported (RFC 8834 section 4.5).
  case noRTCPMux
  /// The two sides' DTLS roles do not fit together, or the far side wants to hold the connection (RFC 8842 section 5).
  case setupConflict
  /// The audio section is inactive, or the two sides' directions leave nothing to flow.
  case inactive
  /// More than one media section is offered where only one stream of voice is taken (RFC 9725 section 4.4).
  case tooManyStreams
  /// The answer switched our audio section off.
  case rejected
  /// The answer's sections are not the offer's, in number or in kind (RFC 3264 section 6).
  case sectionMismatch

  /// The error as a sentence. For logs and for the far side's problem report.
  public var text: String {
    switch self {
    case .tooLarge: "the description is too large"
    case .tooManyLines: "the description has too many lines"
    case .tooManySections: "the description has too many sections"
    case .malformed(let line): "line \(line) of the description is malformed"
    case .noAudio: "the description has no audio section in use"
    case .unsupportedProtocol: "the audio section's transport is not secure RTP over UDP"
    case .noOpus: "the audio section has no usable opus/48000 payload type"
    case .noFingerprint: "the audio section has no fingerprint"
    case .noUsableFingerprint: "the audio section has no fingerprint of SHA-256, SHA-384 or SHA-512"
    case .noICECredentials: "the audio section has no ice-ufrag and ice-pwd"
    case .malformedICECredentials: "the ice-ufrag or ice-pwd has the wrong length"
    case .noRTCPMux: "the audio section has no rtcp-mux"
    case .setupConflict: "the DTLS roles (a=setup) of the two sides do not fit together"
    case .inactive: "the audio section lets voice flow neither way"
    case .tooManyStreams: "the description has more than one media section, and only one stream of voice is taken here"
    case .rejected: "the far side rejected the audio section"
    case .sectionMismatch: "the answer's sections are not those of the offer"
    }
  }
}
