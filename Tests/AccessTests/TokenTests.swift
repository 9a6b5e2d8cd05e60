// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Signed tokens: the vectors of RFC 7515, and every way of not holding that RFC 8725 warns of.

import Access
import Core
import Security
import Testing

@Suite("Signed tokens")
struct TokenTests {
  // RFC 7515 appendix A.1.
  private static let secret = decoded(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
  private static let a1 =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  // RFC 7515 appendix A.3.
  private static let point =
    [4] + decoded("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
    + decoded("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
  private static let a3 =
    "eyJhbGciOiJFUzI1NiJ9"
    + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
  // RFC 7515 appendix A.5.
  private static let a5 =
    "eyJhbGciOiJub25lIn0"
    + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."

  private static let hs256 = TokenPolicy(.hs256(secret), audience: "door")
  private static let es256 = TokenPolicy(.es256(point), audience: "door")

  private func payload(_ token: String, _ policy: TokenPolicy) -> Result<String, TokenError> {
    var verifier = TokenVerifier(policy, .library)
    do throws(TokenError) {
      return .success(String(decoding: try verifier.payload(of: token), as: UTF8.self))
    } catch { return .failure(error) }
  }

  private func outcome(_ token: String, _ policy: TokenPolicy = hs256, wall: Int64 = sunday) -> Result<
    TokenClaims, TokenError
  > {
    var verifier = TokenVerifier(policy, .library)
    do throws(TokenError) { return .success(try verifier.verify(token, wall: wall)) } catch { return .failure(error) }
  }

  private func signed(_ header: String, _ claims: String, _ secret: [UInt8] = secret) -> String {
    let text = base64url(header) + "." + base64url(claims)
    let digest = secret.withByteView { key in text.withByteView { Cryptography.library.hmacSHA256(key, $0) } }
    return text + "." + base64url((0..<32).map { digest.bytes[$0] })
  }

  private func claims(_ claims: String) -> Result<TokenClaims, TokenError> {
    outcome(signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims))
  }

  @Test("RFC 7515 A.1 (HS256) and A.3 (ES256) hold with their own keys, and A.5 (none) with neither")
  func vectors() throws {
    let joe = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
    #expect(try payload(Self.a1, Self.hs256).get() == joe)
    #expect(try payload(Self.a3, Self.es256).get() == joe)
    for policy in [Self.hs256, Self.es256] { #expect(payload(Self.a5, policy) == .failure(.wrongAlgorithm)) }
    // They were signed in 2011.
    #expect(outcome(Self.a1) == .failure(.expired))
  }

  @Test("the algorithm is the configured one: neither a token nor a key of the other kind changes it")
  func confusion() {
    #expect(payload(Self.a1, Self.es256) == .failure(.wrongAlgorithm))
    #expect(payload(Self.a3, Self.hs256) == .failure(.wrongAlgorithm))
    // The public key as a shared secret (RFC 8725 section 2.1).
    let confused = signed("{\"alg\":\"HS256\"}", "{\"exp\":2000000000,\"aud\":\"door\"}", Self.point)
    #expect(payload(confused, Self.es256) == .failure(.wrongAlgorithm))
    for name in ["none", "None", "hs256", "HS384", ""] {
      #expect(outcome(signed("{\"alg\":\"\(name)\"}", "{}")) == .failure(.wrongAlgorithm), "\(name)")
    }
    #expect(outcome(signed("{\"alg\":[\"HS256\"]}", "{}")) == .failure(.wrongAlgorithm))
    #expect(outcome(signed("{}", "{}")) == .failure(.wrongAlgorithm))
  }

  @Test("a header that asks for more, says another type, or says a thing twice is refused")
  func headers() {
    #expect(
      outcome(signed("{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", "{}")) == .failure(.criticalExtension))
    #expect(outcome(signed("{\"alg\":\"HS256\",\"crit\":[]}", "{}")) == .failure(.criticalExtension))
    #expect(outcome(signed("{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", "{}")) == .failure(.wrongType))
    #expect(outcome(signed("{\"alg\":\"none\",\"alg\":\"HS256\"}", "{}")) == .failure(.malformedHeader))
    #expect(outcome(signed("[]", "{}")) == .failure(.malformedHeader))
    #expect(outcome(signed("{\"alg\":\"HS256\"} x", "{}")) == .failure(.malformedHeader))
  }

  @Test("exp, nbf, aud, sub and role are what they should be, to within a minute")
  func checksClaims() throws {
    let good = "\"exp\":\(sunday + 10),\"aud\":\"door\""
    #expect(try claims("{\(good)}").get() == claims("{\(good),\"role\":\"talk\"}").get())
    let anna = try claims("{\(good),\"sub\":\"anna\",\"role\":\"admin\",\"nbf\":\(sunday - 5)}").get()
    #expect(anna.subject == "anna" && anna.role == .admin)
    #expect(try claims("{\(good),\"sub\":\"a\\nb\"}").get().subject == "")
    #expect(try claims("{\"exp\":\(sunday + 1).5,\"aud\":[\"gate\",\"door\"]}").get().role == .talk)
    let rows: [(String, TokenError)] = [
      ("{\"aud\":\"door\"}", .noExpiry),
      ("{\"exp\":\"\(sunday)\",\"aud\":\"door\"}", .malformedClaims),
      ("{\"exp\":null,\"aud\":\"door\"}", .malformedClaims),
      ("{\"exp\":\(sunday - 60),\"aud\":\"door\"}", .expired),
      ("{\"exp\":-1e300,\"aud\":\"door\"}", .expired),
      ("{\(good),\"nbf\":\(sunday + 61)}", .notYetValid),
      ("{\(good),\"nbf\":true}", .malformedClaims),
      ("{\"exp\":\(sunday + 10)}", .wrongAudience),
      ("{\"exp\":\(sunday + 10),\"aud\":\"doo\"}", .wrongAudience),
      ("{\"exp\":\(sunday + 10),\"aud\":[\"gate\",7]}", .wrongAudience),
      ("{\(good),\"role\":\"root\"}", .wrongRole),
      ("{\(good),\"role\":1}", .wrongRole),
      ("{\(good),\"exp\":9999999999}", .malformedClaims),
      ("[\(sunday)]", .malformedClaims),
    ]
    for (text, error) in rows { #expect(claims(text) == .failure(error), "\(text)") }
    // Within the leeway.
    #expect(try claims("{\"exp\":\(sunday - 59),\"aud\":\"door\",\"nbf\":\(sunday + 60)}").get().role == .talk)
  }

  @Test("without the time nothing is believed, and the sentence says why")
  func clock() {
    let token = signed("{\"alg\":\"HS256\"}", "{\"exp\":\(sunday + 10),\"aud\":\"door\"}")
    for wall in [Int64(0), 1_000_000_000] { #expect(outcome(token, wall: wall) == .failure(.clockNotSet)) }
    #expect(TokenError.clockNotSet.text.contains("clock"))
  }

  @Test("base64url is strict: no padding, no other alphabet, no bits left over, three parts, and not too long")
  func strict() {
    let good = signed("{\"alg\":\"HS256\"}", "{\"exp\":\(sunday + 10),\"aud\":\"door\"}")
    let parts = good.split(separator: ".").map { String($0) }
    for bad in [
      "", ".", "...", "a.b", good + ".", good + ".x", good + "=", " " + good,
      parts[0] + "=." + parts[1] + "." + parts[2],
      parts[0] + ".A." + parts[2], parts[0] + ".+/+/." + parts[2], parts[0] + "." + parts[1] + ".AB",
    ] {
      #expect(outcome(bad) == .failure(.malformed), "\(bad)")
    }
    #expect(outcome(String(repeating: "a", count: 2049)) == .failure(.tooLong))
    // The last digit of 32 bytes carries two bits that must be zero: another text of the same signature is none.
    let other = String(good.dropLast()) + (good.last == "A" ? "B" : "")
    #expect(outcome(other) != outcome(good))
  }

  @Test("a bit changed anywhere, or a part of the signature, and the token does not hold")
  func signature() throws {
    let good = signed("{\"alg\":\"HS256\"}", "{\"exp\":\(sunday + 10),\"aud\":\"door\"}")
    #expect(try outcome(good).get().role == .talk)
    var random = Randomness(seed: 5)
    for _ in 0..<300 {
      var bytes = Array(good.utf8)
      bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(7))
      if case .success = outcome(String(decoding: bytes, as: UTF8.self)) { Issue.record("seed 5") }
    }
    let parts = good.split(separator: ".").map { String($0) }
    #expect(outcome(parts[0] + "." + parts[1] + ".") == .failure(.wrongSignature))
    #expect(outcome(parts[0] + "." + parts[1] + "." + String(parts[2].prefix(40))) == .failure(.wrongSignature))
    let cut = Self.a3.split(separator: ".").map { String($0) }
    #expect(payload(cut[0] + "." + cut[1] + ".", Self.es256) == .failure(.wrongSignature))
    #expect(
      payload(cut[0] + "." + cut[1] + "." + base64url([UInt8](repeating: 0, count: 64)), Self.es256)
        == .failure(.wrongSignature))
  }

  @Test("a token that holds is checked by the library once, and its time each time")
  func remembered() throws {
    let token = signed("{\"alg\":\"HS256\"}", "{\"exp\":\(sunday + 10),\"aud\":\"door\"}")
    var verifier = TokenVerifier(Self.hs256, .library)
    #expect(try verifier.verify(token, wall: sunday).role == .talk)
    #expect(try verifier.verify(token, wall: sunday + 1).role == .talk)
    #expect(throws: TokenError.expired) { try verifier.verify(token, wall: sunday + 70) }
  }

  @Test("the door takes a token only in its mode, beside what was paired, and stops checking wrong signatures")
  func door() throws {
    let good = signed("{\"alg\":\"HS256\"}", "{\"exp\":\(sunday + 10),\"aud\":\"door\",\"sub\":\"anna\"}")
    let bad = signed("{\"alg\":\"HS256\"}", "{\"exp\":\(sunday + 10),\"aud\":\"door\"}", [1, 2, 3])
    var control = AccessTests.door(.token, token: Self.hs256)
    #expect(control.who(Credentials(bearer: good)) == .token(subject: "anna", .talk))
    let paired = try control.letIn("phone")
    #expect(control.who(Credentials(cookie: paired)).role == .talk)
    let rule = RouteRule.all.first { $0.pattern == "/api/status" }!
    for _ in 0..<5 {
      #expect(
        control.ask(.get, "/api/status", as: Credentials(bearer: bad)) == .denied(.badToken(.wrongSignature), rule))
    }
    #expect(control.ask(.get, "/api/status", as: Credentials(bearer: bad)) == .tooMany(waitSeconds: 2))
    #expect(control.counters.badTokens == 5)
    var other = AccessTests.door(.paired)
    #expect(other.ask(.get, "/api/status", as: Credentials(bearer: good)) == .denied(.badToken(.notConfigured), rule))
  }

  @Test("a public key is read from PEM: the point of 65 bytes, and nothing else")
  func keys() throws {
    let head: [UInt8] = [
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
      0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]
    func pem(_ der: [UInt8], _ name: String = "PUBLIC KEY") -> [UInt8] {
      var text = base64(der)
      if text.count > 64 { text.insert("\n", at: text.index(text.startIndex, offsetBy: 64)) }
      return Array("# a key\n-----BEGIN \(name)-----\n\(text)\n-----END \(name)-----\n".utf8)
    }
    func point(_ text: [UInt8]) -> [UInt8]? { text.withByteView { PublicKeyText.point(pem: $0) } }
    #expect(point(pem(head + Self.point)) == Self.point)
    #expect(point(pem(head + Self.point, "EC PRIVATE KEY")) == nil)
    #expect(point(pem(head + Self.point + [0])) == nil)
    #expect(point(pem(head + [2] + Self.point[1...])) == nil)
    #expect(point(pem(Array(head[1...]) + Self.point)) == nil)
    #expect(point([]) == nil)
  }
}

private func decoded(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var (bits, count) = (0, 0)
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  for digit in text.utf8 {
    bits = (bits << 6 | alphabet.firstIndex(of: digit)!) & 0xFFFF
    count += 6
    if count >= 8 {
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
  }
  return bytes
}

private func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var text = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = Array(bytes[start..<min(start + 3, bytes.count)])
    var bits = 0
    for index in 0..<3 { bits = bits << 8 | (index < part.count ? Int(part[index]) : 0) }
    for index in 0..<4 { text.append(index <= part.count ? alphabet[bits >> (18 - index * 6) & 63] : "=") }
  }
  return text
}

private func base64url(_ bytes: [UInt8]) -> String {
  base64(bytes).filter { $0 != "=" }.replacing("+", with: "-").replacing("/", with: "_")
}

private func base64url(_ text: String) -> String { base64url(Array(text.utf8)) }
