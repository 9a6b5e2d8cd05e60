// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One JSON message a line.

import Core
import Testing
import Web

@Suite("Messages on standard input and output")
struct StdioTests {
  private func read(_ wire: [UInt8], step: Int = Limits.httpReadBytesMax) -> [String] {
    var reader = StdioReader()
    var found: [String] = []
    func poll() {
      while let input = reader.poll() {
        switch input {
        case .message(let message): found.append(text(Array(message.line().dropLast())))
        case .error(let error): found.append(error.text)
        }
      }
    }
    var offset = 0
    while offset < wire.count {
      let end = min(offset + step, wire.count)
      Array(wire[offset..<end]).withByteView { reader.handle($0) }
      offset = end
      poll()
      #expect(reader.memoryBytes <= 4 * Limits.stdioLineBytesMax)
    }
    reader.handleEnd()
    poll()
    return found
  }

  private func parse(_ line: String) -> StdioMessage? {
    line.bytes.withByteView { try? StdioMessage.parse($0) }
  }

  @Test("every message is written as one line and read back the same")
  func roundTrip() {
    let messages: [StdioMessage] = [
      .offer("v=0\r\ns=-\r\n"), .answer("v=0\r\n\"ä\""),
      .candidate("candidate:1 1 udp 1 192.0.2.1 9 typ host", mid: "0"),
      .candidate("", mid: ""), .bye(reason: "hung up"),
      .state(StdioState("connected", quality: 97, detail: "host/host")),
      .state(StdioState("new")),
    ]
    for message in messages {
      let line = message.line()
      #expect(line.last == 0x0A)
      #expect(!line.dropLast().contains(0x0A))
      #expect(parse(text(Array(line.dropLast()))) == message)
    }
    #expect(text(StdioMessage.offer("v=0\r\n").line()) == #"{"type":"offer","sdp":"v=0\r\n"}"# + "\n")
    #expect(text(StdioMessage.bye(reason: "").line()) == #"{"type":"bye","reason":""}"# + "\n")
  }

  @Test("what browsers write for candidates is understood")
  func browsers() {
    let wire = #"{"type":"candidate","candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"}"#
    #expect(parse(wire) == .candidate("candidate:1", mid: "0"))
    #expect(parse(#"{"type":"candidate","candidate":"","sdpMid":null}"#) == .candidate("", mid: ""))
    #expect(parse(#"{"type":"candidate","candidate":null}"#) == .candidate("", mid: ""))
  }

  @Test("errors are named with their line, and the next line is read")
  func errors() {
    let wire = """
      {"type":"bye","reason":"1"}

      {"type":"bye"
      []
      {"sdp":"x"}
      {"type":"hello"}
      {"type":"offer"}
      {"type":"offer","sdp":""}
      {"type":"candidate","sdpMid":"0"}
      {"type":"state","quality":"x"}
      {"type":"bye","reason":"2"}\r
        \t
      {"type":"bye","reason":"3"}
      """
    let expected = [
      #"{"type":"bye","reason":"1"}"#,
      "line 3: The JSON text ends too early.",
      "line 4: The line is not a JSON object.",
      "line 5: The object has no string called type.",
      "line 6: The type is none of offer, answer, candidate, bye, state.",
      "line 7: The object needs a string called sdp.",
      "line 8: The object needs a string called sdp.",
      "line 9: The object needs a string called candidate.",
      "line 10: The object needs a string called state.",
      #"{"type":"bye","reason":"2"}"#,
      #"{"type":"bye","reason":"3"}"#,
    ]
    for step in [1, 2, 7, 64, 4096] { #expect(read(wire.bytes, step: step) == expected, "step \(step)") }
  }

  @Test("a line that is too long is named once and passed over")
  func tooLong() {
    let long = String(repeating: "a", count: 3 * Limits.stdioLineBytesMax)
    let bye = #"{"type":"bye","reason":""}"#
    let found = read("\(bye)\n\(long)\n\(bye)\n\(long)".bytes)
    #expect(
      found == [
        bye, "line 2: The line is longer than 36864 bytes.", bye, "line 4: The line is longer than 36864 bytes.",
      ])
  }

  @Test("the largest offer passes")
  func largest() {
    let sdp = String(repeating: "a\r\n", count: Limits.httpBodyBytesMax / 3)
    #expect(read(StdioMessage.offer(sdp).line()).count == 1)
    #expect(parse(text(Array(StdioMessage.offer(sdp).line().dropLast()))) == .offer(sdp))
  }
}
