// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom call --stdio`.

/// `intercom call --stdio`.
enum StdioCommand {
  static func run(_ options: Command.CallOptions) -> Int32 { 1 }
}
