// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// From a file to what the host is told.

import Config
import Core
import Host
import Linux
import VOIP

/// The configuration of one run.
struct Configuration {
  let settings: Settings
  /// What to put into the log about where it came from.
  let origin: String

  /// The file that is looked for when none is named.
  static let standardPath = "/etc/intercom/intercom.toml"

  /// Reads the file at `path`; nil: the standard one, and without that the defaults. On failure the exit code, after
  /// saying why.
  static func load(_ path: String?) -> Result<Configuration, ExitFailure> {
    switch ConfigurationReading(path) {
    case .read(let settings, .file(let file)):
      return .success(Configuration(settings: settings, origin: "configuration: \(file)"))
    case .read(let settings, .defaults):
      return .success(
        Configuration(
          settings: settings, origin: "no configuration file was named and there is no \(standardPath): using defaults")
      )
    case .unreadable(let file, let error):
      Terminal.complain("intercom: \(file): \(error.text)")
      return .failure(ExitFailure(code: ExitCode.noInput))
    case .wrong(let errors):
      Terminal.complain(errors.text)
      return .failure(ExitFailure(code: ExitCode.configuration))
    }
  }

  /// What the host is told of a call that this program holds by itself. The kept certificate is the service's: who may
  /// not read it calls with another one, and `note` says so.
  func hostOfCall() -> (settings: HostSettings, note: String?) {
    var settings = host
    guard let folder = settings.stateDirectory, Self.isRefused(folder) || Self.isRefused(folder + "/identity.pem")
    else { return (settings, nil) }
    settings.stateDirectory = nil
    return (settings, "the certificate in \(folder) is another user's: this call has one of its own")
  }

  private static func isRefused(_ path: String) -> Bool {
    do throws(LinuxError) {
      try Machine.checkAccess(path, .read)
      return false
    } catch { return error.errno == LinuxError.accessDenied }
  }

  /// What the host is told.
  var host: HostSettings {
    var host = HostSettings()
    host.input =
      switch settings.audio.input {
      case .alsa(let name): .alsa(name)
      case .file(let path): .file(path)
      case .tone(let hertz): .tone(hertz: hertz)
      case .speech: .speech
      case .silence, .noDevice: .silence
      }
    host.output =
      switch settings.audio.output {
      case .alsa(let name): .alsa(name)
      case .file(let path): .file(path)
      case .tone, .speech, .silence, .noDevice: .none
      }
    host.periodSamples = settings.audio.periodMilliseconds * 48
    host.inputChannel = settings.audio.inputChannel
    host.prefillPeriods = settings.audio.prefillPeriods
    host.audioPriority = settings.audio.priority > 0 ? Int32(settings.audio.priority) : nil
    host.audioProcessor = settings.audio.processor
    host.volumePercent = settings.audio.volumePercent
    host.mixer = settings.mixer.map { $0.preset }
    host.stateDirectory = settings.stateDirectory
    host.service = VOIPConfiguration(
      iceServers: settings.ice.servers.map { ICEServer(host: $0.host, port: $0.port) },
      processing: settings.audio.processing,
      frameSamples: settings.audio.frameMilliseconds * 48, allowsLoopback: settings.allowsLoopback,
      talk: settings.talk.rules)
    return host
  }
}

extension Settings {
  /// Without state_directory, the first folder that the service manager made for keeping (StateDirectory= of the unit).
  mutating func takeServiceFolder() {
    guard stateDirectory == nil, let folders = Program.environment("STATE_DIRECTORY") else { return }
    // More than one are separated by colons (systemd.exec(5)).
    let first = folders.utf8.prefix { $0 != 0x3A }
    if !first.isEmpty { stateDirectory = String(decoding: first, as: UTF8.self) }
  }
}

extension TalkSettings {
  /// The same in the service's words.
  var rules: TalkRules {
    TalkRules(
      mode: mode, releaseTailMilliseconds: releaseTailMilliseconds, preRollMilliseconds: preRollMilliseconds)
  }
}

extension MixerSetting {
  /// The same in the sound card's words.
  var preset: MixerPreset { MixerPreset(card: card, control: control, value: value) }
}

extension AudioDeviceSetting {
  /// Whether it is a sound card.
  var isALSA: Bool {
    if case .alsa = self { return true }
    return false
  }
}

/// The program ends with this code; why has been said.
struct ExitFailure: Error {
  let code: Int32
}
