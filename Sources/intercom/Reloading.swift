// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Reading the configuration without ending the program where it is wrong: while the service runs, and for the doctor.

import Config
import Core
import Linux

/// What came of reading a configuration: the one way in which every command reads it.
enum ConfigurationReading {
  /// Where settings came from.
  enum Origin {
    /// The file.
    case file(String)
    /// Nowhere: no file was named, and there is none at the standard place.
    case defaults
  }

  /// It is in order.
  case read(Settings, Origin)
  /// The file cannot be read.
  case unreadable(file: String, LinuxError)
  /// The file is wrong.
  case wrong(ConfigErrors)

  /// Reads the file at `path`; nil: the standard one, and without that the defaults.
  init(_ path: String?) {
    let file = path ?? Configuration.standardPath
    let bytes: [UInt8]
    do throws(LinuxError) {
      bytes = try Files.read(file, limitBytes: Limits.configurationBytesMax + 1)
    } catch {
      guard path == nil, error.errno == LinuxError.notFound else {
        self = .unreadable(file: file, error)
        return
      }
      var settings = Settings(name: Program.hostName)
      settings.takeServiceFolder()
      self = .read(settings, .defaults)
      return
    }
    let result: Result<Settings, ConfigErrors> = bytes.withByteView { view in
      do throws(ConfigErrors) { return .success(try Settings.read(view, file: file)) } catch { return .failure(error) }
    }
    switch result {
    case .success(var settings):
      settings.takeServiceFolder()
      self = .read(settings, .file(file))
    case .failure(let errors): self = .wrong(errors)
    }
  }

  /// Why it is not in order, line by line; empty when it is.
  var problems: [String] {
    switch self {
    case .read: []
    case .unreadable(let file, let error): ["\(file): \(error.text)"]
    case .wrong(let errors):
      errors.text.utf8.split(separator: 0x0A).map { String(decoding: Array($0), as: UTF8.self) }
    }
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
    let reading = ConfigurationReading(path)
    guard case .read(let settings, _) = reading else {
      self = .kept(reading.problems + ["the configuration was not read again: what held before still holds"])
      return
    }
    self = .read(Reload(from: old, to: settings))
  }
}
