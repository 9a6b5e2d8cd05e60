// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who may be in a room: by mode, address, transport and token, with a signature that any key can be told of.

import Access
import Core
import Rooms
import Testing
import Web

@Suite("The doorkeeper of rooms")
struct RoomDoorkeeperTests {
  private static let wall: Int64 = 1_900_000_000
  private static let elsewhere = IPAddress("192.0.2.7")!

  /// A signature is the SHA-256 stand-in of the key's first byte: enough to be right or wrong.
  private static let cryptography = Cryptography(
    sha256: { bytes in
      var digest = InlineArray<32, UInt8>(repeating: 0)
      for index in 0..<bytes.count { digest[index % 32] = digest[index % 32] &* 31 &+ bytes[index] }
      return Digest256(digest)
    },
    hmacSHA256: { key, _ in Digest256(InlineArray<32, UInt8>(repeating: key[0])) },
    verifiesES256: { _, _, _ in false })

  private func keeper(_ mode: AccessMode, hasKey: Bool = true) -> RoomDoorkeeper {
    let policy = TokenPolicy(.hs256([UInt8](repeating: 7, count: 32)), audience: "rooms")
    return RoomDoorkeeper(mode, verifier: hasKey ? TokenVerifier(policy, Self.cryptography) : nil)
  }

  private func token(_ more: String = "", audience: String = "rooms", key: UInt8 = 7) -> String {
    let claims = "{\"exp\":1900000600,\"aud\":\"\(audience)\"\(more)}"
    return [Array("{\"alg\":\"HS256\"}".utf8), Array(claims.utf8), [UInt8](repeating: key, count: 32)]
      .map { Self.base64url($0) }.joined(separator: ".")
  }

  private static func base64url(_ bytes: [UInt8]) -> String {
    let text = bytes.withByteView { Base64.encode($0) }
    let digits = text.utf8.filter { $0 != UInt8(ascii: "=") }
    return String(
      decoding: digits.map {
        $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
      },
      as: UTF8.self)
  }

  private func visitor(
    _ token: String?, room: String = "house", from client: IPAddress = .loopbackV4, over transport: Transport = .plain
  ) -> RoomVisitor {
    RoomVisitor(from: client, over: transport, token: token, room: RoomName(room)!)
  }

  private func refusal(_ verdict: RoomVerdict) -> String? {
    guard case .refused(let code, let sentence) = verdict else { return nil }
    return "\(code.text): \(sentence)"
  }

  @Test("open lets everybody in, and looks at no token")
  func open() {
    var keeper = keeper(.open)
    for token in [nil, "", "nonsense"] {
      #expect(keeper.judge(visitor(token, from: Self.elsewhere), at: .zero, wall: 0) == .admitted)
    }
  }

  @Test("paired without a key lets in this machine only, whatever is shown")
  func paired() {
    var keeper = keeper(.paired, hasKey: false)
    #expect(keeper.judge(visitor(nil), at: .zero, wall: Self.wall) == .admitted)
    let other = visitor(token(), from: Self.elsewhere, over: .secure)
    #expect(
      refusal(keeper.judge(other, at: .zero, wall: Self.wall))?.hasPrefix("not_allowed: This room server") == true)
  }

  @Test("where tokens are wanted an address counts for nothing: a proxy on this machine brings everybody from here")
  func proxy() {
    for mode in [AccessMode.token, .paired] {
      var keeper = keeper(mode)
      #expect(refusal(keeper.judge(visitor(nil), at: .zero, wall: Self.wall)) != nil)
      #expect(keeper.judge(visitor(token()), at: .zero, wall: Self.wall) == .admitted)
    }
  }

  @Test("a token counts over TLS and on this machine, and nowhere else")
  func transport() {
    var keeper = keeper(.token)
    #expect(
      keeper.judge(visitor(token(), from: Self.elsewhere, over: .secure), at: .zero, wall: Self.wall) == .admitted)
    let clear = keeper.judge(visitor(token(), from: Self.elsewhere), at: .zero, wall: Self.wall)
    #expect(refusal(clear) == "not_allowed: A token counts over wss:// only: in the clear others see it.")
  }

  @Test("a token for one room is good there only, and its claim is text")
  func room() {
    var keeper = keeper(.token)
    let house = token(",\"room\":\"house\"")
    #expect(keeper.judge(visitor(house), at: .zero, wall: Self.wall) == .admitted)
    let other = keeper.judge(visitor(house, room: "garden"), at: .zero, wall: Self.wall)
    #expect(refusal(other) == "not_allowed: The token is for another room (room).")
    #expect(refusal(keeper.judge(visitor(token(",\"room\":1")), at: .zero, wall: Self.wall)) != nil)
  }

  @Test("the refusal says what is wrong with the token")
  func sentences() {
    var keeper = keeper(.token)
    let rows: [(token: String, wall: Int64, sentence: String)] = [
      ("", Self.wall, TokenError.malformed.text),
      (token(audience: "door"), Self.wall, TokenError.wrongAudience.text),
      (token(key: 8), Self.wall, TokenError.wrongSignature.text),
      (token(), Self.wall + 4000, TokenError.expired.text),
      (token(), 0, TokenError.clockNotSet.text),
    ]
    for row in rows {
      let verdict = keeper.judge(visitor(row.token), at: .zero, wall: row.wall)
      #expect(refusal(verdict) == "not_allowed: \(row.sentence)")
    }
    var keyless = self.keeper(.token, hasKey: false)
    #expect(
      refusal(keyless.judge(visitor(token()), at: .zero, wall: Self.wall))
        == "not_allowed: \(TokenError.notConfigured.text)")
  }

  @Test("an address with too many wrong signatures waits, and others do not")
  func rate() {
    var keeper = keeper(.token)
    for _ in 0..<Limits.signatureRateBurst {
      _ = keeper.judge(visitor(token(key: 8), from: Self.elsewhere, over: .secure), at: .zero, wall: Self.wall)
    }
    let good = visitor(token(), from: Self.elsewhere, over: .secure)
    #expect(
      refusal(keeper.judge(good, at: .zero, wall: Self.wall))?.hasPrefix("too_fast: Too many wrong tokens") == true)
    #expect(keeper.judge(visitor(token()), at: .zero, wall: Self.wall) == .admitted)
    let later = Instant.zero + .milliseconds(Limits.signatureRateMilliseconds)
    #expect(keeper.judge(good, at: later, wall: Self.wall) == .admitted)
  }
}
