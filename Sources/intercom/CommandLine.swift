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
  case devices
  case selftest
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
    case "devices": self = rest.isEmpty ? .devices : .misused("devices takes nothing more")
    case "selftest": self = rest.isEmpty ? .selftest : .misused("selftest takes nothing more")
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

/// What `--help` prints.
enum Help {
  static func isAsked(_ words: [String]) -> Bool { words.contains("--help") || words.contains("-h") }

  static func text(of command: String) -> String? {
    switch command {
    case "run": run
    case "call": call
    case "rooms": rooms
    case "check": check
    case "devices": devices
    case "selftest": selftest
    case "version": version
    case "status": status
    case "mute": mute
    case "unmute": unmute
    case "answer": answer
    case "hangup": hangup
    case "volume": volume
    case "dnd": dnd
    case "talk": talk
    case "trust": trust
    case "pair": pair
    case "paired": paired
    case "doctor": doctor
    default: nil
    }
  }

  static let program = """
    intercom: a voice intercom that speaks WebRTC

      intercom run [--config FILE]      answer calls until stopped
      intercom call URL|NAME            call another intercom, or a peer named in the configuration
      intercom call --stdio             the same, with the signaling on stdin and stdout
      intercom rooms [--listen ADDRESS] let intercoms meet in rooms, over WebSocket
      intercom status                   say what the running service does
      intercom mute                     mute the running service's microphone
      intercom unmute                   no longer mute it
      intercom answer                   answer what rings
      intercom hangup                   end the call, or refuse what rings
      intercom volume PERCENT|+N|-N     set the speaker's volume, or change it
      intercom dnd on|off               refuse calls as busy, or no longer
      intercom talk on|off              press or let go push-to-talk
      intercom trust                    show how phones and computers trust this device, with a QR code
      intercom pair [--admin]           show a code that lets a browser, a program or another intercom in
      intercom pair URL                 pair this intercom with another one
      intercom paired [revoke ID]       list who was let in, or lock somebody out
      intercom doctor [--config FILE]   look for what is wrong on this machine, and say what helps
      intercom check FILE               say what is wrong with a configuration, if anything
      intercom devices                  list sound cards and GPIO chips
      intercom selftest                 check that this binary works on this machine
      intercom version                  say the version, and those of the libraries inside

    intercom COMMAND --help says more. Exit codes: 0 done, 1 failed, 64 wrong command line, 66 no such file,
    69 not available (port in use, no answer), 78 wrong configuration.
    """

  static let run = """
    intercom run [--config FILE]

    Answers calls at http://ADDRESS/call until SIGINT or SIGTERM, and shows its state at http://ADDRESS/ and /api/status.
    Without --config it looks for /etc/intercom/intercom.toml, and without that uses its defaults and says so.
    """

  static let call = """
    intercom call NAME [--json] [--socket PATH]
    intercom call room+ws://HOST:PORT/ROOM [--token TOKEN|FILE] [--for SECONDS] [--report FILE] [--config FILE]
    intercom call URL|NAME [--here] [--authority DIGEST | --ca FILE] [--for SECONDS] [--report FILE] [--config FILE]
    intercom call --stdio [--answer] [--for SECONDS] [--report FILE] [--config FILE]

    Where an intercom runs as a service, `intercom call NAME` lets it place the call, says so, and ends. A URL, or one
    of the options --here, --authority, --ca, --for, --report and --config, makes this program hold the call by itself, as it does where no
    service runs:

    Calls the intercom at URL (http:// or https://HOST:PORT/call) or the [[peer]] of that name, until SIGINT, SIGTERM, the far side's
    goodbye, or SECONDS after the call is up. Exit code 0 when the call was up and ended so, 1 when it was lost, 69 when it
    never was up.

    With room+ws:// it goes into that room of a room server (`intercom rooms`), and has a call with whom it meets there;
    room+wss:// is the same over TLS, where --authority may say whom to believe.

      --here           hold the call in this program even where a service runs
      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without a service there the command fails
      --authority DIGEST
                       the authority that the far side's https certificate must come from, such as "sha-256 AA:BB:..";
                       it is believed alone
      --ca FILE        believe the authorities in FILE (PEM) instead of the system's
      --token TOKEN|FILE
                       what lets us into the room: a signed token, or a file with one
      --for SECONDS    hang up that many seconds after the call is up
      --report FILE    write what was measured as JSON; docs/reference/command-line.md explains the keys
      --config FILE    the configuration, as for run
      --stdio          exchange offer, answer and candidates as lines of JSON on stdin and stdout instead; this side
                       offers at once, and the end of stdin ends the call
      --answer         with --stdio: wait for the far side's offer, and answer it
    """

