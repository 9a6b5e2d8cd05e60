// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the program was given, and its threads.

import Core
import Glibc
import Linux
import Synchronization
import Testing

@Suite("Program and threads") struct ProgramTests {
  @Test("the arguments are the ones it was called with")
  func arguments() {
    #expect(Program.arguments == CommandLine.arguments)
  }

  @Test("the environment and the machine's name can be read")
  func environment() {
    setenv("INTERCOM_TEST", "a value", 1)
    #expect(Program.environment("INTERCOM_TEST") == "a value")
    #expect(Program.environment("INTERCOM_TEST_UNSET") == nil)
    #expect(!Program.hostName.isEmpty)
    #expect(Program.identifier == Int(getpid()))
    let pipe = Pipe()
    #expect(!Program.isTerminal(pipe.reading.number))
  }

  @Test("a thread has a name and a stack, runs its context, and ends when it is told")
  func thread() throws {
    let task = Task()
    let context = Unmanaged.passUnretained(task).toOpaque()
    let thread = try Thread(name: "audio", stackBytes: 262_144, entry: runTask, context: context)
    let deadline = Clock.now() + patience
    while !task.hasBegun.load(ordering: .acquiring), Clock.now() < deadline { sched_yield() }
    task.stop.raise()
    thread.join()
    #expect(task.name == "audio")
    // What is granted depends on who runs the test; that it is told does not.
    #expect(task.grant.priorityAsked == 10)
    #expect((task.grant.priority > 0) == (task.grant.priorityErrno == 0))
    #expect(task.grant.text.hasPrefix("real-time priority 10"))
  }

  @Test("a stack that is too small is an error")
  func smallStack() {
    #expect(throws: LinuxError(call: "pthread_create", errno: LinuxError.invalid)) {
      try Thread.startDetached(name: "tiny", stackBytes: 1000, entry: runTask, context: nil)
    }
  }

  @Test("a grant says what was denied and what to change")
  func grantText() {
    var grant = RealTimeGrant()
    #expect(grant.isComplete)
    #expect(grant.text == "real-time priority not asked, memory lock not asked")
    grant.priorityAsked = 50
    grant.priorityErrno = LinuxError.notPermitted
    grant.memory = .stackOnly(errno: LinuxError.noMemory)
    grant.memoryLimitBytes = 8 << 20
    #expect(!grant.isComplete)
    #expect(
      grant.text == "real-time priority 50 denied (Operation not permitted; raise LimitRTPRIO), "
        + "only the stack locked (Cannot allocate memory, limit 8192 KiB; raise LimitMEMLOCK)")
    grant.priority = 20
    grant.memory = .all
    #expect(!grant.isComplete)
    #expect(grant.text == "real-time priority 20 instead of 50 (raise LimitRTPRIO), memory locked")
    grant.priority = 50
    #expect(grant.isComplete)
  }

  /// What the test and its thread share; the thread writes, the test reads after the join.
  final class Task: @unchecked Sendable {
    let stop = StopFlag()
    let hasBegun = Atomic<Bool>(false)
    var name = ""
    var grant = RealTimeGrant()
  }
}

private func runTask(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  let task = Unmanaged<ProgramTests.Task>.fromOpaque(context).takeUnretainedValue()
  task.name = Thread.currentName
  // Without locking: memory locked by a test would stay locked for all the others.
  task.grant = RealTime.request(priority: 10, lockingMemory: false)
  task.hasBegun.store(true, ordering: .releasing)
  while !task.stop.isRaised { Clock.sleep(until: Clock.now() + .milliseconds(1)) }
}
