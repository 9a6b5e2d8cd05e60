// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a configuration file makes of the settings, and what it is told when it is wrong.

import Config
import Core
import Foundation
import Testing

@Suite("Settings")
struct SettingsTests {
  @Test("a file with a name alone has the defaults")
  func defaults() throws {
    let read = try settings("name = 'Desk'").get()
    #expect(read == Settings(name: "Desk"))
    #expect(read.audio.input == .alsa("default"))
    #expect(read.audio.output == .alsa("default"))
    #expect(read.audio.periodMilliseconds == 10)
    #expect(read.audio.frameMilliseconds == 20)
    #expect(read.audio.processing == SoundProcessing(), "everything is on for a microphone")
    #expect(read.web.listen == Endpoint("127.0.0.1:8080"))
    #expect(read.web.accessMode == .open)
    #expect(read.ice.servers == [ICEServerSetting(host: "stun.l.google.com", port: 19302)])
    #expect(read.peers.isEmpty)
    #expect(read.stateDirectory == nil)
    #expect(read.log.level == .info)
  }

  @Test("every key is taken over")
  func everyKey() throws {
    let read = try settings(
      """
      name = "Front door"
      state_directory = "/var/lib/intercom"
      board = "Raspberry Pi 4"
      [audio]
      input = "file:in.wav"
      output = "file:out.wav"
      period_ms = 5
      frame_ms = 10
      echo = "off"
      noise_suppression = false
      gain_control = false
      input_channel = "right"
      volume = 70
      prefill_periods = 8
      priority = 0
      processor = 3
      [talk]
      mode = "half-duplex"
      release_tail_ms = 0
      pre_roll_ms = 300
      permit_tone = true
      [call]
      answer = "auto"
      do_not_disturb = true
      ring_timeout_s = 120
      redial = false
      busy = "wait"
      [web]
      listen = "[::]:9000"
      https = "[::]:9443"
      access = "token"
      names = ["door.example", "192.168.1.9"]
      origins = ["https://panel.example", "http://[fe80::2]:81"]
      certificate = "/etc/door.pem"
      key = "/etc/door.key"
      [token]
      algorithm = "ES256"
      key_file = "/etc/token.pem"
      audience = "door"
      [room]
      url = "wss://rooms.example/"
      name = "house"
      token = "/etc/room.token"
      authority = "sha-256 \(Self.digest)"
      voice = false
      [ice]
      servers = ["stun:a.example", "STUN:[2001:db8::1]:5000"]
      [[peer]]
      name = "kitchen"
      url = "http://192.168.1.20:8080/call"
      [[peer]]
      name = "attic"
      url = "http://[fe80::1]"
      auto_answer = false
      fingerprint = "sha-256 \(Self.digest)"
      authority = "SHA-256:\(Self.digest)"
      [[button]]
      line = "GPIO17"
      role = "call"
      press = "double"
      peers = ["attic", "kitchen"]
      active = "high"
      bias = "disabled"
      debounce_ms = 0
      [[button]]
      line = "doorA:4"
      role = "mute"
      active = "high"
      kind = "latching"
      [[button]]
      line = "PIN5"
      role = "shut-down"
      [[light]]
      role = "mute"
      line = "GPIO25"
      active = "low"
      [[light]]
      role = "talk"
      spi = "/dev/spidev0.0"
      index = 2
      colour = "#00fF40"
      [[mixer]]
      card = "Zero"
      control = "Headphone Playback Volume"
      value = "-6dB,75%"
      [control]
      socket = "/run/intercom/control"
      group = "audio"
      [log]
      level = "debug"
      """
    ).get()
    var expected = Settings(name: "Front door")
    expected.stateDirectory = "/var/lib/intercom"
    expected.audio.input = .file("in.wav")
    expected.audio.output = .file("out.wav")
    expected.audio.periodMilliseconds = 5
    expected.audio.frameMilliseconds = 10
    expected.audio.echo = .off
    expected.audio.noiseSuppression = false
    expected.audio.gainControl = false
    expected.board = "Raspberry Pi 4"
    expected.audio.inputChannel = .right
    expected.audio.volumePercent = 70
    expected.audio.prefillPeriods = 8
    expected.audio.priority = 0
    expected.audio.processor = 3
    expected.talk.mode = .halfDuplex
    expected.talk.releaseTailMilliseconds = 0
    expected.talk.preRollMilliseconds = 300
    expected.talk.permitTone = true
    expected.call.answer = .auto
    expected.call.doNotDisturb = true
    expected.call.ringTimeoutSeconds = 120
    expected.call.redial = false
    expected.call.busy = .wait
    expected.web.listen = Endpoint(.anyV6, port: 9000)
    expected.web.https = .on(Endpoint(.anyV6, port: 9443))
    expected.web.access = .token
    expected.web.names = ["door.example", "192.168.1.9"]
    expected.web.origins = ["https://panel.example", "http://[fe80::2]:81"]
    (expected.web.certificate, expected.web.key) = ("/etc/door.pem", "/etc/door.key")
    var token = TokenSettings()
    (token.algorithm, token.keyFile, token.audience) = (.es256, "/etc/token.pem", "door")
    expected.token = token
    var room = RoomSettings()
    (room.url, room.name, room.token, room.voice) = ("wss://rooms.example/", "house", "/etc/room.token", false)
    room.authority = Fingerprint(setting: "sha-256 \(Self.digest)")
    expected.room = room
    expected.ice.servers = [
      ICEServerSetting(host: "a.example"), ICEServerSetting(host: "2001:db8::1", port: 5000),
    ]
    var kitchen = PeerSetting()
    kitchen.name = "kitchen"
    kitchen.url = CallURL(host: "192.168.1.20", port: 8080, path: "/call")
    var attic = PeerSetting()
    attic.name = "attic"
    attic.url = CallURL(host: "fe80::1", port: 80, path: "/call")
    attic.autoAnswer = false
    let digest = [UInt8](repeating: 0xAB, count: 32)
    attic.fingerprint = digest.withByteView { Fingerprint(algorithm: .sha256, bytes: $0) }
    attic.authority = attic.fingerprint
    expected.peers = [kitchen, attic]
    var double = ButtonSetting()
    (double.line, double.role, double.press) = ("GPIO17", .call, .double)
    double.peers = ["attic", "kitchen"]
    (double.polarity, double.bias, double.debounceMilliseconds) = (.activeHigh, .disabled, 0)
    var latch = ButtonSetting()
    (latch.line, latch.role, latch.isLatching) = ("doorA:4", .mute, true)
    (latch.polarity, latch.bias) = (.activeHigh, .pullDown)
    var off = ButtonSetting()
    (off.line, off.role, off.press) = ("PIN5", .shutDown, .long)
    expected.buttons = [double, latch, off]
    var muted = LightSetting()
    (muted.role, muted.driver, muted.polarity) = (.mute, .line("GPIO25"), .activeLow)
    var talking = LightSetting()
    (talking.role, talking.driver) = (.talk, .apa102(device: "/dev/spidev0.0", index: 2))
    talking.colour = Colour(red: 0, green: 255, blue: 64)
    expected.lights = [muted, talking]
    var volume = MixerSetting()
    (volume.card, volume.control, volume.value) = ("Zero", "Headphone Playback Volume", "-6dB,75%")
    expected.mixer = [volume]
    expected.control.path = "/run/intercom/control"
    expected.control.group = "audio"
    expected.log.level = .debug
    #expect(read == expected)
  }

