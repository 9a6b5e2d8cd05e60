// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the service manager is told (sd_notify(3)): ready, reloading, stopping, a status in words, and that we live.
//
// DESIGN. One datagram a message to the socket that NOTIFY_SOCKET names, a path or an abstract name behind '@'; its
// address is looked up for each message, so that a manager that was started anew is found. A message that cannot be
// sent is lost and counted: the program's work does not depend on who watches it. Without NOTIFY_SOCKET nothing is
// sent.

import CLinux
public import Core

/// The way to the service manager. Owned by the loop thread; after `init` nothing allocates but a new status.
public struct ServiceNotifier: ~Copyable {
  /// How long the manager waits for a sign of life before it ends us (WATCHDOG_USEC); nil: it does not.
  public let watchdogInterval: Instant.Span?
  /// Messages that could not be sent.
  public private(set) var lostMessages: UInt64 = 0

  private let path: [CChar]
  /// The socket; nil where nobody listens. Its number stands beside it, to be looked at without taking it out.
  private let descriptor: FileDescriptor?
  private let number: Int32
  private var status: [UInt8] = []
  /// Of each instance: a static would be made, and allocate, at the first sign of life.
  private let alive = Array("WATCHDOG=1".utf8)

  /// The manager at the socket called `name` (nil or empty: there is none), which wants a sign of life within
  /// `watchdogInterval`.
  public init(name: String?, watchdogInterval: Instant.Span?) {
    let isWanted = !(name ?? "").utf8.isEmpty
    path = Array((name ?? "").utf8CString)
    number = isWanted ? clinux_unix_datagram() : -1
    descriptor = number >= 0 ? FileDescriptor(owning: number) : nil
    self.watchdogInterval = number >= 0 ? watchdogInterval : nil
  }

  /// The manager that the environment names.
  public init() {
    self.init(
      name: Program.environment("NOTIFY_SOCKET"),
      watchdogInterval: Self.watchdog(
        microseconds: Program.environment("WATCHDOG_USEC"), process: Program.environment("WATCHDOG_PID"),
        ownProcess: Program.identifier))
  }

  /// The interval that WATCHDOG_USEC and WATCHDOG_PID ask of process `ownProcess`; nil: none, or they are no numbers.
  public static func watchdog(microseconds: String?, process: String?, ownProcess: Int) -> Instant.Span? {
    guard let microseconds = microseconds.flatMap({ Int64($0) }), microseconds > 0 else { return nil }
    // Above a thousand years it would overflow, and means never.
    guard microseconds < 31_536_000_000_000_000 / 1000 else { return nil }
    if let process, Int(process) != ownProcess { return nil }
    return Instant.Span(nanoseconds: microseconds * 1000)
  }

  /// Whether anybody listens.
  public var isWanted: Bool { number >= 0 }

  /// The program is ready (again), in the state that `status` says.
  public mutating func tellReady(status: String) {
    self.status = Self.line(status)
    send(Array("READY=1\nSTATUS=".utf8) + self.status)
  }

  /// The program reads its configuration again, `at` now; `tellReady` follows.
  public mutating func tellReloading(at now: Instant) {
    send(Array("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\nSTATUS=reading the configuration again".utf8))
    status = []
  }

  /// The program ends.
  public mutating func tellStopping() { send(Array("STOPPING=1\nSTATUS=ending".utf8)) }

  /// The program's state in words; sent when it is another than before.
  public mutating func tell(status: String) {
    guard isWanted else { return }
    let line = Self.line(status)
    guard line != self.status else { return }
    self.status = line
    send(Array("STATUS=".utf8) + line)
  }

  /// A sign of life.
  public mutating func feedWatchdog() { send(alive) }

  /// One line, bounded, of whole characters.
  private static func line(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for byte in text.utf8.prefix(Limits.serviceStatusBytesMax) { bytes.append(byte < 0x20 ? 0x20 : byte) }
    // A character that was cut goes as a whole: what comes next is one of its later bytes.
    guard let next = text.utf8.dropFirst(bytes.count).first, next & 0xC0 == 0x80 else { return bytes }
    while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    return bytes
  }

  private mutating func send(_ bytes: [UInt8]) {
    guard isWanted else { return }
    let sent = path.withUnsafeBufferPointer { path in
      bytes.withUnsafeBytes { bytes in
        path.baseAddress.map { clinux_unix_send(number, $0, bytes.baseAddress, Int64(bytes.count)) } ?? 0
      }
    }
    if sent < 0 { lostMessages += 1 }
  }
}
