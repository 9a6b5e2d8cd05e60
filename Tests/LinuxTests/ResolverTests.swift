// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Names, without the internet.

import Core
import Glibc
import Linux
import Testing

@Suite("Resolver", .serialized) struct ResolverTests {
  private static func answer(_ resolver: inout Resolver) throws -> Lookup? {
    let deadline = Clock.now() + patience
    while Clock.now() < deadline {
      if let lookup = resolver.next() { return lookup }
      guard try awaitReady(resolver.number) else { return nil }
    }
    return nil
  }

  @Test("localhost has loopback addresses, and an address is its own name")
  func found() throws {
    var resolver = try Resolver()
    #expect(resolver.next() == nil)
    let isAsked = try resolver.resolve("localhost", token: 7)
    #expect(isAsked)
    let lookup = try #require(try Self.answer(&resolver))
    #expect(lookup.token == 7 && !lookup.isFailed)
    #expect(lookup.addresses.indices.allSatisfy { lookup.addresses[$0].isLoopback })
    let isAskedAgain = try resolver.resolve("2001:db8::7", token: 8)
    #expect(isAskedAgain)
    let literal = try #require(try Self.answer(&resolver))
    #expect(literal.token == 8 && literal.addresses[0] == IPAddress("2001:db8::7"))
    #expect(resolver.counters.found == 2 && resolver.counters.failed == 0)
  }

  @Test("a name that is not there is an answer, with a reason")
  func notFound() throws {
    // No server may be reachable: then one short try has to do.
    setenv("RES_OPTIONS", "timeout:1 attempts:1", 1)
    var resolver = try Resolver()
    let isAsked = try resolver.resolve("no-such-name.invalid", token: 9)
    #expect(isAsked)
    let lookup = try #require(try Self.answer(&resolver))
    #expect(lookup.token == 9 && lookup.isFailed && !lookup.failureText.isEmpty)
    #expect(resolver.counters.failed == 1)
  }

  @Test(
    "what cannot be a name is refused",
    arguments: ["", "two words", "zero\u{0}", "tür", String(repeating: "a", count: 254)])
  func refused(name: String) throws {
    var resolver = try Resolver()
    let isAsked = try resolver.resolve(name, token: 1)
    #expect(!isAsked && resolver.counters.refused == 1)
  }

  @Test("more names than may wait are refused until answers are taken")
  func bounded() throws {
    var resolver = try Resolver()
    for token in 0..<Limits.lookupsMax {
      let isAsked = try resolver.resolve("127.0.0.1", token: UInt64(token))
      #expect(isAsked)
    }
    let isAsked = try resolver.resolve("127.0.0.1", token: 99)
    #expect(!isAsked)
    for token in 0..<Limits.lookupsMax {
      #expect(try Self.answer(&resolver)?.token == UInt64(token))
    }
    let isAskedAgain = try resolver.resolve("127.0.0.1", token: 100)
    #expect(isAskedAgain)
    #expect(try Self.answer(&resolver)?.token == 100)
  }
}
