// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the program was built from, and what its heap did.

import CLinux

/// What the program was built from, and what its heap did.
public enum BuildInfo {
  /// The commit: 12 hexadecimal digits, with "-dirty" behind them if files differed; "unknown" where the build did not
  /// say.
  public static var commit: String { String(cString: intercom_build_commit()) }
  /// The C libraries as the build pinned them; empty where it did not say.
  public static var libraries: String { String(cString: intercom_build_libraries()) }
  /// Whether heap allocations are counted: in the static product they are.
  public static var countsAllocations: Bool { intercom_allocations_counted() == 1 }
  /// Heap allocations of the process since its start; 0 where they are not counted. Any thread.
  public static var allocations: UInt64 { intercom_allocations() }
  /// Heap allocations of the calling thread since its start; 0 where they are not counted.
  public static var threadAllocations: UInt64 { intercom_thread_allocations() }
}
