// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The files that people start from: every board's, and every block of the reference page.

import Config
import Core
import Foundation
import Testing

@Suite("Configuration files and pages")
struct FilesTests {
  @Test("every board's file is right")
  func boards() throws {
    let files = try boardFiles()
    #expect(!files.isEmpty)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      if case .failure(let errors) = settings(text, file: file.path) { Issue.record("\(errors.text)") }
    }
  }

  @Test("the desk needs no sound card and asks nobody outside")
  func desk() throws {
    let file = repository.appendingPathComponent("board/desk/intercom.toml")
    let desk = try settings(try String(contentsOf: file, encoding: .utf8)).get()
    #expect(desk.audio.input == .speech)
    #expect(desk.audio.output == .noDevice)
    #expect(desk.web.listen.address.isLoopback)
    #expect(desk.ice.servers.isEmpty)
  }

  @Test("every block of the reference page can be pasted, alone and with its defaults uncommented")
  func reference() throws {
    let blocks = try referenceBlocks()
    #expect(blocks.count >= 7)
    for block in blocks {
      for text in [block, uncommented(block)] {
        let named = text.contains("\nname = \"Front door\"") ? text : "name = \"x\"\n" + text
        if case .failure(let errors) = settings(named) { Issue.record("\(errors.text)\nin\n\(named)") }
      }
    }
  }

  @Test("the defaults on the reference page are the defaults")
  func referenceDefaults() throws {
    for block in try referenceBlocks() where block.contains("\n#") && !block.contains("state_directory") {
      let read = try settings("name = \"x\"\n" + uncommented(block)).get()
      var expected = Settings(name: "x")
      expected.peers = read.peers
      #expect(read == expected)
    }
  }

  @Test("every key of the schema stands on the reference page, under its table, with its default")
  func referenceKeys() throws {
    let blocks = try referenceBlocks()
    var count = 0
    for key in SettingsSchema.keys {
      count += 1
      let block = blocks.first {
        key.table.isEmpty ? !$0.contains("\n[") && !$0.hasPrefix("[") : $0.hasPrefix(key.table + "\n")
      }
      let text = try #require(block, "\(key.table)")
      if key.isRequired {
        #expect(text.contains("\n\(key.name) = "), "\(key.name)")
      } else if !key.defaultText.isEmpty {
        #expect(text.contains("\n#\(key.name) = \(key.defaultText)\n"), "\(key.name)")
      } else {
        #expect(text.contains("\n#\(key.name) = "), "\(key.name)")
      }
    }
    #expect(count == 16)
  }

  @Test("the bounds on the reference page are those of the limits")
  func referenceBounds() throws {
    let page = try String(
      contentsOf: repository.appendingPathComponent("docs/reference/configuration.md"), encoding: .utf8)
    #expect(Limits.configurationBytesMax == 65_536 && page.contains("| 65,536 bytes |"))
    #expect(Limits.configurationDepthMax == 16 && page.contains("| 16 each |"))
    #expect(Limits.configurationValuesMax == 2048 && page.contains("| 2,048 |"))
    #expect(Limits.configurationNumberBytesMax == 128 && page.contains("| 128 |"))
    #expect(Limits.configurationTextBytesMax == 1024 && page.contains("| 1,024 |"))
    #expect(Limits.configurationErrorsMax == 16 && page.contains("the first 16 of them"))
    #expect(Limits.configurationServersMax == 8 && page.contains("STUN servers, at most 8,"))
    #expect(Limits.configurationPeersMax == 64 && page.contains("at most 64, each"))
  }

  /// The block with every `#key = value` line live; a comment proper has a blank behind the `#`.
  private func uncommented(_ block: String) -> String {
    block.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? String($0.dropFirst()) : String($0) }
      .joined(separator: "\n")
  }
}
