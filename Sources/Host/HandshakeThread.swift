// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// TLS handshakes beside the loop thread: each is milliseconds of arithmetic that cannot be interrupted, and voice may not
// wait for it (docs/decisions/handshake-thread.md).
//
//   loop ── submit ─▶ ring of connections ─▶ handshake thread: StreamConnection.work
//        ◀─ takeBack ─ ring ◀─ doorbell ────┘
//
// DESIGN. An ordinary thread of its own, of lower weight than the loop, started with the first handshake. A connection is
// lent to it whole, for one step at a time, and the loop leaves it alone meanwhile. The system's list of authorities is read
// there as well, when the first https call wants it: a disk and 140 certificates are no work for the loop.

import Core
public import Linux
import Security
import Synchronization

/// Where TLS handshakes are computed. Owned by the loop thread.
public final class HandshakeThread {
  private let desk: HandshakeDesk
  private var jobs: Producer<UnsafeMutableRawPointer>
  private var results: Consumer<UnsafeMutableRawPointer>
  private var isStarted = false
  /// What connections of the loop thread read into.
  let scratch: MutableByteView

  /// A thread that has not started.
  public init() throws(LinuxError) {
    let jobs = Ring<UnsafeMutableRawPointer>(capacity: Limits.handshakeRingSlots)
    let results = Ring<UnsafeMutableRawPointer>(capacity: Limits.handshakeRingSlots)
    self.jobs = jobs.takeProducer()
    self.results = results.takeConsumer()
    scratch = MutableByteView(.allocate(byteCount: Limits.httpReadBytesMax, alignment: 16))
    desk = try HandshakeDesk(jobs: jobs, results: results)
  }

  deinit {
    desk.close()
    scratch.base?.deallocate()
  }

  /// What to watch for `.readable`; `takeBack` then.
  public var number: Int32 { desk.done.number }

  /// Takes back the connections whose step is done; each then says so (`StreamConnection.isAway`).
  public func takeBack() {
    _ = desk.done.drain()
    while let pointer = results.pop() {
      Unmanaged<StreamConnection>.fromOpaque(pointer).takeRetainedValue().hasReturned()
    }
  }

  /// Lends a connection to the thread for one step; false: it could not be, and stays.
  func submit(_ connection: StreamConnection) -> Bool {
    if !isStarted {
      do throws(LinuxError) { try desk.start() } catch { return false }
      isStarted = true
    }
    let lent = Unmanaged.passRetained(connection)
    guard jobs.push(lent.toOpaque()) else {
      lent.release()
      return false
    }
    desk.asked.button.ring()
    return true
  }
}

/// What both threads hold.
private final class HandshakeDesk: @unchecked Sendable {
  let asked: Doorbell.Waiting
  let done: Doorbell
  private let jobs: Ring<UnsafeMutableRawPointer>
  private let results: Ring<UnsafeMutableRawPointer>
  private let isClosed = Atomic<Bool>(false)

  init(jobs: Ring<UnsafeMutableRawPointer>, results: Ring<UnsafeMutableRawPointer>) throws(LinuxError) {
    self.jobs = jobs
    self.results = results
    asked = try Doorbell.Waiting()
    done = try Doorbell()
  }

  func start() throws(LinuxError) {
    let context = Unmanaged.passRetained(self)
    do throws(LinuxError) {
      try Thread.startDetached(name: "handshakes", entry: handshakeThread, context: context.toOpaque())
    } catch {
      context.release()
      throw error
    }
  }

  func close() {
    isClosed.store(true, ordering: .releasing)
    asked.button.ring()
  }

  /// The thread's life: wait for a bell, do what is there.
  func serve() {
    Thread.lowerWeight()
    var jobs = jobs.takeConsumer()
    var results = results.takeProducer()
    let authorities = SystemAuthorities()
    while !isClosed.load(ordering: .acquiring) {
      asked.wait()
      while !isClosed.load(ordering: .acquiring), let pointer = jobs.pop() {
        Unmanaged<StreamConnection>.fromOpaque(pointer).takeUnretainedValue().work(authorities)
        let pushed = results.push(pointer)
        precondition(pushed, "more handshakes came back than went out")
        done.button.ring()
      }
    }
  }
}

/// The thread. A free function: an entry written as a closure can trap off the main thread.
private func handshakeThread(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<HandshakeDesk>.fromOpaque(context).takeRetainedValue().serve()
}
