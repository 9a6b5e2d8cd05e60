// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Frames: the examples of RFC 6455 section 5.7, and a table of what is taken and what is refused.

import Core
import Testing
import Web

/// The bytes that hexadecimal digits write; blanks between them do not count.
func hexBytes(_ text: String) -> [UInt8] {
  let digits = Array(text.filter { !$0.isWhitespace })
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
}

/// What frames give, in pieces of `step` bytes, and what stops the reading.
func readFrames(
  _ bytes: [UInt8], fromClient: Bool, step: Int = .max, limit: Int = Limits.webSocketMessageBytesMax
) -> (inputs: [WebSocketInput], error: WebSocketError?) {
  var reader = WebSocketFrameReader(expectsMask: fromClient, messageBytesMax: limit)
  var inputs: [WebSocketInput] = []
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, step == .max ? bytes.count : start + step)
    var failure: WebSocketError?
    Array(bytes[start..<end]).withByteView { view in
      var offset = 0
      do throws(WebSocketError) {
        while let input = try reader.read(view, from: &offset) { inputs.append(input) }
      } catch { failure = error }
    }
    if let failure { return (inputs, failure) }
    start = end
  }
  return (inputs, nil)
}

@Suite("WebSocket frames")
struct WebSocketFrameTests {
  private static let hello = WebSocketInput.text("Hello".bytes)

  @Test(
    "the examples of RFC 6455 section 5.7 are read, in one piece and byte by byte",
    arguments: [
      ("81 05 48656c6c6f", false, [hello]), ("81 85 37fa213d 7f9f4d5158", true, [hello]),
      ("01 03 48656c 80 02 6c6f", false, [hello]), ("89 05 48656c6c6f", false, [.ping("Hello".bytes)]),
      ("8a 85 37fa213d 7f9f4d5158", true, [.pong("Hello".bytes)]),
    ] as [(String, Bool, [WebSocketInput])])
  func examples(wire: String, fromClient: Bool, wanted: [WebSocketInput]) {
    for step in [.max, 1, 2, 3] as [Int] {
      let read = readFrames(hexBytes(wire), fromClient: fromClient, step: step)
      #expect(read.inputs == wanted && read.error == nil)
    }
  }

