// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The log: one line an event, to standard error.
//
// DESIGN. A line is a text, with the journal's priority `<N>` in front when the journal reads it, and with the seconds
// since the start when a person does. Each call site has a key; of one key at most Limits.logLinesPerWindowMax lines
// come in Limits.logWindowSeconds, and what was held back is summed up in one line afterwards. What is no printable
// character becomes a question mark, so that nothing from outside can forge a line. A reader that does not read costs
// lines, never a wait.
//
// Order of calls: `write`; `handleTimeout` when `pollTimeout` has come.

import CLinux
public import Core

/// How much an event matters; the journal's numbers (syslog, RFC 5424 section 6.2.1).
public enum LogLevel: UInt8, Sendable, BitwiseCopyable {
  /// Something does not work.
  case error = 3
  /// Something works less well than it should.
  case warning = 4
  /// Something rare happened that one wants to know about.
  case notice = 5
  /// What goes on.
  case information = 6
  /// What only a builder wants to know.
  case debug = 7
}

/// The program's log. Owned by the loop thread; the audio thread logs nothing.
public struct Log: ~Copyable {
  /// What a line looks like.
  public enum Style: Sendable, BitwiseCopyable {
    /// `<N>text`, for the journal.
    case journal
    /// `seconds text`, for a person.
    case terminal
  }

  /// Lines of lower importance are not written.
  public var level: LogLevel
  /// What lines look like.
  public let style: Style
  /// Lines that nobody took, as a total.
  public private(set) var lostLines: UInt64 = 0
  private let number: Int32
  private let start: Instant
  /// The line being put together, in memory of its own.
  private let line: UnsafeMutablePointer<UInt8>
  private var lineCount = 0
  private var keys = LogKeyTable<KeyState?>(repeating: nil)
  /// When the first of what was held back is summed up. Kept, for every turn of the loop asks, and looking through the table
  /// of a log that is only borrowed copies the table for each element.
  private var due = Instant.never

  private struct KeyState: BitwiseCopyable {
    let key: UnsafePointer<UInt8>
    let count: Int
    var windowEnd: Instant
    var lines = 0
    var suppressed = 0

    func isFor(_ other: StaticString) -> Bool {
      key == other.utf8Start && count == other.utf8CodeUnitCount
    }
  }

  /// The log on standard error; it begins `at`. The style follows from who reads: a terminal, or else the journal.
  public init(level: LogLevel = .information, at start: Instant) {
    let isJournal = Program.environment("JOURNAL_STREAM") != nil || !Program.isTerminal(2)
    self.init(level: level, style: isJournal ? .journal : .terminal, descriptor: 2, at: start)
  }

  /// A log of `style` on descriptor `descriptor`, which stays its owner's.
  public init(level: LogLevel, style: Style, descriptor: Int32, at start: Instant) {
    self.level = level
    self.style = style
    self.start = start
    number = descriptor
    line = .allocate(capacity: Limits.logLineBytesMax)
    line.initialize(repeating: 0, count: Limits.logLineBytesMax)
  }

  deinit { line.deallocate() }

  /// Writes one event, or counts it when its call site `key` (a literal; one for each kind of event) has written too
  /// much.
  public mutating func write(_ level: LogLevel, _ key: StaticString, _ text: String, at now: Instant) {
    guard level.rawValue <= self.level.rawValue else { return }
    handleTimeout(at: now)
    let slot = slot(for: key, at: now)
    guard var state = keys[slot] else { return }
    if state.lines < Limits.logLinesPerWindowMax {
      state.lines += 1
      emit(level, text, at: now)
    } else {
      state.suppressed += 1
      due = min(due, state.windowEnd)
    }
    keys[slot] = state
  }

  /// Sums up what was held back, where the time for it has come.
  public mutating func handleTimeout(at now: Instant) {
    due = .never
    for slot in 0..<Limits.logKeysMax {
      guard let state = keys[slot] else { continue }
      if state.windowEnd <= now {
        keys[slot] = nil
        sumUp(state, at: now)
      } else if state.suppressed > 0 {
        due = min(due, state.windowEnd)
      }
    }
  }

  /// When `handleTimeout` is due: something was held back; or nil.
  public func pollTimeout() -> Instant? { due == .never ? nil : due }

  /// Sums up everything held back; the last call before the program ends.
  public mutating func finish(at now: Instant) {
    for slot in 0..<Limits.logKeysMax {
      if let state = keys[slot] { sumUp(state, at: now) }
      keys[slot] = nil
    }
    due = .never
  }

  private mutating func slot(for key: StaticString, at now: Instant) -> Int {
    var free: Int?
    var oldest = 0
    for slot in 0..<Limits.logKeysMax {
      guard let state = keys[slot] else {
        if free == nil { free = slot }
        continue
      }
      if state.isFor(key) { return slot }
      if let other = keys[oldest], state.windowEnd < other.windowEnd { oldest = slot }
    }
    let slot = free ?? oldest
    if free == nil, let state = keys[slot] { sumUp(state, at: now) }
    keys[slot] = KeyState(
      key: key.utf8Start, count: key.utf8CodeUnitCount, windowEnd: now + .seconds(Limits.logWindowSeconds))
    return slot
  }

  private mutating func sumUp(_ state: KeyState, at now: Instant) {
    guard state.suppressed > 0 else { return }
    let name = ByteView(UnsafeRawPointer(state.key), count: state.count).text()
    emit(.notice, "\(name): \(state.suppressed) more suppressed", at: now)
  }

  private mutating func emit(_ level: LogLevel, _ text: String, at now: Instant) {
    lineCount = 0
    switch style {
    case .journal:
      append("<\(level.rawValue)>")
    case .terminal:
      let milliseconds = (now - start).milliseconds
      let fraction = milliseconds % 1000
      append("\(milliseconds / 1000).")
      append(fraction < 10 ? "00\(fraction)" : fraction < 100 ? "0\(fraction)" : "\(fraction)")
      append(level == .error ? " error: " : level == .warning ? " warning: " : " ")
    }
    append(text)
    line[lineCount] = 0x0A
    let size = Int64(lineCount + 1)
    let isTaken = clinux_poll_ready(number, 2 /* writable */) > 0 && clinux_write(number, line, size) == size
    if !isTaken { lostLines += 1 }
  }

  /// Adds `text` to the line, control characters (C0, DEL, C1) as question marks; cuts it where the line is full.
  private mutating func append(_ text: String) {
    var previous: UInt8 = 0
    for byte in text.utf8 where lineCount < Limits.logLineBytesMax - 1 {
      let isControl = byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0)
      line[lineCount] = isControl ? 0x3F : byte
      // The first byte of a C1 character goes too, or what is left would be no UTF-8.
      if isControl, previous == 0xC2 { line[lineCount - 1] = 0x3F }
      lineCount += 1
      previous = byte
    }
  }
}
