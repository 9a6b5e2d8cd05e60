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

  /// What the first group of `pattern` matches in `text`, everywhere.
  private func matches(_ pattern: String, in text: String) throws -> [String] {
    let expression = try NSRegularExpression(pattern: pattern, options: .anchorsMatchLines)
    return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap {
      Range($0.range(at: 1), in: text).map { String(text[$0]) }
    }
  }

  /// The part of a page below the heading `## title`.
  private func section(_ title: String, of page: String) throws -> String {
    let parts = page.components(separatedBy: "\n## ")
    return try #require(parts.first { $0.hasPrefix(title + "\n") }, "no section \(title)")
  }

  @Test("every command of --help has a section, with every option it takes")
  func commands() throws {
    let source = try House.text("Sources/intercom/Help.swift")
    let page = try House.text("docs/reference/command-line.md")
    let commands = Set(try matches("^      intercom ([a-z]+)", in: source))
    #expect(commands.count == 20)
    for command in commands {
      let section = try section("intercom \(command)", of: page)
      let help = source.components(separatedBy: "static let \(command) = \"\"\"")
      let text = try #require(help.count == 2 ? help[1].components(separatedBy: "\"\"\"")[0] : nil, "\(command)")
      for usage in try matches("^    (intercom \(command).*)$", in: text) {
        #expect(section.contains("`\(usage)`"), "\(command) lacks \(usage)")
      }
      for option in Set(try matches("(--[a-z]+)", in: text)) where option != "--help" {
        #expect(section.contains("| `\(option)"), "\(command) lacks a row for \(option)")
      }
    }
    for option in Set(try matches("\"(--[a-z]+)\"", in: source)) { #expect(page.contains(option), "\(option)") }
  }

  @Test("every key of --report is documented, and no other")
  func reportKeys() throws {
    let source = try House.text("Sources/intercom/CallMeasurement.swift")
    let report = try section("The report", of: try House.text("docs/reference/command-line.md"))
    let written = Set(try matches("json\\.(?:member|name)\\(\"([a-z_]+)\"", in: source))
    let ends: Set = ["type", "address"]
    #expect(written.count > 20)
    #expect(Set(try matches("^\\| `([a-z_]+)` \\|", in: report)) == written.subtracting(ends))
    for key in ends.union(["local", "remote"]) { #expect(report.contains("`\(key)`"), "\(key)") }
  }

  @Test("exit codes are those of the source")
  func exitCodes() throws {
    let source = try House.text("Sources/intercom/ExitCode.swift")
    let page = try House.text("docs/reference/exit-codes.md")
    let declared = try matches("static let ([A-Za-z]+: Int32 = [0-9]+)$", in: source).map {
      $0.components(separatedBy: ": Int32 = ")
    }
    #expect(try matches("^\\| ([0-9]+ \\| [A-Za-z]+) \\|", in: page) == declared.map { "\($0[1]) | \($0[0])" })
  }

  @Test("every public declaration of VOIP and of ServiceHost stands on the VOIPService page")
  func voipService() throws {
    let page = try House.text("docs/reference/voipservice.md")
    var files = House.files(under: "Sources/VOIP", endings: [".swift"])
    for name in ["ServiceHost", "HostSettings"] {
      files.append(House.File(path: name, text: try House.text("Sources/Host/\(name).swift")))
    }
    // What stands in code type or in a heading.
    let shown = try matches("(`[^`\n]+`|^## .*$)", in: page).joined(separator: " ")
    let names = Set(shown.split { !$0.isLetter })
    var count = 0
    for file in files {
      let declared = try matches(
        "^ *public (?:static |mutating |final |private\\(set\\) )*(?:func|var|let|struct|class|enum) ([A-Za-z]+)",
        in: file.text)
      // Two blanks: a case of an enum at the top of the file, not of a switch.
      let cases = try matches("^  case ([A-Za-z]+)(?:\\(.*)?$", in: file.text)
      for name in declared + cases {
        count += 1
        #expect(names.contains(Substring(name)), "\(file.path): \(name) is not documented")
      }
    }
    #expect(count > 100)
  }
}
