// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// docs/reference/signaling.md against the code: its examples are read, its keys are all there are.

import Core
import Foundation
import Testing
import Web

@Suite("The signaling page")
struct SignalingPageTests {
  private static var page: String {
    get throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      return try String(contentsOf: root.appendingPathComponent("docs/reference/signaling.md"), encoding: .utf8)
    }
  }

  @Test("every JSON example is read, and messages are written back the same")
  func examples() throws {
    var (messages, reports) = (0, 0)
    for line in try Self.page.split(separator: "\n") where line.hasPrefix("{") {
      let bytes = String(line).bytes
      if line.hasPrefix("{\"type\"") {
        let message = try bytes.withUnsafeBytes { try StdioMessage.parse(ByteView($0)) }
        #expect(text(message.line()) == line + "\n")
        messages += 1
      } else {
        let value = try bytes.withUnsafeBytes { try JSONReader.read(ByteView($0)) }
        if value["uptime_s"] != nil { reports += 1 }
      }
    }
    #expect(messages == 6)
    #expect(reports == 1)
  }

  @Test("every key of /api/status is listed")
  func keys() throws {
    let page = try Self.page
    let json = WebServerTests.report.json()
    let value = try json.withUnsafeBytes { try JSONReader.read(ByteView($0)) }
    guard case .object(let members) = value, case .object(let call)? = value["calls"]?.array?.first else {
      Issue.record("the report is no object with a call")
      return
    }
    for member in members { #expect(page.contains("`\(member.name)`"), "\(member.name)") }
    for member in call { #expect(page.contains("`calls[].\(member.name)`"), "\(member.name)") }
  }

  @Test("every status that a server answers with is listed")
  func statuses() throws {
    let page = try Self.page
    for code in [
      200, 201, 204, 400, 403, 404, 405, 406, 408, 409, 412, 413, 414, 415, 417, 422, 428, 429, 431, 501, 503, 504, 505,
    ] {
      #expect(page.contains("| \(code)") || page.contains(", \(code)"), "\(code)")
    }
  }
}
