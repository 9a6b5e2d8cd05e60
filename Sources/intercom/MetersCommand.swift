// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom meters`: the running service's levels as they change.
//
// On a terminal bars that are drawn over each other, a frame in one write so that nothing flickers; elsewhere, or where
// asked, a line a second.

import Core
import Linux
import Web

/// `intercom meters`.
enum MetersCommand {
  private static let frame = Instant.Span.milliseconds(125)
  private static let hideCursor = "\u{1B}[?25l"
  private static let showCursor = "\u{1B}[?25h"

  static func run(_ options: Command.MetersOptions) -> Int32 {
    do throws(LinuxError) {
      var signals = try SignalReader()
      let isLive = !options.isLines && Program.isTerminal(1)
      return show(options, isLive: isLive, &signals)
    } catch {
      Terminal.complain("intercom: \(error.text)")
      return ExitCode.failed
    }
  }

  private static func show(_ options: Command.MetersOptions, isLive: Bool, _ signals: inout SignalReader) -> Int32 {
    var output = LineWriter()
    var height = 0
    // A line's end comes with each write: the cursor is below the meters, and visible again.
    defer { if height > 0 { output.write(showCursor + "\u{1B}[A") } }
    do throws(ControlCommand.Failure) {
      let path = ControlCommand.path(options.socket, config: options.config)
      var session = try ControlSession(path: path)
      let start = Clock.now()
      let end = options.seconds.map { start + .seconds($0) } ?? .never
      var next = start
      while true {
        guard let status = ControlCommand.read(try session.ask(.status))?.status else {
          throw .broken(path: path, "the answer cannot be understood; are both of the same version?")
        }
        if isLive {
          height = draw(status, over: height, to: &output)
        } else {
          output.write(MeterText.line(of: status))
        }
        guard !output.isBroken else { return ExitCode.done }
        next = next + (isLive ? frame : .seconds(1))
        if isEnded(&signals, next: next, end: end) { return ExitCode.done }
      }
    } catch {
      if height > 0 { output.write(showCursor + "\u{1B}[A") }
      height = 0
      return ControlCommand.complain(error)
    }
  }

  /// Draws the meters over the `height` lines drawn before; answers how many lines there are now.
  private static func draw(_ status: JSONValue, over height: Int, to output: inout LineWriter) -> Int {
    // A line that fills the last column would make some terminals wrap.
    let lines = MeterText.lines(of: status, columns: max(Program.terminalColumns(1) - 1, 20))
    var text = height == 0 ? hideCursor : "\u{1B}[\(height)A"
    for index in lines.indices {
      text += "\r" + lines[index] + "\u{1B}[K"
      if index + 1 < lines.count { text += "\n" }
    }
    // What a call that has ended left below.
    text += "\u{1B}[0J"
    output.write(text)
    return lines.count
  }

  /// Waits until `next`; true: the time is over or a signal came.
  private static func isEnded(_ signals: inout SignalReader, next: Instant, end: Instant) -> Bool {
    while Clock.now() < next {
      Clock.sleep(until: min(next, Clock.now() + frame))
      if let signal = signals.next(), signal != .reload { return true }
      if Clock.now() >= end { return true }
    }
    return false
  }
}
