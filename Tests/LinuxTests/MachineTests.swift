// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the machine is asked; what it answers depends on the machine.

import Core
import Glibc
import Linux
import Testing

@Suite("Machine") struct MachineTests {
  @Test("a group is found by its name's line, or stands for itself as a number")
  func groups() {
    let file = Array("root:x:0:\n# gpio:x:9:\nbroken\ngpio:x:997:pi\naudio:x:29:pi,intercom\nodd:x:abc:\n\n".utf8)
    #expect(Machine.group(named: "audio", in: file) == 29)
    #expect(Machine.group(named: "gpio", in: file) == 997)
    #expect(Machine.group(named: "root", in: file) == 0)
    for name in ["audi", "audio:x", "odd", "broken", "", "pi"] { #expect(Machine.group(named: name, in: file) == nil) }
    #expect(Machine.group(named: "29") == 29)
    #expect(Machine.groups.first == UInt32(getegid()))
    #expect(Machine.isRoot == (geteuid() == 0))
  }

  @Test("free bytes, access and limits are told, and a path that is not there is an error")
  func storage() throws {
    let folder = TemporaryDirectory()
    #expect(try Machine.freeBytes(below: folder.path) > 0)
    try Machine.checkAccess(folder.path, [.read, .write, .execute])
    #expect(throws: LinuxError(call: "access", errno: LinuxError.notFound)) {
      try Machine.checkAccess(folder.path + "/none", [])
    }
    #expect(throws: LinuxError(call: "statvfs", errno: LinuxError.notFound)) {
      try Machine.freeBytes(below: folder.path + "/none")
    }
    #expect((0...99).contains(Machine.realTimePriorityLimit))
    #expect(Machine.memoryLockLimitBytes ?? 0 >= 0)
  }

  @Test("questions that not every machine answers do not trap")
  func others() {
    _ = Machine.isClockSynchronized
    for (interface, _) in Machine.wirelessPowerSave() { #expect(!interface.isEmpty) }
  }

  @Test("to shut down, a file is made where the environment names one")
  func powerOff() throws {
    let folder = TemporaryDirectory()
    let path = folder.path + "/power-off"
    setenv("INTERCOM_POWER_OFF", path, 1)
    defer { unsetenv("INTERCOM_POWER_OFF") }
    #expect(try Machine.powerOff() == "asked the service manager by \(path)")
    try Machine.checkAccess(path, [])
    setenv("INTERCOM_POWER_OFF", "/nowhere/power-off", 1)
    // Nothing else is tried then: the unit says how it is done.
    #expect(throws: LinuxError(call: "open", errno: LinuxError.notFound)) { try Machine.powerOff() }
  }
}
