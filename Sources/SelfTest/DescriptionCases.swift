// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Descriptions inside the product: what is written, read, agreed on and refused (RFC 8866, 9429, 8840).

import Core
import SDP

/// What a browser-like offer of two sections says; written from the specifications.
private let offerOfTwo = """
  v=0\r
  o=- 4611731400430051336 2 IN IP4 127.0.0.1\r
  s=-\r
  t=0 0\r
  a=group:BUNDLE v a\r
  m=video 9 UDP/TLS/RTP/SAVPF 96\r
  c=IN IP4 0.0.0.0\r
  a=mid:v\r
  a=rtpmap:96 VP8/90000\r
  m=audio 9 UDP/TLS/RTP/SAVPF 63 109 0\r
  c=IN IP4 0.0.0.0\r
  a=ice-ufrag:F7gI\r
  a=ice-pwd:x9cml/YzichV2+XlhiMu8g\r
  a=fingerprint:sha-256 \
  00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r
  a=setup:actpass\r
  a=mid:a\r
  a=extmap:7 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r
  a=sendrecv\r
  a=rtcp-mux\r
  a=rtpmap:63 red/48000/2\r
  a=rtpmap:109 OPUS/48000/2\r
  a=fmtp:109 minptime=10;useinbandfec=1\r
  a=rtpmap:0 PCMU/8000\r\n
  """

/// A fingerprint whose bytes count up from `first`.
private func fingerprint(_ first: UInt8) -> Fingerprint? {
  var bytes: [UInt8] = []
  for index in 0..<32 { bytes.append(first &+ UInt8(index)) }
  return bytes.withByteView { Fingerprint(algorithm: .sha256, bytes: $0) }
}

private func parameters(seed: UInt64) -> SDPParameters {
  var randomness = Randomness(seed: seed)
  guard let fingerprint = fingerprint(UInt8(seed)) else { preconditionFailure("a SHA-256 digest has 32 bytes") }
  return SDPParameters(fingerprint: fingerprint, randomness: &randomness)
}

/// The terms in words: payload types, section, extension, direction, role.
private func words(_ audio: NegotiatedAudio) -> String {
  let direction = MediaDirection(sends: audio.sends, receives: audio.receives).text
  return "\(audio.sendPayloadType)/\(audio.receivePayloadType) \(audio.mid) \(audio.audioLevelExtension ?? 0) "
    + "\(direction) \(audio.isDTLSClient ? "client" : "server") \(audio.packetTimeMilliseconds) ms"
}

extension SDPParameters {
  /// What an answer to `text` agrees on, in words, or the error's sentence.
  fileprivate func terms(answering text: String) -> String {
    do throws(SDPError) {
      return words(try SDPAnswer.make(to: try SessionDescription(parsing: text), self).audio)
    } catch {
      return error.text
    }
  }
}

/// The text with `old` replaced by `new` wherever it stands.
private func replacing(_ old: String, by new: String, in text: String) -> String {
  let (bytes, pattern) = (Array(text.utf8), Array(old.utf8))
  var result: [UInt8] = []
  var index = 0
  while index < bytes.count {
    if index + pattern.count <= bytes.count, bytes[index..<index + pattern.count].elementsEqual(pattern) {
      result += Array(new.utf8)
      index += pattern.count
    } else {
      result.append(bytes[index])
      index += 1
    }
  }
  return result.text
}

extension SelfTest {
  static var descriptionCases: [SelfTestCase] { writtenCases + agreedCases }

