// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The page's files as the server hands them out.

import Access
import Core
import Testing
import Web

@Suite("The page")
struct PageTests {
  private static let phone = IPAddress.v4(192, 168, 1, 77)
  private static let lan = IPAddress.v4(192, 168, 1, 5)

  private func get(_ path: String, _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: 192.168.1.5\r\n\(fields)\r\n"
  }

  @Test("files have a strong tag, a type and a strict policy, and are not sent again to who has them")
  func files() throws {
    var hall = Hall()
    let rows = [
      ("/", "text/html; charset=utf-8"), ("/page.css", "text/css; charset=utf-8"),
      ("/page.js", "text/javascript; charset=utf-8"), ("/icon.svg", "image/svg+xml"),
      ("/manifest.webmanifest", "application/manifest+json"), ("/apple-touch-icon.png", "image/png"),
    ]
    for (path, type) in rows {
      let whole = hall.exchange(get(path), to: Self.lan)
      #expect(whole.status == 200)
      #expect(whole["Content-Type"] == type)
      #expect(whole["Cache-Control"] == "no-cache")
      #expect(whole["X-Content-Type-Options"] == "nosniff")
      #expect(whole["Strict-Transport-Security"] == nil)
      #expect(
        whole["Content-Security-Policy"]
          == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          + "manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
      let tag = try #require(whole["ETag"])
      #expect(tag.hasPrefix("\"") && tag.utf8.count == 18)
      for known in [tag, "W/" + tag, "\"a\", " + tag, "*"] {
        let again = hall.exchange(get(path, "If-None-Match: \(known)\r\n"), to: Self.lan)
        #expect(again.status == 304, "\(known)")
        #expect(again.body.isEmpty)
        #expect(again["ETag"] == tag)
        #expect(again["Content-Length"] == nil)
      }
      #expect(hall.exchange(get(path, "If-None-Match: \"other\"\r\n"), to: Self.lan).status == 200)
    }
  }

  @Test("the page is where it may work: over TLS, from this machine, or where everybody may; else the trust page")
  func frontPage() {
    let rows: [(AccessMode, Transport, IPAddress, isPage: Bool)] = [
      (.paired, .secure, Self.phone, true), (.paired, .plain, .loopbackV4, true), (.open, .plain, Self.phone, true),
      (.paired, .plain, Self.phone, false), (.token, .plain, Self.phone, false),
    ]
    for (mode, transport, client, isPage) in rows {
      var hall = Hall(mode: mode)
      let response = hall.exchange(get("/"), from: client, to: Self.lan, over: transport)
      #expect(response.status == 200)
      #expect((response["ETag"] != nil) == isPage, "\(mode) \(transport)")
      let trust = hall.exchange(get("/trust"), from: client, to: Self.lan, over: transport)
      #expect(isPage || trust.body == response.body)
    }
  }

  @Test("the authority's certificate is there when there is one")
  func authority() {
    var hall = Hall(mode: .paired)
    #expect(hall.exchange(get("/ca.crt"), from: Self.phone, to: Self.lan).status == 404)
    hall.server.facts.trust.certificate = "der".bytes
    let response = hall.exchange(get("/ca.crt"), from: Self.phone, to: Self.lan)
    #expect(response.status == 200)
    #expect(response["Content-Type"] == TrustPage.certificateType)
    #expect(response.body == "der")
  }
}
