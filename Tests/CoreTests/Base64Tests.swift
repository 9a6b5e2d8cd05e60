// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Base64.

import Core
import Testing

@Suite("Base64")
struct Base64Tests {
  @Test(
    "the examples of RFC 4648 section 10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func examples(plain: String, letters: String) {
    #expect(plain.withByteView { Base64.encode($0) } == letters)
    #expect(Base64.decode(letters) == Array(plain.utf8))
  }

  @Test(
    "what is no Base64 is refused",
    arguments: ["Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm9_", "=g=="])
  func refused(letters: String) { #expect(Base64.decode(letters) == nil) }
}
