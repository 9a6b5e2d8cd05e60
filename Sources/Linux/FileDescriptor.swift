// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One open descriptor, closed when its owner goes.

import CLinux

/// An open descriptor; whoever holds the value owns it, and it closes with the value.
public struct FileDescriptor: ~Copyable, Sendable {
  /// The kernel's number, for `Poller`; valid as long as the value lives.
  public let number: Int32

  /// Takes over the open descriptor `number`.
  public init(owning number: Int32) {
    precondition(number >= 0, "a descriptor's number is not negative")
    self.number = number
  }

  deinit { clinux_close(number) }
}
