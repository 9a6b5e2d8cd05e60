// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The buttons: edges of GPIO lines go in, what a person did comes out. Knows neither chips nor what a role does.
//
// Order of calls: a reading of each line's level first (an edge with sequence 0); then `handle(_:)` for every edge that
// waits, oldest first; then `handleTimeout(at:)`; after each, `pollEvent()` until nil. Edges before time: an edge that
// waits may be older than now. `pollTimeout()` says when to come back. `handleLoss(line:)` when a line's chip is gone.
// Questions: `isActive(line:)`, `edgesLost`.
//
// An edge acts on the panel at its own time: whatever was due before it comes first. Each line has its own time, which
// never runs back. In steady use nothing is allocated as long as events are polled.

public import Core

/// The buttons. Loop thread.
public struct Panel: Sendable {
  private let buttons: [PanelButton]
  private var lines: [PanelLine]
  /// Whether each button that tells its release is pressed.
  private var isPressed: [Bool]
  private var events: [PanelEvent] = []
  private var eventsPolled = 0
  /// How many edges the kernel lost, on all lines.
  public private(set) var edgesLost: UInt64 = 0

  /// The panel of `buttons`; events name them by their places here.
  public init(_ buttons: [PanelButton]) {
    self.buttons = buttons
    isPressed = [Bool](repeating: false, count: buttons.count)
    var lineCount = 0
    for button in buttons { lineCount = max(lineCount, button.line + 1) }
    lines = []
    for line in 0..<lineCount { lines.append(PanelLine(line, of: buttons)) }
    // More than one call can bring: of each button a press and a release, and of each line its own.
    events.reserveCapacity(4 * buttons.count + 4)
  }

  // MARK: Handle

  /// An edge of a line, or a reading of its level. A line without a button is passed over.
  public mutating func handle(_ edge: LineEdge) {
    guard edge.line >= 0, edge.line < lines.count, lines[edge.line].isUsed else { return }
    advance(edge.line, to: edge.instant)
    let now = lines[edge.line].now
    if edge.sequence == 0, !lines[edge.line].isKnown {
      begin(edge.line, isActive: edge.isActive, at: now)
      return
    }
    if !lines[edge.line].isKnown { begin(edge.line, isActive: !edge.isActive, at: now) }
    let lost = lines[edge.line].countLost(edge.sequence)
    if lost > 0 {
      edgesLost &+= UInt64(lost)
      events.append(.edgesLost(line: edge.line))
    }
    if lines[edge.line].debouncer.handle(isActive: edge.isActive, at: now) { change(edge.line, at: now) }
  }

  /// Time has passed.
  public mutating func handleTimeout(at now: Instant) {
    for line in lines.indices { advance(line, to: now) }
  }

  /// The line is gone for now. Talking ends; a latching switch is taken to stay where it was, so that what is muted
  /// stays so. When the line is back, a reading of its level comes first, as at the start.
  public mutating func handleLoss(line: Int, at now: Instant) {
    guard line >= 0, line < lines.count, lines[line].isUsed else { return }
    advance(line, to: now)
    let wasActive = lines[line].debouncer.isActive
    let told = lines[line].presses.abandon()
    lines[line].forget()
    if wasActive { tell(told, of: line) }
    for button in buttons.indices where buttons[button].line == line && buttons[button].role == .talk {
      release(button)
    }
  }

  // MARK: Poll

  /// The next event; nil when there is none.
  public mutating func pollEvent() -> PanelEvent? {
    guard eventsPolled < events.count else {
      events.removeAll(keepingCapacity: true)
      eventsPolled = 0
      return nil
    }
    eventsPolled += 1
    return events[eventsPolled - 1]
  }

  /// When `handleTimeout` is due; `.never` while nothing waits for time.
  public func pollTimeout() -> Instant {
    var first = Instant.never
    for line in lines.indices { first = min(first, lines[line].deadline) }
    return first
  }

  // MARK: Questions

