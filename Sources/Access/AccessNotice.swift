// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What happened at the door, for the log.

public import Core

/// What happened at the door.
public enum AccessNotice: Equatable, Sendable {
  /// Somebody was paired, from this address.
  case paired(PairedRecord, from: IPAddress)
  /// Somebody was locked out.
  case revoked(PairedRecord)
  /// A wrong code came.
  case wrongCode(from: IPAddress, triesLeft: Int)
  /// Nobody paired in time.
  case pairingOver

  /// The same for a person; no secret is in it.
  public var text: String {
    switch self {
    case .paired(let record, let client):
      "paired \(record.fingerprint == nil ? "" : "the intercom ")\"\(record.name)\" from \(client.text)"
        + " as \(record.role.text), number \(record.id.number)"
    case .revoked(let record): "number \(record.id.number), \"\(record.name)\", is no longer paired"
    case .wrongCode(let client, let left): "a wrong pairing code from \(client.text); tries left: \(left)"
    case .pairingOver: "the pairing is over: nobody entered its code in time"
    }
  }
}
