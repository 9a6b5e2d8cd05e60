// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the program was given: arguments, environment, the machine's name.

import CLinux

/// The running program.
public enum Program {
  /// Its arguments, the name it was called by first. Allocates.
  public static var arguments: [String] {
    var arguments: [String] = []
    var index: Int32 = 0
    while let argument = clinux_argument(index) {
      arguments.append(String(cString: argument))
      index += 1
    }
    return arguments
  }

  /// The value of the environment's variable `name`, or nil when it is not set.
  public static func environment(_ name: String) -> String? {
    name.withCString { clinux_environment($0) }.map { String(cString: $0) }
  }

  /// The machine's name.
  public static var hostName: String { textFrom(atMost: 64) { clinux_host_name($0, $1) } }

  /// The process's number.
  public static var identifier: Int { Int(clinux_process_identifier()) }

  /// Whether descriptor `number` (0 input, 1 output, 2 errors) is a terminal.
  public static func isTerminal(_ number: Int32) -> Bool { clinux_is_terminal(number) == 1 }

  /// How many columns the terminal at descriptor `number` has; 80 when it does not say.
  public static func terminalColumns(_ number: Int32) -> Int {
    let columns = clinux_terminal_columns(number)
    return columns > 0 ? Int(columns) : 80
  }

  /// Ends the program with exit status `code`, 0 ... 255.
  public static func exit(_ code: Int32) -> Never { clinux_exit(code) }
}
