// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What encoder and decoder share: the library's version.

import COpus

/// The Opus library.
public enum OpusCodec {
  /// The version of the library that is linked, such as `1.5.2`.
  public static var version: String {
    guard let text = copus_version() else { return "unknown" }
    let name = String(cString: text)
    // The library calls itself "libopus 1.5.2".
    guard let blank = name.utf8.lastIndex(of: UInt8(ascii: " ")) else { return name }
    return String(decoding: name.utf8[name.utf8.index(after: blank)...], as: UTF8.self)
  }
}
