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

  @Test("every board has its page, its drawing and its config.txt, and they name the lines of its file")
  func boardPages() throws {
    for file in try boardFiles() {
      let folder = file.deletingLastPathComponent()
      func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      }
      let page = try text("README.md")
      if folder.lastPathComponent == "desk" { continue }
      let drawing = try text("wiring.svg")
      #expect(try text("config.txt").hasPrefix("# /boot/firmware/config.txt: "))
      #expect(page.contains("(wiring.svg)") && page.contains("## Untested on hardware"), "\(folder.path)")
      let read = try settings(try text("intercom.toml")).get()
      var lines = read.buttons.map { $0.line }
      for light in read.lights {
        if case .line(let line) = light.driver { lines.append(line) }
      }
      for line in lines {
        let pin = try #require(HeaderPins.alias(of: line)).dropFirst(3)
        #expect(page.contains("| \(line) | \(pin) |"), "\(folder.path) \(line)")
        #expect(drawing.contains(">\(line)<"), "\(folder.path) \(line)")
      }
    }
  }

  @Test("the page of boards names every board, and no other")
  func boardList() throws {
    let page = try String(contentsOf: repository.appendingPathComponent("board/README.md"), encoding: .utf8)
    let names = try boardFiles().map { $0.deletingLastPathComponent().lastPathComponent }
    #expect(names.count == 7)
    for name in names { #expect(page.contains("| [\(name)](\(name)/README.md) | "), "\(name)") }
    #expect(page.components(separatedBy: "/README.md) | ").count == names.count + 1)
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
      (expected.buttons, expected.lights, expected.mixer) = (read.buttons, read.lights, read.mixer)
      (expected.control, expected.audio.processor) = (read.control, read.audio.processor)
      expected.web.access = read.web.access
      expected.web.https = read.web.https
      (expected.web.certificate, expected.web.key) = (read.web.certificate, read.web.key)
      (expected.token, expected.room) = (read.token, read.room)
      // Without a word it follows from the input, a sound card here.
      #expect(read.audio.processing == expected.audio.processing)
      (expected.audio.echo, expected.audio.noiseSuppression) = (read.audio.echo, read.audio.noiseSuppression)
      expected.audio.gainControl = read.audio.gainControl
      #expect(read == expected)
    }
  }

  @Test("a button and a light that say no more than they must have the defaults of the page")
  func referenceItems() throws {
    let read = try settings(
      "name = 'x'\n[[button]]\nline = 'GPIO17'\nrole = 'mute'\n[[light]]\nrole = 'link'\nspi = '/dev/spi'"
    )
    .get()
    var button = ButtonSetting()
    (button.line, button.role) = ("GPIO17", .mute)
    #expect(read.buttons == [button])
    var light = LightSetting()
    light.driver = .apa102(device: "/dev/spi", index: 0)
    #expect(read.lights == [light])
    for block in try referenceBlocks() where block.hasPrefix("[[button]]") || block.hasPrefix("[[light]]") {
      let written = try settings("name = 'x'\n" + block).get()
      let uncommented = try settings("name = 'x'\n" + uncommented(block)).get()
      #expect(written == uncommented)
    }
  }

  @Test("every key of the schema stands on the reference page, under its table, with its default")
  func referenceKeys() throws {
    let blocks = try referenceBlocks()
    var count = 0
    for key in SettingsSchema.keys {
      count += 1
      let found = blocks.filter {
        key.table.isEmpty ? !$0.contains("\n[") && !$0.hasPrefix("[") : $0.hasPrefix(key.table + "\n")
      }
      let text = found.joined()
      if key.isRequired {
        #expect(text.contains("\n\(key.name) = "), "\(key.name)")
      } else if !key.defaultText.isEmpty {
        #expect(text.contains("\n#\(key.name) = \(key.defaultText)\n"), "\(key.name)")
      } else {
        #expect(text.contains("\n#\(key.name) = ") || text.contains("\n\(key.name) = "), "\(key.name)")
      }
    }
    #expect(count == 66)
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
    #expect(Limits.configurationButtonsMax == 32 && page.contains("way of pressing it, at most 32."))
    #expect(Limits.configurationLightsMax == 16 && page.contains("One block for each, at most 16;"))
    #expect(Limits.configurationMixerMax == 64 && page.contains("One block for each, at most 64;"))
    #expect(page.contains("| 32, 16, 64 |"))
    #expect(Limits.configurationLampsMax == 64 && page.contains("which lamp of it, 0 to 63."))
    #expect(Limits.configurationSocketBytesMax == 107 && page.contains("Its path, at most 107 bytes."))
  }

  /// The block with every `#key = value` line live; a comment proper has a blank behind the `#`.
  private func uncommented(_ block: String) -> String {
    block.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? String($0.dropFirst()) : String($0) }
      .joined(separator: "\n")
  }
}
