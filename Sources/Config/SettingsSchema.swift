// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Every table and key of the configuration file: name, default, allowed values, and where a value goes. A new key is
// added here, in Settings, and on the reference page, docs/reference/configuration.md; a test compares the three.

import Core

/// The tables and keys of the configuration file.
public enum SettingsSchema {
  /// A key as a manual lists it.
  public struct Key: Sendable {
    /// The table's header, `[audio]` or `[[peer]]`; empty for the root.
    public let table: String
    /// The key.
    public let name: String
    /// The default as the file writes it; empty where there is none.
    public let defaultText: String
    /// Whether it must be written.
    public let isRequired: Bool
    /// The values allowed, as the end of a sentence.
    public let expected: String
  }

  /// Every key, in the manual's order.
  public static var keys: [Key] {
    var keys: [Key] = []
    for table in tables {
      for key in table.keys {
        keys.append(
          Key(
            table: table.name.isEmpty ? "" : table.header, name: key.name, defaultText: key.defaultText ?? "",
            isRequired: key.isRequired, expected: key.expected))
      }
    }
    return keys
  }

  /// The list itself; the root comes first.
  static var tables: [TableRule] {
    [root, audio, talk, call, web, token, room, ice, peer, button, light, mixer, control, log]
  }

  private static var root: TableRule {
    TableRule(
      "",
      [
        KeyRule(
          required: "name", "what this intercom is called, 1 to 64 bytes, such as name = \"Front door\"",
          .string { text, settings in
            settings.name = text
            return isName(text) ? .accepted : .refused
          }),
        KeyRule(
          "state_directory", default: nil, "a folder, such as \"/var/lib/intercom\"",
          .string { text, settings in
            settings.stateDirectory = text
            return isText(text) ? .accepted : .refused
          }),
        KeyRule(
          "board", default: nil, "text that the board's model holds, 1 to 64 bytes, such as \"Raspberry Pi Zero 2 W\"",
          .string { text, settings in
            settings.board = text
            return isName(text) ? .accepted : .refused
          }),
      ])
  }

  private static var audio: TableRule {
    TableRule(
      "audio",
      [
        KeyRule(
          "input", default: "\"alsa:default\"",
          "\"alsa:NAME\", \"file:PATH\", \"tone:HERTZ\" (20 to 20000), \"speech\", \"silence\" or \"none\"",
          .string { text, settings in
            guard isText(text), let device = AudioDeviceSetting(text) else {
              return .misspelt(["speech", "silence", "none"])
            }
            settings.audio.input = device
            return .accepted
          }),
        KeyRule(
          "output", default: "\"alsa:default\"", "\"alsa:NAME\", \"file:PATH\" or \"none\"",
          .string { text, settings in
            guard isText(text), let device = AudioDeviceSetting(text), device.isOutput else {
              return .misspelt(["none"])
            }
            settings.audio.output = device
            return .accepted
          }),
        KeyRule(
          "period_ms", default: "10", "5, 10 or 20",
          .integer { value, settings in
            guard value == 5 || value == 10 || value == 20 else { return .refused }
            settings.audio.periodMilliseconds = Int(value)
            return .accepted
          }),
        KeyRule(
          "frame_ms", default: "20", "10 or 20",
          .integer { value, settings in
            guard value == 10 || value == 20 else { return .refused }
            settings.audio.frameMilliseconds = Int(value)
            return .accepted
          }),
        KeyRule(
          "echo", default: nil, "\"cancel\", \"suppress\", \"half-duplex\" or \"off\"",
          .word([("cancel", EchoMode.cancel), ("suppress", .suppress), ("half-duplex", .halfDuplex), ("off", .off)]) {
            mode, settings in settings.audio.echo = mode
          }),
        KeyRule(
          "noise_suppression", default: nil, "true or false",
          .boolean { value, settings in settings.audio.noiseSuppression = value }),
        KeyRule(
          "gain_control", default: nil, "true or false",
          .boolean { value, settings in settings.audio.gainControl = value }),
        KeyRule(
          "input_channel", default: "\"mix\"", "\"mix\", \"left\" or \"right\"",
          .word([("mix", CaptureChannel.mix), ("left", .left), ("right", .right)]) { channel, settings in
            settings.audio.inputChannel = channel
          }),
        KeyRule(
          "volume", default: "100", "0 to 100",
          .number(0...100) { value, settings in settings.audio.volumePercent = value }),
        KeyRule(
          "prefill_periods", default: "2", "1 to 8",
          .number(1...8) { value, settings in settings.audio.prefillPeriods = value }),
        KeyRule(
          "priority", default: "20", "1 to 99, or 0 for none",
          .number(0...99) { value, settings in settings.audio.priority = value }),
        KeyRule(
          "processor", default: nil, "0 to 63",
          .number(0...63) { value, settings in settings.audio.processor = value }),
      ])
  }

  private static var ice: TableRule {
    TableRule(
      "ice",
      [
        KeyRule(
          "servers", default: "[\"stun:stun.l.google.com:19302\"]",
          "up to 8 STUN servers, such as [\"stun:stun.example.org:3478\"], or [] for none",
          .strings(
            maximum: Limits.configurationServersMax, begin: { settings in settings.ice.servers = [] },
            add: { text, settings in
              let bytes = Array(text.utf8)
              if hasPrefix(bytes, "turn:") || hasPrefix(bytes, "turns:") { return .notYet("TURN relays") }
              if hasPrefix(bytes, "stuns:") { return .notYet("STUN over TLS") }
              guard let server = ICEServerSetting(text) else { return .refused }
              settings.ice.servers.append(server)
              return .accepted
            })),
        KeyRule(
          "loopback", default: "false", "true or false",
          .boolean { value, settings in settings.ice.loopback = value }),
      ])
  }

  private static var log: TableRule {
    TableRule(
      "log",
      [
        KeyRule(
          "level", default: "\"info\"", "\"error\", \"warning\", \"info\" or \"debug\"",
          .string { text, settings in
            for level in LogThreshold.allCases where sameBytes(level.text, text) {
              settings.log.level = level
              return .accepted
            }
            return .misspelt(LogThreshold.allCases.map { $0.text })
          })
      ])
  }

  static func isName(_ text: String) -> Bool {
    text.utf8.count >= 1 && text.utf8.count <= Limits.configurationNameBytesMax && isPrintable(text)
  }

  static func isText(_ text: String) -> Bool {
    text.utf8.count >= 1 && text.utf8.count <= Limits.configurationTextBytesMax && isPrintable(text)
  }
}
