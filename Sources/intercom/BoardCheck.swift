// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What of a configuration this machine has: the board's model, sound cards, lines, SPI devices. For `intercom check --board`.

import Config
import Core
import Linux

/// The board this program runs on.
enum Board {
  /// Where the kernel tells the model; the variable is for tests and for machines that tell it elsewhere.
  private static var modelPath: String { Program.environment("INTERCOM_MODEL_FILE") ?? "/proc/device-tree/model" }

  /// The model as the device tree has it, such as `Raspberry Pi Zero 2 W Rev 1.0`; nil: this machine tells none.
  static var model: String? {
    do throws(LinuxError) {
      var bytes = try Files.read(modelPath, limitBytes: 256)
      while let last = bytes.last, last == 0 || last == UInt8(ascii: "\n") { bytes.removeLast() }
      for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x7F { bytes[index] = UInt8(ascii: "?") }
      return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    } catch {
      return nil
    }
  }

  /// What to say when a file for another board is used; nil: it fits, or names no board, or this machine tells no model.
  static func complaint(_ settings: Settings) -> String? {
    guard let wanted = settings.board, let model, !contains(model, wanted) else { return nil }
    return "the configuration is for a board \"\(wanted)\", and this is a \(model): take the file of this board "
      + "from \(BoardFiles.folder), or change board in the configuration once its lines and cards are right"
  }

  /// Whether `text` holds `part`, byte by byte.
  static func contains(_ text: String, _ part: String) -> Bool {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    guard part.count <= text.count else { return false }
    for start in 0...(text.count - part.count) where text[start..<(start + part.count)].elementsEqual(part) {
      return true
    }
    return false
  }
}

/// The folder of boards' files.
enum BoardFiles {
  /// Where `make flash` puts them.
  private static let flashed = "/usr/local/share/intercom/boards"
  /// Where the Debian package puts them.
  private static let installed = "/usr/share/intercom/boards"

  /// The folder on this machine: that of the flashed version, which goes before the package's, if there is one.
  static var folder: String { exists(flashed) ? flashed : installed }

  /// The file of board `name`, from `folder`, the environment, the source's folder or one that was installed; nil: `name` is
  /// no name of a folder.
  static func path(of name: String, in folder: String?) -> String? {
    for byte in name.utf8 where byte == UInt8(ascii: "/") { return nil }
    guard let first = name.utf8.first, first != UInt8(ascii: ".") else { return nil }
    let file = "/" + name + "/intercom.toml"
    if let folder = folder ?? Program.environment("INTERCOM_BOARDS") { return folder + file }
    return exists("board" + file) ? "board" + file : self.folder + file
  }

  /// Whether there is something at `path`.
  static func exists(_ path: String) -> Bool {
    do throws(LinuxError) {
      _ = try Files.permissions(path)
      return true
    } catch {
      return false
    }
  }
}

/// Compares settings with the machine, line by line.
struct BoardCheck {
  private let settings: Settings
  private(set) var lines: [String] = []
  /// How many things are not here.
  private(set) var missing = 0

  /// Looks, and opens no sound card or line for use.
  init(_ settings: Settings) {
    self.settings = settings
    checkModel()
    checkCards()
    checkLines()
    checkSPI()
  }

  private mutating func note(_ what: String, isThere: Bool, _ found: String) {
    lines.append("  \(what): " + (isThere ? "there" : "not on this machine") + (found.isEmpty ? "" : " (\(found))"))
    if !isThere { missing += 1 }
  }

  private mutating func checkModel() {
    guard let wanted = settings.board else { return }
    if let model = Board.model {
      note("board \"\(wanted)\"", isThere: Board.contains(model, wanted), "this is a \(model)")
    } else {
      note("board \"\(wanted)\"", isThere: false, "it tells no model")
    }
  }

  private mutating func checkCards() {
    let cards = SoundCards.list()
    var list = ""
    for card in cards { list += (list.isEmpty ? "" : ", ") + card.id }
    let there = cards.isEmpty ? "there is no sound card" : "there are: " + list
    for (what, device, direction) in [
      ("input", settings.audio.input, ALSAStream.Direction.capture),
      ("output", settings.audio.output, ALSAStream.Direction.playback),
    ] {
      guard case .alsa(let name) = device else { continue }
      guard let id = device.cardID else {
        guard sameBytes(name, "default") else { continue }
        let first = cards.first { $0.devices.contains { $0.direction == direction } }
        note("\(what), the first sound card that has one", isThere: first != nil, first?.id ?? there)
        continue
      }
      guard let card = card(id, among: cards) else {
        note("\(what), card \(id)", isThere: false, there)
        continue
      }
      let hasIt = card.devices.contains { $0.direction == direction }
      note("\(what), card \(id)", isThere: hasIt, hasIt ? card.name : "the card has no \(what)")
    }
    var told: [String] = []
    for control in settings.mixer where !told.contains(where: { sameBytes($0, control.card) }) {
      told.append(control.card)
      note("mixer controls, card \(control.card)", isThere: card(control.card, among: cards) != nil, "")
    }
  }

  private func card(_ id: String, among cards: [SoundCard]) -> SoundCard? {
    cards.first { sameBytes($0.id, id) || sameBytes("\($0.number)", id) }
  }

  private mutating func checkLines() {
    var wanted: [String] = []
    for button in settings.buttons where !wanted.contains(where: { sameBytes($0, button.line) }) {
      wanted.append(button.line)
    }
    for light in settings.lights {
      if case .line(let line) = light.driver { wanted.append(line) }
    }
    guard !wanted.isEmpty else { return }
    let directory = GPIODirectory.read()
    for line in wanted {
      do throws(GPIOError) {
        note("line \(line)", isThere: true, directory.text(of: try directory.find(line)))
      } catch { note("line \(line)", isThere: false, error.text) }
    }
  }

  private mutating func checkSPI() {
    var told: [String] = []
    for light in settings.lights {
      guard case .apa102(let device, _) = light.driver, !told.contains(where: { sameBytes($0, device) }) else {
        continue
      }
      told.append(device)
      note("SPI device \(device)", isThere: BoardFiles.exists(device), "")
    }
  }
}
