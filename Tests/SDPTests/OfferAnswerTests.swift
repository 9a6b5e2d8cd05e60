// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Offers and answers of our own: what is written, and what both sides come to.

import Core
import SDP
import Testing

struct OfferAnswerTests {
  @Test("an offer is written line by line as RFC 9429 orders it")
  func offerText() {
    var mine = parameters()
    mine.sessionID = 42
    mine.usernameFragment = "abcdefgh"
    mine.password = "0123456789abcdefghijklmn"
    mine.fingerprint = fingerprint(0xF0)
    mine.ssrc = 4_000_000_000
    mine.cname = "cname00000000000"
    mine.streamID = "stream"
    mine.trackID = "track"
    mine.candidates = [
      "candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host", "2 1 udp 1694498815 198.51.100.4 40001 typ srflx",
      "a=candidate:3 1 udp 16777215 203.0.113.9 49999 typ relay",
    ]
    mine.hasAllCandidates = true
    mine.writesRTCPMuxOnly = true
    let expected = [
      "v=0",
      "o=- 42 2 IN IP4 127.0.0.1",
      "s=-",
      "t=0 0",
      "a=group:BUNDLE 0",
      "a=msid-semantic: WMS *",
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
      "c=IN IP4 0.0.0.0",
      "a=rtcp:9 IN IP4 0.0.0.0",
      "a=ice-ufrag:abcdefgh",
      "a=ice-pwd:0123456789abcdefghijklmn",
      "a=ice-options:trickle ice2",
      "a=fingerprint:sha-256 F0:F1:F2:F3:F4:F5:F6:F7:F8:F9:FA:FB:FC:FD:FE:FF:00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F",
      "a=setup:actpass",
      "a=mid:0",
      "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
      "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
      "a=sendrecv",
      "a=msid:stream track",
      "a=rtcp-mux",
      "a=rtcp-mux-only",
      "a=rtcp-rsize",
      "a=rtcp-xr:voip-metrics",
      "a=rtpmap:111 opus/48000/2",
      "a=fmtp:111 minptime=10;useinbandfec=1;stereo=0;sprop-stereo=0;maxaveragebitrate=32000",
      "a=rtpmap:63 red/48000/2",
      "a=fmtp:63 111/111",
      "a=ptime:20",
      "a=ssrc:4000000000 cname:cname00000000000",
      "a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host",
      "a=candidate:2 1 udp 1694498815 198.51.100.4 40001 typ srflx",
      "a=candidate:3 1 udp 16777215 203.0.113.9 49999 typ relay",
      "a=end-of-candidates",
    ]
    #expect(SDPOffer.make(mine).text == expected.map { $0 + "\r\n" }.joined())
  }

  @Test("what was written reads back the same, for offers and answers")
  func readsBack() throws {
    let offer = SDPOffer.make(parameters(seed: 1))
    #expect(try SessionDescription(parsing: offer.text) == offer)
    let answer = try SDPAnswer.make(to: offer, parameters(seed: 2)).answer
    #expect(try SessionDescription(parsing: answer.text) == answer)
  }

  @Test("offerer and answerer come to matching terms")
  func bothSides() throws {
    let caller = parameters(seed: 1)
    let callee = parameters(seed: 2)
    let offer = SDPOffer.make(caller)
    let (answer, atCallee) = try SDPAnswer.make(to: SessionDescription(parsing: offer.text), callee)
    let atCaller = try SDPAnswer.read(SessionDescription(parsing: answer.text), to: offer)
    #expect(words(atCaller) == "111 mid=0 level=1 midext=4 sendrecv server rsize red=63 metrics rate=32000")
    #expect(words(atCallee) == "111 mid=0 level=1 midext=4 sendrecv client rsize red=63 metrics rate=32000")
    #expect(atCaller.isICEControlling && !atCallee.isICEControlling)
    #expect(atCaller.remoteFingerprint == callee.fingerprint)
    #expect(atCallee.remoteFingerprint == caller.fingerprint)
    #expect(atCaller.remoteUsernameFragment == callee.usernameFragment)
    #expect(atCallee.remotePassword == caller.password)
    #expect(atCaller.remoteSSRC == callee.ssrc)
    #expect(atCallee.remoteCNAME == caller.cname)
    #expect(atCaller.remoteTrickles && atCallee.remoteTrickles)
    #expect(atCaller.remoteOpus == .voice)
    #expect(atCaller.receivePayloadType == 111 && atCallee.sectionIndex == 0)
  }

