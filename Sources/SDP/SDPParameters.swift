// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What this side puts into its descriptions.

public import Core

/// This side's part of a call: who it is, how it is reached, what it wants.
public struct SDPParameters: Sendable {
  /// The session's number: 62 random bits (RFC 9429 section 5.2.1).
  public var sessionID: Int64
  /// The description's version; one more for each new description of the same session.
  public var sessionVersion: Int64 = 2
  /// Our ICE name fragment, 4 ... 256 characters.
  public var usernameFragment: String
  /// Our ICE password, 22 ... 256 characters.
  public var password: String
  /// Our certificate's fingerprint.
  public var fingerprint: Fingerprint
  /// Our synchronization source.
  public var ssrc: UInt32
  /// Our canonical name.
  public var cname: String
  /// The stream our sound belongs to.
  public var streamID: String
  /// The track our sound is.
  public var trackID: String
  /// Our candidates so far, each with or without `candidate:` in front.
  public var candidates: [String] = []
  /// Whether no more candidates will come.
  public var hasAllCandidates = false
  /// The DTLS role: in an offer what it says (nil: `actpass`), in an answer what is chosen when the offer leaves it
  /// open (nil: `active`).
  public var setup: SetupRole?
  /// Whether `a=rtcp-mux-only` is written, into answers too: WHIP wants it on both sides (RFC 9725), although RFC 8858
  /// section 4.3 keeps it out of answers.
  public var writesRTCPMuxOnly = false
  /// The length of the frames that we send unless the far side wants another, and that we want to receive: 10 or 20.
  public var packetTimeMilliseconds = 20
  /// What we want to receive as Opus.
  public var opus = OpusParameters.voice
  /// Whether we take copies of earlier packets (RFC 2198), send them where loss is reported, and report VoIP metrics (RFC
  /// 3611). Not with encryption of our own inside the packets: a copy would be encrypted under another packet's number.
  public var takesRedundancy = true
  /// Whether we want to send.
  public var sends = true
  /// Whether we want to receive.
  public var receives = true
  /// Whether we are an ICE agent that takes candidates later (`trickle`); written beside `ice2`.
  public var trickles = true

  /// Parameters with everything random but the certificate.
  public init(fingerprint: Fingerprint, randomness: inout Randomness) {
    sessionID = Int64(randomness.next() >> 2)
    usernameFragment = Self.randomText(8, &randomness)
    password = Self.randomText(24, &randomness)
    self.fingerprint = fingerprint
    ssrc = randomness.uint32()
    cname = Self.randomText(16, &randomness)
    streamID = Self.randomText(22, &randomness)
    trackID = Self.randomText(22, &randomness)
  }

  /// `count` random letters and digits: a little under six bits each.
  public static func randomText(_ count: Int, _ randomness: inout Randomness) -> String {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes.append(alphabet.utf8Start[randomness.below(alphabet.utf8CodeUnitCount)]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An audio section with our transport and our sound, for either kind of description; the formats, the extensions and
  /// the role are left to the caller.
  func section(
    mid: String?, transportProtocol: String, payloadType: UInt8, redundancyPayloadType: UInt8?,
    direction: MediaDirection
  ) -> MediaSection {
    var section = MediaSection(
      kind: "audio", port: 9, transportProtocol: transportProtocol, formats: ["\(Int(payloadType))"])
    section.mid = mid
    section.direction = direction
    section.usernameFragment = usernameFragment
    section.password = password
    if trickles { section.iceOptions.append("trickle") }
    section.iceOptions.append("ice2")
    section.fingerprints = [fingerprint]
    section.hasRTCPMux = true
    section.hasRTCPMuxOnly = writesRTCPMuxOnly
    section.payloadFormats = [
      PayloadFormat(payloadType: payloadType, name: "opus", clockRate: 48_000, channels: 2, parameters: opus.text)
    ]
    if let redundancyPayloadType {
      section.formats.append("\(Int(redundancyPayloadType))")
      section.payloadFormats.append(.redundancy(redundancyPayloadType, for: payloadType))
    }
    section.packetTimeMilliseconds = packetTimeMilliseconds
    if direction.sends {
      section.mediaStream = MediaStreamID(stream: streamID, track: trackID)
      section.sources = [StreamSource(ssrc: ssrc, cname: cname)]
    }
    section.candidates = candidates.prefix(Limits.sdpCandidatesMax).map { CandidateText.withPrefix($0) }
    section.hasAllCandidates = hasAllCandidates
    return section
  }
}

/// Candidates as text.
enum CandidateText {
  /// `text` with `candidate:` in front, however it came: bare, so already, or as a whole `a=` line.
  static func withPrefix(_ text: String) -> String {
    text.withByteView { bytes in
      let bare = bytes.count > 2 && bytes[0] == UInt8(ascii: "a") && bytes[1] == .equals ? bytes.dropFirst(2) : bytes
      return bare.prefix(10).elementsEqual("candidate:") ? bare.text() : "candidate:" + bare.text()
    }
  }
}
