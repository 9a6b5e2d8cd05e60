// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reads the tree that the tests were built from.

import Foundation

/// The checkout, read as text.
enum House {
  /// The folder that Package.swift lies in.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A source file: its path below the root, and its lines.
  struct File {
    let path: String
    let text: String
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
  }

  /// The text of the file at `path` below the root.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The files below `folder` whose names end in one of `endings`, in order of their paths.
  static func files(under folder: String, endings: [String]) -> [File] {
    let base = root.appendingPathComponent(folder)
    guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
    var files: [File] = []
    for case let name as String in walk where endings.contains(where: { name.hasSuffix($0) }) {
      guard !name.contains("/."), !name.hasPrefix(".") else { continue }
      guard let text = try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8) else { continue }
      files.append(File(path: "\(folder)/\(name)", text: text))
    }
    return files.sorted { $0.path < $1.path }
  }
}
