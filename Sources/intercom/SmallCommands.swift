// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The commands that look and print: check, devices, selftest, version.

import Codecs
import Config
import Linux
import Security
import SelfTest

extension BuildInfo {
  /// The version and the commit, as `0.1.0 (1a2b3c4d5e6f)`.
  static var version: String { "0.1.0 (\(commit))" }
}

/// `intercom version`.
enum VersionCommand {
  static func run() -> Int32 {
    print("intercom \(BuildInfo.version)")
    print("mbedTLS \(SecurityLibraries.mbedTLSVersion)")
    print("libsrtp \(SecurityLibraries.libsrtpVersion)")
    print("Opus \(OpusCodec.version)")
    print("alsa-lib \(ALSA.version)")
    print("libgpiod \(GPIO.version)")
    // speexdsp cannot tell its version at run time; the build knows what it pinned.
    if !BuildInfo.libraries.isEmpty { print("built with \(BuildInfo.libraries)") }
    return ExitCode.done
  }
}

/// `intercom check FILE` and `intercom check --board NAME`.
enum CheckCommand {
  static func run(_ options: Command.CheckOptions) -> Int32 {
    guard let board = options.board else { return check(options.file).code }
    guard let path = BoardFiles.path(of: board, in: options.boards) else {
      Terminal.complain("intercom: '\(board)' is no board's name")
      return ExitCode.usage
    }
    guard BoardFiles.exists(path) else {
      Terminal.complain("intercom: there is no board '\(board)': \(path) is not there; --boards FOLDER looks elsewhere")
      return ExitCode.noInput
    }
    var (code, settings) = check(path)
    if !options.file.isEmpty, code == ExitCode.done { (code, settings) = check(options.file) }
    guard let settings else { return code }
    let found = BoardCheck(settings)
    for line in found.lines { print(line) }
    if let complaint = Board.complaint(settings) { print(complaint) }
    if found.missing > 0 { print("\(found.missing) not on this machine; intercom devices lists what is") }
    return ExitCode.done
  }

  /// Reads the file, and says what is wrong with it or that nothing is.
  private static func check(_ file: String) -> (code: Int32, settings: Settings?) {
    switch Configuration.load(file) {
    case .success(let configuration):
      print("\(file): in order; this intercom is called \"\(configuration.settings.name)\"")
      return (ExitCode.done, configuration.settings)
    case .failure(let failure): return (failure.code, nil)
    }
  }
}

/// `intercom selftest`.
enum SelfTestCommand {
  static func run() -> Int32 {
    let cases = SelfTest.cases
    var failed = 0
    for test in cases {
      let failures = test.run()
      if failures.isEmpty { continue }
      failed += 1
      print("FAILED: \(test.name)")
      for failure in failures { print("  \(failure)") }
    }
    print("selftest: \(cases.count) cases, \(failed) failed")
    return failed == 0 ? ExitCode.done : ExitCode.failed
  }
}

/// `intercom devices`.
enum DevicesCommand {
  static func run() -> Int32 {
    let cards = SoundCards.list()
    print(cards.isEmpty ? "Sound cards: none" : "Sound cards:")
    for card in cards {
      print("  \(card.id): \(card.name)")
      for device in card.devices { print("    " + text(device)) }
      for line in controls(of: card.id) { print("    " + line) }
    }
    if cards.isEmpty, !ALSA.lastError.isEmpty { print("  (alsa-lib says: \(ALSA.lastError))") }
    let (chips, refused) = GPIOChips.list()
    print(chips.isEmpty ? "GPIO chips: none" : "GPIO chips:")
    for chip in chips {
      print("  \(chip.name): \(chip.label), \(chip.lineCount) lines")
      for row in rows(of: chip.lineTexts()) { print("    " + row) }
    }
    if refused > 0 { print("  \(refused) could not be opened: permission is missing, or they are in use") }
    return ExitCode.done
  }

  /// Texts side by side where they are short: a chip may have 54 lines.
  private static func rows(of texts: [String]) -> [String] {
    var rows: [String] = []
    var row = ""
    for text in texts {
      let width = text.utf8.count
      if row.utf8.count + width > 100 {
        rows.append(row)
        row = ""
      }
      // Columns of 20, so that names stand below each other; a long text takes several.
      row += text
      for _ in 0..<(20 - width % 20) { row += " " }
    }
    if !row.utf8.isEmpty { rows.append(row) }
    for index in rows.indices { while rows[index].utf8.last == 0x20 { rows[index].removeLast() } }
    return rows
  }

  private static func text(_ device: SoundDevice) -> String {
    var text = device.direction == .capture ? "input  " : "output "
    text += "alsa:\(device.pcmName)"
    if let abilities = device.abilities {
      text += ", \(range(abilities.channels, "channel"))"
      text += ", \(range(abilities.rates, "Hz"))"
      text += ", periods of \(range(abilities.periods, "frame"))"
      switch (abilities.has16Bit, abilities.has32Bit) {
      case (true, true): text += ", S16 S32"
      case (true, false): text += ", S16"
      case (false, true): text += ", S32"
      case (false, false): text += ", other formats only (alsa:plughw:CARD converts)"
      }
    } else if device.isBusy {
      text += ", in use"
    }
    return text
  }

  private static func range(_ range: ClosedRange<Int>, _ unit: String) -> String {
    let plural = unit == "Hz" || range.upperBound == 1 ? unit : unit + "s"
    if range.lowerBound == range.upperBound { return "\(range.lowerBound) \(plural)" }
    return "\(range.lowerBound) to \(range.upperBound) \(plural)"
  }

  private static func controls(of card: String) -> [String] {
    do throws(LinuxError) {
      let controls = try SoundMixer(card: card).controls()
      if controls.isEmpty { return ["controls: none"] }
      var lines = ["controls (set by [[mixer]]):"]
      for control in controls {
        var line = "  \"\(control.name)\" = \(control.valueText), \(control.range)"
        if control.channels > 1 { line += ", \(control.channels) channels" }
        if !control.isWritable { line += ", cannot be set" }
        lines.append(line)
      }
      return lines
    } catch { return ["controls: \(error.text)"] }
  }
}
