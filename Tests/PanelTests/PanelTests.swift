// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Presses by hand: tables of edges in milliseconds (the first is a press, then they alternate), and what must come.

import Core
import Panel
import Testing

private let talk = PanelButton(role: .talk, line: 0)
private let mute = PanelButton(role: .mute, line: 0)
private let answer = PanelButton(role: .answer, line: 0)
private let hangUp = PanelButton(role: .hangUp, press: .long, line: 0)
private let call = PanelButton(role: .call, press: .double, line: 0)
private let shutDown = PanelButton(role: .shutDown, line: 0)
private let latch = PanelButton(role: .mute, line: 0, isLatching: true)

/// What was done to line 0, and what comes of it.
struct Row: Sendable, CustomTestStringConvertible {
  let what: String
  let buttons: [PanelButton]
  let edges: [Double]
  let events: [String]
  var testDescription: String { what }

  init(_ what: String, _ buttons: [PanelButton], _ edges: [Double], _ events: [String]) {
    self.what = what
    self.buttons = buttons
    self.edges = edges
    self.events = events
  }
}

@Suite("Panel")
struct PanelTests {
  @Test(
    "bouncing gives one press, at its leading edge",
    arguments: [
      Row("a clean press", [talk], [100, 300], ["100 pressed 0", "300 released 0"]),
      Row(
        "bouncing at both ends", [talk], [100, 101, 101.5, 103, 103.2, 300, 300.4, 301, 304, 309],
        ["100 pressed 0", "300 released 0"]),
      Row("a tap within the window is let go at its end", [talk], [100, 105], ["100 pressed 0", "125 released 0"]),
      Row("a spike", [talk], [100, 100.01], ["100 pressed 0", "120 released 0"]),
      Row(
        "bouncing for longer than the window", [talk], [100, 110, 120, 135, 150, 400],
        ["100 pressed 0", "400 released 0"]),
      Row(
        "a press within the window of a release", [talk], [100, 200, 210, 400],
        ["100 pressed 0", "200 released 0", "230 pressed 0", "400 released 0"]),
      Row(
        "a loose contact hides what the line is for 80 ms at most", [talk],
        stride(from: 100.0, to: 260, by: 5).map { $0 }, ["100 pressed 0", "180 released 0"]),
      Row("an action acts at once", [mute], [100, 101, 102, 300, 301, 302], ["100 pressed 0"]),
      Row(
        "no debouncing", [PanelButton(role: .talk, line: 0, debounceMilliseconds: 0)], [1, 2, 3, 4],
        ["1 pressed 0", "2 released 0", "3 pressed 0", "4 released 0"]),
    ])
  func bouncing(row: Row) {
    var bench = Bench(row.buttons)
    bench.edges(row.edges)
    bench.run(until: 5000)
    if row.edges.count % 2 == 1, bench.panel.isActive(line: 0) { bench.edge(false, at: 5000) }
    #expect(bench.events.prefix(row.events.count) == row.events[...])
    #expect(bench.events.count - row.events.count <= row.edges.count % 2)
  }

