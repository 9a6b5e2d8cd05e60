// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors

import Core
import Security
import Testing

@Suite("TLS channels")
struct TLSChannelTests {
  private let identity: TLSIdentity

  init() throws { identity = try .fixture(TLSFixture.leaf, TLSFixture.authority) }

  private var pinned: TLSTrust { .authority(identity.lastFingerprint) }

  @Test("client and server agree on TLS 1.3 and carry bytes both ways")
  func handshake() throws {
    var pair = try TLSPair(identity, trust: pinned)
    #expect(pair.states == [.handshaking, .handshaking])
    pair.run()
    #expect(pair.states == [.established, .established])
    let versions = (pair.client.isTLS13, pair.server.isTLS13)
    #expect(versions.0 && versions.1)
    pair.send(Array("GET / HTTP/1.1\r\n\r\n".utf8), fromClient: true)
    pair.send(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8), fromClient: false)
    #expect(pair.readByServer == Array("GET / HTTP/1.1\r\n\r\n".utf8))
    #expect(pair.readByClient == Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
  }

  @Test("records that come in pieces of any size are put together", arguments: [1, 2, 5, 333, 1400])
  func pieces(size: Int) throws {
    var pair = try TLSPair(identity, trust: pinned)
    pair.pieceBytes = size
    pair.run()
    #expect(pair.states == [.established, .established])
    pair.send([UInt8](repeating: 7, count: 5_000), fromClient: true)
    #expect(pair.readByServer == [UInt8](repeating: 7, count: 5_000))
  }

  @Test("half a megabyte passes both ways at once")
  func much() throws {
    var pair = try TLSPair(identity, trust: pinned)
    pair.run()
    var chance = Randomness(seed: 4)
    let bytes = (0..<500_000).map { _ in chance.uint8() }
    pair.exchange(bytes)
    #expect(pair.readByServer == bytes)
    #expect(pair.readByClient == bytes)
  }

  @Test("a goodbye is seen, and what was written before it arrives")
  func goodbye() throws {
    var pair = try TLSPair(identity, trust: pinned)
    pair.run()
    let word = Array("last words".utf8)
    #expect(word.withByteView { pair.client.write($0) } == word.count)
    pair.client.finish()
    pair.run()
    #expect(pair.states[0] == .finished)
    #expect(pair.states[1] == .closedByPeer)
    #expect(pair.readByServer == word)
    // The other direction is still open.
    #expect(word.withByteView { pair.server.write($0) } == word.count)
  }

  @Test("an end without a goodbye is a truncation")
  func truncation() throws {
    var pair = try TLSPair(identity, trust: pinned)
    pair.run()
    pair.send(Array("half a res".utf8), fromClient: false)
    pair.client.putEnd()
    pair.run()
    #expect(pair.states[0] == .failed(.truncated))
    var early = try TLSPair(identity, trust: pinned)
    _ = early.turn()
    early.server.putEnd()
    early.run()
    #expect(early.states[1] == .failed(.truncated))
  }

  @Test("a record that was changed on the way ends the connection")
  func changed() throws {
    var pair = try TLSPair(identity, trust: pinned)
    pair.run()
    let word = Array("hello".utf8)
    _ = word.withByteView { pair.client.write($0) }
    var record: [UInt8] = []
    pair.client.pollOutput {
      record = $0.array(); return $0.count
    }
    record[record.count - 1] ^= 1
    _ = record.withByteView { pair.server.put($0) }
    pair.run()
    guard case .failed(.malformed) = pair.server.state else {
      Issue.record("not malformed")
      return
    }
    #expect(pair.readByServer.isEmpty)
    // The client is told by an alert.
    #expect(pair.states[0] == .failed(.refused(alert: 20)))
  }

  @Test("HTTP in the clear and other garbage is told apart from TLS")
  func garbage() throws {
    for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{0}"] {
      var server = try TLSChannel(server: identity)
      #expect(Array(text.utf8).withByteView { server.put($0) } == text.utf8.count)
      server.step()
      let serverState = server.state
      #expect(serverState == .failed(.notTLS))
      var client = try TLSChannel(client: "door.local", trust: pinned)
      client.step()
      _ = Array(text.utf8).withByteView { client.put($0) }
      client.step()
      let clientState = client.state
      #expect(clientState == .failed(.notTLS))
    }
    var server = try TLSChannel(server: identity)
    _ = [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0].withByteView { server.put($0) }
    server.step()
    guard case .failed = server.state else {
      Issue.record("a malformed hello is taken")
      return
    }
  }

  @Test("nothing is taken, written or read before its time or after the end")
  func order() throws {
    var client = try TLSChannel(client: "door.local", trust: pinned)
    var buffer = [UInt8](repeating: 0, count: 10)
    #expect([1].withByteView { client.write($0) } == 0)
    #expect(buffer.withUnsafeMutableBytes { client.read(into: MutableByteView($0)) } == 0)
    #expect([UInt8](repeating: 0x16, count: 10_000).withByteView { client.put($0) } == 4096)
    let room = client.inputRoom
    #expect(room == 0)
    client.finish()
    client.finish()
    let clientState = client.state
    #expect(clientState == .finished)
    #expect([1].withByteView { client.put($0) } == 0)
    client.step()
    #expect([1].withByteView { client.write($0) } == 0)
    let lastState = client.state
    #expect(lastState == .finished)
  }

  @Test("seeded garbage in any state never traps")
  func seeded() throws {
    var chance = Randomness(seed: 77)
    for round in 0..<60 {
      var pair = try TLSPair(identity, trust: pinned)
      for _ in 0..<chance.below(6) { _ = pair.turn() }
      if round % 2 == 0 { pair.run() }
      let junk = (0..<chance.below(300)).map { _ in chance.uint8() }
      let record = [[0x14, 0x15, 0x16, 0x17, 0x18][chance.below(5)], 3, 3, 0, UInt8(chance.below(60))] + junk
      _ = record.withByteView { pair.server.put($0) }
      _ = record.withByteView { pair.client.put($0) }
      pair.run()
      pair.client.finish()
      pair.server.finish()
    }
  }
}
