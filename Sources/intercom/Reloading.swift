// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading the configuration without ending the program where it is wrong: while the service runs, and for the doctor.

import Config
import Core
import Linux

/// What came of reading a configuration.
enum ConfigurationReading {
  /// It is in order; `origin` says where it came from.
  case read(Settings, origin: String)
  /// It cannot be read, or is wrong: lines that say why.
  case failed([String])

  /// Reads the file at `path`; nil: the standard one, and without that the defaults.
  init(_ path: String?) {
    let file = path ?? Configuration.standardPath
    let bytes: [UInt8]
    do throws(LinuxError) {
      bytes = try Files.read(file, limitBytes: Limits.configurationBytesMax + 1)
    } catch {
      if path == nil, error.errno == LinuxError.notFound {
        var settings = Settings(name: Program.hostName)
        settings.takeServiceFolder()
        self = .read(settings, origin: "there is no \(file): the defaults hold")
      } else {
        self = .failed(["\(file): \(error.text)"])
      }
      return
    }
    let result: Result<Settings, ConfigErrors> = bytes.withByteView { view in
      do throws(ConfigErrors) { return .success(try Settings.read(view, file: file)) } catch { return .failure(error) }
    }
    switch result {
    case .success(var settings):
      settings.takeServiceFolder()
      self = .read(settings, origin: file)
    case .failure(let errors): self = .failed(Self.lines(errors.text))
    }
  }

  private static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    for line in text.utf8.split(separator: 0x0A) { lines.append(String(decoding: Array(line), as: UTF8.self)) }
    return lines
  }
}

/// What came of reading the configuration again.
enum Reloading {
  /// It is in order: what changes.
  case read(Reload)
  /// It is not: the old one holds on. Lines for the log, why first.
  case kept([String])

  /// Reads the file at `path` again (nil: the standard one, and without it the defaults), over the settings `old`.
  init(_ path: String?, over old: Settings) {
    switch ConfigurationReading(path) {
    case .read(let settings, _): self = .read(Reload(from: old, to: settings))
    case .failed(let lines):
      self = .kept(lines + ["the configuration was not read again: what held before still holds"])
    }
  }
}
