// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Foundation
import Security
import Testing
import Web

private let fingerprint = String(repeating: "A1:", count: 31) + "A1"

private func facts(name: String = "Front door") -> TrustFacts {
  TrustFacts(
    name: name, httpsURL: "https://192.168.1.20:8443/", fingerprint: fingerprint, certificate: [0x30, 0x00],
    qr: QREncoder.modules(of: "http://192.168.1.20:8080/trust#\(fingerprint)") ?? .none)
}

private func page(_ facts: TrustFacts) -> String { String(decoding: TrustPage.html(facts), as: UTF8.self) }

@Suite("The trust page")
struct TrustPageTests {
  @Test("it shows the fingerprint, the certificate, the steps, the code, the page by HTTPS and the bell")
  func contents() {
    let html = page(facts())
    for text in [
      "<h1>Front door</h1>", "id=\"\(fingerprint)\">\(fingerprint)<", "href=\"/ca.crt\"", "iPhone and iPad", "Android",
      "Mac", "Windows", "Linux", "Firefox", "Certificate Trust Settings", "href=\"https://192.168.1.20:8443/\"",
      "<svg ", "role=\"img\"", "<form method=\"post\" action=\"/bell\">", "lang=\"en\"", "width=device-width",
      "color-scheme:light dark",
    ] { #expect(html.contains(text), "\(text)") }
  }

  @Test("nothing comes from elsewhere, and nothing needs a script or an inline style")
  func selfContained() {
    let html = page(facts())
    for text in ["<script", " style=", "onclick", "src=", "@import", "url(", "javascript:"] {
      #expect(!html.contains(text), "\(text)")
    }
    let links = html.components(separatedBy: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    for link in links { #expect(link == "/ca.crt" || link == "https://192.168.1.20:8443/", "\(link)") }
    #expect(html.utf8.count < 24_000, "\(html.utf8.count)")
  }

  @Test("the policy names the digest of the page's style")
  func policy() throws {
    let html = page(facts())
    let style = try #require(html.components(separatedBy: "<style>").last?.components(separatedBy: "</style>").first)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl", "dgst", "-sha256", "-binary"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(style.utf8))
    try input.fileHandleForWriting.close()
    let digest = output.fileHandleForReading.readDataToEndOfFile().base64EncodedString()
    process.waitUntilExit()
    #expect(TrustPage.contentSecurityPolicy.contains("style-src 'sha256-\(digest)'"), "it is \(digest)")
    #expect(!TrustPage.contentSecurityPolicy.contains("unsafe"))
  }

  @Test("every element that is opened is closed, in order", arguments: [true, false])
  func nesting(hasAuthority: Bool) throws {
    var facts = facts(name: "<b>\"A\" & 'B'</b>")
    if !hasAuthority { (facts.fingerprint, facts.certificate, facts.qr) = ("", [], .none) }
    let html = page(facts)
    #expect(html.contains("&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;") && !html.contains("<b>\"A"))
    let void: Set = ["!DOCTYPE", "meta"]
    var open: [String] = []
    for piece in html.components(separatedBy: "<").dropFirst() {
      let tag = piece.prefix { $0 != ">" }
      let name = String(tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" })
      if tag.hasPrefix("/") {
        #expect(open.popLast() == name)
      } else if !void.contains(name), !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
  }

  @Test("with an operator's certificate there is nothing to trust, and without HTTPS it says so")
  func otherStates() {
    var facts = facts()
    (facts.fingerprint, facts.certificate) = ("", [])
    #expect(!page(facts).contains("/ca.crt") && page(facts).contains("href=\"https://192.168.1.20:8443/\""))
    facts.httpsURL = nil
    #expect(page(facts).contains("does not speak HTTPS") && page(facts).contains("Ring the bell"))
  }

  @Test("the picture has every dark module and a border of four")
  func picture() throws {
    let code = facts().qr
    let svg = String(decoding: QRPicture.svg(code, label: "code"), as: UTF8.self)
    #expect(svg.contains("viewBox=\"0 0 57 57\"") && svg.contains("aria-label=\"code\""))
    var drawn = 0
    for piece in svg.components(separatedBy: "fill=\"#000\" d=\"")[1].components(separatedBy: "M").dropFirst() {
      let parts = piece.components(separatedBy: CharacterSet(charactersIn: " hvz-")).compactMap { Int($0) }
      let (column, row, run) = (parts[0], parts[1], parts[2])
      for offset in 0..<run { #expect(code.isDark(column: column - 4 + offset, row: row - 4)) }
      drawn += run
    }
    var dark = 0
    for row in 0..<code.size { for column in 0..<code.size where code.isDark(column: column, row: row) { dark += 1 } }
    #expect(drawn == dark && dark > 500)
    #expect(QRPicture.svg(.none, label: "").isEmpty && QRPicture.lines(.none).isEmpty)
  }

  @Test("the terminal's picture is the code, two modules a character")
  func lines() {
    let code = facts().qr
    let lines = QRPicture.lines(code).map { line in
      Array(line.dropFirst("\u{1B}[30;107m".count).dropLast("\u{1B}[0m".count))
    }
    #expect(lines.count == (code.size + 5) / 2)
    for (index, line) in lines.enumerated() {
      #expect(line.count == code.size + 4)
      for (column, character) in line.enumerated() {
        #expect(("█▀".contains(character)) == code.isDark(column: column - 2, row: index * 2 - 2))
        #expect(("█▄".contains(character)) == code.isDark(column: column - 2, row: index * 2 - 1))
      }
    }
  }
}