  @Test("tables may be written inline, and keys dotted")
  func otherShapes() throws {
    let read = try settings(
      """
      name = 'x'
      audio = { input = "tone:440", output = "none" }
      web.listen = "127.0.0.1:0"
      peer = [{ name = "a", url = "http://a" }, { name = "b", url = "http://b" }]
      ice.servers = []
      """
    ).get()
    #expect(read.audio.input == .tone(hertz: 440))
    #expect(read.audio.output == .noDevice)
    #expect(read.web.listen.port == 0)
    #expect(read.peers.map { $0.name } == ["a", "b"])
    #expect(read.ice.servers.isEmpty)
  }

  static let wrong: [(toml: String, errors: [String])] = [
    ("", ["1:1: name: missing; expected what this intercom is called, 1 to 64 bytes, such as name = \"Front door\""]),
    (
      "name = ''",
      [
        "1:8: name: not allowed: found ''; expected what this intercom is called, 1 to 64 bytes, such as name = \"Front door\""
      ]
    ),
    (
      "name = \"a\\nb\"",
      [
        "1:8: name: not allowed: found \"a\\nb\"; expected what this intercom is called, 1 to 64 bytes, "
          + "such as name = \"Front door\""
      ]
    ),
    ("name = 'x'\nnmae = 'y'", ["2:1: nmae: unknown key; expected name, state_directory, board; did you mean name?"]),
    ("name = 'x'\nzzz = 1", ["2:1: zzz: unknown key; expected name, state_directory, board"]),
    (
      "name = 'x'\nlisten = 'y'",
      ["2:1: listen: unknown key; expected name, state_directory, board; did you mean listen in [web]?"]
    ),
    (
      "name = 'x'\n[audoi]",
      [
        "2:2: audoi: unknown table; expected [audio], [talk], [call], [web], [token], [room], [ice], [[peer]], "
          + "[[button]], [[light]], [[mixer]], [control], [log]; did you mean audio?"
      ]
    ),
    (
      "name = 'x'\n[audio]\nperod_ms = 10",
      [
        "3:1: audio.perod_ms: unknown key; expected input, output, period_ms, frame_ms, echo, "
          + "noise_suppression, gain_control, input_channel, volume, prefill_periods, priority, processor; "
          + "did you mean period_ms?"
      ]
    ),
    (
      "name = 'x'\n[web.tls]\nkey = 1",
      ["2:6: web.tls: unknown table; expected listen, https, access, names, origins, certificate, key"]
    ),
    (
      "name = 'x'\n[web]\nname = 'y'",
      [
        "3:1: web.name: unknown key; expected listen, https, access, names, origins, certificate, key; did you mean names?"
      ]
    ),
    // Types.
    (
      "name = 5",
      [
        "1:8: name: wrong type: found 5, an integer; expected a string: what this intercom is called, 1 to 64 bytes, "
          + "such as name = \"Front door\""
      ]
    ),
    (
      "name = 'x'\naudio.period_ms = 'ten'",
      ["2:19: audio.period_ms: wrong type: found 'ten', a string; expected an integer: 5, 10 or 20"]
    ),
    (
      "name = 'x'\naudio.period_ms = 10.0",
      ["2:19: audio.period_ms: wrong type: found 10.0, a float; expected an integer: 5, 10 or 20"]
    ),
    (
      "name = 'x'\naudio.gain_control = 1979-05-27",
      [
        "2:22: audio.gain_control: wrong type: found 1979-05-27, a date or time; expected a boolean: true or false"
      ]
    ),
    (
      "name = 'x'\nlog.level = [\n'info']",
      [
        "2:13: log.level: wrong type: found […, an array; expected a string: \"error\", \"warning\", \"info\" or \"debug\""
      ]
    ),
    (
      "name = 'x'\n[audio.input]",
      [
        "2:8: audio.input: wrong type: found a table; expected a string: \"alsa:NAME\", \"file:PATH\", \"tone:HERTZ\" "
          + "(20 to 20000), \"speech\", \"silence\" or \"none\""
      ]
    ),
    ("name = 'x'\naudio = 3", ["2:9: audio: wrong type: found 3, an integer; expected the table [audio]"]),
    ("name = 'x'\n[[audio]]", ["2:3: audio: wrong type: found an array of tables; expected the table [audio]"]),
    ("name = 'x'\n[peer]", ["2:2: peer: wrong type: found a table; expected [[peer]] with two brackets"]),
    ("name = 'x'\npeer = 'a'", ["2:8: peer: wrong type: found 'a', a string; expected tables, each written [[peer]]"]),
    ("name = 'x'\npeer = [1]", ["2:9: peer: wrong type: found 1, an integer; expected tables, each written [[peer]]"]),
    // Values.
    (
      "name = 'x'\n[audio]\ninput = 'speach'\noutput = 'speech'",
      [
        "3:9: audio.input: not allowed: found 'speach'; expected \"alsa:NAME\", \"file:PATH\", \"tone:HERTZ\" "
          + "(20 to 20000), \"speech\", \"silence\" or \"none\"; did you mean \"speech\"?",
        "4:10: audio.output: not allowed: found 'speech'; expected \"alsa:NAME\", \"file:PATH\" or \"none\"",
      ]
    ),
    (
      "name = 'x'\n[audio]\nperiod_ms = 15\nframe_ms = -1",
      [
        "3:13: audio.period_ms: not allowed: found 15; expected 5, 10 or 20",
        "4:12: audio.frame_ms: not allowed: found -1; expected 10 or 20",
      ]
    ),
    (
      "name = 'x'\n[audio]\nframe_ms = 10\nperiod_ms = 20",
      ["4:13: audio.period_ms: conflict: found 20; see line 3; expected at most frame_ms, 10"]
    ),
    (
      "name = 'x'\nweb.listen = 'localhost:80'",
      [
        "2:14: web.listen: not allowed: found 'localhost:80'; expected an address and a port, such as "
          + "\"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::1]:8080\""
      ]
    ),
    (
      "name = 'x'\nweb.https = 'on'",
      [
        "2:13: web.https: not allowed: found 'on'; expected an address and a port, such as \"0.0.0.0:8443\", or \"off\""
      ]
    ),
    (
      "name = 'x'\nweb.origins = ['https://a/', 'panel', 'http://']",
      [16, 30, 39].map {
        "2:\($0): web.origins: not allowed: found \([16: "'https://a/'", 30: "'panel'", 39: "'http://'"][$0]!); "
          + "expected up to 16 origins, such as [\"https://panel.example\"]"
      }
    ),
    (
      "name = 'x'\nweb.names = ['a:80']",
      ["2:14: web.names: not allowed: found 'a:80'; expected up to 16 host names, such as [\"door.example\"]"]
    ),
    (
      "name = 'x'\nweb.certificate = 'a'",
      ["2:19: web.certificate: conflict: found no key beside it; expected both certificate and key, or neither"]
    ),
    (
      "name = 'x'\nweb.key = 'a'",
      ["2:11: web.key: conflict: found no certificate beside it; expected both certificate and key, or neither"]
    ),
    (
      "name = 'x'\nweb.access = 'token'",
      [
        "2:14: web.access: conflict: found \"token\", and no [token]; expected a table [token] that says how tokens "
          + "are checked"
      ]
    ),
    (
      "name = 'x'\n[token]\nkey_file = 'a'",
      [
        "2:1: token.audience: missing; expected what a token's aud must hold, such as audience = \"front-door\"",
        "3:12: token.key_file: conflict: found a [token], and no access = \"token\" in [web]; expected "
          + "access = \"token\" in [web], or no [token]",
      ]
    ),
    (
      "name = 'x'\n[room]\nurl = 'https://a'\nname = 'b'",
      [
        "3:7: room.url: not allowed: found 'https://a'; expected a room server, such as "
          + "url = \"wss://rooms.example/\""
      ]
    ),
    (
      "name = 'x'\n[[peer]]\nname = 'a'\nurl = 'http://a'\nfingerprint = 'sha-1 AA'",
      [
        "5:15: peer.fingerprint: not allowed: found 'sha-1 AA'; expected the digest of its certificate for calls, "
          + "\"sha-256 \" and 32 bytes as AA:BB:..."
      ]
    ),
    (
      "name = 'x'\n[web]\nlisten = '0.0.0.0:80'\naccess = 'opne'",
      [
        "4:10: web.access: not allowed: found 'opne'; expected \"open\", \"paired\" or \"token\"; did you mean \"open\"?"
      ]
    ),
    (
      "name = 'x'\nlog.level = 'warn'",
      ["2:13: log.level: not allowed: found 'warn'; expected \"error\", \"warning\", \"info\" or \"debug\""]
    ),
    (
      "name = 'x'\nice.servers = ['stun:ok', 'turn:b', 'stuns:c', 'http://d', 5]",
      [
        "2:27: ice.servers: not there yet: found 'turn:b' (TURN relays); " + servers,
        "2:37: ice.servers: not there yet: found 'stuns:c' (STUN over TLS); " + servers,
        "2:48: ice.servers: not allowed: found 'http://d'; " + servers,
        "2:60: ice.servers: wrong type: found 5, an integer; "
          + servers.replacingOccurrences(of: "expected ", with: "expected a string: "),
      ]
    ),
    (
      "name = 'x'\nice.servers = [\(Array(repeating: "'stun:a'", count: 9).joined(separator: ","))]",
      ["2:88: ice.servers: too many: found 9; expected at most 8"]
    ),
    (
      "name = 'x'\n[[peer]]\nname = 'a'\n[[peer]]\nurl = 'http://b'",
      [
        "2:1: peer.url: missing; expected where it takes calls, such as url = \"http://192.168.1.20:8080/call\"",
        "4:1: peer.name: missing; expected what the peer is called here, 1 to 64 bytes, such as name = \"kitchen\"",
      ]
    ),
    (
      "name = 'x'\n[[peer]]\nname = 'a'\nurl = 'http://a'\n[[peer]]\nname = 'a'\nurl = 'ftp://a'",
      [
        "6:8: peer.name: conflict: found \"a\"; see line 3; expected a name that no other peer has",
        "7:7: peer.url: not allowed: found 'ftp://a'; expected where it takes calls, such as "
          + "url = \"http://192.168.1.20:8080/call\"",
      ]
    ),
    (
      "name = 'x'\n" + (0..<65).map { "[[peer]]\nname = '\($0)'\nurl = 'http://a'\n" }.joined(),
      ["194:1: peer: too many: found 65; expected at most 64"]
    ),
  ]

