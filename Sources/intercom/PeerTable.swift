// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A [[peer]] at the end of the configuration file, whose other bytes stay as they are.

import Config
import Core
import Linux

/// What is known of a peer that was paired with.
struct PeerTable {
  var name: String
  var url: String
  var fingerprint: String
  /// Empty: the system's authorities stand behind its certificate.
  var authority: String

  /// The table as the file writes it.
  var text: String {
    var text =
      "[[peer]]\nname = \(Self.quoted(name))\nurl = \(Self.quoted(url))\nfingerprint = \(Self.quoted(fingerprint))\n"
    if !authority.utf8.isEmpty { text += "authority = \(Self.quoted(authority))\n" }
    return text
  }

  /// Adds the table to the file at `path`, which holds `settings`; answers why not, nil: it was added.
  mutating func append(to path: String, _ settings: Settings) -> String? {
    if settings.peers.contains(where: { sameBytes($0.url.text, url) }) {
      return "\(path) has a [[peer]] with this url: put the two digests into it"
    }
    let plain = name
    var number = 2
    while settings.peers.contains(where: { sameBytes($0.name, name) }) {
      name = "\(plain) \(number)"
      number += 1
    }
    do throws(LinuxError) {
      // Written anew it would be another user's, and its readers' group would be lost: only a file that everybody may read is.
      guard try Files.permissions(path) & 0o004 != 0 else { return "not everybody may read \(path)" }
      var bytes = try Files.read(path, limitBytes: Limits.configurationBytesMax)
      if let last = bytes.last, last != ASCII.lineFeed { bytes.append(ASCII.lineFeed) }
      bytes.append(text: "\n" + text)
      let isFine = bytes.withByteView { view in
        do throws(ConfigErrors) {
          return try Settings.read(view, file: path).peers.count == settings.peers.count + 1
        } catch { return false }
      }
      guard isFine else { return "\(path) cannot take one more table at its end" }
      let failure: LinuxError? = bytes.withByteView { view in
        do throws(LinuxError) {
          try Files.writeAtomically(view, to: path, access: .everybodyReads)
          return nil
        } catch { return error }
      }
      if let failure { throw failure }
      return nil
    } catch { return "\(path): \(error.text)" }
  }

  /// A basic string of TOML.
  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [ASCII.quote]
    for byte in text.utf8 where byte >= 0x20 && byte != 0x7F {
      if byte == ASCII.quote || byte == 0x5C { bytes.append(0x5C) }
      bytes.append(byte)
    }
    bytes.append(ASCII.quote)
    return String(decoding: bytes, as: UTF8.self)
  }
}
