// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the program ends with; docs/reference/exit-codes.md repeats it.

import Host
import Linux

/// Exit codes, those of sysexits.h.
enum ExitCode {
  /// Done as asked.
  static let done: Int32 = 0
  /// It went wrong.
  static let failed: Int32 = 1
  /// The command line is wrong.
  static let usage: Int32 = 64
  /// A file that was named cannot be read.
  static let noInput: Int32 = 66
  /// The port is in use, or nobody answered.
  static let unavailable: Int32 = 69
  /// The configuration is wrong.
  static let configuration: Int32 = 78
}

extension HostError {
  /// What the program ends with when it cannot begin because of this.
  var exitCode: Int32 {
    switch self {
    case .file, .soundFile, .soundRate: ExitCode.noInput
    case .system, .certificate: ExitCode.unavailable
    }
  }
}

/// Words for whoever sits in front of the program.
enum Terminal {
  /// Writes a line to standard error.
  static func complain(_ text: String) {
    var writer = LineWriter(writing: 2)
    _ = writer.write(text)
    writer.flush()
  }
}
