// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Fragments: what a PATCH carries, as written by us and by others (RFC 8840, RFC 9725).

import Core
import SDP
import Testing

struct TrickleFragmentTests {
  static let candidate = "candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw"

  @Test("a fragment is written line by line")
  func writes() throws {
    let fragment = TrickleFragment(
      mid: "0", payloadType: 111, usernameFragment: "EsAw", password: "P2uYro0UCOQ4zxjKXaWCBui1",
      candidates: [Self.candidate], hasAllCandidates: true)
    let expected = [
      "a=group:BUNDLE 0", "a=ice-options:trickle ice2", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0",
      "a=ice-ufrag:EsAw",
      "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", "a=" + Self.candidate, "a=end-of-candidates",
    ]
    #expect(fragment.text == expected.map { $0 + "\r\n" }.joined())
    #expect(try TrickleFragment(parsing: fragment.text) == fragment)
  }

  /// A fragment, and what it says for the section 0: fragment, password there or not, candidates, end.
  static let rows: [(name: String, lines: [String], expected: String)] = [
    ("nothing", [], "- no 0 more"),
    (
      "credentials for the session",
      ["a=ice-ufrag:EsAw", "a=ice-pwd:x", "m=audio 9 RTP/AVP 0", "a=mid:0", "a=" + candidate], "EsAw yes 1 more"
    ),
    (
      "credentials in the section",
      ["m=audio 9 RTP/AVP 0", "a=mid:0", "a=ice-ufrag:EsAw", "a=ice-pwd:x", "a=" + candidate], "EsAw yes 1 more"
    ),
    (
      "no m= line", ["a=ice-ufrag:EsAw", "a=ice-pwd:x", "a=mid:0", "a=" + candidate, "a=end-of-candidates"],
      "EsAw yes 1 end"
    ),
    ("no mid either", ["a=ice-ufrag:EsAw", "a=ice-pwd:x", "a=" + candidate, "a=end-of-candidates"], "EsAw yes 1 end"),
    ("another section", ["m=video 9 RTP/AVP 0", "a=mid:1", "a=" + candidate, "a=end-of-candidates"], "- no 0 more"),
    (
      "another section of the bundle", ["a=group:BUNDLE 1 0", "m=video 9 RTP/AVP 0", "a=mid:1", "a=" + candidate],
      "- no 1 more"
    ),
    (
      "two sections",
      ["m=audio 9 RTP/AVP 0", "a=mid:0", "a=" + candidate, "m=video 9 RTP/AVP 0", "a=mid:1", "a=" + candidate],
      "- no 1 more"
    ),
    ("only the end", ["a=ice-ufrag:EsAw", "a=ice-pwd:x", "a=end-of-candidates"], "EsAw yes 0 end"),
    (
      "a whole description",
      [
        "v=0", "o=- 1 2 IN IP4 0.0.0.0", "s=-", "t=0 0", "m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=mid:0",
        "a=" + candidate,
      ], "- no 1 more"
    ),
  ]

  @Test("a fragment is read however it is arranged", arguments: rows)
  func reads(_ row: (name: String, lines: [String], expected: String)) throws {
    for end in ["\r\n", "\n"] {
      let fragment = try TrickleFragment(parsing: row.lines.map { $0 + end }.joined())
      let words = [
        fragment.usernameFragment ?? "-", fragment.password == nil ? "no" : "yes",
        "\(fragment.candidates(for: "0").count)", fragment.hasAllCandidates(for: "0") ? "end" : "more",
      ]
      #expect(words.joined(separator: " ") == row.expected, "\(row.name)")
    }
  }

  @Test("a fragment beyond the bounds, or with a line that is none, is refused")
  func refuses() {
    #expect(throws: SDPError.malformed(line: 2)) { try TrickleFragment(parsing: "a=mid:0\nx\n") }
    let sections = String(repeating: "m=audio 9 RTP/AVP 0\n", count: Limits.sdpSectionsMax + 1)
    #expect(throws: SDPError.tooManySections) { try TrickleFragment(parsing: sections) }
    let large = "a=" + String(repeating: "x", count: Limits.sdpBytesMax)
    #expect(throws: SDPError.tooLarge) { try TrickleFragment(parsing: large) }
  }

  @Test("candidates beyond the bound are dropped")
  func bounds() throws {
    let text = "a=mid:0\n" + String(repeating: "a=\(Self.candidate)\n", count: Limits.sdpCandidatesMax + 10)
    #expect(try TrickleFragment(parsing: text).candidates(for: "0").count == Limits.sdpCandidatesMax)
  }
}
