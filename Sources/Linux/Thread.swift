// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Threads with a stack of known size.

import CLinux
public import Core
import Synchronization

/// What a thread runs: a free function (a closure inside a `@main` type can trap off the main thread) and its context.
public typealias ThreadEntry = @convention(c) (UnsafeMutableRawPointer?) -> Void

/// A running thread. Its owner ends it by `join`; one that is let go without it leaks its stack.
public struct Thread: ~Copyable {
  private let handle: UInt64

  /// Starts `entry(context)` on a new thread named `name` (at most 15 bytes are kept). It ends when `entry` returns.
  public init(
    name: StaticString, stackBytes: Int = Limits.threadStackBytes, entry: ThreadEntry, context: UnsafeMutableRawPointer?
  ) throws(LinuxError) {
    handle = try Self.start(name, stackBytes, entry, context, detached: false)
  }

  /// Waits until the thread has ended.
  public consuming func join() { _ = clinux_thread_join(handle) }

  /// Starts a thread that nobody waits for.
  public static func startDetached(
    name: StaticString, stackBytes: Int = Limits.threadStackBytes, entry: ThreadEntry, context: UnsafeMutableRawPointer?
  ) throws(LinuxError) {
    _ = try start(name, stackBytes, entry, context, detached: true)
  }

  /// Keeps the calling thread on processor `number` (from 0).
  public static func bind(toProcessor number: Int) throws(LinuxError) {
    _ = try check(clinux_thread_bind(Int32(clamping: number)), "sched_setaffinity")
  }

  /// The calling thread gets the processor less often than ordinary ones that want it too.
  public static func lowerWeight() { clinux_thread_lower_weight() }

  /// The calling thread's name.
  public static var currentName: String { textFrom(atMost: 16) { clinux_thread_name($0, $1) } }

  private static func start(
    _ name: StaticString, _ stackBytes: Int, _ entry: ThreadEntry, _ context: UnsafeMutableRawPointer?, detached: Bool
  ) throws(LinuxError) -> UInt64 {
    var handle: UInt64 = 0
    let result = name.withUTF8Buffer { bytes in
      clinux_thread_start(
        entry, context, Int64(stackBytes), bytes.baseAddress, Int32(clamping: bytes.count), detached ? 1 : 0, &handle)
    }
    _ = try check(result, "pthread_create")
    return handle
  }
}

/// A word from one thread to another: stop. The one who starts the thread keeps it alive until the thread is joined.
public final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A flag that is not raised.
  public init() {}

  /// Whether it was raised; the asked thread looks once a cycle.
  public var isRaised: Bool { flag.load(ordering: .acquiring) }

  /// Raises it, for good.
  public func raise() { flag.store(true, ordering: .releasing) }
}
