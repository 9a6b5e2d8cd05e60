// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The clocks: the only place of the house that reads one.

import CLinux
public import Core

/// The kernel's clocks. The loop reads `now` once a wake-up and hands it down as `at:`.
public enum Clock {
  /// The monotonic clock (CLOCK_MONOTONIC). Any thread; costs no system call.
  public static func now() -> Instant { Instant(nanoseconds: clinux_monotonic()) }

  /// The wall clock, for sender reports. It jumps when the board learns the time.
  public static func wallTime() -> NTPTime {
    var nanoseconds: Int64 = 0
    let seconds = clinux_realtime(&nanoseconds)
    return NTPTime(unixSeconds: seconds, nanoseconds: nanoseconds)
  }

  /// The wall clock in whole seconds since 1970-01-01 UTC.
  public static func wallSeconds() -> Int64 {
    var nanoseconds: Int64 = 0
    return clinux_realtime(&nanoseconds)
  }

  /// CPU time that the whole process has used.
  public static func processCPUTime() -> Instant.Span { Instant.Span(nanoseconds: clinux_process_cpu()) }

  /// CPU time that the calling thread has used.
  public static func threadCPUTime() -> Instant.Span { Instant.Span(nanoseconds: clinux_thread_cpu()) }

  /// Holds the calling thread until `deadline`, signals or not.
  public static func sleep(until deadline: Instant) {
    while clinux_sleep_until(deadline.nanoseconds) == -LinuxError.interrupted {}
  }
}
