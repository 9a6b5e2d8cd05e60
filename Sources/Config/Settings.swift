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
  /// Signed tokens; nil: none are taken.
  public var token: TokenSettings?
  /// The room to be in; nil: none.
  public var room: RoomSettings?
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
  /// What is done about the loudspeaker's echo in the microphone; nil: it is cancelled where the input is a sound card.
  public var echo: EchoMode?
  /// Whether steady noise is taken out of the microphone's sound; nil: where the input is a sound card.
  public var noiseSuppression: Bool?
  /// Whether a quiet or loud voice is brought to an even level; nil: where the input is a sound card.
  public var gainControl: Bool?
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

  /// What is done to the input's sound. Files and generated sound are taken as they are unless something else is said.
  public var processing: SoundProcessing {
    var isMicrophone = false
    if case .alsa = input { isMicrophone = true }
    return SoundProcessing(
      echo: echo ?? (isMicrophone ? .cancel : .off), noiseSuppression: noiseSuppression ?? isMicrophone,
      gainControl: gainControl ?? isMicrophone)
  }
}

/// Where HTTPS is listened for.
public enum HTTPSListening: Equatable, Sendable {
  /// At the address of `listen` and port `Limits.httpsPort`; not at all where only this machine can come in, since a
  /// browser trusts its own machine without a certificate.
  case automatic
  /// Nowhere.
  case off
  /// There; port 0 takes any free one.
  case on(Endpoint)
}

/// The web server.
public struct WebSettings: Equatable, Sendable {
  /// The address and port it listens on for plain HTTP; port 0 takes any free one.
  public var listen = Endpoint(.loopbackV4, port: 8080)
  /// Where it listens for HTTPS.
  public var https = HTTPSListening.automatic
  /// Who may use it; nil: as `accessMode` says.
  public var access: AccessMode?
  /// Names this device goes by, beside its host name and NAME.local: accepted in requests, and in the certificate.
  public var names: [String] = []
  /// Origins, such as "https://panel.example", whose pages may place calls here.
  public var origins: [String] = []
  /// An operator's own certificate chain, a PEM file; nil: one of our own authority's.
  public var certificate: String?
  /// The private key of `certificate`, a PEM file.
  public var key: String?

  /// Who may use it: as configured, else anybody on this machine alone, and only who was paired from elsewhere.
  public var accessMode: AccessMode {
    if let access { return access }
    return listen.address.unmapped.isLoopback && !isHTTPSExposed ? .open : .paired
  }

  /// Where HTTPS is listened for; nil: nowhere.
  public var httpsEndpoint: Endpoint? {
    switch https {
    case .off: nil
    case .on(let endpoint): endpoint
    case .automatic:
      listen.address.unmapped.isLoopback
        ? nil : Endpoint(listen.address, port: listen.port == 0 ? 0 : UInt16(Limits.httpsPort))
    }
  }

  private var isHTTPSExposed: Bool {
    if case .on(let endpoint) = https { return !endpoint.address.unmapped.isLoopback }
    return false
  }
}

/// How a signed token is checked (RFC 7519); the algorithm is pinned here and never taken from the token (RFC 8725).
public enum TokenAlgorithm: Hashable, CaseIterable, Sendable {
  /// HMAC with SHA-256 and a shared secret.
  case hs256
  /// ECDSA on P-256 with SHA-256 and a public key.
  case es256
}

/// Signed tokens, for `access = "token"`.
public struct TokenSettings: Equatable, Sendable {
  /// The algorithm.
  public var algorithm = TokenAlgorithm.hs256
  /// The file with the secret (HS256: its bytes, at least 32, without a line end) or the public key (ES256: PEM).
  public var keyFile = ""
  /// What a token's `aud` must hold.
  public var audience = ""

  /// Settings without a key.
  public init() {}
}

/// A room of a room server, in which another intercom is met.
public struct RoomSettings: Equatable, Sendable {
  /// The room server, such as `wss://rooms.example/`.
  public var url = ""
  /// The room's name.
  public var name = ""
  /// What lets us in: a signed token, or the path of a file that holds one when it begins with `/`; nil: nothing.
  public var token: String?
  /// What the room server's certificate must come from; nil: an authority that this system believes.
  public var authority: Fingerprint?
  /// Whether a call with the other member is held as long as both are there; else only when somebody calls.
  public var voice = true

  /// A room without a name.
  public init() {}
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
  /// The digest of its certificate for calls (DTLS): a call with any other is refused; nil: any is taken.
  public var fingerprint: Fingerprint?
  /// The digest of the authority that its HTTPS certificate must come from; nil: the system's authorities.
  public var authority: Fingerprint?

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
