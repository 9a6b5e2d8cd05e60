// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the room is built on, for `--version`.

import CMbedTLS
import CSRTP

/// The versions of the libraries that are linked in.
public enum SecurityLibraries {
  /// The version of mbedTLS, as "3.6.6".
  public static var mbedTLSVersion: String { text { cmbedtls_version($0, $1) } }
  /// The version of libsrtp, as "2.7.0".
  public static var libsrtpVersion: String { text { csrtp_version($0, $1) } }

  private static func text(_ write: (UnsafeMutablePointer<UInt8>?, Int32) -> Int32) -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, used in
      used = Int(write(buffer.baseAddress, 32))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
