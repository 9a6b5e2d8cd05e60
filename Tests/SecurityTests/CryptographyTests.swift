// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Security
import Testing

@Suite("Hashes and signatures of the library")
struct CryptographyTests {
  private let library = Security.cryptography

  @Test("SHA-256 answers what FIPS 180-4 says")
  func sha256() {
    let rows: [(String, String)] = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for (text, digest) in rows {
      #expect(octets(Array(text.utf8).withByteView { library.sha256($0) }) == bytes(digest), "\(text.count) bytes")
    }
  }

  @Test("HMAC-SHA-256 answers what RFC 4231 says")
  func hmac() {
    let rows: [(String, String, String)] = [
      (
        String(repeating: "0b", count: 20), "4869205468657265",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        String(repeating: "aa", count: 131),
        "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
    ]
    for (index, (key, message, digest)) in rows.enumerated() {
      let found = bytes(key).withByteView { key in bytes(message).withByteView { library.hmacSHA256(key, $0) } }
      #expect(octets(found) == bytes(digest), "row \(index)")
    }
    // No key and no message: RFC 4231 has no such row, any other library answers this.
    #expect(
      octets(library.hmacSHA256(.empty, .empty))
        == bytes("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"))
  }

  // RFC 7515 appendix A.3.
  private static let signed =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
    + "cnVlfQ"
  private static let key = bytes(
    "04 7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
      + "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad")
  private static let signature = bytes(
    "0ed1215379636c483c2f7f155807d402a3b228033af97c7e17819ac3169ea665"
      + "c50a07d38c3c70e5d8f12daf084a5480a66590c5f293509a8f3f7f8a83a354d5")

  @Test("the signature of RFC 7515 appendix A.3 is good")
  func signature() {
    #expect(verifies(Self.key, Array(Self.signed.utf8), Self.signature))
  }

  @Test("any other message, signature or key is not")
  func forgery() {
    let message = Array(Self.signed.utf8)
    var other = message
    other[3] ^= 1
    #expect(!verifies(Self.key, other, Self.signature))
    for index in [0, 31, 32, 63] {
      var changed = Self.signature
      changed[index] ^= 1
      #expect(!verifies(Self.key, message, changed), "byte \(index) of the signature")
    }
    for index in [0, 1, 33, 64] {
      var changed = Self.key
      changed[index] ^= 1
      #expect(!verifies(changed, message, Self.signature), "byte \(index) of the key")
    }
    let zeros = [UInt8](repeating: 0, count: 64)
    #expect(!verifies(Self.key, message, zeros))
    #expect(!verifies(Self.key, message, [UInt8](repeating: 0xFF, count: 64)))
    #expect(!verifies([4] + zeros, message, zeros))
    #expect(!verifies([], message, Self.signature))
    #expect(!verifies(Self.key, message, Array(Self.signature.dropLast())))
    #expect(!verifies(Self.key, message, []))
    // The order of P-256 itself as r: out of range.
    let order = bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
    #expect(!verifies(Self.key, message, order + Self.signature.suffix(32)))
  }

  private func verifies(_ key: [UInt8], _ message: [UInt8], _ signature: [UInt8]) -> Bool {
    key.withByteView { key in
      message.withByteView { message in signature.withByteView { library.verifiesES256(key, message, $0) } }
    }
  }

  private func octets(_ digest: Digest256) -> [UInt8] { (0..<32).map { digest.bytes[$0] } }
}
