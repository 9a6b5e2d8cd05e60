// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Waiting: deadlines, doorbells, signals.

import Core
import Glibc
import Linux
import Testing

@Suite("Poller") struct PollerTests {
  @Test("a deadline is kept: never early")
  func deadline() throws {
    var poller = try Poller()
    for milliseconds in [0, 1, 3] {
      let deadline = Clock.now() + .milliseconds(milliseconds) + .microseconds(250)
      while Clock.now() < deadline {
        #expect(try poller.wait(until: deadline, at: Clock.now()) == 0)
      }
    }
    #expect(poller.wakeUps >= 3)
  }

  @Test("a deadline that has passed only looks")
  func past() throws {
    var poller = try Poller()
    let bell = try Doorbell()
    try poller.add(bell.number, for: .readable, token: 1)
    #expect(try poller.wait(until: .zero, at: Clock.now()) == 0)
    bell.button.ring()
    #expect(try poller.wait(until: .zero, at: Clock.now()) == 1)
  }

  @Test("a doorbell wakes under its token, counts its rings, and is silent once drained")
  func doorbell() throws {
    var poller = try Poller()
    let first = try Doorbell()
    let second = try Doorbell()
    try poller.add(first.number, for: .readable, token: 7)
    try poller.add(second.number, for: .readable, token: .max)
    second.button.ring()
    second.button.ring()
    #expect(try awaitEvent(&poller))
    #expect(poller.event(0).token == .max)
    #expect(poller.event(0).readiness == .readable)
    #expect(second.drain() == 2)
    #expect(second.drain() == 0)
    #expect(try poller.wait(until: .zero, at: Clock.now()) == 0)
  }

  @Test("a doorbell wakes a thread that waits for ever")
  func acrossThreads() throws {
    var poller = try Poller()
    let bell = try Doorbell()
    try poller.add(bell.number, for: .readable, token: 3)
    let button = UnsafeMutablePointer<Doorbell.Button>.allocate(capacity: 1)
    button.initialize(to: bell.button)
    defer { button.deallocate() }
    let thread = try Thread(name: "ringer", entry: ringOnce, context: button)
    var count = 0
    while count == 0 { count = try poller.wait(until: .never, at: Clock.now()) }
    #expect(poller.event(0).token == 3)
    thread.join()
  }

  @Test("what is watched can be changed and left")
  func modify() throws {
    var poller = try Poller()
    let pipe = Pipe()
    try poller.add(pipe.writing.number, for: [], token: 1)
    #expect(try poller.wait(until: .zero, at: Clock.now()) == 0)
    try poller.modify(pipe.writing.number, for: .writable, token: 2)
    #expect(try poller.wait(until: .zero, at: Clock.now()) == 1)
    #expect(poller.event(0).token == 2 && poller.event(0).readiness == .writable)
    try poller.remove(pipe.writing.number)
    #expect(try poller.wait(until: .zero, at: Clock.now()) == 0)
    #expect(throws: LinuxError(call: "epoll_ctl", errno: LinuxError.notFound)) {
      try poller.remove(pipe.writing.number)
    }
  }

  @Test("more ready descriptors than the table holds come with the next wait")
  func manyEvents() throws {
    var poller = try Poller()
    // One bell watched through many copies of its descriptor.
    let bell = try Doorbell()
    var copies: [Int32] = []
    defer { for copy in copies { close(copy) } }
    for index in 0..<Limits.pollEventsMax + 6 {
      copies.append(dup(bell.number))
      try poller.add(copies[index], for: .readable, token: UInt64(index))
    }
    bell.button.ring()
    var tokens = Set<UInt64>()
    for _ in 0..<2 {
      let count = try poller.wait(until: .zero, at: Clock.now())
      #expect(count <= Limits.pollEventsMax)
      for index in 0..<count { tokens.insert(poller.event(index).token) }
    }
    #expect(tokens.count == Limits.pollEventsMax + 6)
  }

  @Test("signals are read, not suffered")
  func signals() throws {
    var reader = try SignalReader()
    #expect(reader.next() == nil)
    for (number, expected) in [(SIGHUP, ProgramSignal.reload), (SIGINT, .interrupt), (SIGTERM, .terminate)] {
      // To this thread alone, which has them blocked.
      pthread_kill(pthread_self(), number)
      #expect(try awaitReady(reader.number))
      #expect(reader.next() == expected)
    }
    #expect(reader.next() == nil)
  }
}

private func ringOnce(_ context: UnsafeMutableRawPointer?) {
  context?.assumingMemoryBound(to: Doorbell.Button.self).pointee.ring()
}
