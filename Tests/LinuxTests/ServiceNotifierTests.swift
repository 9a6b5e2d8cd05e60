// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the service manager is told, received by a played one.

import Core
import Glibc
import Linux
import Testing

@Suite("Service notifier") struct ServiceNotifierTests {
  /// A played manager's socket.
  private struct Manager: ~Copyable {
    private let descriptor: FileDescriptor

    /// Bound at `name`; '@' in front stands for the zero byte of an abstract name.
    init(_ name: String) throws {
      descriptor = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let isAbstract = name.hasPrefix("@")
      withUnsafeMutableBytes(of: &address.sun_path) { path in
        path.copyBytes(from: name.utf8)
        if isAbstract { path[0] = 0 }
      }
      let length = socklen_t(2 + name.utf8.count + (isAbstract ? 0 : 1))
      let number = descriptor.number
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
      }
      guard result == 0 else { throw LinuxError(call: "bind", errno: errno) }
    }

    /// The next message; nil when there is none.
    func next() -> String? {
      var bytes = [UInt8](repeating: 0, count: 1024)
      let count = recv(descriptor.number, &bytes, bytes.count, 0)
      return count < 0 ? nil : String(decoding: bytes[0..<count], as: UTF8.self)
    }
  }

  private func told(_ message: String?, _ expected: String?, at location: SourceLocation = #_sourceLocation) {
    #expect(message == expected, sourceLocation: location)
  }

  @Test("every message comes as it is written down", arguments: ["path", "abstract"])
  func messages(kind: String) throws {
    let folder = TemporaryDirectory()
    let name = kind == "path" ? folder.path + "/notify" : "@intercom-notifier-\(getpid())"
    let manager = try Manager(name)
    var notifier = ServiceNotifier(name: name, watchdogInterval: .seconds(10))
    // The macro cannot look into a value that cannot be copied.
    let (isWanted, interval) = (notifier.isWanted, notifier.watchdogInterval)
    #expect(isWanted)
    #expect(interval == .seconds(10))
    notifier.tellReady(status: "idle")
    told(manager.next(), "READY=1\nSTATUS=idle")
    notifier.tell(status: "idle")
    told(manager.next(), nil)
    notifier.tell(status: "in a call with kitchen")
    told(manager.next(), "STATUS=in a call with kitchen")
    notifier.feedWatchdog()
    told(manager.next(), "WATCHDOG=1")
    notifier.tellReloading(at: Instant(nanoseconds: 1_234_567_890))
    told(manager.next(), "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reading the configuration again")
    notifier.tellReady(status: "in a call with kitchen")
    told(manager.next(), "READY=1\nSTATUS=in a call with kitchen")
    notifier.tellStopping()
    told(manager.next(), "STOPPING=1\nSTATUS=ending")
    let lost = notifier.lostMessages
    #expect(lost == 0)
  }

  @Test("a status is one line, bounded, of whole characters")
  func statusText() throws {
    let folder = TemporaryDirectory()
    let manager = try Manager(folder.path + "/notify")
    var notifier = ServiceNotifier(name: folder.path + "/notify", watchdogInterval: nil)
    notifier.tell(status: "a\nWATCHDOG=1\rb")
    told(manager.next(), "STATUS=a WATCHDOG=1 b")
    notifier.tell(status: String(repeating: "x", count: Limits.serviceStatusBytesMax - 1) + "ü")
    told(manager.next(), "STATUS=" + String(repeating: "x", count: Limits.serviceStatusBytesMax - 1))
    notifier.tell(status: String(repeating: "y", count: Limits.serviceStatusBytesMax - 2) + "üz")
    told(manager.next(), "STATUS=" + String(repeating: "y", count: Limits.serviceStatusBytesMax - 2) + "ü")
  }

  @Test(
    "without a manager nothing is sent, and one that is gone costs nothing", arguments: [nil, "", "/nowhere/notify"])
  func nobody(name: String?) {
    var notifier = ServiceNotifier(name: name, watchdogInterval: .seconds(10))
    let isNamed = !(name ?? "").isEmpty
    let (isWanted, interval) = (notifier.isWanted, notifier.watchdogInterval)
    #expect(isWanted == isNamed)
    #expect((interval != nil) == isNamed)
    notifier.tellReady(status: "idle")
    notifier.feedWatchdog()
    let lost = notifier.lostMessages
    #expect(lost == (isNamed ? 2 : 0))
  }

  @Test(
    "the watchdog's interval is what the environment says, for this process only",
    arguments: [
      ("10000000", nil, Instant.Span.seconds(10)), ("500000", "7", .milliseconds(500)), ("10000000", "8", nil),
      ("0", nil, nil), ("-1", nil, nil), ("soon", nil, nil), ("", nil, nil), ("99999999999999999", nil, nil),
      ("10000000", "me", nil),
    ] as [(String, String?, Instant.Span?)])
  func interval(microseconds: String, process: String?, expected: Instant.Span?) {
    #expect(ServiceNotifier.watchdog(microseconds: microseconds, process: process, ownProcess: 7) == expected)
    #expect(ServiceNotifier.watchdog(microseconds: nil, process: process, ownProcess: 7) == nil)
  }
}
