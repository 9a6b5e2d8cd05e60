// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a fuzzer calls: each takes any bytes and never traps.

/// The parsers of this room.
public enum CoreFuzz {
  /// Reads an address, and an endpoint, from `bytes`; what is read is written as text and read again.
  public static func address(_ bytes: ByteView) {
    if let address = IPAddress(parsing: bytes) {
      precondition(IPAddress(address.text) == address, "an address is not what its text says")
    }
    if let endpoint = Endpoint(bytes.text()) {
      precondition(Endpoint(endpoint.text) == endpoint, "an endpoint is not what its text says")
    }
  }

  /// Every parser of this room, one after the other.
  public static func fuzz(_ bytes: ByteView) { address(bytes) }
}
