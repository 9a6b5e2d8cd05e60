// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a fuzzer calls: any bytes, never a trap.

public import Core

/// Fuzz entries.
public enum StationFuzz {
  /// Bytes as the file that remembers the call in progress; what is read is written, and read again as the same.
  public static func remembered(_ bytes: ByteView) {
    guard let call = RememberedCall(bytes.array()) else { return }
    // Broken UTF-8 is repaired, which may make the file longer than one may be.
    guard call.bytes.count <= Limits.rememberedCallBytesMax else { return }
    guard let again = RememberedCall(call.bytes) else { preconditionFailure("a remembered call is not read back") }
    precondition(
      again.isPlaced == call.isPlaced && again.peer.utf8.elementsEqual(call.peer.utf8),
      "a remembered call is read back as another")
  }
}
