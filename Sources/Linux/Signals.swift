// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Signals as something to read (signalfd).

import CLinux

/// A signal that the program answers.
public enum ProgramSignal: Sendable, BitwiseCopyable {
  /// SIGINT: the user wants it to end.
  case interrupt
  /// SIGTERM: the service manager wants it to end.
  case terminate
  /// SIGHUP: read the configuration again.
  case reload
}

/// Reads SIGINT, SIGTERM and SIGHUP. Owned by the loop thread; make it before any other thread starts, because threads
/// inherit that these signals are blocked.
public struct SignalReader: ~Copyable {
  private let descriptor: FileDescriptor

  /// Blocks the three signals in the calling thread and opens the reader.
  public init() throws(LinuxError) {
    descriptor = FileDescriptor(owning: try check(clinux_signals_open(), "signalfd"))
  }

  /// What to watch for `.readable`.
  public var number: Int32 { descriptor.number }

  /// The next signal, or nil when there is none.
  public mutating func next() -> ProgramSignal? {
    switch clinux_signals_next(descriptor.number) {
    case 1: .reload
    case 2: .interrupt
    case 15: .terminate
    default: nil
    }
  }

  /// Makes writing to a pipe or socket that nobody reads an error instead of the program's end. Call it at start.
  public static func ignoreBrokenPipe() { clinux_ignore_broken_pipe() }
}
