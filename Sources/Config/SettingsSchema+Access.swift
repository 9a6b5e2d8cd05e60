// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The tables of the web server, signed tokens, the room, and peers with their pinned certificates.

public import Core

extension SettingsSchema {
  static var web: TableRule {
    TableRule(
      "web",
      [
        KeyRule(
          "listen", default: "\"127.0.0.1:8080\"",
          "an address and a port, such as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::1]:8080\"",
          .string { text, settings in
            guard let endpoint = Endpoint(text), !endpoint.address.isMulticast else { return .refused }
            settings.web.listen = endpoint
            return .accepted
          }),
        KeyRule(
          "https", default: nil, "an address and a port, such as \"0.0.0.0:8443\", or \"off\"",
          .string { text, settings in
            if sameBytes(text, "off") {
              settings.web.https = .off
              return .accepted
            }
            guard let endpoint = Endpoint(text), !endpoint.address.isMulticast else { return .misspelt(["off"]) }
            settings.web.https = .on(endpoint)
            return .accepted
          }),
        KeyRule(
          "access", default: nil, "\"open\", \"paired\" or \"token\"",
          .word([("open", AccessMode.open), ("paired", .paired), ("token", .token)]) { mode, settings in
            settings.web.access = mode
          }),
        KeyRule(
          "names", default: "[]", "up to 16 host names, such as [\"door.example\"]",
          .strings(
            maximum: Limits.configurationNamesMax, begin: { settings in settings.web.names = [] },
            add: { text, settings in
              guard let host = HostAndPort(Array(text.utf8)[...]), host.port == nil else { return .refused }
              settings.web.names.append(text)
              return .accepted
            })),
        KeyRule(
          "origins", default: "[]", "up to 16 origins, such as [\"https://panel.example\"]",
          .strings(
            maximum: Limits.configurationNamesMax, begin: { settings in settings.web.origins = [] },
            add: { text, settings in
              settings.web.origins.append(text)
              return isOrigin(text) ? .accepted : .refused
            })),
        KeyRule(
          "certificate", default: nil, "the path of a PEM file, such as \"/etc/intercom/door.pem\"",
          .string { text, settings in
            settings.web.certificate = text
            return isText(text) ? .accepted : .refused
          }),
        KeyRule(
          "key", default: nil, "the path of a PEM file, such as \"/etc/intercom/door.key\"",
          .string { text, settings in
            settings.web.key = text
            return isText(text) ? .accepted : .refused
          }),
      ])
  }

  static var token: TableRule {
    TableRule(
      "token",
      [
        KeyRule(
          "algorithm", default: "\"HS256\"", "\"HS256\" or \"ES256\"",
          .word([("HS256", TokenAlgorithm.hs256), ("ES256", .es256)]) { algorithm, settings in
            settings.changeToken { $0.algorithm = algorithm }
          }),
        KeyRule(
          required: "key_file",
          "the path of the secret or the public key, such as key_file = \"/etc/intercom/token.key\"",
          .string { text, settings in
            settings.changeToken { $0.keyFile = text }
            return isText(text) ? .accepted : .refused
          }),
        KeyRule(
          required: "audience", "what a token's aud must hold, such as audience = \"front-door\"",
          .string { text, settings in
            settings.changeToken { $0.audience = text }
            return isText(text) ? .accepted : .refused
          }),
      ])
  }

  static var room: TableRule {
    TableRule(
      "room",
      [
        KeyRule(
          required: "url", "a room server, such as url = \"wss://rooms.example/\"",
          .string { text, settings in
            settings.changeRoom { $0.url = text }
            let bytes = Array(text.utf8)
            return isText(text) && (hasPrefix(bytes, "ws://") || hasPrefix(bytes, "wss://")) ? .accepted : .refused
          }),
        KeyRule(
          required: "name", "the room's name, 1 to 64 bytes, such as name = \"house\"",
          .string { text, settings in
            settings.changeRoom { $0.name = text }
            return isName(text) ? .accepted : .refused
          }),
        KeyRule(
          "token", default: nil, "a signed token, or the path of a file with one",
          .string { text, settings in
            settings.changeRoom { $0.token = text }
            return isText(text) ? .accepted : .refused
          }),
        KeyRule(
          "authority", default: nil,
          "\"sha-256 AA:BB:...\", the digest of the authority that the room server's certificate must come from",
          .string { text, settings in
            let authority = Fingerprint(setting: text)
            settings.changeRoom { $0.authority = authority }
            return authority == nil ? .refused : .accepted
          }),
        KeyRule(
          "voice", default: "true", "true or false",
          .boolean { value, settings in settings.changeRoom { $0.voice = value } }),
      ])
  }

  static var peer: TableRule {
    TableRule(
      list: "peer", maximum: Limits.configurationPeersMax, begin: { settings in settings.peers.append(PeerSetting()) },
      [
        KeyRule(
          required: "name", "what the peer is called here, 1 to 64 bytes, such as name = \"kitchen\"",
          .string { text, settings in
            settings.peers[settings.peers.count - 1].name = text
            return isName(text) ? .accepted : .refused
          }),
        KeyRule(
          required: "url", "where it takes calls, such as url = \"http://192.168.1.20:8080/call\"",
          .string { text, settings in
            guard let url = CallURL(text) else { return .refused }
            settings.peers[settings.peers.count - 1].url = url
            return .accepted
          }),
        KeyRule(
          "auto_answer", default: nil, "true or false",
          .boolean { value, settings in settings.peers[settings.peers.count - 1].autoAnswer = value }),
        KeyRule(
          "fingerprint", default: nil,
          "the digest of its certificate for calls, \"sha-256 \" and 32 bytes as AA:BB:...",
          .string { text, settings in
            settings.peers[settings.peers.count - 1].fingerprint = Fingerprint(setting: text)
            return settings.peers[settings.peers.count - 1].fingerprint == nil ? .refused : .accepted
          }),
        KeyRule(
          "authority", default: nil,
          "the digest of its authority's certificate, \"sha-256 \" and 32 bytes as AA:BB:...",
          .string { text, settings in
            settings.peers[settings.peers.count - 1].authority = Fingerprint(setting: text)
            return settings.peers[settings.peers.count - 1].authority == nil ? .refused : .accepted
          }),
      ])
  }

  /// Whether `text` is an origin (RFC 6454 section 6.2): a scheme, a host, perhaps a port, and nothing behind them.
  private static func isOrigin(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let start = hasPrefix(bytes, "https://") ? 8 : (hasPrefix(bytes, "http://") ? 7 : nil) else { return false }
    return HostAndPort(bytes[start...]) != nil
  }
}

extension Settings {
  fileprivate mutating func changeToken(_ change: (inout TokenSettings) -> Void) {
    var settings = token ?? TokenSettings()
    change(&settings)
    token = settings
  }

  fileprivate mutating func changeRoom(_ change: (inout RoomSettings) -> Void) {
    var settings = room ?? RoomSettings()
    change(&settings)
    room = settings
  }
}

extension Fingerprint {
  /// The SHA-256 digest that a setting writes, `sha-256 AA:BB:...` or `sha-256:AA:BB:...`; or nil.
  public init?(setting text: String) {
    var bytes = Array(text.utf8)
    if bytes.count > 7, bytes[7] == UInt8(ascii: ":") { bytes[7] = 0x20 }
    guard let value = bytes.withByteView({ Fingerprint(parsing: $0) }), value.algorithm == .sha256 else { return nil }
    self = value
  }
}
