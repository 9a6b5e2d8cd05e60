// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the machine is, and what it lets us do: for `intercom doctor`, and for the button that shuts it down.

import CLinux
import Core

/// The machine that the program runs on. May wait for a disk; not for a running call, but for `powerOff`.
public enum Machine {
  /// Whether the kernel says that a time service keeps the clock right; nil when it does not tell.
  public static var isClockSynchronized: Bool? {
    let result = clinux_clock_synchronized()
    return result < 0 ? nil : result == 1
  }

  /// Bytes that an ordinary user can still write below `path`.
  public static func freeBytes(below path: String) throws(LinuxError) -> Int64 {
    try check(path.withCString { clinux_free_bytes($0) }, "statvfs")
  }

  /// What may be done with a file.
  public struct Access: OptionSet, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt32
    /// The set of `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Run it, or go into it.
    public static let execute = Access(rawValue: 1)
    /// Write it.
    public static let write = Access(rawValue: 2)
    /// Read it.
    public static let read = Access(rawValue: 4)
  }

  /// Throws why whoever runs the program may not do with `path` what `access` says; with nothing asked, whether it is
  /// there.
  public static func checkAccess(_ path: String, _ access: Access) throws(LinuxError) {
    _ = try check(path.withCString { clinux_access($0, access.rawValue) }, "access")
  }

  /// The highest SCHED_FIFO priority that RLIMIT_RTPRIO permits, 0 ... 99. Root is not bound to it.
  public static var realTimePriorityLimit: Int { Int(max(0, clinux_realtime_limit())) }

  /// RLIMIT_MEMLOCK in bytes; nil when there is no limit. Root is not bound to it.
  public static var memoryLockLimitBytes: Int64? {
    let limit = clinux_memory_lock_limit()
    return limit < 0 ? nil : limit
  }

  /// Whether the program runs as root.
  public static var isRoot: Bool { clinux_user() == 0 }

  // MARK: Groups

  /// The numbers of the process's groups, its effective one first.
  public static var groups: [UInt32] {
    var groups = [UInt32](repeating: 0, count: 256)
    let count = groups.withUnsafeMutableBufferPointer { clinux_groups($0.baseAddress, Int32($0.count)) }
    return Array(groups.prefix(Int(max(0, count))))
  }

  /// The number of the group called `name`, by /etc/group; a number stands for itself. nil: there is none.
  public static func group(named name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    guard let file = try? Files.read("/etc/group", limitBytes: 1 << 20) else { return nil }
    return group(named: name, in: file)
  }

  /// The number of the group called `name` by the lines of `file`, as group(5) has them: NAME:PASSWORD:NUMBER:MEMBERS.
  public static func group(named name: String, in file: [UInt8]) -> UInt32? {
    for line in file.split(separator: 0x0A) {
      let fields = line.split(separator: 0x3A, omittingEmptySubsequences: false)
      guard fields.count >= 3, fields[0].elementsEqual(name.utf8) else { continue }
      return UInt32(String(decoding: fields[2], as: UTF8.self))
    }
    return nil
  }

  // MARK: Wi-Fi

  /// The wireless interfaces whose driver tells whether it saves power, and whether it does.
  public static func wirelessPowerSave() -> [(interface: String, isOn: Bool)] {
    var found: [(interface: String, isOn: Bool)] = []
    // Numbers are given in order and not again; a board that has seen more than these has replugged a lot.
    for index: UInt32 in 1...256 {
      let state = clinux_wireless_power_save(index)
      guard state >= 0 else { continue }
      found.append((textFrom(atMost: 16) { clinux_interface_name(index, $0, $1) }, state == 1))
    }
    return found
  }

  // MARK: Shutting down

  /// Begins to shut the machine down. Where the environment's INTERCOM_POWER_OFF names a file, it is made, and the
  /// service manager, which watches it, does the rest: so the program needs no rights of its own. Else `systemctl
  /// poweroff` is started, or without it `poweroff`. Returns at once; the answer tells what was done.
  public static func powerOff() throws(LinuxError) -> String {
    if let path = Program.environment("INTERCOM_POWER_OFF"), !path.utf8.isEmpty {
      _ = try FileStream(replacing: path)
      return "asked the service manager by \(path)"
    }
    let programs: [(StaticString, StaticString?)] = [
      ("/usr/bin/systemctl", "poweroff"), ("/bin/systemctl", "poweroff"), ("/usr/sbin/poweroff", nil),
      ("/sbin/poweroff", nil),
    ]
    var refusal = LinuxError(call: "posix_spawn", errno: LinuxError.notFound)
    for (program, argument) in programs {
      do throws(LinuxError) {
        _ = try check(start(program.text, argument?.text), "posix_spawn")
        return "started \(program.text)"
      } catch { refusal = error }
    }
    throw refusal
  }

  private static func start(_ program: String, _ argument: String?) -> Int32 {
    program.withCString { program in
      guard let argument else { return clinux_start_program(program, nil) }
      return argument.withCString { clinux_start_program(program, $0) }
    }
  }
}