  @Test(
    "short, long and double presses",
    arguments: [
      Row("short and long: short", [answer, hangUp], [0, 300], ["300 pressed 0"]),
      Row("short and long: just too short", [answer, hangUp], [0, 999], ["999 pressed 0"]),
      Row("short and long: long", [answer, hangUp], [0, 1500], ["1000 pressed 1"]),
      Row("short and long: twice", [answer, hangUp], [0, 100, 200, 300], ["100 pressed 0", "300 pressed 0"]),
      Row("long alone: short", [hangUp], [0, 900], []),
      Row("long alone: long", [hangUp], [0, 2000], ["1000 pressed 0"]),
      Row("short and double: short waits", [answer, call], [0, 100], ["500 pressed 0"]),
      Row("short and double: slow short", [answer, call], [0, 700], ["700 pressed 0"]),
      Row(
        "short and double: double acts with its second press", [answer, call], [0, 100, 300, 2000], ["300 pressed 1"]),
      Row(
        "short and double: too slow for a double", [answer, call], [0, 100, 600, 700],
        ["500 pressed 0", "1100 pressed 0"]),
      Row(
        "short and double: three presses", [answer, call], [0, 100, 200, 300, 400, 450],
        ["200 pressed 1", "900 pressed 0"]),
      Row("double alone: single", [call], [0, 100], []),
      Row("double alone: double", [call], [0, 100, 200, 250], ["200 pressed 0"]),
      Row("all three: short", [answer, hangUp, call], [0, 100], ["500 pressed 0"]),
      Row("all three: long", [answer, hangUp, call], [0, 1200], ["1000 pressed 1"]),
      Row("all three: double, held", [answer, hangUp, call], [0, 100, 200, 3000], ["200 pressed 2"]),
      Row("shut down: not by a long press", [shutDown], [0, 2999], []),
      Row("shut down: by a very long one", [shutDown], [0, 3001], ["3000 pressed 0"]),
      Row(
        "shut down and long: one, then the other", [hangUp, shutDown], [0, 4000], ["1000 pressed 0", "3000 pressed 1"]),
      Row("shut down and short: short", [answer, shutDown], [0, 2000], ["2000 pressed 0"]),
      Row("shut down and short: no short behind it", [answer, shutDown], [0, 4000], ["3000 pressed 1"]),
      Row(
        "talk does not wait for a double press", [talk, call], [0, 100, 200, 300],
        ["0 pressed 0", "100 released 0", "200 pressed 0", "200 pressed 1", "300 released 0"]),
      Row(
        "talk by a long press", [PanelButton(role: .talk, press: .long, line: 0)], [0, 500, 2000, 4000],
        ["3000 pressed 0", "4000 released 0"]),
      Row(
        "talk by a double press", [PanelButton(role: .talk, press: .double, line: 0)], [0, 100, 300, 2000],
        ["300 pressed 0", "2000 released 0"]),
      Row("two roles of one press, in their order", [answer, mute], [0, 100], ["0 pressed 0", "0 pressed 1"]),
      Row(
        "a switch stays", [latch], [0, 100_000], ["0 pressed 0", "100000 released 0"]),
    ])
  func gestures(row: Row) {
    var bench = Bench(row.buttons)
    bench.edges(row.edges)
    bench.run(until: 200_000)
    #expect(bench.events == row.events)
    #expect(bench.panel.pollTimeout() == .never)
  }

  @Test("a button held for a minute is stuck: talking ends, and it is told when it is free")
  func stuck() {
    var bench = Bench([talk])
    bench.edge(true, at: 500)
    bench.run(until: 300_000)
    #expect(bench.events == ["500 pressed 0", "60500 released 0", "60500 stuck 0"])
    bench.edge(false, at: 400_000)
    bench.edge(true, at: 401_000)
    #expect(bench.events.suffix(2) == ["400000 freed 0", "401000 pressed 0"])
  }

  @Test("a button found pressed does nothing until it is let go, but can be stuck")
  func foundPressed() {
    var bench = Bench([answer, hangUp, talk], levels: [true])
    bench.run(until: 30_000)
    bench.edge(false, at: 30_000)
    #expect(bench.events == [])
    bench.edge(true, at: 31_000)
    bench.edge(false, at: 31_100)
    #expect(bench.events == ["31000 pressed 2", "31100 released 2", "31100 pressed 0"])

    bench = Bench([talk], levels: [true])
    bench.edge(false, at: 70_000)
    #expect(bench.events == ["60000 stuck 0", "70000 freed 0"])
  }

  @Test("a switch counts where it is found, and is never stuck")
  func switchFound() {
    var bench = Bench([latch], levels: [true])
    #expect(bench.events == ["0 pressed 0"])
    bench.run(until: 1_000_000)
    bench.edge(false, at: 1_000_000)
    #expect(bench.events == ["0 pressed 0", "1000000 released 0"])
    #expect(Bench([latch]).events == [])
  }