  /// The formats of an offer, our answer's formats, and the payload type of redundant packets that we send then.
  static let redundancies: [(formats: String, answer: [String], sends: UInt8?)] = [
    ("111", ["111"], nil), ("111 63 red/48000/2 111/111", ["111", "63"], 63),
    ("96 120 red/48000/2 96/96", ["96", "120"], 120), ("111 63 red/48000/2", ["111", "63"], 63),
    ("111 63 RED/48000 111/111/111", ["111", "63"], 63), ("111 63 red/48000/2 9/9", ["111"], nil),
    ("111 63 red/8000 111/111", ["111"], nil), ("111 72 red/48000/2 111/111", ["111"], nil),
    ("111 63 red/48000/2 111/x", ["111"], nil),
  ]

  @Test("copies are answered where they were offered for Opus, with the offer's payload types", arguments: redundancies)
  func redundancy(_ row: (formats: String, answer: [String], sends: UInt8?)) throws {
    let words = row.formats.split(separator: " ").map(String.init)
    var mine = parameters(seed: 1)
    mine.takesRedundancy = false
    var offer = SDPOffer.make(mine)
    let opus = try #require(UInt8(words[0]))
    offer.sections[0].payloadFormats[0].payloadType = opus
    offer.sections[0].formats = [words[0]]
    if words.count > 1 {
      let encoding = words[2].split(separator: "/")
      offer.sections[0].formats.append(words[1])
      offer.sections[0].payloadFormats.append(
        PayloadFormat(
          payloadType: try #require(UInt8(words[1])), name: String(encoding[0]),
          clockRate: try #require(Int(encoding[1])), channels: encoding.count > 2 ? 2 : 1,
          parameters: words.count > 3 ? words[3] : ""))
    }
    let (answer, audio) = try SDPAnswer.make(to: SessionDescription(parsing: offer.text), parameters(seed: 2))
    #expect(answer.sections[0].formats == row.answer)
    #expect(answer.text.contains("red/") == (row.sends != nil))
    #expect(audio.sendRedundancyPayloadType == row.sends)
    #expect(audio.receiveRedundancyPayloadType == row.sends)
    #expect(!audio.reportsVoIPMetrics && !answer.sections[0].hasVoIPMetrics)
  }

  @Test("an answerer may choose payload types of its own for what it receives, and may leave copies out")
  func redundancyAnswered() throws {
    let offer = SDPOffer.make(parameters(seed: 1))
    var answer = try SDPAnswer.make(to: offer, parameters(seed: 2)).answer
    answer.sections[0].formats = ["96", "97"]
    answer.sections[0].payloadFormats[0].payloadType = 96
    answer.sections[0].payloadFormats[1].payloadType = 97
    answer.sections[0].payloadFormats[1].parameters = "96/96"
    let audio = try SDPAnswer.read(SessionDescription(parsing: answer.text), to: offer)
    #expect(audio.sendPayloadType == 96 && audio.receivePayloadType == 111)
    #expect(audio.sendRedundancyPayloadType == 97 && audio.receiveRedundancyPayloadType == 63)
    #expect(audio.reportsVoIPMetrics)
    var without = parameters(seed: 2)
    without.takesRedundancy = false
    let plain = try SDPAnswer.make(to: offer, without).answer
    #expect(plain.sections[0].formats == ["111"])
    let agreed = try SDPAnswer.read(SessionDescription(parsing: plain.text), to: offer)
    #expect(agreed.sendRedundancyPayloadType == nil && agreed.receiveRedundancyPayloadType == nil)
    #expect(!agreed.reportsVoIPMetrics)
  }

  /// The caller's and the callee's wishes, as what they want to send and receive, and what the callee then does.
  static let directions: [(caller: MediaDirection, callee: MediaDirection, result: MediaDirection)] = [
    (.sendReceive, .sendReceive, .sendReceive), (.sendReceive, .receiveOnly, .receiveOnly),
    (.sendReceive, .sendOnly, .sendOnly), (.sendOnly, .sendReceive, .receiveOnly),
    (.receiveOnly, .sendReceive, .sendOnly), (.sendOnly, .sendOnly, .inactive), (.inactive, .sendReceive, .inactive),
    (.sendReceive, .inactive, .inactive), (.receiveOnly, .receiveOnly, .inactive),
  ]

