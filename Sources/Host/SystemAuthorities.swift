// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The authorities that this machine believes in, read when the first https call wants them.

import Core
import Linux
import Security

/// The system's bundle. Handshake thread only.
final class SystemAuthorities {
  /// Where Debian and its relatives keep it.
  static let path = "/etc/ssl/certs/ca-certificates.crt"

  private var bundle: TLSAuthorities?

  /// The bundle, read now if it was not before; nil: it is missing or useless, and is looked for again the next time.
  func get() -> TLSAuthorities? {
    if let bundle { return bundle }
    do throws(LinuxError) {
      let bytes = try Files.read(Self.path, limitBytes: Limits.authoritiesFileBytesMax)
      bundle = bytes.withByteView { view in
        do throws(IdentityError) { return try TLSAuthorities.read(view) } catch { return nil }
      }
    } catch { return nil }
    return bundle
  }
}
