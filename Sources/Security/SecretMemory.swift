// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Wiping secrets, so that no optimiser leaves them behind.

import CMbedTLS

enum SecretMemory {
  /// Overwrites the bytes of `secret` with zeros.
  static func forget<Secret: BitwiseCopyable>(_ secret: inout Secret) {
    withUnsafeMutableBytes(of: &secret) { bytes in
      cmbedtls_forget(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count))
    }
  }
}