  @Test("the answer's direction is what both want", arguments: directions)
  func agreesOnDirection(_ row: (caller: MediaDirection, callee: MediaDirection, result: MediaDirection)) throws {
    var caller = parameters(seed: 1)
    (caller.sends, caller.receives) = (row.caller.sends, row.caller.receives)
    var callee = parameters(seed: 2)
    (callee.sends, callee.receives) = (row.callee.sends, row.callee.receives)
    let offer = SDPOffer.make(caller)
    let (answer, atCallee) = try SDPAnswer.make(to: offer, callee)
    let atCaller = try SDPAnswer.read(answer, to: offer)
    #expect(answer.sections[0].direction == row.result)
    #expect(answer.sections[0].sources.isEmpty == !row.result.sends)
    #expect((answer.sections[0].mediaStream == nil) == !row.result.sends)
    #expect(MediaDirection(sends: atCallee.sends, receives: atCallee.receives) == row.result)
    #expect(MediaDirection(sends: atCaller.sends, receives: atCaller.receives) == row.result.reversed)
  }

  /// The offer's role, the answerer's choice, the answer's role, or nil for a conflict.
  static let roles: [(offer: SetupRole, choice: SetupRole?, answer: SetupRole?)] = [
    (.actpass, nil, .active), (.actpass, .active, .active), (.actpass, .passive, .passive), (.active, nil, .passive),
    (.active, .active, .passive), (.passive, nil, .active), (.passive, .passive, .active), (.holdconn, nil, nil),
  ]

  @Test("DTLS roles are answered so that one side begins", arguments: roles)
  func answersRole(_ row: (offer: SetupRole, choice: SetupRole?, answer: SetupRole?)) throws {
    var caller = parameters(seed: 1)
    caller.setup = row.offer
    var callee = parameters(seed: 2)
    callee.setup = row.choice
    let offer = SDPOffer.make(caller)
    guard let expected = row.answer else {
      #expect(throws: SDPError.setupConflict) { try SDPAnswer.make(to: offer, callee) }
      return
    }
    let (answer, atCallee) = try SDPAnswer.make(to: offer, callee)
    #expect(answer.sections[0].setup == expected)
    #expect(atCallee.isDTLSClient == (expected == .active))
    #expect(try SDPAnswer.read(answer, to: offer).isDTLSClient == !atCallee.isDTLSClient)
  }

  /// The offer's role, the answer's role, and whether the offerer then begins; nil for a conflict.
  static let answeredRoles: [(offer: SetupRole, answer: SetupRole?, isClient: Bool?)] = [
    (.actpass, .active, false), (.actpass, .passive, true), (.actpass, nil, true), (.actpass, .actpass, nil),
    (.actpass, .holdconn, nil), (.active, .passive, true), (.active, .active, nil), (.active, nil, true),
    (.passive, .active, false), (.passive, .passive, nil), (.passive, nil, false),
  ]

  @Test("an answer's DTLS role must fit the offer's", arguments: answeredRoles)
  func fitsRole(_ row: (offer: SetupRole, answer: SetupRole?, isClient: Bool?)) throws {
    var caller = parameters(seed: 1)
    caller.setup = row.offer
    let offer = SDPOffer.make(caller)
    var answer = SDPOffer.make(parameters(seed: 2))
    answer.sections[0].setup = row.answer
    guard let isClient = row.isClient else {
      #expect(throws: SDPError.setupConflict) { try SDPAnswer.read(answer, to: offer) }
      return
    }
    #expect(try SDPAnswer.read(answer, to: offer).isDTLSClient == isClient)
  }

