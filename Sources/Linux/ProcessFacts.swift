// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the process has used: for reports and for the bench.

import CLinux
public import Core

/// What a process or a thread has used since it began.
public struct ProcessFacts: Sendable, BitwiseCopyable {
  /// Memory in RAM now, in bytes; 0 where /proc is hidden, and for a thread.
  public let residentBytes: Int
  /// The most memory in RAM so far, in bytes, where /proc is hidden with that of the program that began this one.
  public let peakResidentBytes: Int
  /// Threads now; 0 where /proc is hidden, and for a thread.
  public let threads: Int
  /// CPU time used, in user and kernel mode.
  public let cpuTime: Instant.Span
  /// How often it waited for something.
  public let voluntarySwitches: Int
  /// How often it had to give way.
  public let involuntarySwitches: Int
  /// Page faults without and with a read from the disk; on the audio thread both stand still in a steady call.
  public let minorFaults: Int
  /// Page faults with a read from the disk.
  public let majorFaults: Int

  private init(_ usage: clinux_usage) {
    residentBytes = Int(usage.resident_bytes)
    peakResidentBytes = Int(usage.peak_resident_bytes)
    threads = Int(usage.threads)
    cpuTime = Instant.Span(nanoseconds: usage.cpu_nanoseconds)
    voluntarySwitches = Int(usage.voluntary_switches)
    involuntarySwitches = Int(usage.involuntary_switches)
    minorFaults = Int(usage.minor_faults)
    majorFaults = Int(usage.major_faults)
  }

  /// The whole process. Opens a file of /proc.
  public static func process() -> ProcessFacts {
    var usage = clinux_usage()
    clinux_process_usage(&usage)
    return ProcessFacts(usage)
  }

  /// The calling thread.
  public static func thread() -> ProcessFacts {
    var usage = clinux_usage()
    clinux_thread_usage(&usage)
    return ProcessFacts(usage)
  }
}
