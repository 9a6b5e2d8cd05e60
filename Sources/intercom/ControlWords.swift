// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The command line of the commands that ask the running service, and of the doctor.

import Core
import Web

extension Command {
  /// The options of `intercom meters`.
  struct MetersOptions {
    /// Whether a terminal gets lines too.
    var isLines = false
    /// When to end; nil: when told to.
    var seconds: Int?
    var socket: String?
    var config: String?
  }

  static func selftest(_ words: [String]) -> Command {
    if words.isEmpty { return .selftest }
    guard words[0] == "sound", words.count == 1 || (words.count == 3 && words[1] == "--config") else {
      return .misused("selftest takes nothing more, or: selftest sound [--config FILE]")
    }
    return .soundCheck(config: words.count == 3 ? words[2] : nil)
  }

  static func meters(_ words: [String]) -> Command {
    var options = MetersOptions()
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      switch word {
      case "--lines": options.isLines = true
      case "--seconds", "--socket", "--config":
        guard index < words.count else { return .misused("\(word) wants a value") }
        let value = words[index]
        index += 1
        if word == "--socket" { options.socket = value }
        if word == "--config" { options.config = value }
        guard word == "--seconds" else { continue }
        guard let seconds = Int(value), seconds > 0, seconds <= 1_000_000 else {
          return .misused("--seconds wants a whole number, 1 or more, not '\(value)'")
        }
        options.seconds = seconds
      default: return .misused("meters does not know '\(word)'; intercom meters --help")
      }
    }
    return .meters(options)
  }

  static func doctor(_ words: [String]) -> Command {
    if words.isEmpty { return .doctor(config: nil) }
    guard words.count == 2, words[0] == "--config" else { return .misused("doctor takes --config FILE, or nothing") }
    return .doctor(config: words[1])
  }

  static func pair(_ words: [String]) -> Command {
    var options = PairOptions()
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      switch word {
      case "--admin": options.isAdmin = true
      case "--no-wait": options.isWaiting = false
      case "--code", "--socket", "--config":
        guard index < words.count else { return .misused("\(word) wants a value") }
        switch word {
        case "--code": options.code = words[index]
        case "--socket": options.socket = words[index]
        default: options.config = words[index]
        }
        index += 1
      default:
        guard options.url == nil, CommandText.contains(word, "://") else {
          return .misused("pair does not know '\(word)'; intercom pair --help")
        }
        options.url = word
      }
    }
    let isHere = options.url == nil
    if isHere, options.code != nil { return .misused("--code goes with the URL of another intercom") }
    if !isHere, options.isAdmin || !options.isWaiting || options.socket != nil {
      return .misused("--admin, --no-wait and --socket do not go with a URL")
    }
    return .pair(options)
  }

  static func paired(_ words: [String]) -> Command {
    guard words.first == "revoke" else {
      return control("paired", words)
    }
    guard words.count > 1, let number = UInt32(words[1]), number > 0 else {
      return .misused("paired revoke wants the number of somebody: intercom paired lists them")
    }
    guard case .control(var options) = control("paired", Array(words.dropFirst(2))) else {
      return control("paired", Array(words.dropFirst(2)))
    }
    options.request = .revoke(PairedID(number))
    return .control(options)
  }

  static func control(_ command: String, _ words: [String]) -> Command {
    var options = ControlOptions(request: .status)
    var value: String?
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      if word == "--json" {
        options.isJSON = true
        continue
      }
      if word == "--socket" || word == "--config" {
        guard index < words.count else { return .misused("\(word) wants a value") }
        if word == "--socket" { options.socket = words[index] } else { options.config = words[index] }
        index += 1
        continue
      }
      guard value == nil, !word.utf8.starts(with: "--".utf8) else {
        return .misused("\(command) does not know '\(word)'; intercom \(command) --help")
      }
      value = word
    }
    guard let request = request(command, value) else {
      switch command {
      case "volume": return .misused("volume wants 0 to 100, or steps such as +1 and -1")
      case "dnd", "talk": return .misused("\(command) wants on or off")
      default: return .misused("\(command) takes nothing more than its options; intercom \(command) --help")
      }
    }
    options.request = request
    return .control(options)
  }

  /// What `command` with its `value` asks for; nil: the value is wrong.
  private static func request(_ command: String, _ value: String?) -> ControlRequest? {
    switch (command, value) {
    case ("status", nil): return .status
    case ("mute", nil): return .setMuted(true)
    case ("unmute", nil): return .setMuted(false)
    case ("answer", nil): return .answer
    case ("hangup", nil): return .hangUp
    case ("paired", nil): return .paired
    case ("dnd", "on"?): return .setDoNotDisturb(true)
    case ("dnd", "off"?): return .setDoNotDisturb(false)
    case ("talk", "on"?): return .setTalking(true)
    case ("talk", "off"?): return .setTalking(false)
    case ("volume", let value?):
      guard let number = Int(value) else { return nil }
      let isStep = value.utf8.first == 0x2B || value.utf8.first == 0x2D
      if isStep { return number >= -100 && number <= 100 ? .changeVolume(steps: number) : nil }
      return number <= 100 ? .setVolume(number) : nil
    default: return nil
    }
  }
}

/// Small questions about words.
enum CommandText {
  /// Whether `part` occurs in `text`, byte for byte.
  static func contains(_ text: String, _ part: String) -> Bool {
    var rest = Substring(text).utf8
    while !rest.isEmpty {
      if rest.starts(with: part.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
