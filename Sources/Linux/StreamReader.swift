// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Bytes from standard input or a pipe, without ever waiting. `Web.StdioReader` cuts them into lines.
//
// The descriptor's flags stay as they are: it is shared with whoever started us, a terminal most often. Asking first
// whether there is something to read does the same.

import CLinux
public import Core

/// Reads what has come on a descriptor. Owned by the loop thread.
///
/// Order of calls: when the descriptor is readable, `read` until `.wouldBlock`. A regular file cannot be watched: call
/// `read` at once until `.endOfStream`.
public struct StreamReader: Sendable {
  /// What to watch for `.readable`.
  public let number: Int32

  /// A reader of standard input.
  public init() { self.init(reading: 0) }

  /// A reader of descriptor `number`, which stays its owner's.
  public init(reading number: Int32) { self.number = number }

  /// Reads into `buffer` what is there, at most as much as fits.
  public func read(into buffer: MutableByteView) -> StreamResult {
    guard clinux_poll_ready(number, 1 /* readable */) != 0 else { return .wouldBlock }
    return StreamResult(
      reading: clinux_read(number, buffer.base, Int64(buffer.count)), of: buffer.count, "read")
  }
}
