// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The command line: what was asked for, or what is wrong with it. docs/reference/command-line.md repeats it.

import Core
import Web

/// A command and its options.
enum Command {
  case run(config: String?)
  case rooms(RoomsOptions)
  case call(CallOptions)
  case check(CheckOptions)
  case control(ControlOptions)
  case trust(TrustOptions)
  case pair(PairOptions)
  case doctor(config: String?)
  case meters(MetersOptions)
  case devices
  case selftest
  case soundCheck(config: String?)
  case version
  case help(String)
  case misused(String)

  /// The options of `intercom call`.
  struct CallOptions {
    var target = ""
    var config: String?
    var seconds: Int?
    var report: String?
    var isStdio = false
    /// Whether `--stdio` waits for an offer instead of making one.
    var isAnswering = false
    /// Whether a running service is left alone, and this program holds the call by itself.
    var isHere = false
    /// The running service's control socket, when it is named.
    var socket: String?
    /// Whether a running service's answer is printed as it comes.
    var isJSON = false
    /// The digest of the authority that an https certificate must come from.
    var authority: Fingerprint?
    /// The file of authorities that are believed instead of the system's.
    var authorities: String?
    /// The bearer token, or the file that holds it.
    var token: String?

    /// Takes an option that has no value; false: `word` is none.
    mutating func takeFlag(_ word: String) -> Bool {
      switch word {
      case "--stdio": isStdio = true
      case "--answer": isAnswering = true
      case "--here": isHere = true
      case "--json": isJSON = true
      default: return false
      }
      return true
    }

    /// What to ask a running service for instead; nil: the call is this program's own.
    var handedOver: ControlOptions? {
      let isOwn =
        isHere || isStdio || config != nil || seconds != nil || report != nil || authority != nil || authorities != nil
        || token != nil
      guard !isOwn, !target.utf8.isEmpty, !CommandText.contains(target, "://") else { return nil }
      return ControlOptions(request: .call([target]), isJSON: isJSON, socket: socket)
    }
  }

  /// A request to the running service.
  struct ControlOptions {
    var request: ControlRequest
    var isJSON = false
    var socket: String?
    var config: String?
  }

  /// The options of `intercom trust`.
  struct TrustOptions {
    var config: String?
    /// Whether the authority's certificate is printed, and nothing else.
    var isCertificate = false
    /// Whether a terminal gets no QR code.
    var isWithoutCode = false
  }

  /// The options of `intercom pair`.
  struct PairOptions {
    /// The other intercom; nil: somebody is let in here.
    var url: String?
    var code: String?
    var isAdmin = false
    var isWaiting = true
    var socket: String?
    var config: String?
  }

  /// The options of `intercom rooms`.
  struct RoomsOptions {
    var config: String?
    /// Where to listen instead of [web] listen.
    var listen: Endpoint?
  }

  /// The options of `intercom check`.
  struct CheckOptions {
    /// The file; empty: the board's alone.
    var file = ""
    var board: String?
    /// The folder of the boards' folders.
    var boards: String?
  }

  /// The command that `words` (without the program's name) ask for.
  init(_ words: [String]) {
    guard let first = words.first else {
      self = .help(Help.program)
      return
    }
    let rest = Array(words.dropFirst())
    if Help.isAsked(rest), let text = Help.text(of: first) {
      self = .help(text)
      return
    }
    switch first {
    case "run": self = Self.run(rest)
    case "call": self = Self.call(rest)
    case "rooms": self = Self.rooms(rest)
    case "check": self = Self.check(rest)
    case "status", "mute", "unmute", "answer", "hangup", "volume", "dnd", "talk": self = Self.control(first, rest)
    case "trust": self = Self.trust(rest)
    case "pair": self = Self.pair(rest)
    case "paired": self = Self.paired(rest)
    case "doctor": self = Self.doctor(rest)
    case "meters": self = Self.meters(rest)
    case "devices": self = rest.isEmpty ? .devices : .misused("devices takes nothing more")
    case "selftest": self = Self.selftest(rest)
    case "version", "--version", "-V": self = .version
    case "help", "--help", "-h": self = .help(rest.first.flatMap { Help.text(of: $0) } ?? Help.program)
    default:
      self = .misused("there is no command '\(first)'; intercom --help lists them")
    }
  }

