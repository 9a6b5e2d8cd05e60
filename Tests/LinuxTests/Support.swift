// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the tests of this room share. Nothing sleeps for luck: a test waits for an event, and the bound on that is
// generous.

import Core
import Glibc
import Linux

/// Longer than any event here takes on a loaded machine.
let patience = Instant.Span.seconds(60)

/// Waits until one of `poller`'s descriptors is ready; false when patience is over.
func awaitEvent(_ poller: inout Poller) throws -> Bool {
  let deadline = Clock.now() + patience
  while Clock.now() < deadline {
    if try poller.wait(until: deadline, at: Clock.now()) > 0 { return true }
  }
  return false
}

/// Waits until descriptor `number` is ready for `interest`.
func awaitReady(_ number: Int32, _ interest: Readiness = .readable) throws -> Bool {
  var poller = try Poller()
  try poller.add(number, for: interest, token: 0)
  return try awaitEvent(&poller)
}

/// A pipe; both ends close with it.
struct Pipe: ~Copyable {
  let reading: FileDescriptor
  let writing: FileDescriptor

  init() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { preconditionFailure("no pipe") }
    reading = FileDescriptor(owning: ends[0])
    writing = FileDescriptor(owning: ends[1])
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) { _ = Glibc.write(writing.number, bytes, bytes.count) }

  /// What is there now, without waiting.
  func read() -> String {
    var watch = pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)
    guard poll(&watch, 1, 0) == 1 else { return "" }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(reading.number, &bytes, bytes.count)
    return String(decoding: bytes[0..<max(0, count)], as: UTF8.self)
  }
}

/// A directory of its own, removed with what is in it.
struct TemporaryDirectory: ~Copyable {
  let path: String

  init() {
    var template = Array("/tmp/intercom-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("no temporary directory") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    removeTree(path)
  }
}

/// A file opened for reading by its descriptor.
struct OpenFile: ~Copyable {
  private let descriptor: FileDescriptor
  var number: Int32 { descriptor.number }

  init(_ path: String) throws {
    let opened = open(path, O_RDONLY)
    guard opened >= 0 else { throw LinuxError(call: "open", errno: errno) }
    descriptor = FileDescriptor(owning: opened)
  }
}

/// Removes what is at `path`, with what is in it.
private func removeTree(_ path: String) {
  if let directory = opendir(path) {
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { removeTree(path + "/" + name) }
    }
    closedir(directory)
  }
  _ = Glibc.remove(path)
}