  @Test("lost edges are told, and a reading of the level puts things right")
  func lostEdges() {
    var bench = Bench([talk])
    bench.edge(true, at: 100)
    // The release was lost, and the next press.
    bench.edge(true, at: 500, skipping: 2)
    #expect(bench.events == ["100 pressed 0", "500 lost 0"])
    #expect(bench.panel.edgesLost == 2)
    // The adapter reads the level: it is not pressed.
    bench.run(until: 600)
    bench.panel.handle(LineEdge(line: 0, isActive: false, instant: instant(600), sequence: 0))
    bench.drain(at: instant(600))
    #expect(bench.events.last == "600 released 0")
    // Numbers go on after the reading, and begin anew with a new request.
    bench.edge(true, at: 700)
    bench.edge(false, at: 800)
    bench.sequences[0] = 0
    bench.edge(true, at: 900)
    #expect(bench.events.suffix(3) == ["700 pressed 0", "800 released 0", "900 pressed 0"])
    #expect(bench.panel.edgesLost == 2)
  }

  @Test("an edge that comes first, before the level was read, is a press")
  func edgeFirst() {
    var panel = Panel([answer])
    panel.handle(LineEdge(line: 0, isActive: true, instant: instant(5), sequence: 1))
    #expect(panel.pollEvent() == .pressed(button: 0))
    panel.handle(LineEdge(line: 0, isActive: true, instant: instant(4), sequence: 0))
    #expect(panel.pollEvent() == nil)
  }

  @Test("with its chip gone talking ends, a switch stays where it was, and the level counts when it is back")
  func chipGone() {
    let buttons = [talk, PanelButton(role: .mute, line: 1, isLatching: true), PanelButton(role: .answer, line: 2)]
    var bench = Bench(buttons, levels: [false, true, false])
    bench.edge(true, at: 1000)
    for line in 0..<3 { bench.panel.handleLoss(line: line, at: instant(2000)) }
    bench.drain(at: instant(2000))
    #expect(bench.events == ["0 pressed 1", "1000 pressed 0", "2000 released 0"])
    #expect(bench.panel.pollTimeout() == .never)
    for (line, isActive) in [(0, true), (1, false), (2, true)] {
      bench.panel.handle(LineEdge(line: line, isActive: isActive, instant: instant(3000), sequence: 0))
    }
    bench.drain(at: instant(3000))
    #expect(bench.events.last == "3000 released 1" && bench.events.count == 4)
  }

  @Test("edges that waited act at their own times, whatever the time is now")
  func lateEdges() {
    var panel = Panel([answer, hangUp])
    panel.handle(LineEdge(line: 0, isActive: false, instant: .zero, sequence: 0))
    panel.handle(LineEdge(line: 0, isActive: true, instant: instant(100), sequence: 1))
    panel.handle(LineEdge(line: 0, isActive: false, instant: instant(1050), sequence: 2))
    panel.handleTimeout(at: instant(9000))
    #expect(panel.pollEvent() == .pressed(button: 0))
    #expect(panel.pollEvent() == nil)
  }

  @Test("lines are apart, and edges of lines that no button has are passed over")
  func lines() {
    var bench = Bench([PanelButton(role: .answer, line: 3), PanelButton(role: .talk, line: 1)])
    for line in [-1, 0, 2, 4, Int.max] {
      bench.panel.handle(LineEdge(line: line, isActive: true, instant: .zero, sequence: 1))
    }
    #expect(bench.panel.pollTimeout() == .never)
    bench.edge(true, at: 10, line: 1)
    bench.edge(true, at: 11, line: 3)
    bench.edge(false, at: 12, line: 1)
    bench.run(until: 100)
    #expect(bench.events == ["10 pressed 1", "11 pressed 0", "32 released 1"])
    #expect(bench.panel.isActive(line: 3) && !bench.panel.isActive(line: 1) && !bench.panel.isActive(line: 9))
  }
}
