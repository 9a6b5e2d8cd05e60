// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Lines to standard output or a pipe, without ever waiting.

import CLinux
import Core

/// Writes lines to a descriptor as there is room, and keeps the rest. Owned by the loop thread.
///
/// Order of calls: `write`; while `hasPending`, watch the descriptor for `.writable` and `flush` when it is.
public struct LineWriter: ~Copyable {
  /// What to watch for `.writable`.
  public let number: Int32
  private var pending: [UInt8] = []
  private var written = 0
  /// Lines dropped because too much was waiting or because nobody reads any more.
  public private(set) var droppedLines: UInt64 = 0
  /// Whether nobody reads any more.
  public private(set) var isBroken = false

  /// A writer to standard output.
  public init() { self.init(writing: 1) }

  /// A writer to descriptor `number`, which stays its owner's.
  public init(writing number: Int32) { self.number = number }

  /// Whether something waits to be written.
  public var hasPending: Bool { written < pending.count }

  /// Writes `text` and a line end. False, and counted, when more than `Limits.standardLineBytesMax` would be waiting.
  @discardableResult
  public mutating func write(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard !isBroken, pending.count - written + bytes.count < Limits.standardLineBytesMax else {
      droppedLines += 1
      return false
    }
    pending.append(contentsOf: bytes)
    pending.append(0x0A)
    flush()
    return true
  }

  /// Writes what there is room for.
  public mutating func flush() {
    // A writable pipe takes 4,096 bytes without waiting (PIPE_BUF).
    while hasPending, !isBroken, clinux_poll_ready(number, 2 /* writable */) > 0 {
      let count = pending.withUnsafeBytes { bytes in
        clinux_write(number, bytes.baseAddress.map { $0 + written }, Int64(min(bytes.count - written, 4096)))
      }
      if count == -Int64(LinuxError.wouldBlock) || count == -Int64(LinuxError.interrupted) { break }
      if count < 0 { isBroken = true } else { written += Int(count) }
    }
    if isBroken || !hasPending {
      pending.removeAll(keepingCapacity: true)
      written = 0
    } else if written >= Limits.standardLineBytesMax {
      pending.removeFirst(written)
      written = 0
    }
  }
}
