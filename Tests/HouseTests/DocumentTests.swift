// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the documents say is true: the limits, and that what they link to exists.

import Foundation
import Testing

@Suite("The documents")
struct DocumentTests {
  /// One bound: its group, name, value as written, reason.
  private struct Bound {
    let group: String
    let name: String
    let value: String
    let reason: String
  }

  private func bounds() throws -> [Bound] {
    var bounds: [Bound] = []
    var group = ""
    var reason: [String] = []
    for line in try House.text("Sources/Core/Limits.swift").split(separator: "\n").map(String.init) {
      let code = line.trimmingCharacters(in: .whitespaces)
      if code.hasPrefix("// MARK: ") {
        group = String(code.dropFirst(9))
      } else if code.hasPrefix("/// ") {
        reason.append(String(code.dropFirst(4)))
      } else if code.hasPrefix("public static let ") {
        let parts = code.dropFirst(18).split(separator: "=", maxSplits: 1)
        let name = parts[0].split(separator: ":")[0].trimmingCharacters(in: .whitespaces)
        bounds.append(
          Bound(
            group: group, name: name, value: parts[1].trimmingCharacters(in: .whitespaces),
            reason: reason.joined(separator: " ")))
        reason = []
      } else {
        reason = []
      }
    }
    return bounds
  }

  private func page() throws -> String {
    var text = """
      # Limits

      Every bound of the house, as `Sources/Core/Limits.swift` states it. A test keeps this page and the source the same;
      `INTERCOM_WRITE_DOCS=1 swift test --filter HouseTests` writes the page anew.

      """
    var group = ""
    for bound in try bounds() {
      if bound.group != group {
        group = bound.group
        text += "\n## \(group)\n\n| limit | value | why |\n| --- | --- | --- |\n"
      }
      text += "| `\(bound.name)` | `\(bound.value)` | \(bound.reason) |\n"
    }
    return text
  }

  @Test("docs/reference/limits.md matches Limits.swift")
  func limits() throws {
    for bound in try bounds() { #expect(!bound.reason.isEmpty, "\(bound.name) has no reason") }
    let path = "docs/reference/limits.md"
    let expected = try page()
    if ProcessInfo.processInfo.environment["INTERCOM_WRITE_DOCS"] == "1" {
      try expected.write(to: House.root.appendingPathComponent(path), atomically: true, encoding: .utf8)
    }
    #expect(try House.text(path) == expected, "\(path) is out of date")
  }

  @Test("every relative link in the documents leads to a file")
  func links() throws {
    var files = House.files(under: "docs", endings: [".md"])
    files += House.files(under: "board", endings: [".md"])
    for name in ["README.md", "CHANGELOG.md"] { files.append(House.File(path: name, text: try House.text(name))) }
    for file in files {
      let folder = House.root.appendingPathComponent(file.path).deletingLastPathComponent()
      for piece in file.text.components(separatedBy: "](").dropFirst() {
        let target = piece.prefix { $0 != ")" && $0 != "#" && $0 != " " }
        guard !target.isEmpty, !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
        let path = folder.appendingPathComponent(String(target)).path
        #expect(FileManager.default.fileExists(atPath: path), "\(file.path) links to \(target), which is not there")
      }
    }
  }
}
