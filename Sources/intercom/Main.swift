// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The program's entry: reads the command line and hands over to a command.

@main
struct Intercom {
  static func main() {
    print("intercom")
  }
}
