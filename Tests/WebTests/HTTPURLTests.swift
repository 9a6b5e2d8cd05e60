// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// URLs, references, authorities, path segments and media types.

import Core
import Testing
import Web

@Suite("URLs and media types")
struct HTTPURLTests {
  @Test("URLs are read: host, port and target")
  func read() throws {
    let rows: [(String, String, UInt16, String)] = [
      ("http://door.local/call", "door.local", 80, "/call"),
      ("HTTP://Door.Local:8080", "door.local", 8080, "/"),
      ("http://192.0.2.7:81/call?x=1#part", "192.0.2.7", 81, "/call?x=1"),
      ("http://[2001:DB8::7]:8080/call", "2001:db8::7", 8080, "/call"),
      ("http://[::1]", "::1", 80, "/"),
      ("http://door:/call", "door", 80, "/call"),
      ("http://door?x", "door", 80, "/?x"),
    ]
    for (text, host, port, target) in rows {
      let url = try HTTPURL(text)
      #expect(url.host == host)
      #expect(url.port == port)
      #expect(url.target == target)
    }
    #expect(try HTTPURL("http://[::1]:8080/call").text == "http://[::1]:8080/call")
    let secure = try HTTPURL("HTTPS://Door/call")
    #expect(secure.isSecure && secure.port == 443 && secure.text == "https://door/call")
    #expect(!secure.hasSameServer(as: try HTTPURL("http://door/call")))
    #expect(secure.hasSameServer(as: try HTTPURL("https://door/call/1")))
  }

  @Test("what is no http URL is refused, each by its name")
  func refuse() {
    let rows: [(String, HTTPURLError)] = [
      ("ftp://door/", .unknownScheme), ("httpss://door/", .unknownScheme), ("https://", .malformedHost),
      ("door.local/call", .noScheme), ("", .noScheme), ("http:/door", .noScheme), ("://door", .noScheme),
      ("http://", .malformedHost), ("http:///call", .malformedHost), ("http://me@door/", .malformedHost),
      ("http://do or/", .malformedHost), ("http://[::1/", .malformedHost), ("http://[fe80::1%25eth0]/", .malformedHost),
      ("http://::1/", .malformedHost), ("http://door:0/", .malformedPort), ("http://door:65536/", .malformedPort),
      ("http://door:http/", .malformedPort), ("http://[::1]:x/", .malformedPort), ("http://door/a b", .malformedPath),
      ("http://door/ä", .malformedPath), ("http://door/" + String(repeating: "a", count: 1024), .tooLong),
    ]
    for (text, error) in rows {
      #expect(throws: error, "\(text)") { try HTTPURL(text) }
      #expect(!error.text.isEmpty)
    }
  }

  @Test("references are resolved as RFC 3986 section 5.4 has it")
  func resolve() throws {
    let base = try HTTPURL("http://a/b/c/d?q")
    let rows = [
      ("/g", "http://a/g"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
      ("?y", "http://a/b/c/d?y"), ("g?y", "http://a/b/c/g?y"), ("", "http://a/b/c/d"), (".", "http://a/b/c/"),
      ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../../g", "http://a/g"),
      ("/./g", "http://a/g"), ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"),
      ("//h:81/x", "http://h:81/x"),
      ("http://h/y", "http://h/y"),
    ]
    for (reference, result) in rows { #expect(try base.resolve(reference).text == result, "\(reference)") }
    #expect(try base.resolve("https://h/").text == "https://h/")
    let secure = try HTTPURL("https://a:8443/b")
    #expect(try secure.resolve("//h/x").text == "https://h/x")
    #expect(try secure.resolve("c").text == "https://a:8443/c")
  }

  @Test("paths are split before they are decoded, and what could mean two things is refused")
  func segments() {
    #expect(HTTPURL.segments("/") == [])
    #expect(HTTPURL.segments("/call/a%20b") == ["call", "a b"])
    #expect(HTTPURL.segments("/call/") == ["call", ""])
    #expect(HTTPURL.segments("/%63all/%C3%A4") == ["call", "ä"])
    for path in [
      "", "call", "/a/../b", "/a/%2e%2E/b", "/./a", "/a%2Fb", "/a%5Cb", "/a%", "/a%4", "/a%zz", "/a%00", "/a%FF",
      "/1/2/3/4/5/6/7/8/9",
    ] { #expect(HTTPURL.segments(path) == nil, "\(path)") }
  }

  @Test("media types are compared without case and parameters, and Accept is honoured")
  func mediaTypes() {
    #expect(MediaType.matches("Application/SDP; charset=utf-8", MediaType.sdp))
    #expect(!MediaType.matches("application/sdpx", MediaType.sdp))
    #expect(!MediaType.matches(nil, MediaType.sdp))
    let rows: [(String?, Bool)] = [
      (nil, true), ("*/*", true), ("application/*", true), ("APPLICATION/SDP", true), ("text/html", false), ("", false),
      ("text/html, */*;q=0.1", true), ("application/sdp;q=0, */*", false), ("*/*;q=0, application/sdp", true),
      ("application/sdp; q=0.000", false), ("application/sdp;q=0.001", true),
    ]
    for (accept, expected) in rows {
      let fields = HTTPFields(accept.map { [HTTPField("Accept", $0)] } ?? [])
      #expect(MediaType.isAccepted(MediaType.sdp, by: fields) == expected, "\(accept ?? "none")")
    }
  }
}
