// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The last words of a crash.

import CLinux

/// Writes one line when the program dies of a trap or a bad access (SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT);
/// then it dies as it would have.
public enum CrashHandler {
  /// Installs the handler for the whole program. The line names `build` (63 bytes are kept) and the address where it
  /// happened, as addr2line takes it; `forJournal` puts the journal's priority in front. Call it once, at start, on the
  /// main thread: threads that `Thread` starts have a stack for the handler each.
  public static func install(build: String, forJournal: Bool) {
    build.withCString { clinux_crash_install($0, forJournal ? 1 : 0) }
  }
}
