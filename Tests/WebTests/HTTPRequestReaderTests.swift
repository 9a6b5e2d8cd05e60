// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Requests as they come, whole, in pieces, and broken.

import Core
import Testing
import Web

@Suite("HTTP request reader")
struct HTTPRequestReaderTests {
  /// Each request, and what it must be refused with.
  static let refused: [(String, HTTPError)] = [
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedStartLine),
    ("GET /\r\n\r\n", .malformedStartLine),
    ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("\r\n\r\n\r\nGET / HTTP/1.1\r\n", .malformedStartLine),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedStartLine),
    ("GET /" + String(repeating: "a", count: 2100) + " HTTP/1.1\r\n", .startLineTooLong),
    ("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .bareCarriageReturn),
    ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .foldedField),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedField),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 8200) + "\r\n\r\n", .fieldsTooLarge),
    ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: b\r\n", count: 64) + "\r\n", .fieldsTooLarge),
    ("GET / HTTP/1.1\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", .malformedHost),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16385\r\n\r\n", .bodyTooLarge),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", .bodyTooLarge),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingLength),
    ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
      .unsupportedTransferCoding
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .unsupportedTransferCoding),
    (chunked + "\r\n", .malformedChunk),
    (chunked + "g\r\n", .malformedChunk),
    (chunked + "0x5\r\n", .malformedChunk),
    (chunked + "5\r\nhelloo\r\n", .malformedChunk),
    (chunked + "5\nhello", .bareLineFeed),
    (chunked + "ffffffff\r\n", .bodyTooLarge),
    (chunked + "fffffffff\r\n", .bodyTooLarge),
    (chunked + "4001\r\n", .bodyTooLarge),
    (chunked + "1;" + String(repeating: "a", count: 200) + "\r\n", .malformedChunk),
    (chunked + "0\r\nbad\r\n\r\n", .malformedField),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\nContent-Length: 1\r\n\r\n", .unknownExpectation),
  ]

  static let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

  @Test("broken requests are refused, each by its name", arguments: refused)
  func refuses(wire: String, error: HTTPError) {
    let (requests, found) = readRequests(wire + (error == .malformedStartLine ? "\r\n" : ""))
    #expect(found == error, "\(wire.prefix(100).debugDescription)")
    #expect(requests.count <= 1)
  }

  static let accepted: [(String, String, String)] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", ""),
    ("\r\nGET /x?y=1 HTTP/1.1\r\nhOST:a:80\r\n\r\n", "/x?y=1", ""),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", ""),
    ("GET http://b:81/x HTTP/1.1\r\nHost: a\r\n\r\n", "/x", ""),
    ("GET / HTTP/1.0\r\n\r\n", "/", ""),
    ("GET / HTTP/1.7\r\nHost: [::1]:80\r\n\r\n", "/", ""),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "/", "hi"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "/", ""),
    (chunked + "0\r\n\r\n", "/", ""),
    (chunked + "5\r\nhello\r\n00006;a=\"b\"\r\n world\r\n0\r\nTrailer: x\r\n\r\n", "/", "hello world"),
    (chunked + "A \r\n0123456789\r\n0\r\n\r\n", "/", "0123456789"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n", "/", "x"),
  ]

  @Test("well-formed requests are read", arguments: accepted)
  func accepts(wire: String, target: String, body: String) {
    let (requests, error) = readRequests(wire)
    #expect(error == nil)
    #expect(requests.count == 1)
    #expect(requests.first?.target == target)
    #expect(requests.first.map { text($0.body) } == body)
  }

  @Test("a request cut at any byte asks for more, and any two pieces give the same request", arguments: accepted)
  func pieces(wire: String, target: String, body: String) throws {
    let bytes = wire.bytes
    for cut in 0..<bytes.count {
      var reader = HTTPRequestReader()
      var offset = 0
      let head = Array(bytes[..<cut])
      let first = try head.withUnsafeBytes { try reader.read(ByteView($0), from: &offset) }
      #expect(first == nil)
      #expect(offset == cut)
      offset = 0
      let rest = try Array(bytes[cut...]).withUnsafeBytes { try reader.read(ByteView($0), from: &offset) }
      #expect(rest?.target == target)
      #expect(rest.map { text($0.body) } == body)
    }
  }

  @Test("an absolute target outranks the Host field")
  func absolute() {
    let request = readRequests("GET http://b:81/x HTTP/1.1\r\nHost: a\r\n\r\n").requests.first
    #expect(request?.authority?.host == "b")
    #expect(request?.authority?.port == 81)
  }

  @Test("requests sent ahead are read one after the other")
  func pipelined() {
    let (requests, error) = readRequests(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    #expect(error == nil)
    #expect(requests.map { $0.target } == ["/1", "/2", "/3"])
    #expect(requests.map { $0.body.count } == [0, 3, 0])
  }

  @Test("field names are compared without regard to case and lists are split outside quotes")
  func fields() {
    let request = readRequests(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive,  Close\r\nX-List: \"a,b\", c ,,\r\nx-list: d\r\n\r\n"
    ).requests.first
    #expect(request?.fields.first("CONNECTION") == "Keep-Alive,  Close")
    #expect(request?.fields.members("X-LIST") == ["\"a,b\"", "c", "d"])
    #expect(request?.keepsAlive == false)
  }

  @Test("a written request is read back the same")
  func written() {
    var bytes: [UInt8] = []
    let fields = HTTPFields([HTTPField("X", "a\r\nInjected: b")])
    HTTPRequest(.patch, "/call/1?x", authority: HTTPAuthority("[::1]:8080"), fields: fields, body: [1, 2, 3])
      .write(into: &bytes)
    let request = readRequests(text(bytes)).requests.first
    #expect(request?.method == .patch)
    #expect(request?.target == "/call/1?x")
    #expect(request?.authority?.text == "[::1]:8080")
    #expect(request?.fields.first("X") == "a  Injected: b")
    #expect(request?.body == [1, 2, 3])
  }
}
