// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The lines of the control socket, and the status in words.

import Access
import Core
import Security
import Testing
import Web

@Suite("Control messages") struct ControlMessageTests {
  private static func request(_ text: String) throws(ControlProblem) -> ControlRequest {
    let result: Result<ControlRequest, ControlProblem> = text.withByteView { view in
      do throws(ControlProblem) { return .success(try ControlRequest.parse(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private static func answer(_ line: [UInt8]) throws -> ControlAnswer {
    let result: Result<ControlAnswer, ControlProblem> = line.withByteView { view in
      do throws(ControlProblem) { return .success(try ControlAnswer.parse(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private static let requests: [(String, ControlRequest)] = [
    (#"{"command":"status"}"#, .status),
    (#"{"command":"mute"}"#, .setMuted(true)),
    (#"{"command":"unmute"}"#, .setMuted(false)),
    (#"{"command":"toggle-mute"}"#, .toggleMute),
    (#"{"command":"call","peers":["kitchen","Tür"]}"#, .call(["kitchen", "Tür"])),
    (#"{"command":"call","peers":[]}"#, .call([])),
    (#"{"command":"answer"}"#, .answer),
    (#"{"command":"hangup"}"#, .hangUp),
    (#"{"command":"volume","percent":70}"#, .setVolume(70)),
    (#"{"command":"volume","steps":-2}"#, .changeVolume(steps: -2)),
    (#"{"command":"do-not-disturb","on":true}"#, .setDoNotDisturb(true)),
    (#"{"command":"talk","on":false}"#, .setTalking(false)),
    (#"{"command":"pair","role":"admin"}"#, .pair(.admin)),
    (#"{"command":"paired"}"#, .paired),
    (#"{"command":"revoke","id":3}"#, .revoke(PairedID(3))),
  ]

  @Test("every request is read, and written as it was")
  func requests() throws {
    for (line, request) in Self.requests {
      #expect(try Self.request(line) == request)
      #expect(String(decoding: request.line(), as: UTF8.self) == line + "\n")
    }
  }

  @Test("a call without peers is one to all, and members not known are passed over")
  func lenient() throws {
    #expect(try Self.request(#"{"command":"call"}"#) == .call([]))
    #expect(try Self.request(#"{"command":"pair"}"#) == .pair(.talk))
    #expect(try Self.request(#" { "id": 7, "command" : "status" } "#) == .status)
  }

  @Test("what is no request is refused with a sentence")
  func refused() {
    let lines: [(String, ControlProblem)] = [
      ("", .json(.truncated)), ("nonsense", .json(.unexpectedByte)), ("[]", .notAnObject), ("{}", .noCommand),
      (#"{"command":null}"#, .noCommand), (#"{"command":"Mute"}"#, .unknownCommand),
      (#"{"command":"mute","command":"unmute"}"#, .json(.duplicateName)),
      (#"{"command":"shutdown"}"#, .unknownCommand),
    ]
    for (line, problem) in lines {
      #expect(throws: problem) { try Self.request(line) }
      #expect(problem.text.hasSuffix("."))
    }
    for line in [
      #"{"command":"volume"}"#, #"{"command":"volume","percent":101}"#, #"{"command":"volume","percent":-1}"#,
      #"{"command":"volume","percent":7.5}"#, #"{"command":"volume","percent":1,"steps":1}"#,
      #"{"command":"volume","steps":101}"#, #"{"command":"volume","steps":-9223372036854775808}"#,
      #"{"command":"talk"}"#, #"{"command":"talk","on":1}"#, #"{"command":"do-not-disturb","on":"yes"}"#,
      #"{"command":"call","peers":"kitchen"}"#, #"{"command":"call","peers":[""]}"#, #"{"command":"call","peers":[1]}"#,
      #"{"command":"call","peers":[""# + String(repeating: "x", count: 65) + #""]}"#,
      #"{"command":"call","peers":["# + (0..<65).map { "\"\($0)\"" }.joined(separator: ",") + "]}",
    ] {
      guard case .failure(.wrongMember) = Result(catching: { () throws(ControlProblem) in try Self.request(line) })
      else {
        Issue.record("read: \(line)")
        continue
      }
    }
    let long = #"{"command":"status","more":""# + String(repeating: "x", count: Limits.controlLineBytesMax) + #""}"#
    #expect(throws: ControlProblem.tooLong) { try Self.request(long) }
  }

  @Test("a reply is one line, and says the same at the other end")
  func replies() throws {
    let done = ControlReply.done("The volume is 70 %.").line()
    #expect(String(decoding: done, as: UTF8.self) == #"{"ok":true,"message":"The volume is 70 %."}"# + "\n")
    let refused = ControlReply.refused("The button holds the mute:\n\"it stays\".").line()
    #expect(refused.filter { $0 == 0x0A }.count == 1)
    let answer = try Self.answer(refused.dropLast())
    #expect(!answer.isOK && answer.status == nil)
    #expect(answer.text == "The button holds the mute:\n\"it stays\".")
    #expect(throws: ControlProblem.noCommand) { try Self.answer(Array("{}".utf8)) }
    #expect(throws: ControlProblem.noCommand) { try Self.answer(Array(#"{"ok":1}"#.utf8)) }
  }

  private static let report: StatusReport = {
    var report = StatusReport()
    report.name = "Front door"
    report.version = "0.1.0"
    report.uptimeSeconds = 3723
    report.state = "in a call"
    report.inputLevel = 12
    report.microphoneMuted = true
    report.mutedByHardware = true
    report.volumePercent = 70
    report.trouble = "no microphone: it is gone"
    var call = CallStatus()
    call.peer = "kitchen"
    call.connectionState = "connected"
    call.quality = 98
    call.roundTripMilliseconds = 12.25
    call.voice.level = 31
    call.voice.residualLossPercent = 0.1
    call.voice.latePackets = 2
    call.voice.jitterMilliseconds = 1.5
    call.voice.targetDelayMilliseconds = 40
    report.processing.controlsGain = true
    report.processing.echoDelayMilliseconds = 12.5
    report.processing.erle = 21.5
    report.processing.gain = -3
    report.calls = [call]
    report.counters = [CounterStatus("xruns", 3)]
    return report
  }()

  @Test("a pairing's code and the list of the paired are told")
  func pairing() throws {
    var door = AccessControl(.paired, cryptography: .library, randomness: Randomness(seed: 1))
    let open = door.openPairing(at: .zero)
    let told = try Self.answer(Array(ControlReply.pairing(open, url: "https://a/", at: ms(500)).line().dropLast()))
    #expect(told.isOK && told.object["code"]?.string == open.code && told.object["expires_s"]?.integer == 120)
    _ = try door.pair(PairingRequest(code: open.code, name: "phone"), from: .loopbackV4, at: .zero, wall: 0)
    let line = ControlReply.paired(door.list, openSeconds: nil).line()
    #expect(
      String(decoding: line, as: UTF8.self) == #"{"ok":true,"paired":[{"id":1,"name":"phone","role":"talk","#
        + #""device":false,"created":0,"last_seen":0}],"open_s":null}"# + "\n")
  }

  @Test("a status is the report's JSON, and can be said in words")
  func status() throws {
    let line = ControlReply.status(Self.report).line()
    #expect(line.last == 0x0A)
    let answer = try Self.answer(line.dropLast())
    #expect(answer.isOK)
    let status = try #require(answer.status)
    #expect(status["counters"]?["xruns"]?.integer == 3)
    #expect(
      StatusText.text(of: status) == """
        Front door, version 0.1.0, up 1 h 2 min
        State: in a call
        Microphone: muted by its button, input level 12, echo 21.5 dB down at 12.5 ms, gain -3 dB
        Speaker: on, volume 70 %, output level 0
        Trouble: no microphone: it is gone
        Call with kitchen: connected, quality 98, loss 0 %, round trip 12.25 ms
          Heard at level 31, 0.1 % of the voice made up, 2 packets late, jitter 1.5 ms, aims at a delay of 40 ms
        """)
    #expect(!StatusText.text(of: .null).isEmpty)
  }

  @Test("the state in one line names whom the calls are with, and the mute")
  func sentence() {
    #expect(Self.report.sentence == "in a call with kitchen; microphone muted; no microphone: it is gone")
    var report = StatusReport()
    report.state = "idle"
    #expect(report.sentence == "idle")
    var call = CallStatus()
    for peer in ["door", "attic", ""] {
      call.peer = peer
      report.calls.append(call)
    }
    report.state = "in a call"
    #expect(report.sentence == "in a call with door, attic")
  }

  // MARK: Lines

  private static func lines(_ bytes: [UInt8], limit: Int, step: Int) -> [CutLine] {
    var cutter = LineCutter(limitBytes: limit)
    var lines: [CutLine] = []
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + step, bytes.count)
      Array(bytes[offset..<end]).withByteView { cutter.handle($0) }
      offset = end
      while let line = cutter.poll() { lines.append(line) }
      #expect(cutter.pendingBytes <= limit + step + 1)
    }
    return lines
  }

  @Test("lines are cut alike however they come, and one that is too long is told once", arguments: [1, 2, 7, 1000])
  func cutter(step: Int) {
    let text = "one\n\r\n  \n12345678\r\n123456789\nthree\n" + String(repeating: "x", count: 100) + "\nfour\nrest"
    let expected: [CutLine] = [
      .line(Array("one".utf8)), .line(Array("12345678".utf8)), .tooLong, .line(Array("three".utf8)), .tooLong,
      .line(Array("four".utf8)),
    ]
    #expect(Self.lines(Array(text.utf8), limit: 8, step: step) == expected)
  }

  @Test("mutated requests are read or refused, and never trap")
  func mutated() {
    var random = Randomness(seed: 0x5E21)
    for _ in 0..<20_000 {
      var line = Self.requests[random.below(Self.requests.count)].1.line()
      for _ in 0...random.below(4) {
        let at = random.below(line.count)
        line[at] = random.uint8()
      }
      line.withByteView { WebFuzz.control($0) }
    }
  }
}
