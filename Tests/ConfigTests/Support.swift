// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Helpers of the Config tests: documents as compact text, errors as text, the repository's files.

import Config
import Core
import Foundation

/// A TOML document as text: keys in order, `=` values, `{}` tables, `[]` arrays; strings with escapes for control characters.
func rendered(_ toml: String) throws(ConfigError) -> String {
  let bytes = Array(toml.utf8)
  return try rendered(bytes)
}

func rendered(_ bytes: [UInt8]) throws(ConfigError) -> String {
  let result: Result<TOMLDocument, ConfigError> = bytes.withByteView { view in
    do throws(ConfigError) { return .success(try TOMLDocument.read(view, file: "t")) } catch { return .failure(error) }
  }
  let document = try result.get()
  return inside(document.root, document)
}

private func inside(_ table: TOMLTable, _ document: TOMLDocument) -> String {
  table.entries.map { "\($0.key)=\(text($0.node.value, document))" }.joined(separator: " ")
}

private func text(_ value: TOMLValue, _ document: TOMLDocument) -> String {
  switch value {
  case .string(let text):
    var escaped = ""
    for scalar in text.unicodeScalars {
      escaped += scalar.value < 0x20 || scalar.value == 0x7F ? "<\(String(scalar.value, radix: 16))>" : String(scalar)
    }
    return "'\(escaped)'"
  case .integer(let value): return "\(value)"
  case .float(let value): return "\(value)f"
  case .boolean(let value): return "\(value)"
  case .dateTime(let value):
    var text = ""
    if let date = value.date { text += "\(date.year)/\(date.month)/\(date.day)" }
    if let time = value.time { text += "T\(time.hour):\(time.minute):\(time.second).\(time.nanosecond)" }
    if let offset = value.offsetMinutes { text += "@\(offset)" }
    return text
  case .array(let nodes): return "[" + nodes.map { text($0.value, document) }.joined(separator: ",") + "]"
  case .table(let index): return "{" + inside(document.tables[index], document) + "}"
  case .tables(let indices):
    return "[" + indices.map { "{" + inside(document.tables[$0], document) + "}" }.joined(separator: ",") + "]"
  }
}

/// What reading settings gives.
func settings(_ toml: String, file: String = "t") -> Result<Settings, ConfigErrors> {
  Array(toml.utf8).withByteView { view in
    do throws(ConfigErrors) { return .success(try Settings.read(view, file: file)) } catch { return .failure(error) }
  }
}

/// Each error of reading `toml` as `line:column: message`; empty when there is none.
func mistakes(_ toml: String) -> [String] { mistakes(Array(toml.utf8)) }

func mistakes(_ bytes: [UInt8]) -> [String] {
  errors(bytes).map { "\($0.line):\($0.column): \($0.message)" }
}

func errors(_ bytes: [UInt8]) -> [ConfigError] {
  bytes.withByteView { view in
    do throws(ConfigErrors) {
      _ = try Settings.read(view, file: "t")
      return []
    } catch {
      return error.errors
    }
  }
}

/// The repository's folder.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Every `board/*/intercom.toml`.
func boardFiles() throws -> [URL] {
  let boards = repository.appendingPathComponent("board")
  return try FileManager.default.contentsOfDirectory(at: boards, includingPropertiesForKeys: nil)
    .map { $0.appendingPathComponent("intercom.toml") }
    .filter { FileManager.default.fileExists(atPath: $0.path) }
    .sorted { $0.path < $1.path }
}

/// Every block marked `toml` on the reference page.
func referenceBlocks() throws -> [String] {
  let page = try String(
    contentsOf: repository.appendingPathComponent("docs/reference/configuration.md"), encoding: .utf8)
  var blocks: [String] = []
  var block: String?
  for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
    if line == "```toml" {
      block = ""
    } else if line == "```", let finished = block {
      blocks.append(finished)
      block = nil
    } else {
      block?.append(line + "\n")
    }
  }
  return blocks
}
