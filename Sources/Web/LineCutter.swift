// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Cuts a stream of bytes into lines, bounded.

public import Core

/// A line, or that there was one too long.
public enum CutLine: Equatable, Sendable {
  /// A line without its line end.
  case line([UInt8])
  /// A line longer than the bound; it is told as soon as it is, and its rest is passed over.
  case tooLong
}

/// A bounded cutter of lines. A line ends with a line feed, perhaps after a carriage return; empty lines are passed
/// over.
///
/// Order of calls: `handle`, then `poll` until nil.
public struct LineCutter: Sendable {
  private let limitBytes: Int
  private var buffer: [UInt8] = []
  private var skips = false

  /// A cutter of lines of at most `limitBytes` bytes.
  public init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// Bytes that wait.
  public var pendingBytes: Int { buffer.count }

  /// Takes what was read.
  public mutating func handle(_ bytes: ByteView) {
    for index in bytes.indices { buffer.append(bytes[index]) }
  }

  /// The next line; nil when more bytes are needed.
  public mutating func poll() -> CutLine? {
    while true {
      guard let end = buffer.firstIndex(of: ASCII.lineFeed) else {
        if skips { buffer.removeAll(keepingCapacity: true) }
        guard buffer.count > limitBytes + 1 else { return nil }
        buffer.removeAll(keepingCapacity: true)
        skips = true
        return .tooLong
      }
      var line = Array(buffer[..<end])
      buffer.removeSubrange(...end)
      if skips {
        skips = false
        continue
      }
      if line.last == ASCII.carriageReturn { line.removeLast() }
      if line.count > limitBytes { return .tooLong }
      if line.contains(where: { !ASCII.isBlank($0) }) { return .line(line) }
    }
  }
}