  private static let servers = "expected up to 8 STUN servers, such as [\"stun:stun.example.org:3478\"], or [] for none"

  @Test("a wrong setting is named with its place, what was found and what is allowed")
  func refuses() {
    for row in Self.wrong { #expect(mistakes(row.toml) == row.errors, "\(row.toml)") }
  }

  private static let digest = (0..<32).map { _ in "Ab" }.joined(separator: ":")

  @Test("only this machine's address is open by itself; any other lets in who was paired, and has HTTPS")
  func access() throws {
    for address in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
      let read = try settings("name = 'x'\nweb.listen = '\(address)'").get()
      #expect(read.web.accessMode == .open && read.web.httpsEndpoint == nil, "\(address)")
    }
    for address in ["0.0.0.0:1", "192.168.1.2:1", "[::]:1", "[fe80::1]:1"] {
      let read = try settings("name = 'x'\nweb.listen = '\(address)'").get()
      #expect(read.web.accessMode == .paired && read.web.httpsEndpoint?.port == 8443, "\(address)")
      let open = try settings("name = 'x'\n[web]\nlisten = '\(address)'\naccess = 'open'\nhttps = 'off'").get()
      #expect(open.web.accessMode == .open && open.web.httpsEndpoint == nil, "\(address)")
    }
  }

