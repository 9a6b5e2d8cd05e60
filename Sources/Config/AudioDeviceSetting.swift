// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where sound comes from and goes to, as a setting.

import Core

/// A sound device as a setting writes it: `alsa:NAME`, `file:PATH`, `tone:HERTZ`, `speech`, `silence` or `none`.
public enum AudioDeviceSetting: Equatable, Sendable {
  /// An ALSA PCM by its name, such as `default` or `hw:Device`.
  case alsa(String)
  /// A WAV file: read again and again as input, written as output.
  case file(String)
  /// A steady tone, in hertz, 20 ... 20,000. Input only.
  case tone(hertz: Int)
  /// A generated sound with the rhythm and the bands of speech. Input only.
  case speech
  /// Zero samples. Input only.
  case silence
  /// No device: nothing is captured, or nothing is played.
  case noDevice

  /// The lowest and highest tone, in hertz: what a good ear hears, and below half the sample rate.
  public static let toneHertz = 20...20_000

  /// The device that `text` writes, or nil.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    if let name = Self.rest(of: bytes, after: "alsa:") {
      self = .alsa(name)
    } else if let path = Self.rest(of: bytes, after: "file:") {
      self = .file(path)
    } else if let digits = Self.rest(of: bytes, after: "tone:") {
      guard let hertz = decimal(digits), Self.toneHertz.contains(hertz) else { return nil }
      self = .tone(hertz: hertz)
    } else if sameBytes(text, "speech") {
      self = .speech
    } else if sameBytes(text, "silence") {
      self = .silence
    } else if sameBytes(text, "none") {
      self = .noDevice
    } else {
      return nil
    }
  }

  /// Whether sound can be played to it.
  public var isOutput: Bool {
    switch self {
    case .alsa, .file, .noDevice: true
    case .tone, .speech, .silence: false
    }
  }

  /// The sound card that an ALSA name names, by its id or number: `Zero` of `plughw:CARD=Zero,DEV=0` and of `hw:Zero,0`;
  /// nil for `default` and others that name none.
  public var cardID: String? {
    guard case .alsa(let name) = self else { return nil }
    let parts = name.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    for argument in parts[1].split(separator: UInt8(ascii: ",")) {
      let bytes = Array(argument)
      if let id = Self.rest(of: bytes, after: "CARD=") { return id }
      if !bytes.contains(UInt8(ascii: "=")) { return String(decoding: bytes, as: UTF8.self) }
    }
    return nil
  }

  /// The device as the file writes it.
  public var text: String {
    switch self {
    case .alsa(let name): "alsa:" + name
    case .file(let path): "file:" + path
    case .tone(let hertz): "tone:\(hertz)"
    case .speech: "speech"
    case .silence: "silence"
    case .noDevice: "none"
    }
  }

  /// What follows `prefix` in `bytes`: one or more printable characters; or nil.
  private static func rest(of bytes: [UInt8], after prefix: StaticString) -> String? {
    let length = prefix.utf8CodeUnitCount
    guard bytes.count > length, bytes.withByteView({ $0.prefix(length).elementsEqual(prefix) }) else { return nil }
    let rest = String(decoding: bytes[length...], as: UTF8.self)
    return isPrintable(rest) ? rest : nil
  }
}

/// The number that `text` writes in one to nine decimal digits, or nil.
func decimal(_ text: String) -> Int? {
  var value = 0
  var count = 0
  for byte in text.utf8 {
    guard byte >= 0x30, byte <= 0x39, count < 9 else { return nil }
    value = value * 10 + Int(byte - 0x30)
    count += 1
  }
  return count > 0 ? value : nil
}
