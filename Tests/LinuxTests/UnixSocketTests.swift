// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Unix sockets: who may come, what is left behind, and what is not ours.

import Core
import Glibc
import Linux
import Testing

@Suite("Unix sockets") struct UnixSocketTests {
  private static func write(_ text: String, to connection: inout UnixConnection) -> Int {
    var written = 0
    text.withByteView { if case .bytes(let count) = connection.write($0) { written = count } }
    return written
  }

  private static func read(_ connection: inout UnixConnection) throws -> String? {
    guard try connection.waitReadable(until: Clock.now() + patience) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    let result = bytes.withUnsafeMutableBytes { connection.read(into: MutableByteView($0)) }
    guard case .bytes(let count) = result else { return nil }
    return String(decoding: bytes[0..<count], as: UTF8.self)
  }

  @Test("connect, accept, exchange, end")
  func exchange() throws {
    let folder = TemporaryDirectory()
    var listener = try UnixListener(listeningAt: folder.path + "/control", group: nil)
    if try listener.accept() != nil { Issue.record("somebody came") }
    var caller = try UnixConnection(connectingTo: folder.path + "/control")
    guard try awaitReady(listener.number), var callee = try listener.accept() else {
      Issue.record("nobody came")
      return
    }
    #expect(Self.write("ping", to: &caller) == 4)
    #expect(try Self.read(&callee) == "ping")
    let isReadable = try callee.waitReadable(until: Clock.now())
    #expect(!isReadable)
    #expect(Self.write("pong", to: &callee) == 4)
    #expect(try Self.read(&caller) == "pong")
    _ = consume caller
    #expect(try Self.read(&callee) == nil)
  }

  @Test("the owner alone may use it, or the members of a group too")
  func permissions() throws {
    let folder = TemporaryDirectory()
    let alone = try UnixListener(listeningAt: folder.path + "/alone", group: nil)
    #expect(try Files.permissions(alone.path) == 0o600)
    let shared = try UnixListener(listeningAt: folder.path + "/shared", group: UInt32(getegid()))
    #expect(try Files.permissions(shared.path) == 0o660)
  }

  @Test("a socket left behind is replaced; one in use, and what is none, are not")
  func leftBehind() throws {
    let folder = TemporaryDirectory()
    let path = folder.path + "/control"
    do { _ = try UnixListener(listeningAt: path, group: nil) }
    #expect(throws: LinuxError(call: "connect", errno: LinuxError.connectionRefused)) {
      _ = try UnixConnection(connectingTo: path)
    }
    var second = try UnixListener(listeningAt: path, group: nil)
    #expect(throws: LinuxError(call: "bind", errno: LinuxError.addressInUse)) {
      _ = try UnixListener(listeningAt: path, group: nil)
    }
    // The question whether somebody listens came as a connection and is gone.
    while let asked = try second.accept() { #expect(asked.number >= 0) }
    second.remove()
    #expect(throws: LinuxError(call: "connect", errno: LinuxError.notFound)) {
      _ = try UnixConnection(connectingTo: path)
    }
    let written: Void? = "precious".withByteView { try? Files.append($0, to: path, access: .ownerOnly) }
    #expect(written != nil)
    #expect(throws: LinuxError(call: "bind", errno: LinuxError.exists)) {
      _ = try UnixListener(listeningAt: path, group: nil)
    }
    #expect(try Files.read(path, limitBytes: 100) == Array("precious".utf8))
  }

  @Test("a path that another program has taken over is left to it")
  func takenOver() throws {
    let folder = TemporaryDirectory()
    let path = folder.path + "/control"
    var first = try UnixListener(listeningAt: path, group: nil)
    try Files.remove(path)
    let second = try UnixListener(listeningAt: path, group: nil)
    first.remove()
    _ = try UnixConnection(connectingTo: second.path)
  }

  @Test("a path that does not fit, and a folder that is missing, are errors")
  func wrongPaths() {
    let long = "/tmp/" + String(repeating: "x", count: Limits.socketPathBytesMax)
    #expect(throws: LinuxError(call: "bind", errno: LinuxError.nameTooLong)) {
      _ = try UnixListener(listeningAt: long, group: nil)
    }
    #expect(throws: LinuxError(call: "connect", errno: LinuxError.nameTooLong)) {
      _ = try UnixConnection(connectingTo: long)
    }
    #expect(throws: LinuxError(call: "bind", errno: LinuxError.notFound)) {
      _ = try UnixListener(listeningAt: "/nowhere/control", group: nil)
    }
  }
}