  /// Whether the line is pressed, debounced.
  public func isActive(line: Int) -> Bool { line >= 0 && line < lines.count && lines[line].debouncer.isActive }

  // MARK: Private

  /// Brings a line's time to `moment`; whatever falls due on the way happens at its own time.
  private mutating func advance(_ line: Int, to moment: Instant) {
    var due = lines[line].deadline
    while due <= moment {
      lines[line].now = max(lines[line].now, due)
      if lines[line].debouncer.handleTimeout(at: due) { change(line, at: due) }
      tell(lines[line].presses.handleTimeout(at: due), of: line)
      due = lines[line].deadline
    }
    lines[line].now = max(lines[line].now, moment)
  }

  /// The first that is known of a line: a switch counts where it stands, a button only from when it is let go.
  private mutating func begin(_ line: Int, isActive: Bool, at now: Instant) {
    lines[line].isKnown = true
    lines[line].debouncer.begin(isActive: isActive)
    if isActive { lines[line].presses.beginDown(at: now) }
    followSwitches(line)
  }

  private mutating func change(_ line: Int, at now: Instant) {
    let isActive = lines[line].debouncer.isActive
    tell(lines[line].presses.handle(isActive: isActive, at: now), of: line)
    followSwitches(line)
  }

  private mutating func followSwitches(_ line: Int) {
    let isActive = lines[line].debouncer.isActive
    for button in buttons.indices where buttons[button].line == line && buttons[button].isLatching {
      if isActive { press(button) } else { release(button) }
    }
  }

  private mutating func tell(_ come: Gestures, of line: Int) {
    if come.isEmpty { return }
    let ends = !come.isDisjoint(with: [.up, .stuck])
    for button in buttons.indices where ends && buttons[button].line == line && !buttons[button].isLatching {
      release(button)
    }
    for button in buttons.indices where buttons[button].line == line && !buttons[button].isLatching {
      if come.contains(buttons[button].trigger) { press(button) }
    }
    if come.contains(.stuck) { events.append(.stuck(line: line)) }
    if come.contains(.freed) { events.append(.freed(line: line)) }
  }

  private mutating func press(_ button: Int) {
    if isPressed[button] { return }
    isPressed[button] = buttons[button].tellsRelease
    events.append(.pressed(button: button))
  }

  private mutating func release(_ button: Int) {
    guard isPressed[button] else { return }
    isPressed[button] = false
    events.append(.released(button: button))
  }
}

/// One line of the panel.
private struct PanelLine: BitwiseCopyable {
  var debouncer: Debouncer
  var presses: PressReader
  /// The latest moment that it was told of.
  var now = Instant(nanoseconds: .min)
  /// Whether a level or an edge has come.
  var isKnown = false
  /// Whether it has a button.
  let isUsed: Bool
  private var sequence: UInt32 = 0

  init(_ line: Int, of buttons: [PanelButton]) {
    var known: Gestures = []
    var debounce = 0
    var isUsed = false
    var isSwitch = false
    for button in buttons where button.line == line {
      isUsed = true
      debounce = max(debounce, button.debounceMilliseconds)
      // A switch stays where it is put, so its line is never stuck.
      if button.isLatching { isSwitch = true } else { known.formUnion(button.trigger) }
    }
    known.remove(.down)
    if !isSwitch { known.insert(.stuck) }
    self.isUsed = isUsed
    debouncer = Debouncer(window: .milliseconds(debounce))
    presses = PressReader(known: known)
  }

  var deadline: Instant { min(debouncer.deadline, presses.deadline) }

  /// How many edges lie between the one before and the one numbered `sequence`. Numbers begin anew at 1 with a new
  /// request, and a reading of the level has none.
  mutating func countLost(_ sequence: UInt32) -> UInt32 {
    if sequence == 0 { return 0 }
    defer { self.sequence = sequence }
    return sequence == 1 ? 0 : sequence &- self.sequence &- 1
  }

  mutating func forget() {
    isKnown = false
    sequence = 0
    debouncer.begin(isActive: false)
  }
}