  private static var writtenCases: [SelfTestCase] {
    [
      SelfTestCase("an offer is written line by line as RFC 9429 orders it") { check in
        var mine = parameters(seed: 0xF0)
        mine.sessionID = 4_611_731_400_430_051_336
        mine.usernameFragment = "abcdefgh"
        mine.password = "0123456789abcdefghijklmn"
        mine.ssrc = 4_000_000_000
        mine.cname = "cname00000000000"
        mine.streamID = "stream"
        mine.trackID = "track"
        mine.candidates = ["candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host"]
        mine.hasAllCandidates = true
        let expected = """
          v=0
          o=- 4611731400430051336 2 IN IP4 127.0.0.1
          s=-
          t=0 0
          a=group:BUNDLE 0
          a=msid-semantic: WMS *
          m=audio 9 UDP/TLS/RTP/SAVPF 111 63
          c=IN IP4 0.0.0.0
          a=rtcp:9 IN IP4 0.0.0.0
          a=ice-ufrag:abcdefgh
          a=ice-pwd:0123456789abcdefghijklmn
          a=ice-options:trickle ice2
          a=fingerprint:sha-256 \
          F0:F1:F2:F3:F4:F5:F6:F7:F8:F9:FA:FB:FC:FD:FE:FF:00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F
          a=setup:actpass
          a=mid:0
          a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
          a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
          a=sendrecv
          a=msid:stream track
          a=rtcp-mux
          a=rtcp-rsize
          a=rtcp-xr:voip-metrics
          a=rtpmap:111 opus/48000/2
          a=fmtp:111 minptime=10;useinbandfec=1;stereo=0;sprop-stereo=0;maxaveragebitrate=32000
          a=rtpmap:63 red/48000/2
          a=fmtp:63 111/111
          a=ptime:20
          a=ssrc:4000000000 cname:cname00000000000
          a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host
          a=end-of-candidates

          """
        check.same(SDPOffer.make(mine).text, replacing("\n", by: "\r\n", in: expected))
      },
      SelfTestCase("offers and answers read back as they were written") { check in
        do throws(SDPError) {
          let offer = SDPOffer.make(parameters(seed: 1))
          check.same(try SessionDescription(parsing: offer.text).text, offer.text)
          let answer = try SDPAnswer.make(to: offer, parameters(seed: 2)).answer
          check.same(try SessionDescription(parsing: answer.text).text, answer.text)
        } catch { check.same(error.text, "") }
      },
      SelfTestCase("a fingerprint reads back as it was written, and one with a mistake is refused") { check in
        guard let value = fingerprint(0xA5) else { return check.fail("a digest of 32 bytes is refused") }
        let text = value.text
        let same = text.withByteView { Fingerprint(parsing: $0) }.map { $0 == value } ?? false
        check.expect(same, "it reads back otherwise", text)
        let broken = [
          "", "sha-256", text + ":00", text + " x", replacing("sha-256", by: "sha-1", in: text),
          replacing(":A6", by: ":G6", in: text), replacing(":A6", by: "-A6", in: text),
        ]
        for text in broken {
          check.expect(text.withByteView { Fingerprint(parsing: $0) } == nil, "not refused", text)
        }
      },
      SelfTestCase("the parameters of Opus are read leniently") { check in
        let rows: [(String, String)] = [
          ("", "false false 0 0"), ("minptime=10;useinbandfec=1", "true false 0 10"),
          ("USEINBANDFEC=1 ; stereo=1", "true true 0 0"), ("maxaveragebitrate=64000", "false false 64000 0"),
          ("useinbandfec=2;stereo=yes;maxaveragebitrate=5999;minptime=0", "false false 0 0"),
          ("maxaveragebitrate=99999999999999999999999;;=;==;=1;", "false false 0 0"),
        ]
        for (text, expected) in rows {
          let read = OpusParameters(parsing: text)
          check.same(
            "\(read.useInbandFEC ? "true" : "false") \(read.stereo ? "true" : "false") "
              + "\(read.maxAverageBitrate ?? 0) \(read.minPacketTimeMilliseconds ?? 0)", expected)
          check.same(OpusParameters(parsing: read.text).text, read.text)
        }
      },
      SelfTestCase("a fragment of candidates is written line by line, and read") { check in
        let candidate = "candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host"
        let fragment = TrickleFragment(
          mid: "0", payloadType: 111, usernameFragment: "EsAw", password: "P2uYro0UCOQ4zxjKXaWCBui1",
          candidates: [candidate], hasAllCandidates: true)
        let expected = """
          a=group:BUNDLE 0\r
          a=ice-options:trickle ice2\r
          m=audio 9 UDP/TLS/RTP/SAVPF 111\r
          a=mid:0\r
          a=ice-ufrag:EsAw\r
          a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r
          a=\(candidate)\r
          a=end-of-candidates\r\n
          """
        check.same(fragment.text, expected)
        do throws(SDPError) {
          let read = try TrickleFragment(parsing: expected)
          check.same(read.text, expected)
          check.expect(read.hasAllCandidates(for: "0") && read.candidates(for: "1").isEmpty, "whose candidates")
        } catch { check.same(error.text, "") }
      },
    ]
  }