  static let rooms = """
    intercom rooms [--listen ADDRESS:PORT] [--config FILE]

    Lets intercoms meet in rooms at ws://ADDRESS:PORT/, and at wss:// where [web] https is, until SIGINT or SIGTERM: it
    carries their signaling and cannot hear them. It stores nothing but its certificate.

      --listen ADDRESS:PORT   where to listen, instead of [web] listen of the configuration
      --config FILE           the configuration: [web] says where to listen and who may come in (access =
                              "open" or "token"), [token] whose tokens are taken
    """

  static let check = """
    intercom check FILE
    intercom check --board NAME [--boards FOLDER] [FILE]

    Reads a configuration and prints what is wrong with it: file, line, column, key, what was found, what is allowed.
    With --board it reads the board's file (and FILE, if there is one), and then tells what of it this machine has: the
    model, sound cards, lines, SPI devices. Exit code 0 when no file has a mistake, 78 when one has, 66 when there is no
    such file or board. What is not on this machine is told, and no mistake.

      --board NAME      the board's folder: NAME/intercom.toml
      --boards FOLDER   where the boards are; else INTERCOM_BOARDS, else ./board, else /usr/local/share/intercom/boards
                        (flashed) or /usr/share/intercom/boards (the package)
    """

  static let devices = """
    intercom devices

    Lists the sound cards with what they can do, and the GPIO chips, as this binary sees them.
    """

  static let selftest = """
    intercom selftest

    Runs the self-tests inside this binary: test vectors, the linked libraries, whole calls in virtual time. Prints each
    failure and the number of cases. Exit code 0 when all hold, 1 when not.
    """

  static let version = """
    intercom version

    Prints the version, the commit it was built from, and the versions of the C libraries inside.
    """

  static let status = """
    intercom status [--json] [--socket PATH] [--config FILE]

    Says what the running service does: its state, its calls, its microphone and speaker.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let mute = """
    intercom mute [--json] [--socket PATH] [--config FILE]

    Mutes the running service's microphone.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let unmute = """
    intercom unmute [--json] [--socket PATH] [--config FILE]

    No longer mutes the running service's microphone. A mute by the button on the device stays: only the button lifts
    it.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let answer = """
    intercom answer [--json] [--socket PATH] [--config FILE]

    Answers what rings.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let hangup = """
    intercom hangup [--json] [--socket PATH] [--config FILE]

    Ends the running service's call, gives up calling, or refuses what rings.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let volume = """
    intercom volume PERCENT|+N|-N [--json] [--socket PATH] [--config FILE]

    Sets the speaker's volume, 0 to 100, or makes it N steps louder or quieter.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let pair = """
    intercom pair [--admin] [--no-wait] [--socket PATH] [--config FILE]
    intercom pair URL [--code CODE] [--config FILE]

    Lets the running service show a code of six digits, which lives two minutes and lets one browser, program or intercom in, and waits
    until somebody has used it. With the URL of another intercom (its http:// address), this one and that one learn each other's
    certificates: the code is the one that `intercom pair` shows over there, and the configuration gets a [[peer]].

      --admin          whoever uses the code may let others in and lock them out, too
      --no-wait        do not wait until somebody has used it
      --code CODE      the other intercom's code; without it, it is asked for
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration; without it /etc/intercom/intercom.toml

    Exit code 0 when somebody was paired, 1 when nobody was, 69 when no service answers or it may not be asked.
    """

  static let paired = """
    intercom paired [--json] [--socket PATH] [--config FILE]
    intercom paired revoke ID [--json] [--socket PATH] [--config FILE]

    Lists who was let in by pairing, with a number each, or locks number ID out.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let dnd = """
    intercom dnd on|off [--json] [--socket PATH] [--config FILE]

    Lets the running service refuse every call as busy, or no longer.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let talk = """
    intercom talk on|off [--json] [--socket PATH] [--config FILE]

    Presses push-to-talk, or lets it go.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let trust = """
    intercom trust [--certificate] [--no-qr] [--config FILE]

    Shows where phones and computers come to trust this device's HTTPS, once, and the fingerprint to compare: address,
    SHA-256 digest, and on a terminal a QR code with both. It reads the state directory, so it works whether or not the
    service runs; mostly it takes root or the service's user.

      --certificate   print the authority's certificate (PEM), to install it by other means
      --no-qr         no QR code
      --config FILE   the configuration; without it /etc/intercom/intercom.toml

    Exit code 0 when it was shown, 66 when a file cannot be read, 69 when there is no certificate yet.
    """

  static let doctor = """
    intercom doctor [--config FILE]

    Looks at what an intercom needs on this machine: the configuration, sound cards, buttons and lights, real-time
    rights, disk, clock, Wi-Fi, the running service. Prints a line for each, `ok`, `warn` or `FAIL`, and what helps. Run
    it as the user that the service runs as to see what that one sees. Exit code 0 when nothing failed, 1 when something
    did.

      --config FILE    the configuration; without it /etc/intercom/intercom.toml
    """
}
