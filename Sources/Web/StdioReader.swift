// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Cuts standard input into lines, and the lines into messages.

public import Core

/// What is wrong with a line.
public enum StdioProblem: Error, Sendable {
  /// Longer than `Limits.stdioLineBytesMax`.
  case tooLong
  /// Not JSON as we read it.
  case json(JSONError)
  /// JSON, but not an object.
  case notAnObject
  /// No member "type", or one that is not a string.
  case noType
  /// A type not known.
  case unknownType
  /// A member that the type needs is missing, empty, or not a string.
  case missingMember(StaticString)

  /// One sentence for a person.
  public var text: String {
    switch self {
    case .tooLong: "The line is longer than \(Limits.stdioLineBytesMax) bytes."
    case .json(let error): error.text
    case .notAnObject: "The line is not a JSON object."
    case .noType: "The object has no string called type."
    case .unknownType: "The type is none of offer, answer, candidate, bye, state."
    case .missingMember(let name): "The object needs a string called \(name.description)."
    }
  }
}

/// A problem and the line it stands on.
public struct StdioError: Error, Sendable {
  /// The line, from 1; empty lines count.
  public let line: Int
  /// What is wrong with it.
  public let problem: StdioProblem

  /// "line 3: ..." for a person.
  public var text: String { "line \(line): \(problem.text)" }
}

/// What a line was.
public enum StdioInput: Sendable {
  /// A message.
  case message(StdioMessage)
  /// A line that is none; the next may be one again.
  case error(StdioError)
}

/// A bounded reader of lines. A line ends with a line feed, perhaps after a carriage return; empty lines are passed over.
///
/// Order of calls: `handle`, then `poll` until nil; at the end of input `handleEnd`, then `poll` until nil.
public struct StdioReader: Sendable {
  private var buffer: [UInt8] = []
  /// Bytes of `buffer` before which there is no line feed.
  private var scanned = 0
  /// The line that `poll` answered last, from 1; empty lines count. 0 before the first.
  public private(set) var lineNumber = 0
  private var skips = false
  private var hasEnded = false

  /// A reader at the beginning of input.
  public init() {}

  /// Memory held, in bytes.
  public var memoryBytes: Int { buffer.capacity }

  /// Takes what was read, at most `Limits.httpReadBytesMax` bytes.
  public mutating func handle(_ bytes: ByteView) {
    precondition(bytes.count <= Limits.httpReadBytesMax, "standard input is given in more than one read")
    precondition(scanned == buffer.count, "standard input is given before all lines were polled")
    for index in bytes.indices { buffer.append(bytes[index]) }
  }

  /// Input has ended; a last line without its line end counts.
  public mutating func handleEnd() { hasEnded = true }

  /// The next message or error; nil when more input is needed.
  public mutating func poll() -> StdioInput? {
    while let line = nextLine() {
      if line.count > Limits.stdioLineBytesMax {
        return .error(StdioError(line: lineNumber, problem: .tooLong))
      }
      guard line.contains(where: { !ASCII.isBlank($0) }) else { continue }
      return line.withByteView { parse($0) }
    }
    return nil
  }

  private func parse(_ line: ByteView) -> StdioInput {
    do throws(StdioProblem) {
      return .message(try StdioMessage.parse(line))
    } catch {
      return .error(StdioError(line: lineNumber, problem: error))
    }
  }

  /// The next line without its end; one beyond the limit comes as soon as it is, cut, and its rest is passed over.
  private mutating func nextLine() -> [UInt8]? {
    while true {
      let end = buffer[scanned...].firstIndex(of: ASCII.lineFeed)
      guard let end else {
        scanned = buffer.count
        if skips { drop(through: buffer.count) }
        if buffer.count > Limits.stdioLineBytesMax + 1 {
          lineNumber += 1
          skips = true
          return drop(through: buffer.count)
        }
        guard hasEnded, !buffer.isEmpty else { return nil }
        lineNumber += 1
        return withoutReturn(drop(through: buffer.count))
      }
      let line = drop(through: end + 1).dropLast()
      if skips {
        skips = false
        continue
      }
      lineNumber += 1
      return withoutReturn(Array(line))
    }
  }

  @discardableResult
  private mutating func drop(through end: Int) -> [UInt8] {
    let part = Array(buffer[..<end])
    buffer.removeSubrange(..<end)
    scanned = 0
    return part
  }

  private func withoutReturn(_ line: [UInt8]) -> [UInt8] {
    line.last == ASCII.carriageReturn ? Array(line.dropLast()) : line
  }
}