  private static var agreedCases: [SelfTestCase] {
    [
      SelfTestCase("offerer and answerer come to matching terms") { check in
        do throws(SDPError) {
          let (caller, callee) = (parameters(seed: 1), parameters(seed: 2))
          let offer = SDPOffer.make(caller)
          let (answer, atCallee) = try SDPAnswer.make(to: try SessionDescription(parsing: offer.text), callee)
          let atCaller = try SDPAnswer.read(try SessionDescription(parsing: answer.text), to: offer)
          check.same(words(atCaller), "111/111 0 1 sendrecv server 20 ms")
          check.same(words(atCallee), "111/111 0 1 sendrecv client 20 ms")
          check.expect(atCaller.isICEControlling && !atCallee.isICEControlling, "who controls")
          check.expect(atCaller.remoteFingerprint == callee.fingerprint, "the callee's fingerprint")
          check.same(atCallee.remotePassword, caller.password)
        } catch { check.same(error.text, "") }
      },
      SelfTestCase("a foreign offer's payload type and identifiers are mirrored, its video switched off") { check in
        do throws(SDPError) {
          let offer = try SessionDescription(parsing: offerOfTwo)
          let (answer, audio) = try SDPAnswer.make(to: offer, parameters(seed: 2))
          check.same(words(audio), "109/109 a 7 sendrecv client 20 ms")
          check.equal(answer.sections.count, 2, "sections")
          check.equal(answer.sections[0].port, 0, "port of the video")
          check.equal(answer.sessionVersion, 2, "version")
          check.same(audio.remotePassword, "x9cml/YzichV2+XlhiMu8g")
        } catch { check.same(error.text, "") }
      },
      SelfTestCase("the answer's direction is what both want") { check in
        let rows: [(String, sends: Bool, receives: Bool, String)] = [
          ("sendrecv", true, true, "sendrecv"), ("sendrecv", false, true, "recvonly"),
          ("sendonly", true, true, "recvonly"), ("recvonly", true, true, "sendonly"),
          ("sendonly", true, false, "inactive"), ("inactive", true, true, "inactive"),
        ]
        for (direction, sends, receives, wanted) in rows {
          var callee = parameters(seed: 2)
          (callee.sends, callee.receives) = (sends, receives)
          let text = replacing("a=sendrecv", by: "a=\(direction)", in: offerOfTwo)
          check.same(callee.terms(answering: text), "109/109 a 7 \(wanted) client 20 ms")
        }
      },
      SelfTestCase("DTLS roles are answered so that one side begins") { check in
        let rows: [(String, SetupRole?, String)] = [
          ("actpass", nil, "client"), ("actpass", .passive, "server"), ("active", .active, "server"),
          ("passive", .passive, "client"),
        ]
        for (role, choice, wanted) in rows {
          var callee = parameters(seed: 2)
          callee.setup = choice
          let text = replacing("a=setup:actpass", by: "a=setup:\(role)", in: offerOfTwo)
          check.same(callee.terms(answering: text), "109/109 a 7 sendrecv \(wanted) 20 ms")
        }
        let held = replacing("a=setup:actpass", by: "a=setup:holdconn", in: offerOfTwo)
        check.same(parameters(seed: 2).terms(answering: held), SDPError.setupConflict.text)
      },
      SelfTestCase("offers that cannot be used are refused with the reason") { check in
        let rows: [(String, String, SDPError)] = [
          ("v=0", "v=1", .malformed(line: 1)), ("t=0 0", "nothing", .malformed(line: 4)),
          ("m=audio 9", "m=audio 0", .noAudio), ("OPUS", "L16", .noOpus), ("a=rtcp-mux\r\n", "", .noRTCPMux),
          ("a=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n", "", .noICECredentials),
          ("x9cml/YzichV2+XlhiMu8g", "short", .malformedICECredentials),
          ("sha-256", "sha-1", .noUsableFingerprint), ("UDP/TLS/RTP/SAVPF 63", "udp 63", .unsupportedProtocol),
        ]
        for (old, new, error) in rows {
          let text = replacing(old, by: new, in: offerOfTwo)
          check.same(parameters(seed: 2).terms(answering: text), error.text)
        }
        let large = offerOfTwo + String(repeating: "a=x\r\n", count: Limits.sdpLinesMax)
        check.same(parameters(seed: 2).terms(answering: large), SDPError.tooManyLines.text)
      },
    ]
  }
}
