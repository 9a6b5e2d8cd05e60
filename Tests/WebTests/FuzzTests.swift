// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Bytes that nobody meant: mutated valid input and noise. Nothing may trap; the seed is in the failure's name.

import Core
import Testing
import Web

@Suite("Fuzz")
struct FuzzTests {
  private static let seed: UInt64 = 20_260_401

  /// Feeds mutations of `samples` and noise to `entry`.
  private func burst(_ samples: [String], seed: UInt64, _ entry: (ByteView) -> Void) {
    var randomness = Randomness(seed: seed)
    for round in 0..<3000 {
      var bytes = samples[round % samples.count].bytes
      if round % 10 == 9 { bytes = (0..<randomness.below(200)).map { _ in randomness.uint8() } }
      for _ in 0..<randomness.below(6) where !bytes.isEmpty {
        let place = randomness.below(bytes.count)
        switch randomness.below(6) {
        case 0: bytes[place] = randomness.uint8()
        case 1: bytes[place] ^= 1 << UInt8(randomness.below(8))
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(randomness.uint8(), at: place)
        case 4: bytes.removeSubrange(place...)
        default: bytes.insert(contentsOf: bytes[..<place].suffix(40), at: place)
        }
      }
      bytes.withByteView(entry)
    }
  }

  @Test("HTTP requests", arguments: [seed, seed + 1])
  func requests(seed: UInt64) {
    burst(
      [
        offerRequest, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/status HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sdp\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "3;x=y\r\nv=0\r\n0\r\nA: b\r\n\r\n",
        "PATCH /call/0123 HTTP/1.1\r\nHost: localhost\r\nIf-Match: \"a\", W/\"b\"\r\nExpect: 100-continue\r\n"
          + "Origin: http://localhost\r\nAccept: */*;q=0.1, a/b\r\nContent-Length: 3\r\n\r\na=x",
      ], seed: seed, WebFuzz.request)
  }

  @Test("HTTP responses", arguments: [seed, seed + 1])
  func responses(seed: UInt64) {
    burst(
      [
        "HTTP/1.1 201 Created\r\nContent-Type: application/sdp\r\nLocation: /call/1\r\nETag: \"t\"\r\nContent-Length: 3\r\n\r\nv=0",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 307 Moved\r\nLocation: ../x?y#z\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 503 Busy\r\nRetry-After: 5\r\nContent-Type: application/problem+json\r\n\r\n{\"detail\":\"Not now.\"}",
      ], seed: seed, WebFuzz.response)
  }

  @Test("JSON", arguments: [seed, seed + 1])
  func json(seed: UInt64) {
    burst(
      [
        #"{"a":[1,-2.5e3,"\u00e4\ud83d\ude00\n",true,null],"b":{"c":"d"}}"#, "[[[[[[[[]]]]]]]]",
        "-12345678901234567890.5e-30",
      ], seed: seed, WebFuzz.json)
  }

  @Test("standard input", arguments: [seed, seed + 1])
  func stdio(seed: UInt64) {
    burst(
      [
        "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}\n\n{\"type\":\"bye\",\"reason\":\"x\"}\r\n",
        "{\"type\":\"candidate\",\"candidate\":\"c\",\"sdpMid\":\"0\"}\n{\"type\":\"state\",\"state\":\"s\",\"quality\":1}",
      ], seed: seed, WebFuzz.stdio)
  }

  @Test("URLs", arguments: [seed, seed + 1])
  func urls(seed: UInt64) {
    burst(
      ["http://[2001:db8::1]:8080/a/../b/%20?q#f", "http://door.local/call", "/call/%C3%A4/.."], seed: seed, WebFuzz.url
    )
  }
}
