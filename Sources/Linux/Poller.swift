// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Waiting for descriptors and for the next deadline (epoll).
//
// DESIGN. One wait a wake-up, level-triggered: what was not read is reported again. The table of ready descriptors is
// made once; a wait allocates nothing. Each descriptor is watched under a token of the caller's, who finds the socket
// by it. A closed descriptor leaves by itself. A regular file cannot be watched (EPERM): it is always ready.
//
// Order of calls: `add`; then `wait(until:at:)` and `event(_:)` for 0 ..< its answer, over and over.

import CLinux
public import Core

/// What to wait for, or what has come.
public struct Readiness: OptionSet, Sendable, BitwiseCopyable {
  /// The bits.
  public let rawValue: UInt32
  /// The set of `rawValue`.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Bytes, a datagram or a connection can be read.
  public static let readable = Readiness(rawValue: 1)
  /// Bytes can be written, or a connection attempt has ended.
  public static let writable = Readiness(rawValue: 2)
  /// The far side has closed, or there is an error to be read. Told without being asked for.
  public static let hangUp = Readiness(rawValue: 4)
}

/// The one place where the loop thread waits. Owned by that thread.
public struct Poller: ~Copyable {
  /// One ready descriptor.
  public struct Event: Sendable, BitwiseCopyable {
    /// What the descriptor was added with.
    public let token: UInt64
    /// What it is ready for.
    public let readiness: Readiness

    /// What a descriptor added with `token` is ready for.
    public init(token: UInt64, readiness: Readiness) {
      self.token = token
      self.readiness = readiness
    }
  }

  private let descriptor: FileDescriptor
  /// The kernel's answers, in memory of their own.
  private let events: UnsafeMutablePointer<clinux_event>
  private var readyCount = 0
  /// How often `wait` came back, ever.
  public private(set) var wakeUps: UInt64 = 0

  /// A poller that watches nothing. Allocates; make it at start.
  public init() throws(LinuxError) {
    descriptor = FileDescriptor(owning: try check(clinux_poll_open(), "epoll_create1"))
    events = .allocate(capacity: Limits.pollEventsMax)
    events.initialize(repeating: clinux_event(), count: Limits.pollEventsMax)
  }

  deinit { events.deallocate() }

  /// Begins to watch descriptor `number` for `interest`, under `token`.
  public func add(_ number: Int32, for interest: Readiness, token: UInt64) throws(LinuxError) {
    _ = try check(clinux_poll_control(descriptor.number, 0, number, interest.rawValue, token), "epoll_ctl")
  }

  /// Watches descriptor `number` for `interest` from now on.
  public func modify(_ number: Int32, for interest: Readiness, token: UInt64) throws(LinuxError) {
    _ = try check(clinux_poll_control(descriptor.number, 1, number, interest.rawValue, token), "epoll_ctl")
  }

  /// Stops watching descriptor `number`; closing it does so too.
  public func remove(_ number: Int32) throws(LinuxError) {
    _ = try check(clinux_poll_control(descriptor.number, 2, number, 0, 0), "epoll_ctl")
  }

  /// Waits until a descriptor is ready, `deadline` has come (`.never`: no deadline) or a signal came; answers how many
  /// events there are, 0 ... Limits.pollEventsMax. `at` is now. A deadline that has passed only looks.
  ///
  /// The kernel keeps the deadline to about 50 µs, and is never early.
  public mutating func wait(until deadline: Instant, at now: Instant) throws(LinuxError) -> Int {
    let timeout = deadline == .never ? -1 : max(0, (deadline - now).nanoseconds)
    readyCount = 0
    let count = clinux_poll_wait(descriptor.number, events, Int32(Limits.pollEventsMax), timeout)
    wakeUps += 1
    readyCount = Int(try check(count, "epoll_wait"))
    return readyCount
  }

  /// Event `index` of the last wait, 0 ..< its answer.
  public func event(_ index: Int) -> Event {
    precondition(index >= 0 && index < readyCount, "a poll event is read that did not come")
    let event = events[index]
    return Event(token: event.token, readiness: Readiness(rawValue: event.flags))
  }
}
