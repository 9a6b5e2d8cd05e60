// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Bounds and small parsers of the reader.

import Core
import SDP
import Testing

struct ReaderTests {
  @Test("a description beyond the bounds is refused")
  func bounds() throws {
    let offer = SDPOffer.make(parameters()).text
    let manyBytes = offer + "a=x:" + String(repeating: "x", count: Limits.sdpBytesMax) + "\r\n"
    #expect(throws: SDPError.tooLarge) { try SessionDescription(parsing: manyBytes) }
    let manyLines = offer + String(repeating: "a=x\n", count: Limits.sdpLinesMax)
    #expect(throws: SDPError.tooManyLines) { try SessionDescription(parsing: manyLines) }
    let blankLines = offer + String(repeating: "\n", count: Limits.sdpLinesMax)
    #expect(throws: SDPError.tooManyLines) { try SessionDescription(parsing: blankLines) }
    #expect(throws: SDPError.malformed(line: 1)) { try SessionDescription(parsing: "") }
  }

  @Test("attributes beyond the bounds are dropped, the rest is used")
  func attributeBounds() throws {
    var text = SDPOffer.make(parameters()).text
    for index in 0..<400 {
      text += "a=candidate:\(index) 1 udp 1 192.0.2.1 \(index) typ host\r\n"
      text += "a=extmap:9 urn:x:\(index)\r\na=ssrc:\(index) cname:x\r\na=fingerprint:sha-256 00\r\n"
    }
    let section = try SessionDescription(parsing: text).sections[0]
    #expect(section.candidates.count == Limits.sdpCandidatesMax)
    #expect(section.extensions.count == Limits.sdpAttributesMax)
    #expect(section.sources.count == Limits.sdpAttributesMax)
    #expect(section.unusableFingerprints == 400)
    #expect(section.opus != nil)
  }

  @Test("the origin's numbers are read, and odd ones are 0")
  func origin() throws {
    let origins: [(String, Int64, Int64)] = [
      ("- 4611731400430051336 2 IN IP4 127.0.0.1", 4_611_731_400_430_051_336, 2),
      ("mozilla 99999999999999999999 0 IN IP4 0.0.0.0", 0, 0), ("-", 0, 0), ("- x y", 0, 0),
    ]
    for (origin, number, version) in origins {
      let description = try SessionDescription(parsing: "v=0\no=\(origin)\n")
      #expect(description.sessionID == number && description.sessionVersion == version, "\(origin)")
    }
  }

  /// Parameters of Opus, and what they mean: FEC, DTX, stereo, sender's stereo, rate, playback, shortest packet.
  static let opus: [(text: String, expected: String)] = [
    ("", "0 0 0 0 - - -"),
    ("minptime=10;useinbandfec=1", "1 0 0 0 - - 10"),
    ("maxplaybackrate=48000;stereo=1;useinbandfec=1", "1 0 1 0 - 48000 -"),
    ("useinbandfec=1;usedtx=1;sprop-stereo=1;maxaveragebitrate=64000", "1 1 0 1 64000 - -"),
    (" useinbandfec = 1 ; stereo=0 ", "1 0 0 0 - - -"),
    ("USEINBANDFEC=1", "1 0 0 0 - - -"),
    ("useinbandfec=2;usedtx;stereo=yes", "0 0 0 0 - - -"),
    ("maxaveragebitrate=5999;maxplaybackrate=7999;minptime=0", "0 0 0 0 - - -"),
    ("maxaveragebitrate=99999999999999999999999", "0 0 0 0 - - -"),
    (";;;=;==;=1;", "0 0 0 0 - - -"),
  ]

  @Test("the parameters of Opus are read leniently", arguments: opus)
  func opusParameters(_ row: (text: String, expected: String)) {
    let parameters = OpusParameters(parsing: row.text)
    let flags = [parameters.useInbandFEC, parameters.useDTX, parameters.stereo, parameters.spropStereo]
    let numbers = [
      parameters.maxAverageBitrate, parameters.maxPlaybackRate, parameters.minPacketTimeMilliseconds,
    ]
    let words = flags.map { $0 ? "1" : "0" } + numbers.map { $0.map { "\($0)" } ?? "-" }
    #expect(words.joined(separator: " ") == row.expected, "\(row.text)")
    #expect(OpusParameters(parsing: parameters.text) == parameters)
  }

  @Test(
    "a fingerprint reads back as it was written",
    arguments: [Fingerprint.Algorithm.sha256, .sha384, .sha512])
  func fingerprints(_ algorithm: Fingerprint.Algorithm) {
    let value = fingerprint(0xA5, algorithm)
    #expect(value.text.withByteView { Fingerprint(parsing: $0) } == value)
    #expect(value.text.lowercased().withByteView { Fingerprint(parsing: $0) } == value)
  }

  @Test("a fingerprint with a mistake is refused")
  func brokenFingerprints() {
    let good = fingerprint().text
    let broken = [
      "", "sha-256", good + ":00", String(good.dropLast()), good.replacingOccurrences("1F", "1G"),
      good.replacingOccurrences(":1F", "-1F"), good.replacingOccurrences("sha-256", "sha-1"), good + " x",
      good.replacingOccurrences("sha-256", "sha-512"),
    ]
    for text in broken { #expect(text.withByteView { Fingerprint(parsing: $0) } == nil, "\(text)") }
  }
}

extension String {
  /// A copy with every `old` replaced by `new`.
  fileprivate func replacingOccurrences(_ old: String, _ new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
