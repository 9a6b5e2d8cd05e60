// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The corpus: good input, and input that once did harm, in a folder for each entry.

import Foundation

/// The files that inputs are made from.
public enum Corpus {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The folders of the entry called `name`: its own, and the corpora that the rooms' tests keep.
  private static func folders(of name: String) -> [URL] {
    let own = tests.appendingPathComponent("Fuzz/Corpus/\(name)")
    return name == "description" ? [own, tests.appendingPathComponent("SDPTests/Corpus")] : [own]
  }

  /// The entry's files with their names, in the order of the names.
  public static func files(of name: String) -> [(name: String, bytes: [UInt8])] {
    folders(of: name).flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { !$0.hasPrefix(".") && $0 != "README.md" }.sorted().compactMap { name in
        (try? Data(contentsOf: folder.appendingPathComponent(name))).map { (name, Array($0)) }
      }
    }
  }
}