  @Test(
    "lengths are written in 7, 16 and 64 bits as in section 5.7, and read back",
    arguments: [0, 125, 126, 256, 65_535, 65_536])
  func lengths(count: Int) {
    let payload = [UInt8](repeating: 0x61, count: count)
    var plain: [UInt8] = []
    payload.withByteView { WebSocketFrameWriter.write(.binary, $0, mask: nil, into: &plain) }
    if count == 256 { #expect(Array(plain.prefix(4)) == hexBytes("827E0100")) }
    if count == 65_536 { #expect(Array(plain.prefix(10)) == hexBytes("827F0000000000010000")) }
    #expect(readFrames(plain, fromClient: false, limit: 70_000).inputs == [.binary(payload)])
    var masked: [UInt8] = []
    payload.withByteView { WebSocketFrameWriter.write(.binary, $0, mask: 0x37FA_213D, into: &masked) }
    #expect(readFrames(masked, fromClient: true, step: 1000, limit: 70_000).inputs == [.binary(payload)])
  }

  @Test("the masked hello of section 5.7 is written so")
  func masked() {
    var bytes: [UInt8] = []
    "Hello".withByteView { WebSocketFrameWriter.write(.text, $0, mask: 0x37FA_213D, into: &bytes) }
    #expect(bytes == hexBytes("818537fa213d7f9f4d5158"))
  }

  /// A server's frames and what they come to, as a person would write them down.
  struct Row: Sendable, CustomTestStringConvertible {
    let what: String
    let wire: String
    var inputs: [WebSocketInput] = []
    var error: WebSocketError?
    var testDescription: String { what }
  }

  private static let rows = [
    Row(what: "an empty text", wire: "8100", inputs: [.text([])]),
    Row(what: "an empty message of bytes", wire: "8200", inputs: [.binary([])]),
    Row(what: "a ping without a payload", wire: "8900", inputs: [.ping([])]),
    Row(what: "an unasked pong", wire: "8a00", inputs: [.pong([])]),
    Row(
      what: "a ping between two pieces", wire: "0101 61 8900 8001 62", inputs: [.ping([]), .text("ab".bytes)]),
    Row(what: "empty pieces", wire: "0100 0000 8000", inputs: [.text([])]),
    Row(what: "a character cut between pieces", wire: "0101c3 8001a4", inputs: [.text("ä".bytes)]),
    Row(
      what: "a ping of 125 bytes", wire: "897d" + String(repeating: "61", count: 125),
      inputs: [
        .ping([UInt8](repeating: 0x61, count: 125))
      ]),
    Row(what: "a ping of 126 bytes", wire: "897e007e", error: .malformedControl),
    Row(what: "a ping in pieces", wire: "0900", error: .malformedControl),
    Row(what: "the first reserved bit", wire: "c100", error: .reservedBit),
    Row(what: "the second reserved bit", wire: "a100", error: .reservedBit),
    Row(what: "the third reserved bit", wire: "9100", error: .reservedBit),
    Row(what: "a reserved bit in a ping", wire: "d900", error: .reservedBit),
    Row(what: "opcode 3", wire: "8300", error: .unknownOpcode),
    Row(what: "opcode 7", wire: "8700", error: .unknownOpcode),
    Row(what: "opcode 11", wire: "8b00", error: .unknownOpcode),
    Row(what: "opcode 15", wire: "8f00", error: .unknownOpcode),
    Row(what: "a mask where none may be", wire: "818537fa213d7f9f4d5158", error: .wrongMask),
    Row(what: "a continuation of nothing", wire: "8000", error: .nothingToContinue),
    Row(
      what: "a continuation after the end", wire: "810161 8000", inputs: [.text("a".bytes)], error: .nothingToContinue),
    Row(what: "a text within a text", wire: "010161 810162", error: .messageWithinMessage),
    Row(what: "bytes within a text", wire: "010161 820162", error: .messageWithinMessage),
    Row(what: "5 bytes counted in 16 bits", wire: "817e0005", error: .malformedLength),
    Row(what: "65,535 bytes counted in 64 bits", wire: "817f000000000000ffff", error: .malformedLength),
    Row(what: "a length beyond 63 bits", wire: "817f8000000000000000", error: .malformedLength),
    Row(what: "a text beyond the limit, at its header", wire: "817f0000000000010000", error: .tooLarge),
    Row(what: "a lone continuation byte", wire: "810180", error: .malformedText),
    Row(what: "a surrogate", wire: "8103eda080", error: .malformedText),
    Row(what: "a character that is cut", wire: "8101c3", error: .malformedText),
    Row(what: "an overlong slash", wire: "8102c0af", error: .malformedText),
    Row(what: "a close that says nothing", wire: "8800", inputs: [.close(nil, reason: [])]),
    Row(what: "a close with a code", wire: "880203e8", inputs: [.close(.normal, reason: [])]),
    Row(what: "a close with a reason", wire: "880403e96f6b", inputs: [.close(.goingAway, reason: "ok".bytes)]),
    Row(what: "a close of one byte", wire: "880103", error: .malformedClose),
    Row(what: "a close with code 999", wire: "880203e7", error: .malformedClose),
    Row(what: "a close with code 1004", wire: "880203ec", error: .malformedClose),
    Row(what: "a close with code 1005", wire: "880203ed", error: .malformedClose),
    Row(what: "a close with code 1006", wire: "880203ee", error: .malformedClose),
    Row(what: "a close with code 1015", wire: "880203f7", error: .malformedClose),
    Row(what: "a close with code 2999", wire: "88020bb7", error: .malformedClose),
    Row(what: "a close with code 3000", wire: "88020bb8", inputs: [.close(WebSocketCloseCode(3000), reason: [])]),
    Row(what: "a close with code 5000", wire: "88021388", error: .malformedClose),
    Row(what: "a close whose reason is no text", wire: "880303e8ff", error: .malformedText),
  ]

  @Test("frames of a server are taken or refused as they should be", arguments: rows)
  func table(row: Row) {
    for step in [.max, 1] as [Int] {
      let read = readFrames(hexBytes(row.wire), fromClient: false, step: step)
      #expect(read.inputs == row.inputs)
      #expect(read.error == row.error)
    }
  }

  @Test("a client's frame without a mask is refused")
  func unmasked() { #expect(readFrames(hexBytes("8100"), fromClient: true).error == .wrongMask) }

  @Test("pieces count together, and a limit is kept before anything is stored")
  func limit() {
    #expect(readFrames(hexBytes("0104 61616161 8004 61616161"), fromClient: false, limit: 7).error == .tooLarge)
    #expect(readFrames(hexBytes("0104 61616161 8003 616161"), fromClient: false, limit: 7).error == nil)
  }

  @Test("a long reason of a close is cut between characters")
  func reason() throws {
    var bytes: [UInt8] = []
    WebSocketFrameWriter.writeClose(.goingAway, reason: String(repeating: "ä", count: 70), mask: nil, into: &bytes)
    let read = readFrames(bytes, fromClient: false)
    #expect(read.inputs == [.close(.goingAway, reason: String(repeating: "ä", count: 61).bytes)])
  }
}
