// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What hostile bytes meet first in this room.

public import Core

/// Entries that never trap, whatever they are fed.
public enum AccessFuzz {
  /// The list, a token, a key, and the fields of a request, all of the same bytes.
  public static func fuzz(_ bytes: ByteView) {
    let zero = Digest256(InlineArray<32, UInt8>(repeating: 0))
    let cryptography = Cryptography(
      sha256: { _ in zero }, hmacSHA256: { _, _ in zero }, verifiesES256: { _, _, _ in true })
    var control = AccessControl(
      .token, token: TokenPolicy(.es256([]), audience: "a"), cryptography: cryptography, randomness: Randomness(seed: 1)
    )
    _ = control.restore(bytes)
    _ = PublicKeyText.point(pem: bytes)
    let text = bytes.text()
    let credentials = Credentials(cookies: [text], authorizations: [text])
    _ = control.principal(of: credentials, from: .loopbackV4, at: .zero, wall: 2_000_000_000)
    let shown = Credentials(bearer: text)
    _ = control.principal(of: shown, from: .loopbackV4, at: .zero, wall: 2_000_000_000)
    _ = control.openPairing(at: .zero)
    let request = PairingRequest(code: text, name: text, url: text)
    do throws(PairingRefusal) {
      _ = try control.pair(request, from: .loopbackV4, at: .zero, wall: 0)
    } catch { return }
  }
}