  /// A change to a good answer, and the error it must bring.
  static let brokenAnswers: [(name: String, change: @Sendable (inout SessionDescription) -> Void, error: SDPError)] = [
    ("no sections", { $0.sections = [] }, .sectionMismatch),
    ("two sections", { $0.sections.append($0.sections[0]) }, .sectionMismatch),
    ("video instead", { $0.sections[0].kind = "video" }, .sectionMismatch),
    ("switched off", { $0.sections[0].port = 0 }, .rejected),
    ("no Opus", { $0.sections[0].payloadFormats = [] }, .noOpus),
    ("no rtcp-mux", { $0.sections[0].hasRTCPMux = false }, .noRTCPMux),
    ("no password", { $0.sections[0].password = nil }, .noICECredentials),
    ("a short fragment", { $0.sections[0].usernameFragment = "abc" }, .malformedICECredentials),
    ("no fingerprint", { $0.sections[0].fingerprints = [] }, .noFingerprint),
    ("plain transport", { $0.sections[0].transportProtocol = "udp" }, .unsupportedProtocol),
  ]

  @Test("an answer that cannot be used is refused with the reason", arguments: brokenAnswers.indices)
  func refusesAnswer(_ index: Int) throws {
    let row = Self.brokenAnswers[index]
    let offer = SDPOffer.make(parameters(seed: 1))
    var answer = try SDPAnswer.make(to: offer, parameters(seed: 2)).answer
    row.change(&answer)
    #expect(throws: row.error, "\(row.name)") { try SDPAnswer.read(answer, to: offer) }
  }

  @Test("an answerer's own payload type is sent with, ours is received with; other identifiers are not used")
  func renumberedAnswer() throws {
    let offer = SDPOffer.make(parameters(seed: 1))
    var answer = try SDPAnswer.make(to: offer, parameters(seed: 2)).answer
    answer.sections[0].formats = ["96"]
    answer.sections[0].payloadFormats[0].payloadType = 96
    answer.sections[0].extensions[0].identifier = 9
    answer.sections[0].hasReducedSizeRTCP = false
    answer.isICELite = true
    let audio = try SDPAnswer.read(answer, to: offer)
    #expect(audio.sendPayloadType == 96)
    #expect(audio.receivePayloadType == 111)
    #expect(audio.audioLevelExtension == nil)
    #expect(audio.midExtension == 4)
    #expect(!audio.reducedSizeRTCP)
    #expect(audio.isICEControlling)
  }

  @Test("a full agent that answers a lite one controls")
  func liteOfferer() throws {
    var offer = SDPOffer.make(parameters(seed: 1))
    offer.isICELite = true
    #expect(try SDPAnswer.make(to: offer, parameters(seed: 2)).audio.isICEControlling)
  }

  /// Our frame length; the far side's ptime, maxptime and minptime; the frame length used.
  static let packetTimes: [(ours: Int, packetTime: Int?, longest: Int?, shortest: Int?, used: Int)] = [
    (20, nil, nil, nil, 20), (10, nil, nil, nil, 10), (20, 10, nil, nil, 10), (10, 20, nil, nil, 20),
    (10, 60, nil, nil, 20), (20, 5, nil, nil, 10), (20, nil, 10, nil, 10), (10, nil, nil, 20, 20),
    (10, nil, nil, 10, 10),
  ]

  @Test("frames are as long as the far side wants, 10 or 20 ms", arguments: packetTimes)
  func agreesOnPacketTime(_ row: (ours: Int, packetTime: Int?, longest: Int?, shortest: Int?, used: Int)) throws {
    var offer = SDPOffer.make(parameters(seed: 1))
    offer.sections[0].packetTimeMilliseconds = row.packetTime
    offer.sections[0].maxPacketTimeMilliseconds = row.longest
    offer.sections[0].payloadFormats[0].parameters = row.shortest.map { "minptime=\($0)" } ?? ""
    var callee = parameters(seed: 2)
    callee.packetTimeMilliseconds = row.ours
    #expect(try SDPAnswer.make(to: offer, callee).audio.packetTimeMilliseconds == row.used)
  }

  @Test("random parts have the sizes that the specifications ask for, and differ")
  func randomParts() {
    let (first, second) = (parameters(seed: 1), parameters(seed: 2))
    #expect(first.usernameFragment.count == 8 && first.password.count == 24 && first.cname.count == 16)
    #expect(first.sessionID >= 0 && first.sessionID < 1 << 62)
    #expect(first.password != second.password && first.usernameFragment != second.usernameFragment)
  }
}
