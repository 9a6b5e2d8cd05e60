// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Everything a user can set, as a plain value. The keys, their texts and their bounds stand in SettingsSchema.swift.

public import Core

/// The settings of one intercom, finished and checked: nothing downstream looks at them again for mistakes.
public struct Settings: Equatable, Sendable {
  /// What this intercom is called, 1 ... Limits.configurationNameBytesMax bytes.
  public var name: String
  /// The folder for what must survive a restart (the certificate); nil: none is kept.
  public var stateDirectory: String?
  /// Text that the board's model holds (`Raspberry Pi Zero 2 W`), so that a file for another board is noticed; nil: any
  /// board is right.
  public var board: String?
  /// Sound devices and processing.
  public var audio = AudioSettings()
  /// The web server.
  public var web = WebSettings()
  /// How a path to the far side is found.
  public var ice = ICESettings()
  /// Intercoms that can be called by name; the names differ.
  public var peers: [PeerSetting] = []
  /// When this side's voice goes out.
  public var talk = TalkSettings()
  /// What becomes of calls.
  public var call = CallSettings()
  /// Buttons; no two have the same line and press.
  public var buttons: [ButtonSetting] = []
  /// Lights; no line is used twice, nor by a button.
  public var lights: [LightSetting] = []
  /// Controls of sound cards that are set at start.
  public var mixer: [MixerSetting] = []
  /// The control socket.
  public var control = ControlSettings()
  /// The log.
  public var log = LogSettings()

  /// The default settings of an intercom called `name`; nothing else has to be chosen.
  public init(name: String) { self.name = name }

  /// The settings that the TOML file in `bytes` makes; `file` is its name in the errors. Throws one syntax error, or
  /// every mistake in the settings at once.
  public static func read(_ bytes: ByteView, file: String) throws(ConfigErrors) -> Settings {
    let document: TOMLDocument
    do throws(ConfigError) {
      document = try TOMLDocument.read(bytes, file: file)
    } catch {
      throw ConfigErrors([error])
    }
    var reader = SettingsReader(document, source: SourceText(bytes: bytes), file: file)
    return try reader.run()
  }
}

/// Sound devices and processing.
public struct AudioSettings: Equatable, Sendable {
  /// Where the voice comes from.
  public var input = AudioDeviceSetting.alsa("default")
  /// Where the far side is heard.
  public var output = AudioDeviceSetting.alsa("default")
  /// The sound device's period in milliseconds: 5, 10 or 20, at most `frameMilliseconds`.
  public var periodMilliseconds = 10
  /// The voice frame's length in milliseconds: 10 or 20.
  public var frameMilliseconds = 20
  /// Whether the loudspeaker's sound is taken out of the microphone's. A switch; the processing comes later.
  public var echoCancellation = true
  /// Whether steady noise is taken out of the microphone's sound. A switch; the processing comes later.
  public var noiseSuppression = true
  /// Whether a quiet or loud voice is brought to an even level. A switch; the processing comes later.
  public var gainControl = true
  /// What is taken from a stereo input.
  public var inputChannel = CaptureChannel.mix
  /// SCHED_FIFO priority of the audio thread, 1 ... 99; 0: none is asked for.
  public var priority = 20
  /// The processor the audio thread is kept on, from 0; nil: any.
  public var processor: Int?
  /// Device periods in the playback buffer ahead of the speaker, 1 ... 8: what the audio thread may be late by.
  public var prefillPeriods = 2
  /// The speaker's volume at start, 0 ... 100.
  public var volumePercent = 100
}

/// Who may use the web server.
public enum WebAccess: Equatable, Sendable {
  /// Anybody who reaches it.
  case open
}

/// The web server.
public struct WebSettings: Equatable, Sendable {
  /// The address and port it listens on; port 0 takes any free one.
  public var listen = Endpoint(.loopbackV4, port: 8080)
  /// Who may use it.
  public var access = WebAccess.open
}

/// How a path to the far side is found.
public struct ICESettings: Equatable, Sendable {
  /// Servers asked for our address as seen from outside, at most Limits.configurationServersMax.
  public var servers = [ICEServerSetting(host: "stun.l.google.com", port: 19302)]
  /// Whether loopback addresses are candidates even though the web server listens elsewhere.
  public var loopback = false
}

extension Settings {
  /// Whether loopback addresses are candidates: asked for, or implied because only this machine can call.
  public var allowsLoopback: Bool { ice.loopback || web.listen.address.unmapped.isLoopback }
}

/// An intercom that can be called by name.
public struct PeerSetting: Equatable, Sendable {
  /// Its name here.
  public var name = ""
  /// Where it takes calls.
  public var url = CallURL(host: "", port: 80, path: "")
  /// Whether its calls are answered without being asked; nil: as `[call] answer` says.
  public var autoAnswer: Bool?

  /// A peer with an empty name and URL.
  public init() {}
}

/// How much the log says.
public enum LogThreshold: Int, Comparable, CaseIterable, Sendable {
  /// What ends something.
  case error
  /// What hurts and goes on.
  case warning
  /// What happened: calls, states.
  case info
  /// What somebody searching for a mistake needs.
  case debug

  /// Whether `left` says less than `right`.
  public static func < (left: LogThreshold, right: LogThreshold) -> Bool { left.rawValue < right.rawValue }

  /// The level as the file writes it.
  public var text: String {
    switch self {
    case .error: "error"
    case .warning: "warning"
    case .info: "info"
    case .debug: "debug"
    }
  }
}

/// The log.
public struct LogSettings: Equatable, Sendable {
  /// How much it says.
  public var level = LogThreshold.info
}
