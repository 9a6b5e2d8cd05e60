// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Responses as a caller meets them.

import Core
import Testing
import Web

@Suite("HTTP response reader")
struct HTTPResponseReaderTests {
  private func read(
    _ wire: String, to method: HTTPMethod = .get, ends: Bool = false
  ) -> (response: HTTPResponse?, error: HTTPError?, keepsAlive: Bool) {
    wire.bytes.withByteView { view in
      var reader = HTTPResponseReader()
      reader.expect(method)
      var offset = 0
      do throws(HTTPError) {
        var response = try reader.read(view, from: &offset)
        if response == nil, ends { response = try reader.end() }
        return (response, nil, reader.keepsAlive)
      } catch {
        return (nil, error, false)
      }
    }
  }

  @Test("responses of every framing are read")
  func framings() {
    let rows: [(String, HTTPMethod, Bool, String, Bool)] = [
      ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", .get, false, "hi", true),
      ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", .get, false, "", true),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", .get, false, "hi", true),
      ("HTTP/1.1 200 OK\r\n\r\nuntil close", .get, true, "until close", false),
      ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", .get, false, "x", false),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx", .get, false, "x", false),
      ("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", .head, false, "", true),
      ("HTTP/1.1 204 No Content\r\n\r\n", .patch, false, "", true),
      ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 \r\n\r\n", .get, false, "", true),
    ]
    for (wire, method, ends, body, keepsAlive) in rows {
      let found = read(wire, to: method, ends: ends)
      #expect(found.error == nil, "\(wire)")
      #expect(found.response.map { text($0.body) } == body, "\(wire)")
      #expect(found.keepsAlive == keepsAlive, "\(wire)")
    }
  }

  @Test("broken responses are refused, each by its name")
  func refuses() {
    let rows: [(String, HTTPError)] = [
      ("HTTP/1.1 2x0 OK\r\n\r\n", .malformedStartLine),
      ("HTTP/1.1 099 OK\r\n\r\n", .malformedStartLine),
      ("HTTP/1.1 20\r\n\r\n", .malformedStartLine),
      ("HTTP/1.1 2000 OK\r\n\r\n", .malformedStartLine),
      ("ICY 200 OK\r\n\r\n", .malformedStartLine),
      ("HTTP/3.0 200 OK\r\n\r\n", .unsupportedVersion),
      ("HTTP/1.1 101 Switching\r\n\r\n", .malformedStartLine),
      (String(repeating: "HTTP/1.1 100 Go\r\n\r\n", count: 9), .malformedStartLine),
      ("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n", .bodyTooLarge),
      ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 16_385), .bodyTooLarge),
      ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", .truncated),
      ("HTTP/1.1 200 OK\r\nContent-Len", .truncated),
    ]
    for (wire, error) in rows { #expect(read(wire, ends: true).error == error, "\(wire.prefix(60))") }
  }

  @Test("a written response is read back the same, and the answer to HEAD has no body")
  func written() {
    var bytes: [UInt8] = []
    HTTPResponse(.created, mediaType: MediaType.sdp, body: "v=0".bytes).with("Location", "/call/1").write(into: &bytes)
    let found = read(text(bytes)).response
    #expect(found?.status == .created)
    #expect(found?.fields.first("location") == "/call/1")
    #expect(found.map { text($0.body) } == "v=0")
    bytes = []
    HTTPResponse(.ok, mediaType: MediaType.json, body: "{}".bytes).write(into: &bytes, toHead: true)
    #expect(text(bytes).hasSuffix("Content-Length: 2\r\n\r\n"))
    bytes = []
    HTTPResponse(.noContent).write(into: &bytes)
    #expect(text(bytes) == "HTTP/1.1 204 No Content\r\n\r\n")
  }
}
