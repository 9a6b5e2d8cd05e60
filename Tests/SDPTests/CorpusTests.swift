// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Every file of the corpus is answered, and what comes of it stands in one row.

import Core
import Foundation
import SDP
import Testing

struct CorpusTests {
  /// File, and what comes of answering it: what was agreed on and what is unusual in the answer, or the error's sentence.
  static let rows: [(file: String, outcome: String)] = [
    ("aiortc-answer", "111 mid=0 level=1 midext=4 sendrecv server sha-512 candidates=1 end"),
    ("aiortc-offer", "96 mid=0 level=2 midext=1 sendrecv client sha-512 candidates=1 end"),
    (
      "aiortc-offer-with-video-and-data",
      "96 mid=0 level=2 midext=1 sendrecv client sha-512 candidates=1 end rejected=1,2"
    ),
    ("bare-line-feeds", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("bundle-only-audio", "111 mid=0 level=1 midext=4 sendrecv client rsize candidates=1 end rejected=0"),
    ("data-only", "error: the description has no audio section in use"),
    ("direction-missing", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("every-kind-of-candidate", "111 mid=0 level=1 midext=4 sendrecv client rsize candidates=7 end"),
    ("extension-identifier-over-14", "111 mid=0 sendrecv client rsize mixed"),
    ("extension-malformed", "111 mid=0 level=5 sendrecv client rsize"),
    ("extension-one-way", "111 mid=0 midext=4 sendrecv client rsize"),
    ("fingerprint-sha384-lower-case", "111 mid=0 level=1 midext=4 sendrecv client rsize sha-384"),
    ("first-audio-switched-off", "111 mid=1 level=1 midext=4 sendrecv client rsize rejected=0"),
    ("first-audio-without-opus", "111 mid=1 level=1 midext=4 sendrecv client rsize rejected=0"),
    ("fmtp-with-spaces", "111 mid=0 level=1 midext=4 sendrecv client rsize dtx rate=16000"),
    ("ice-lite", "111 mid=0 level=1 midext=4 sendrecv client rsize lite candidates=1 end"),
    ("inactive", "111 mid=0 level=1 midext=4 inactive client rsize"),
    ("line-without-equals", "error: line 5 of the description is malformed"),
    ("long-packets", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("many-codecs-with-red", "111 mid=0 level=1 midext=4 sendrecv client rsize red=63 mixed candidates=1"),
    ("media-line-without-port", "error: line 5 of the description is malformed"),
    ("mid-named-audio", "111 mid=audio level=1 midext=4 sendrecv client rsize"),
    ("multichannel-opus", "error: the audio section has no usable opus/48000 payload type"),
    ("no-bundle-no-mid", "111 mid= level=1 sendrecv client rsize"),
    ("no-final-line-end", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("no-fingerprint", "error: the audio section has no fingerprint"),
    ("no-ice-credentials", "error: the audio section has no ice-ufrag and ice-pwd"),
    ("no-opus", "error: the audio section has no usable opus/48000 payload type"),
    ("no-rtcp-mux", "error: the audio section has no rtcp-mux"),
    ("no-sections", "error: the description has no audio section in use"),
    ("not-version-0", "error: line 1 of the description is malformed"),
    ("older-profile", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("only-weak-fingerprints", "error: the audio section has no fingerprint of SHA-256, SHA-384 or SHA-512"),
    ("opus-after-others", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("opus-in-the-rtcp-range", "error: the audio section has no usable opus/48000 payload type"),
    ("opus-in-upper-case", "96 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("opus-twice", "112 mid=0 level=1 midext=4 sendrecv client rsize dtx"),
    ("opus-without-channels", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("plain", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("port-out-of-range", "error: line 5 of the description is malformed"),
    ("recvonly", "111 mid=0 level=1 midext=4 sendonly client rsize"),
    ("rtcp-mux-only", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("sendonly", "111 mid=0 level=1 midext=4 recvonly client rsize"),
    ("session-level-extmap", "111 mid=0 level=7 midext=4 sendrecv client rsize"),
    ("session-level-fingerprint", "109 mid=0 level=1 midext=3 sendrecv client"),
    ("session-level-ice", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("session-level-setup", "111 mid=0 level=1 midext=4 sendrecv server rsize"),
    ("setup-active", "111 mid=0 level=1 midext=4 sendrecv server rsize"),
    ("setup-holdconn", "error: the DTLS roles (a=setup) of the two sides do not fit together"),
    ("setup-missing", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("setup-missing-in-later-section", "111 mid=0 level=1 midext=4 sendrecv client rsize rejected=0"),
    ("setup-passive-no-rsize", "111 mid=0 level=1 midext=4 recvonly client"),
    ("seventeen-sections", "error: the description has too many sections"),
    ("several-fingerprints", "111 mid=0 level=1 midext=4 sendrecv client rsize sha-512"),
    ("short-fingerprint", "error: the audio section has no fingerprint of SHA-256, SHA-384 or SHA-512"),
    ("short-ice-password", "error: the ice-ufrag or ice-pwd has the wrong length"),
    ("short-packets", "111 mid=0 level=1 midext=4 sendrecv client rsize ptime=10"),
    ("stray-line-feed", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("trailing-spaces", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("two-audio-sections", "111 mid=0 level=1 midext=4 sendrecv client rsize rejected=1"),
    ("unknown-lines", "111 mid=0 level=1 midext=4 sendrecv client rsize"),
    ("unknown-transport", "error: the audio section's transport is not secure RTP over UDP"),
    ("video-and-data-after-audio", "111 mid=0 level=1 midext=4 sendrecv client rsize rejected=1,2"),
    ("video-before-audio", "111 mid=1 level=1 midext=4 sendrecv client rsize rejected=0"),
  ]

  @Test("an offer with a quirk comes to what its row says", arguments: rows)
  func answers(_ row: (file: String, outcome: String)) throws {
    let text = try Corpus.text(row.file)
    #expect(outcome(text) == row.outcome, "\(row.file)")
  }

  @Test("an answer mirrors its offer's sections, and reads back as it was written", arguments: rows)
  func mirrors(_ row: (file: String, outcome: String)) throws {
    guard !row.outcome.hasPrefix("error") else { return }
    let offer = try SessionDescription(parsing: Corpus.text(row.file))
    let (answer, audio) = try SDPAnswer.make(to: offer, parameters())
    #expect(try SessionDescription(parsing: answer.text) == answer, "\(row.file)")
    #expect(answer.sections.count == offer.sections.count)
    for (index, section) in answer.sections.enumerated() {
      #expect(section.kind == offer.sections[index].kind)
      #expect(section.transportProtocol == offer.sections[index].transportProtocol)
      #expect(section.mid == offer.sections[index].mid)
      #expect((section.port == 0) == (index != audio.sectionIndex))
    }
    #expect(answer.bundle == (offer.bundle.isEmpty ? [] : [audio.mid]))
    #expect(answer.text.contains("\r\n"))
    #expect(!answer.text.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
  }

  @Test("the corpus, its table and these rows name the same files, and each says where it is from")
  func isComplete() throws {
    let names = try Corpus.names()
    #expect(names == Self.rows.map { $0.file }.sorted())
    let readme = try String(contentsOf: Corpus.folder.appendingPathComponent("README.md"), encoding: .utf8)
    for name in names {
      let line = readme.split(separator: "\n").first { $0.hasPrefix("| `\(name).sdp` |") }
      if name.hasPrefix("aiortc-") {
        #expect(line?.hasSuffix("| recorded from a peer that really ran: aiortc 1.16.0 |") == true, "\(name)")
        continue
      }
      #expect(line?.hasSuffix("| written from the specification |") == true, "\(name)")
      for claim in ["chrome", "firefox", "safari", "edge", "aiortc", "gstreamer", "obs", "ffmpeg"] {
        #expect(!name.contains(claim), "\(name)")
      }
    }
  }

  @Test("an answer that aiortc really gave to our offer is read")
  func recordedAnswer() throws {
    let offer = SDPOffer.make(parameters())
    let audio = try SDPAnswer.read(SessionDescription(parsing: Corpus.text("aiortc-answer")), to: offer)
    #expect(words(audio) == "111 mid=0 level=1 midext=4 sendrecv server sha-512")
    #expect(audio.remoteCandidates.count == 1 && audio.remoteHasAllCandidates)
  }

  private func outcome(_ text: String) -> String {
    do {
      let offer = try SessionDescription(parsing: text)
      let (answer, audio) = try SDPAnswer.make(to: offer, parameters())
      var outcome = words(audio)
      if answer.allowsMixedExtensions || answer.sections[audio.sectionIndex].allowsMixedExtensions {
        outcome += " mixed"
      }
      if !audio.remoteCandidates.isEmpty { outcome += " candidates=\(audio.remoteCandidates.count)" }
      if audio.remoteHasAllCandidates { outcome += " end" }
      let rejected = answer.sections.indices.filter { answer.sections[$0].isRejected }
      if !rejected.isEmpty { outcome += " rejected=" + rejected.map { "\($0)" }.joined(separator: ",") }
      return outcome
    } catch {
      return "error: " + error.text
    }
  }
}
