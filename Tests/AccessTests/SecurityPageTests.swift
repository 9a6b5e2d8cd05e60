// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The page about security says what the program does.

import Access
import Core
import Foundation
import Testing

@Suite("The page of security")
struct SecurityPageTests {
  private func page() throws -> String {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/reference/security.md")
    return try String(contentsOf: file, encoding: .utf8)
  }

  @Test("its table of routes is the program's, in the same order")
  func routes() throws {
    let rows = RouteRule.all.map { rule in
      let role = (rule.role?.text ?? "everybody") + (rule.admitsPinned ? ", pinned devices" : "")
      let transport =
        switch rule.transport {
        case .none: "no"
        case .unlessOpen: "unless open"
        case .always: "always"
        }
      return "| `\(rule.method.text) \(rule.pattern)` | \(role) | \(transport) | \(rule.rate) |"
    }
    let page = try page()
    #expect(page.contains("| --- | --- | --- | --- |\n" + rows.joined(separator: "\n") + "\n\n"))
    #expect(page.components(separatedBy: "| `").count == rows.count + 1 + AccessMode.allCases.count)
  }

  @Test("its rates and bounds are the program's")
  func bounds() throws {
    let page = try page()
    for rate in RateClass.allCases {
      let name = rate == .wrongSignature ? "wrong signature" : "\(rate)"
      let interval =
        rate.intervalMilliseconds < 1000 ? "\(rate.intervalMilliseconds) ms" : "\(rate.intervalMilliseconds / 1000) s"
      #expect(page.contains("| \(name) | \(rate.burst) | \(interval) |"), "\(name)")
    }
    #expect(Limits.pairingSeconds == 120 && page.contains("live 120 seconds"))
    #expect(Limits.pairingTriesMax == 5 && page.contains("Five wrong tries"))
    #expect(Limits.pairingShutOutSeconds == 600 && page.contains("shut out for ten minutes"))
    #expect(Limits.pairedMax == 64 && page.contains("64 may be paired"))
    #expect(Limits.tokenBytesMax == 2048 && page.contains("more than 2,048 bytes"))
    #expect(Limits.tokenLeewaySeconds == 60 && page.contains("by more than 60 s"))
  }
}
