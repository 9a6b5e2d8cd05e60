// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Making an offer (RFC 9429 section 5.2.1).

/// Makes offers: one audio section with Opus, alone in its bundle. Copies (`red`) come second, so that a browser does not
/// send them all the time.
public enum SDPOffer {
  /// The payload type that we offer for Opus: the one that most answerers know by habit.
  public static let opusPayloadType: UInt8 = 111
  /// The payload type that we offer for copies of Opus packets (RFC 2198): the one that browsers use.
  public static let redundancyPayloadType: UInt8 = 63
  /// The identifier that we offer for the audio level.
  public static let audioLevelIdentifier: UInt8 = 1
  /// The identifier that we offer for the section's identifier.
  public static let midIdentifier: UInt8 = 4
  /// The section's identifier.
  public static let mid = "0"

  /// An offer of what `parameters` say. Feedback that is not spoken is not listed (RFC 4585), nor is any second codec
  /// but copies of the first.
  public static func make(_ parameters: SDPParameters) -> SessionDescription {
    var offer = SessionDescription(sessionID: parameters.sessionID, sessionVersion: parameters.sessionVersion)
    offer.bundle = [mid]
    var section = parameters.section(
      mid: mid, transportProtocol: "UDP/TLS/RTP/SAVPF", payloadType: opusPayloadType,
      redundancyPayloadType: parameters.takesRedundancy ? redundancyPayloadType : nil,
      direction: MediaDirection(sends: parameters.sends, receives: parameters.receives))
    section.setup = parameters.setup ?? .actpass
    section.hasReducedSizeRTCP = true
    section.hasVoIPMetrics = parameters.takesRedundancy
    section.extensions = [
      HeaderExtension(identifier: audioLevelIdentifier, uri: HeaderExtension.audioLevelURI),
      HeaderExtension(identifier: midIdentifier, uri: HeaderExtension.midURI),
    ]
    offer.sections = [section]
    return offer
  }
}
