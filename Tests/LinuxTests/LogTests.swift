// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The log, with time passed in.

import Core
import Linux
import Testing

@Suite("Log") struct LogTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  @Test("a line for the journal has a priority, one for a person the time")
  func styles() {
    let pipe = Pipe()
    var journal = Log(level: .debug, style: .journal, descriptor: pipe.writing.number, at: start)
    journal.write(.error, "a", "gone", at: start)
    journal.write(.debug, "b", "detail 7", at: start)
    #expect(pipe.read() == "<3>gone\n<7>detail 7\n")
    var terminal = Log(level: .information, style: .terminal, descriptor: pipe.writing.number, at: start)
    terminal.write(.information, "a", "hello", at: start + .milliseconds(2007))
    terminal.write(.warning, "b", "careful", at: start + .milliseconds(61_250))
    terminal.write(.error, "c", "broken", at: start + .milliseconds(61_250))
    terminal.write(.debug, "d", "not shown", at: start)
    #expect(pipe.read() == "2.007 hello\n61.250 warning: careful\n61.250 error: broken\n")
  }

  @Test("what one call site writes too much of is summed up, others are not held back")
  func rateLimit() {
    let pipe = Pipe()
    var log = Log(level: .debug, style: .journal, descriptor: pipe.writing.number, at: start)
    for index in 0..<Limits.logLinesPerWindowMax + 25 {
      log.write(.warning, "stun refused", "refused \(index)", at: start + .milliseconds(index))
    }
    log.write(.notice, "call", "call begins", at: start + .seconds(1))
    let lines = pipe.read().split(separator: "\n")
    #expect(lines.count == Limits.logLinesPerWindowMax + 1)
    #expect(lines.last == "<5>call begins")
    let due = start + .seconds(Limits.logWindowSeconds)
    #expect(log.pollTimeout() == due)
    log.handleTimeout(at: due - .milliseconds(1))
    #expect(pipe.read() == "")
    log.handleTimeout(at: due)
    #expect(pipe.read() == "<5>stun refused: 25 more suppressed\n")
    #expect(log.pollTimeout() == nil)
    log.write(.warning, "stun refused", "refused again", at: due)
    #expect(pipe.read() == "<4>refused again\n")
  }

  @Test("what is held back at the end is summed up")
  func finish() {
    let pipe = Pipe()
    var log = Log(level: .debug, style: .journal, descriptor: pipe.writing.number, at: start)
    for _ in 0..<Limits.logLinesPerWindowMax + 2 { log.write(.notice, "k", "x", at: start) }
    _ = pipe.read()
    log.finish(at: start)
    #expect(pipe.read() == "<5>k: 2 more suppressed\n")
  }

  @Test("nothing from outside forges a line or moves the cursor")
  func control() {
    let pipe = Pipe()
    var log = Log(level: .debug, style: .journal, descriptor: pipe.writing.number, at: start)
    log.write(.notice, "k", "name \"a\n<0>b\u{1B}[2J\u{9B}c\u{7F}ü\"", at: start)
    #expect(pipe.read() == "<5>name \"a?<0>b?[2J??c?ü\"\n")
  }

  @Test("a long line is cut")
  func long() {
    let pipe = Pipe()
    var log = Log(level: .debug, style: .journal, descriptor: pipe.writing.number, at: start)
    log.write(.notice, "k", String(repeating: "z", count: 5000), at: start)
    let line = pipe.read()
    #expect(line.utf8.count == Limits.logLineBytesMax && line.hasSuffix("z\n"))
  }

  @Test("a reader that does not read costs lines, not time")
  func blocked() {
    let pipe = Pipe()
    var log = Log(level: .debug, style: .journal, descriptor: pipe.writing.number, at: start)
    let text = String(repeating: "w", count: 1000)
    var now = start
    while log.lostLines < 3 {
      log.write(.notice, "k", text, at: now)
      now += .seconds(Limits.logWindowSeconds)
    }
    #expect(pipe.read().utf8.count > 10_000)
    log.write(.notice, "k", "back", at: now)
    #expect(pipe.read().hasSuffix("<5>back\n"))
  }
}
