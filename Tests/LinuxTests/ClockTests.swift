// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Clocks, entropy and what the process has used.

import Core
import Linux
import Testing

@Suite("Clock and process") struct ClockTests {
  @Test("the monotonic clock goes forward and sleeping reaches its deadline")
  func monotonic() {
    let before = Clock.now()
    let deadline = before + .milliseconds(3)
    Clock.sleep(until: deadline)
    #expect(Clock.now() >= deadline)
    Clock.sleep(until: before)
  }

  @Test("the wall clock is in this century and agrees with itself")
  func wall() {
    let seconds = Clock.wallSeconds()
    #expect(seconds > 1_700_000_000)
    let ntp = Int64(Clock.wallTime().value >> 32) - 2_208_988_800
    #expect(ntp - seconds >= 0 && ntp - seconds < 60)
  }

  @Test("work costs CPU time of the thread and of the process")
  func cpu() {
    let (thread, process) = (Clock.threadCPUTime(), Clock.processCPUTime())
    var random = Randomness(seed: 1)
    var sum: UInt64 = 0
    while Clock.threadCPUTime() - thread < .milliseconds(2) { sum &+= random.next() }
    #expect(sum != 0)
    #expect(Clock.processCPUTime() - process >= .milliseconds(2))
  }

  @Test("the kernel's seeds differ")
  func entropy() throws {
    let (first, second) = (try Entropy.seed(), try Entropy.seed())
    #expect((0..<32).contains { first[$0] != second[$0] })
    var random = try Entropy.randomness()
    #expect(random.next() != random.next())
  }

  @Test("the process has memory, threads and time")
  func facts() {
    let facts = ProcessFacts.process()
    #expect(facts.residentBytes > 100_000 && facts.peakResidentBytes >= facts.residentBytes / 2)
    #expect(facts.threads >= 1)
    #expect(facts.cpuTime > .zero)
    let thread = ProcessFacts.thread()
    #expect(thread.cpuTime <= ProcessFacts.process().cpuTime)
    #expect(thread.minorFaults <= ProcessFacts.process().minorFaults)
  }

  @Test("an error says what failed and why")
  func errorText() {
    #expect(LinuxError(call: "bind", errno: LinuxError.addressInUse).text == "bind: Address already in use")
    #expect(LinuxError(call: "bind", errno: 98) == LinuxError(call: "bind", errno: 98))
    #expect(LinuxError(call: "bind", errno: 98) != LinuxError(call: "open", errno: 98))
  }
}
