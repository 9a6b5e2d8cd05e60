// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Why a host could not begin, or lost something.

public import Linux
import Security
public import Voice

/// Why a host could not begin.
public enum HostError: Error, Sendable {
  /// The kernel refused something; `what` says what it was for.
  case system(what: String, LinuxError)
  /// A sound file cannot be opened, read or written.
  case file(path: String, LinuxError)
  /// A sound file is not one that can be read.
  case soundFile(path: String, WAVError)
  /// A sound file has a sample rate that cannot be converted.
  case soundRate(path: String, hertz: Int)
  /// The certificate could not be made, or the kept one at `path` cannot be read; `code` is the library's number.
  case certificate(path: String, code: Int32)

  /// A sentence for people. Allocates.
  public var text: String {
    switch self {
    case .system(let what, let error): "\(what): \(error.text)"
    case .file(let path, let error): "\(path): \(error.text)"
    case .soundFile(let path, let error): "\(path): \(Self.text(error))"
    case .soundRate(let path, let hertz): "\(path): \(hertz) samples a second cannot be converted"
    case .certificate(let path, let code):
      path.isEmpty
        ? "the certificate could not be made (mbedTLS error \(code))"
        : "\(path): no certificate and key that can be used (mbedTLS error \(code)); move it away to have a new one made"
    }
  }

  private static func text(_ error: WAVError) -> String {
    switch error {
    case .truncated: "the WAV file ends before its samples begin"
    case .notWAV: "not a WAV file"
    case .malformedFormat: "the WAV file's format is missing or contradicts itself"
    case .unsupportedEncoding: "the WAV file's samples are compressed or of an unknown size; use 16-bit PCM"
    case .unsupportedChannels: "the WAV file has too many channels, or none"
    case .unsupportedRate: "the WAV file's sample rate is out of range"
    }
  }
}
