// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A whole description: what an offer or an answer says (RFC 8866, RFC 9429).

public import Core

/// A description of a session: its sections in order, and what holds for all of them.
///
/// What no part of this house uses is not kept: bandwidths, timings, feedback, simulcast, keys, media besides audio
/// beyond what a rejection needs. Descriptions are made and read at call set-up; everything here may allocate.
public struct SessionDescription: Equatable, Sendable {
  /// The session's number in the `o=` line; 0 when it is no number.
  public var sessionID: Int64
  /// The version in the `o=` line; 0 when it is no number.
  public var sessionVersion: Int64
  /// The identifiers of the sections that share one transport, the tagged one first (RFC 9143).
  public var bundle: [String] = []
  /// Whether one-byte and two-byte header extensions may be mixed, said for all sections (RFC 8285 section 6).
  public var allowsMixedExtensions = false
  /// Whether the describing side is an ICE lite agent (RFC 8445 section 2.5).
  public var isICELite = false
  /// The sections in order.
  public var sections: [MediaSection] = []

  /// A description without sections.
  public init(sessionID: Int64, sessionVersion: Int64) {
    self.sessionID = sessionID
    self.sessionVersion = sessionVersion
  }

  /// The description that `text` writes; see `init(parsing:)` for bytes.
  public init(parsing text: String) throws(SDPError) {
    let result: Result<SessionDescription, SDPError> = text.withByteView { bytes in
      do throws(SDPError) {
        return .success(try SessionDescription(parsing: bytes))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// The fingerprint that the audio section's certificate must have: the one that an offer or answer made of this
  /// description is held to. Nil when there is none of use.
  public var certificateFingerprint: Fingerprint? {
    do throws(SDPError) { return sections[try usableAudio()].strongestFingerprint } catch { return nil }
  }

  /// Where the audio section is that this side would use: the first that is in use, has a secure transport and Opus.
  func usableAudio() throws(SDPError) -> Int {
    var reason = SDPError.noAudio
    for (index, section) in sections.enumerated() where section.kind == "audio" && !section.isRejected {
      if !section.hasSupportedProtocol {
        if reason == .noAudio { reason = .unsupportedProtocol }
      } else if section.opus == nil {
        reason = .noOpus
      } else {
        return index
      }
    }
    throw reason
  }
}
