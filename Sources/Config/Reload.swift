// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a configuration that is read again does to a running intercom, as a value.

/// What to do about a configuration that was read again: calls go on, whatever it says.
public struct Reload: Equatable, Sendable {
  /// What holds from now on: the new settings, but the old ones where they take a restart.
  public let settings: Settings
  /// What has changed, in the order of the configuration's page.
  public let changes: [SettingsChange]

  /// The step from `old`, which holds now, to `new`.
  public init(from old: Settings, to new: Settings) {
    changes = old.changes(to: new)
    var settings = new
    settings.stateDirectory = old.stateDirectory
    settings.audio = old.audio
    settings.audio.volumePercent = new.audio.volumePercent
    (settings.web.listen, settings.web.https) = (old.web.listen, old.web.https)
    settings.room = old.room
    settings.ice = old.ice
    settings.control = old.control
    self.settings = settings
  }

  /// Whether the setting `key` has changed and holds at once: `talk`, `peer`, `log`, `audio.volume` and so on.
  public func changes(_ key: String) -> Bool {
    changes.contains { !$0.needsRestart && $0.key.utf8.elementsEqual(key.utf8) }
  }

  /// What holds now, in one line for the log.
  public var text: String {
    let now = changes.filter { !$0.needsRestart }
    guard !changes.isEmpty else { return "the configuration was read again: nothing has changed" }
    guard !now.isEmpty else { return "the configuration was read again: nothing of what has changed holds at once" }
    return "the configuration was read again: what changed in \(Self.list(now)) holds now"
  }

  /// What waits for a restart, in one line for the log; nil: nothing does.
  public var restartText: String? {
    let later = changes.filter { $0.needsRestart }
    guard !later.isEmpty else { return nil }
    return "what changed in \(Self.list(later)) holds after a restart only: systemctl restart intercom"
  }

  private static func list(_ changes: [SettingsChange]) -> String {
    var text = ""
    for change in changes {
      if !text.utf8.isEmpty { text += ", " }
      text += change.key
    }
    return text
  }
}
