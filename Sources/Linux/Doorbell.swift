// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Waking the loop thread from another thread (eventfd).

import CLinux

/// A counter that another thread raises and the loop thread waits on. Owned by the loop thread.
public struct Doorbell: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// A doorbell that nobody has rung.
  public init() throws(LinuxError) {
    descriptor = FileDescriptor(owning: try check(clinux_doorbell_open(0), "eventfd"))
  }

  /// What to watch for `.readable`.
  public var number: Int32 { descriptor.number }

  /// The button for another thread; the doorbell must outlive it.
  public var button: Button { Button(number: descriptor.number) }

  /// Takes the count out: how often it was rung since the last time.
  public func drain() -> UInt64 { clinux_doorbell_drain(descriptor.number) }

  /// A doorbell whose owner, a thread with nothing else to wait for, sleeps until it is rung.
  public struct Waiting: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// A doorbell that nobody has rung.
    public init() throws(LinuxError) {
      descriptor = FileDescriptor(owning: try check(clinux_doorbell_open(1), "eventfd"))
    }

    /// The button for another thread; the doorbell must outlive it.
    public var button: Button { Button(number: descriptor.number) }

    /// Waits until it is rung, and takes the count out.
    public func wait() { _ = clinux_doorbell_drain(descriptor.number) }
  }

  /// The outer end of a doorbell: a number to be copied to whoever rings.
  public struct Button: Sendable, BitwiseCopyable {
    let number: Int32

    /// Wakes the loop thread: one system call, never waits. Any thread, the audio thread too.
    public func ring() { clinux_doorbell_ring(number) }
  }
}
