// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two ends of a TLS connection and the wire between them, in memory.

import Core
import Security

/// A client and a server; what one sends reaches the other in pieces of `pieceBytes`.
struct TLSPair: ~Copyable {
  var client: TLSChannel
  var server: TLSChannel
  var pieceBytes = 4096
  /// Everything that the client and the server sent.
  var sentByClient: [UInt8] = []
  var sentByServer: [UInt8] = []
  var readByClient: [UInt8] = []
  var readByServer: [UInt8] = []
  private var toServer: [UInt8] = []
  private var toClient: [UInt8] = []

  init(_ identity: TLSIdentity, host: String = "door.local", trust: TLSTrust) throws(TLSError) {
    let client = try TLSChannel(client: host, trust: trust)
    let server = try TLSChannel(server: identity)
    self.client = client
    self.server = server
  }

  /// How far the client and the server are.
  var states: [TLSChannel.State] { [client.state, server.state] }

  /// Lets both go on until nothing moves.
  mutating func run() {
    while turn() {}
  }

  /// One exchange; false when nothing moved.
  mutating func turn() -> Bool {
    client.step()
    server.step()
    var moved = Self.drain(&client, into: &readByClient)
    if Self.drain(&server, into: &readByServer) { moved = true }
    let (oldClient, oldServer) = (toClient.count, toServer.count)
    client.pollOutput {
      toServer += $0.array(); return $0.count
    }
    server.pollOutput {
      toClient += $0.array(); return $0.count
    }
    sentByServer += toClient[oldClient...]
    sentByClient += toServer[oldServer...]
    if Self.put(&toServer, into: &server, pieceBytes) { moved = true }
    if Self.put(&toClient, into: &client, pieceBytes) { moved = true }
    return moved
  }

  /// Encrypts all of `bytes` and carries it over.
  mutating func send(_ bytes: [UInt8], fromClient: Bool) {
    var sent = 0
    var idle = 0
    while sent < bytes.count, idle < 100 {
      let count = bytes.withByteView { view in
        fromClient ? client.write(view.dropFirst(sent)) : server.write(view.dropFirst(sent))
      }
      sent += count
      idle = count == 0 ? idle + 1 : 0
      run()
    }
  }

  /// Carries all of `bytes` both ways at once.
  mutating func exchange(_ bytes: [UInt8]) {
    var sent = (0, 0)
    for _ in 0..<10_000 where sent.0 < bytes.count || sent.1 < bytes.count {
      bytes.withByteView { view in
        sent.0 += client.write(view.dropFirst(sent.0))
        sent.1 += server.write(view.dropFirst(sent.1))
      }
      _ = turn()
    }
    run()
  }

  private static func drain(_ channel: inout TLSChannel, into read: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1000)
    var moved = false
    while true {
      let count = buffer.withUnsafeMutableBytes { channel.read(into: MutableByteView($0)) }
      if count == 0 { return moved }
      read += buffer[..<count]
      moved = true
    }
  }

  private static func put(_ bytes: inout [UInt8], into channel: inout TLSChannel, _ piece: Int) -> Bool {
    guard !bytes.isEmpty else { return false }
    let taken = bytes.withByteView { channel.put($0.prefix(piece)) }
    bytes.removeFirst(taken)
    return taken > 0
  }
}

extension TLSIdentity {
  /// The identity of a fixture's certificates.
  static func fixture(_ certificates: String..., key: String = TLSFixture.key) throws -> TLSIdentity {
    let key = Array(key.utf8)
    let read: Result<TLSIdentity, IdentityError> = Array(certificates.joined(separator: "\n").utf8).withByteView {
      chain in
      key.withByteView { key in
        do throws(IdentityError) { return .success(try .read(certificates: chain, key: key)) } catch {
          return .failure(error)
        }
      }
    }
    return try read.get()
  }
}

extension TLSAuthorities {
  /// The authorities of a fixture.
  static func fixture(_ certificates: String...) throws -> TLSAuthorities {
    let read: Result<TLSAuthorities, IdentityError> = Array(certificates.joined(separator: "\n").utf8).withByteView {
      bytes in
      do throws(IdentityError) { return .success(try .read(bytes)) } catch { return .failure(error) }
    }
    return try read.get()
  }
}
