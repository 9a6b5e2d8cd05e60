// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TCP on loopback.

import Core
import Linux
import Testing

@Suite("TCP") struct TCPTests {
  private static func accept(_ listener: inout TCPListener) throws -> TCPConnection? {
    guard try awaitReady(listener.number) else { return nil }
    return try listener.accept()
  }

  private static func write(_ text: String, to connection: inout TCPConnection) -> Int {
    var written = 0
    text.withByteView { if case .bytes(let count) = connection.write($0) { written = count } }
    return written
  }

  private static func read(_ connection: inout TCPConnection) throws -> (text: String, result: StreamResult) {
    guard try awaitReady(connection.number) else { return ("", .wouldBlock) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let result = bytes.withUnsafeMutableBytes { connection.read(into: MutableByteView($0)) }
    guard case .bytes(let count) = result else { return ("", result) }
    return (String(decoding: bytes[0..<count], as: UTF8.self), result)
  }

  @Test("connect, accept, exchange, end", arguments: [IPAddress.loopbackV4, .loopbackV6])
  func exchange(address: IPAddress) throws {
    var listener = try TCPListener(bindingTo: Endpoint(address, port: 0))
    if let early = try listener.accept() { Issue.record("somebody came: \(early.number)") }
    var caller = try TCPConnection(connectingTo: listener.local)
    guard var callee = try Self.accept(&listener) else {
      Issue.record("nobody came")
      return
    }
    #expect(try awaitReady(caller.number, .writable))
    guard case .connected = caller.connectResult() else {
      Issue.record("not connected")
      return
    }
    #expect(try callee.remote == caller.local())
    #expect(try caller.remote == callee.local())

    #expect(Self.write("ping", to: &caller) == 4)
    #expect(try Self.read(&callee).text == "ping")
    var bytes = [UInt8](repeating: 0, count: 8)
    let early = bytes.withUnsafeMutableBytes { callee.read(into: MutableByteView($0)) }
    guard case .wouldBlock = early else {
      Issue.record("something came")
      return
    }
    caller.finishWriting()
    guard case .endOfStream = try Self.read(&callee).result else {
      Issue.record("it did not end")
      return
    }
    #expect(Self.write("pong", to: &callee) == 4)
    #expect(try Self.read(&caller).text == "pong")
  }

  @Test("a peer that goes with bytes unread resets the connection")
  func reset() throws {
    var listener = try TCPListener(bindingTo: Endpoint(.loopbackV4, port: 0))
    var caller = try TCPConnection(connectingTo: listener.local)
    do {
      guard let callee = try Self.accept(&listener) else {
        Issue.record("nobody came")
        return
      }
      #expect(Self.write("unread", to: &caller) == 6)
      #expect(try awaitReady(callee.number))
    }
    guard case .reset = try Self.read(&caller).result else {
      Issue.record("no reset")
      return
    }
  }

  @Test("a write to a peer that does not read comes to its end, and to one that is gone is a reset")
  func fullAndGone() throws {
    var listener = try TCPListener(bindingTo: Endpoint(.loopbackV4, port: 0))
    var caller = try TCPConnection(connectingTo: listener.local)
    let block = [UInt8](repeating: 1, count: 1 << 20)
    do {
      guard let callee = try Self.accept(&listener) else {
        Issue.record("nobody came")
        return
      }
      var isFull = false
      for _ in 0..<1000 where !isFull {
        if case .wouldBlock = block.withByteView({ caller.write($0) }) { isFull = true }
      }
      #expect(isFull)
      #expect(callee.number >= 0)
    }
    #expect(try awaitReady(caller.number))
    var isReset = false
    for _ in 0..<10 where !isReset {
      if case .reset = block.withByteView({ caller.write($0) }) { isReset = true }
    }
    #expect(isReset)
  }

  @Test("nobody listening is a result of the attempt")
  func refused() throws {
    let unused = try TCPListener(bindingTo: Endpoint(.loopbackV4, port: 0)).local
    var error: LinuxError?
    do throws(LinuxError) {
      var caller = try TCPConnection(connectingTo: unused)
      var result = caller.connectResult()
      let deadline = Clock.now() + patience
      while case .pending = result, Clock.now() < deadline { result = caller.connectResult() }
      if case .failed(let why) = result { error = why }
    } catch let why { error = why }
    #expect(error == LinuxError(call: "connect", errno: LinuxError.connectionRefused))
  }

  @Test("a port in use is an error; one that was just left is not")
  func bind() throws {
    let left: Endpoint
    do {
      var listener = try TCPListener(bindingTo: Endpoint(.loopbackV4, port: 0))
      let local = listener.local
      #expect(throws: LinuxError(call: "bind", errno: LinuxError.addressInUse)) {
        _ = try TCPListener(bindingTo: local).local
      }
      var caller = try TCPConnection(connectingTo: local)
      guard let callee = try Self.accept(&listener) else {
        Issue.record("nobody came")
        return
      }
      #expect(callee.number >= 0)
      _ = caller.connectResult()
      left = local
    }
    #expect(try TCPListener(bindingTo: left).local == left)
  }
}