  private static func run(_ words: [String]) -> Command {
    var config: String?
    var index = 0
    while index < words.count {
      guard words[index] == "--config" else {
        return .misused("run does not know '\(words[index])'; intercom run --help")
      }
      guard index + 1 < words.count else { return .misused("--config wants a file") }
      config = words[index + 1]
      index += 2
    }
    return .run(config: config)
  }

  private static func trust(_ words: [String]) -> Command {
    var options = TrustOptions()
    var index = 0
    while index < words.count {
      switch words[index] {
      case "--certificate": options.isCertificate = true
      case "--no-qr": options.isWithoutCode = true
      case "--config":
        guard index + 1 < words.count else { return .misused("--config wants a file") }
        index += 1
        options.config = words[index]
      default: return .misused("trust does not know '\(words[index])'; intercom trust --help")
      }
      index += 1
    }
    return .trust(options)
  }

  private static func rooms(_ words: [String]) -> Command {
    var options = RoomsOptions()
    var index = 0
    while index < words.count {
      let word = words[index]
      guard word == "--config" || word == "--listen" else {
        return .misused("rooms does not know '\(word)'; intercom rooms --help")
      }
      guard index + 1 < words.count else { return .misused("\(word) wants a value") }
      if word == "--config" {
        options.config = words[index + 1]
      } else {
        guard let endpoint = Endpoint(words[index + 1]) else {
          return .misused("--listen wants an address and a port, as 0.0.0.0:8081, not '\(words[index + 1])'")
        }
        options.listen = endpoint
      }
      index += 2
    }
    return .rooms(options)
  }

  private static func check(_ words: [String]) -> Command {
    var options = CheckOptions()
    var index = 0
    while index < words.count {
      let word = words[index]
      guard word.utf8.starts(with: "--".utf8) else {
        guard options.file.isEmpty else { return .misused("check takes one file, not '\(word)' too") }
        options.file = word
        index += 1
        continue
      }
      guard index + 1 < words.count else { return .misused("\(word) wants a value") }
      switch word {
      case "--board": options.board = words[index + 1]
      case "--boards": options.boards = words[index + 1]
      default: return .misused("check does not know '\(word)'; intercom check --help")
      }
      index += 2
    }
    guard options.board != nil || !options.file.isEmpty else {
      return .misused("check takes one file: intercom check FILE, or --board NAME")
    }
    guard options.board != nil || options.boards == nil else { return .misused("--boards goes with --board only") }
    return .check(options)
  }

  private static func call(_ words: [String]) -> Command {
    var options = CallOptions()
    var index = 0
    while index < words.count {
      let word = words[index]
      if options.takeFlag(word) {
        index += 1
        continue
      }
      if !word.utf8.starts(with: "--".utf8) {
        guard options.target.isEmpty else { return .misused("call takes one URL or name, not '\(word)' too") }
        options.target = word
        index += 1
        continue
      }
      guard index + 1 < words.count else { return .misused("\(word) wants a value") }
      let value = words[index + 1]
      switch word {
      case "--config": options.config = value
      case "--report": options.report = value
      case "--socket": options.socket = value
      case "--ca": options.authorities = value
      case "--token": options.token = value
      case "--authority":
        guard let authority = Array(value.utf8).withByteView({ Fingerprint(parsing: $0) }) else {
          return .misused("--authority wants a digest such as \"sha-256 AA:BB:..\", not '\(value)'")
        }
        options.authority = authority
      case "--for":
        guard let seconds = Int(value), seconds > 0 else {
          return .misused("--for wants seconds, 1 or more, not '\(value)'")
        }
        options.seconds = seconds
      default: return .misused("call does not know '\(word)'; intercom call --help")
      }
      index += 2
    }
    guard options.isStdio != !options.target.isEmpty else {
      return .misused("call wants a URL or a name from [[peer]], or --stdio")
    }
    guard options.authority == nil || options.authorities == nil else {
      return .misused("--authority or --ca, not both")
    }
    guard !options.isStdio || (options.authority == nil && options.authorities == nil) else {
      return .misused("--authority and --ca go with a URL or a name")
    }
    guard !options.isStdio || options.token == nil else { return .misused("--token goes with a URL or a name") }
    guard options.isStdio || !options.isAnswering else { return .misused("--answer goes with --stdio only") }
    guard options.socket == nil && !options.isJSON || options.handedOver != nil else {
      return .misused("--socket and --json go with the NAME of a peer that the running service is to call")
    }
    return .call(options)
  }
}