  @Test("an error is printed with its line and a caret under the place, tabs and wide lines included")
  func text() throws {
    let error = try #require(errors(Array("name = 'é'\n\tlog.level\t= 'x'\n".utf8)).first)
    #expect(
      error.text
        == "t:2:14: log.level: not allowed: found 'x'; expected \"error\", \"warning\", \"info\" or \"debug\"\n"
        + "  \tlog.level\t= 'x'\n  \t         \t  ^")
    let wide = "name = 'x'\npeer = [" + String(repeating: " ", count: 200) + "é]" + String(repeating: " ", count: 200)
    let wideError = try #require(errors(Array(wide.utf8)).first)
    #expect(wideError.line == 2 && wideError.column == 209)
    #expect(wideError.sourceLine.count == 100 && wideError.caret.count == 61)
    #expect(wideError.sourceLine.dropFirst(60).first == "é")
  }

  @Test("no more than 16 mistakes are listed, in the file's order, and the rest is counted")
  func manyMistakes() throws {
    let toml = "name = 'x'\n" + (0..<20).map { "k\($0) = 1\n" }.joined()
    guard case .failure(let all) = settings(toml, file: "door.toml") else {
      Issue.record("twenty unknown keys were accepted")
      return
    }
    #expect(all.errors.map { $0.line } == Array(2...17))
    #expect(all.omitted == 4)
    #expect(all.text.hasSuffix("\ndoor.toml: 4 more"))
    #expect(
      all.text.hasPrefix("door.toml:2:1: k0: unknown key; expected name, state_directory, board\n  k0 = 1\n  ^\n"))
  }

  @Test("the rows of these tests meet every kind of error")
  func everyKind() {
    var met = Set<ConfigError.Kind>()
    for row in TOMLReaderTests.invalid { met.formUnion(errors(Array(row.toml.utf8)).map { $0.kind }) }
    for row in Self.wrong { met.formUnion(errors(Array(row.toml.utf8)).map { $0.kind }) }
    for row in PanelSettingsTests.wrong { met.formUnion(errors(Array(row.toml.utf8)).map { $0.kind }) }
    met.formUnion(errors([0xFF]).map { $0.kind })
    met.formUnion(errors([0x00]).map { $0.kind })
    met.formUnion(errors([UInt8](repeating: 0x20, count: Limits.configurationBytesMax + 1)).map { $0.kind })
    met.formUnion(errors([UInt8]("a=".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 99)).map { $0.kind })
    let missing = ConfigError.Kind.allCases.filter { !met.contains($0) }
    #expect(missing.isEmpty)
  }
}
