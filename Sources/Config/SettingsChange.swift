// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What has changed between two readings of the configuration, and what of it holds without a restart.

/// A setting that has changed.
public struct SettingsChange: Equatable, Sendable {
  /// The key, as the file writes it: `talk.mode`, `web.listen`; a list of tables by its name: `peer`.
  public let key: String
  /// Whether it takes a restart to hold.
  public let needsRestart: Bool

  fileprivate init(_ key: String, needsRestart: Bool) {
    self.key = key
    self.needsRestart = needsRestart
  }
}

extension Settings {
  /// What is different in `new`, in the order of the configuration's page.
  public func changes(to new: Settings) -> [SettingsChange] {
    var changes: [SettingsChange] = []
    func live(_ key: String, _ isSame: Bool) {
      if !isSame { changes.append(SettingsChange(key, needsRestart: false)) }
    }
    func fixed(_ key: String, _ isSame: Bool) {
      if !isSame { changes.append(SettingsChange(key, needsRestart: true)) }
    }
    live("name", name.utf8.elementsEqual(new.name.utf8))
    live("board", board == new.board)
    fixed("state_directory", stateDirectory == new.stateDirectory)
    live("audio.volume", audio.volumePercent == new.audio.volumePercent)
    fixed("audio", audio.withoutVolume == new.audio.withoutVolume)
    live("web.access", web.access == new.web.access)
    live("web.names", web.names == new.web.names)
    live("web.origins", web.origins == new.web.origins)
    live("web.certificate", web.certificate == new.web.certificate && web.key == new.web.key)
    fixed("web", web.listening == new.web.listening)
    live("token", token == new.token)
    fixed("room", room == new.room)
    fixed("ice", ice == new.ice)
    live("peer", peers == new.peers)
    live("talk", talk == new.talk)
    live("call", call == new.call)
    live("button", buttons == new.buttons)
    live("light", lights == new.lights)
    live("mixer", mixer == new.mixer)
    fixed("control", control == new.control)
    live("log", log == new.log)
    return changes
  }
}

extension WebSettings {
  /// The settings that the web server is started with.
  fileprivate var listening: WebSettings {
    var settings = WebSettings()
    (settings.listen, settings.https) = (listen, https)
    return settings
  }
}

extension AudioSettings {
  /// The settings that the sound is opened with.
  fileprivate var withoutVolume: AudioSettings {
    var settings = self
    settings.volumePercent = 0
    return settings
  }
}
