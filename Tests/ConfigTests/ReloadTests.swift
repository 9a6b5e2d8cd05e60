// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a configuration that is read again changes at once, and what waits for a restart.

import Config
import Core
import Testing

@Suite("Reload") struct ReloadTests {
  private static let old = Settings(name: "door")

  @Test("what has not changed is not named")
  func nothing() {
    let reload = Reload(from: Self.old, to: Self.old)
    #expect(reload.changes.isEmpty)
    #expect(reload.settings == Self.old)
    #expect(reload.text == "the configuration was read again: nothing has changed")
    #expect(reload.restartText == nil)
  }

  /// A change, the key it is named by, and whether it waits for a restart.
  private static let changes: [(key: String, waits: Bool, change: @Sendable (inout Settings) -> Void)] = [
    ("name", false, { $0.name = "gate" }),
    ("board", false, { $0.board = "Raspberry Pi 5" }),
    ("state_directory", true, { $0.stateDirectory = "/var/lib/intercom" }),
    ("audio.volume", false, { $0.audio.volumePercent = 10 }),
    ("audio", true, { $0.audio.input = .silence }),
    ("audio", true, { $0.audio.periodMilliseconds = 5 }),
    ("audio", true, { $0.audio.priority = 7 }),
    ("web.access", false, { $0.web.access = .paired }),
    ("web.names", false, { $0.web.names = ["gate.example"] }),
    ("web.origins", false, { $0.web.origins = ["https://panel.example"] }),
    ("web.certificate", false, { $0.web.certificate = "/etc/gate.pem" }),
    ("web.certificate", false, { $0.web.key = "/etc/gate.key" }),
    ("web", true, { $0.web.listen = Endpoint(.loopbackV4, port: 9) }),
    ("token", false, { $0.token = TokenSettings() }),
    ("room", true, { $0.room = RoomSettings() }),
    ("ice", true, { $0.ice.servers = [] }),
    ("peer", false, { $0.peers = [PeerSetting()] }),
    ("talk", false, { $0.talk.mode = .push }),
    ("call", false, { $0.call.doNotDisturb = true }),
    ("button", false, { $0.buttons = [ButtonSetting()] }),
    ("light", false, { $0.lights = [LightSetting()] }),
    ("mixer", false, { $0.mixer = [MixerSetting()] }),
    ("control", true, { $0.control.group = "intercom" }),
    ("log", false, { $0.log.level = .debug }),
  ]

  @Test("every change is named, and holds at once or not at all")
  func each() {
    for (key, waits, change) in Self.changes {
      var new = Self.old
      change(&new)
      let reload = Reload(from: Self.old, to: new)
      #expect(reload.changes.map(\.key) == [key])
      #expect(reload.changes.map(\.needsRestart) == [waits])
      #expect(reload.settings == (waits ? Self.old : new), "\(key)")
      #expect(reload.changes(key) == !waits)
      #expect((reload.restartText != nil) == waits)
      // What holds now is never reported again, what waits is until the restart.
      #expect(Reload(from: reload.settings, to: new).changes == (waits ? reload.changes : []))
    }
  }

  @Test("the log names what holds now and what waits, in the order of the configuration's page")
  func text() {
    var new = Self.old
    for (_, _, change) in Self.changes { change(&new) }
    let reload = Reload(from: Self.old, to: new)
    #expect(
      reload.text == "the configuration was read again: what changed in "
        + "name, board, audio.volume, web.access, web.names, web.origins, web.certificate, token, "
        + "peer, talk, call, button, light, mixer, log holds now")
    #expect(
      reload.restartText
        == "what changed in state_directory, audio, web, room, ice, control holds after a restart only: "
        + "systemctl restart intercom")
    var later = Self.old
    later.ice.servers = []
    #expect(Reload(from: Self.old, to: later).text.hasSuffix("nothing of what has changed holds at once"))
  }
}
