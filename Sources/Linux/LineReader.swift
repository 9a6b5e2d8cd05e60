// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Lines from standard input or a pipe, without ever waiting.
//
// The descriptor's flags stay as they are: it is shared with whoever started us, a terminal most often. Asking first
// whether there is something to read does the same.

import CLinux
import Core

/// Cuts what comes from a descriptor into lines. Owned by the loop thread.
///
/// Order of calls: when the descriptor is readable, `next` until `.none`. A regular file cannot be watched: call `next`
/// at once until `.endOfInput`.
public struct LineReader: ~Copyable {
  /// What came of asking for a line.
  public enum Result: Sendable, BitwiseCopyable {
    /// A line is in `line`, until the next call.
    case line
    /// No whole line is there yet.
    case none
    /// A line was longer than `Limits.standardLineBytesMax`; it is passed over.
    case tooLong
    /// Nothing more will come.
    case endOfInput
  }

  /// What to watch for `.readable`.
  public let number: Int32
  private var buffer: [UInt8]
  private var start = 0
  private var end = 0
  private var lineCount = 0
  private var isSkipping = false
  private var isOver = false

  /// A reader of standard input. Allocates its buffer.
  public init() { self.init(reading: 0) }

  /// A reader of descriptor `number`, which stays its owner's.
  public init(reading number: Int32) {
    self.number = number
    buffer = [UInt8](repeating: 0, count: Limits.standardLineBytesMax)
  }

  /// The last line, without its end (LF or CR LF).
  public var line: [UInt8] { Array(buffer[lineStart..<lineStart + lineCount]) }
  private var lineStart = 0

  /// Takes the next line out.
  public mutating func next() -> Result {
    while true {
      if let result = cut() { return result }
      if isOver { return .endOfInput }
      makeRoom()
      guard fill() else { return .none }
    }
  }

  /// Cuts a line off what has been read, if there is one.
  private mutating func cut() -> Result? {
    var position = start
    while position < end, buffer[position] != 0x0A { position += 1 }
    let isTerminated = position < end
    // The last line of a file may lack its end.
    guard isTerminated || (isOver && start < end) else { return nil }
    lineStart = start
    lineCount = position - start
    if lineCount > 0, buffer[position - 1] == 0x0D { lineCount -= 1 }
    start = isTerminated ? position + 1 : end
    guard isSkipping else { return .line }
    isSkipping = false
    return .tooLong
  }

  private mutating func makeRoom() {
    if start > 0 {
      for index in start..<end { buffer[index - start] = buffer[index] }
      (start, end) = (0, end - start)
    }
    guard end == buffer.count else { return }
    isSkipping = true
    end = 0
  }

  /// Reads what is there; false when nothing is.
  private mutating func fill() -> Bool {
    let ready = clinux_poll_ready(number, 1 /* readable */)
    guard ready > 0 else { return false }
    let count = buffer.withUnsafeMutableBytes { bytes in
      clinux_read(number, bytes.baseAddress.map { $0 + end }, Int64(bytes.count - end))
    }
    if count == -Int64(LinuxError.wouldBlock) || count == -Int64(LinuxError.interrupted) { return false }
    if count > 0 { end += Int(count) } else { isOver = true }
    return true
  }
}
