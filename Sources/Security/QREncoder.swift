// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// QR codes over the library qrcodegen.

import CQR
public import Core

/// Makes QR codes.
public enum QREncoder {
  /// The smallest code that carries `text` as UTF-8, with error correction of level M or better; nil when it is empty or has
  /// more than `Limits.qrBytesMax` bytes. Any thread; takes about a millisecond.
  public static func modules(of text: String) -> QRModules? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= Limits.qrBytesMax else { return nil }
    let capacity = Int(CQR_SIZE_MAX * CQR_SIZE_MAX)
    var size: Int32 = 0
    let modules = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
      size = bytes.withUnsafeBufferPointer {
        cqr_encode($0.baseAddress, Int32($0.count), buffer.baseAddress, Int32(capacity))
      }
      used = Int(size * size)
    }
    return size > 0 ? QRModules(size: Int(size), modules: modules) : nil
  }
}
