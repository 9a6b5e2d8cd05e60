// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Candidates as text, priorities, credentials.

import Core
import ICE
import Testing

@Suite struct CandidateTests {
  @Test(
    "a candidate that is read is written again",
    arguments: [
      "candidate:1 1 udp 2130706431 192.0.2.7 54321 typ host",
      "candidate:842163049 1 udp 1677729535 203.0.113.4 61000 typ srflx raddr 10.0.0.5 rport 54321",
      "candidate:a+/Z 1 udp 41885695 198.51.100.9 3478 typ relay raddr 203.0.113.4 rport 61000",
      "candidate:7 1 udp 1862270975 2001:db8::1:2 9 typ prflx raddr :: rport 9",
    ])
  func roundTrip(text: String) {
    #expect(candidate(text).text == text)
  }

  @Test("prefixes, case, extensions and line ends are taken as browsers write them")
  func tolerance() {
    let read = candidate(
      "a=candidate:1467250027 1 UDP 2122260223 192.168.0.196 46243 typ host generation 0 ufrag abcd network-id 1\r\n"
    )
    #expect(read.endpoint == endpoint("192.168.0.196:46243"))
    #expect(read.kind == .host)
    #expect(read.related == nil)
    #expect(candidate("1 1 udp 1 fe80::1%eth0 9 typ host").endpoint == endpoint("[fe80::1]:9"))
    #expect(candidate("1 1 udp 4294967295 1.2.3.4 9 typ host").priority == Candidate.priorityMax)
    let hidden = candidate("candidate:1 1 udp 1 1.2.3.4 9 typ srflx raddr 0.0.0.0 rport 0")
    #expect(hidden.related == Endpoint.none)
  }

  @Test(
    "what cannot be used says why",
    arguments: [
      (
        "candidate:1 1 tcp 2105458943 192.0.2.7 9 typ host tcptype active", CandidateError.transport
      ),
      (
        "candidate:1 1 udp 2113937151 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host",
        .hostName
      ),
      ("candidate:1 2 udp 2113937150 192.0.2.7 54596 typ host", .component),
      ("candidate:1 1 udp 2113937150 192.0.2.7 54596 typ carrier", .kind),
      ("", .malformed),
      ("candidate:", .malformed),
      ("candidate:1 1 udp 2113937151 192.0.2.7 54596 typ", .malformed),
      ("candidate:1 1 udp 2113937151 192.0.2.7 65536 typ host", .malformed),
      ("candidate:1 1 udp 2113937151 192.0.2.7 -1 typ host", .malformed),
      ("candidate:1 1 udp 0 192.0.2.7 1 typ host", .malformed),
      ("candidate:1 1 udp 99999999999 192.0.2.7 1 typ host", .malformed),
      ("candidate:1 0 udp 1 192.0.2.7 1 typ host", .malformed),
      ("candidate:1 1 udp 1 192.0.2.300 1 typ host", .malformed),
      ("candidate:1 1 udp 1 192.0.2.7 1 type host", .malformed),
      ("candidate:1 1 udp 1 192.0.2.7 1 typ host generation", .malformed),
      ("candidate:é 1 udp 1 192.0.2.7 1 typ host", .malformed),
      ("candidate:123456789012345678901234567890123 1 udp 1 192.0.2.7 1 typ host", .malformed),
    ])
  func refusals(text: String, error: CandidateError) {
    #expect(throws: error) { () throws(CandidateError) in try Candidate(text) }
  }

  @Test(
    "a candidate's priority follows RFC 8445 5.1.2.1",
    arguments: [
      (CandidateKind.host, 65_535, 2_130_706_431), (.peerReflexive, 65_535, 1_862_270_975),
      (.serverReflexive, 65_535, 1_694_498_815), (.relayed, 65_535, 16_777_215),
      (.host, 0, 2_113_929_471),
    ] as [(CandidateKind, UInt16, UInt32)])
  func priority(kind: CandidateKind, preference: UInt16, priority: UInt32) {
    #expect(Candidate.priority(kind: kind, localPreference: preference) == priority)
  }

  @Test(
    "a pair's priority is 2^32 min + 2 max + (controlling larger), RFC 8445 6.1.2.3",
    arguments: [
      (1, 1, 0x1_0000_0002), (2, 1, 0x1_0000_0005), (1, 2, 0x1_0000_0004),
      (2_130_706_431, 1_694_498_815, 7_277_816_997_797_167_103 as UInt64),
      (Candidate.priorityMax, Candidate.priorityMax, 0x7fff_ffff_ffff_fffe),
    ] as [(UInt32, UInt32, UInt64)])
  func pairPriority(controlling: UInt32, controlled: UInt32, priority: UInt64) {
    #expect(
      CandidatePairPriority.value(controlling: controlling, controlled: controlled) == priority)
  }

  @Test("credentials hold what the grammar allows, and nothing else")
  func credentials() {
    let password = String(repeating: "p", count: 22)
    let good = ICECredentials(usernameFragment: "ab+/", password: password)
    #expect(good?.usernameFragment == "ab+/")
    #expect(good?.password == password)
    #expect(ICECredentials(usernameFragment: "abc", password: password) == nil)
    #expect(ICECredentials(usernameFragment: "ab:c", password: password) == nil)
    #expect(ICECredentials(usernameFragment: "abcd", password: String(password.dropLast())) == nil)
    #expect(
      ICECredentials(usernameFragment: String(repeating: "a", count: 256), password: password)
        != nil)
    #expect(
      ICECredentials(usernameFragment: String(repeating: "a", count: 257), password: password)
        == nil)
    var randomness = Randomness(seed: 1)
    let fresh = ICECredentials(randomness: &randomness)
    #expect(fresh.usernameFragment.utf8.count == 8)
    #expect(fresh.password.utf8.count == 24)
    #expect(
      ICECredentials(usernameFragment: fresh.usernameFragment, password: fresh.password) == fresh)
    #expect(fresh != good)
  }
}
