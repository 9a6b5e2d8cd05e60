// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What several tests use: a door with a clock that is set by hand.

import Access
import Core
import Security

func ms(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

/// A Sunday in 2026.
let sunday: Int64 = 1_795_384_800

let phone = IPAddress.v4(192, 168, 1, 30)
let stranger = IPAddress.v4(192, 168, 1, 66)

func door(_ mode: AccessMode = .paired, token: TokenPolicy? = nil, seed: UInt64 = 1) -> AccessControl {
  AccessControl(mode, token: token, cryptography: .library, randomness: Randomness(seed: seed))
}

func digest(_ byte: UInt8) -> Fingerprint {
  let bytes = [UInt8](repeating: byte, count: 32)
  return bytes.withByteView { Fingerprint(algorithm: .sha256, bytes: $0)! }
}

extension AccessControl {
  /// Pairs somebody as a test needs it; the token.
  mutating func letIn(_ name: String, _ role: Role = .talk, wall: Int64 = sunday) throws(PairingRefusal) -> String {
    let code = openPairing(role, at: .zero).code
    return try pair(PairingRequest(code: code, name: name), from: phone, at: .zero, wall: wall).token
  }

  /// Why somebody was not paired; nil: somebody was.
  mutating func refusal(
    _ code: String, name: String = "x", from client: IPAddress = phone, at now: Instant = .zero
  ) -> PairingRefusal? {
    do throws(PairingRefusal) {
      _ = try pair(PairingRequest(code: code, name: name), from: client, at: now, wall: sunday)
      return nil
    } catch { return error }
  }

  mutating func who(_ credentials: Credentials, at now: Instant = .zero, wall: Int64 = sunday) -> Principal {
    principal(of: credentials, from: phone, at: now, wall: wall)
  }

  mutating func ask(
    _ method: RouteMethod, _ path: String, _ transport: Transport = .secure, from client: IPAddress = phone,
    as credentials: Credentials = Credentials(), at now: Instant = .zero
  ) -> AccessVerdict {
    let segments = path.split(separator: "/").map { String($0) }
    let request = AccessRequest(method, segments, transport: transport, from: client, credentials: credentials)
    return judge(request, at: now, wall: sunday)
  }
}

/// A code that is not `code`.
func wrong(_ code: String) -> String { code == "000000" ? "000001" : "000000" }
