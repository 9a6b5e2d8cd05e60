// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The device's buttons and lights: GPIO lines and lamps between the poller, the panel and the station.
//
//   kernel's edges ─► GPIOLines ─► Panel ─► StationCommand          Indication ─► patterns ─► LightPlayer ─► lamps
//
// A line or chain that cannot be had does not end the program: why is said once, and it is asked for again every
// `Limits.panelRetryMilliseconds`. What cannot pass without a change of the configuration is not asked for again.

import Config
import Core
import Host
import Linux
import Panel
import Station

/// The buttons and lights of `intercom run`. Loop thread.
final class DevicePanel {
  private let host: ServiceHost
  private let buttons: [ButtonSetting]
  private let lights: [LightSetting]
  private let lines = GPIOLines()
  private var panel: Panel
  private var player: LightPlayer
  /// The GPIO line of each light; -1: it is on a chain.
  private var lampLines: [Int] = []
  private var chains: [Chain] = []
  private var retryAt = Instant.never
  /// When to look whether the lines are still there: not every kernel wakes anybody when a chip goes (6.1 does not).
  private var lookAt = Instant.never
  private var told: [String] = []
  private var texts: [(level: LogLevel, text: String)] = []
  /// What is missing now, a sentence each.
  private var missing: [String] = []
  private var stuckLines: [Int] = []
  private var watched: UInt64 = 0

  /// A chain of APA102, once it could be opened.
  private final class Chain {
    let path: String
    var lamps: APA102Chain?
    /// Why it is not asked for again; nil: it is.
    var refusal: String?

    init(path: String) { self.path = path }
  }

  /// The buttons and lights of `settings`, not yet asked for: `open` does that.
  init(_ settings: Settings, host: ServiceHost) {
    self.host = host
    buttons = settings.buttons
    lights = settings.lights
    var panelButtons: [PanelButton] = []
    for button in buttons {
      panelButtons.append(
        PanelButton(
          role: button.role, press: button.press,
          line: lines.addButton(button.line, polarity: button.polarity, bias: button.bias),
          debounceMilliseconds: button.debounceMilliseconds, isLatching: button.isLatching))
    }
    panel = Panel(panelButtons)
    player = LightPlayer(count: lights.count)
    for light in lights {
      switch light.driver {
      case .line(let name): lampLines.append(lines.addLamp(name, polarity: light.polarity))
      case .apa102(let path, _):
        lampLines.append(-1)
        if !chains.contains(where: { $0.path.utf8.elementsEqual(path.utf8) }) { chains.append(Chain(path: path)) }
      }
    }
  }

  /// Whether there is anything to press or to light.
  var isEmpty: Bool { buttons.isEmpty && lights.isEmpty }

  /// Whether there is a light for `role`.
  func hasLight(_ role: LightRole) -> Bool { lights.contains { $0.role == role } }

  /// Whether something is wrong that a person should look at: a line that is missing, or a button that is stuck.
  var isTroubled: Bool {
    if !stuckLines.isEmpty { return true }
    guard !isEmpty else { return false }
    return !lines.isComplete || chains.contains { $0.lamps == nil }
  }

  /// When the loop has to come back.
  func pollTimeout() -> Instant { min(min(panel.pollTimeout(), player.pollTimeout()), min(retryAt, lookAt)) }

  /// What is wrong, for people; empty: nothing. Allocates.
  var trouble: String {
    var text = ""
    for sentence in missing { text += (text.utf8.isEmpty ? "" : "; ") + sentence }
    for line in stuckLines { text += (text.utf8.isEmpty ? "" : "; ") + "the button on \(lines.name(line)) is stuck" }
    return text
  }

  /// The next line for the log, or nil.
  func nextLine() -> (level: LogLevel, text: String)? { texts.isEmpty ? nil : texts.removeFirst() }

  /// Blinks `digits` on the link lights until `end`; whether there is one.
  func blink(_ digits: String, until end: Instant, at now: Instant) -> Bool {
    guard let code = BlinkedCode(digits), hasLight(.link) else { return false }
    for index in lights.indices where lights[index].role == .link {
      player.show(code, light: index, until: end, at: now)
    }
    return true
  }

  /// Blinks no digits any more.
  func endBlinking(at now: Instant) { player.endCodes(at: now) }

  // MARK: Handle

  /// Asks for the lines and chains that are not there yet. At start, and from `handle` while something is missing.
  func open(at now: Instant) {
    guard !isEmpty else { return }
    var mayPass = false
    missing = []
    if !lines.isComplete {
      let errors = lines.open().map { $0.error }
      mayPass = errors.contains { $0.mayPass }
      for text in GPIOError.texts(errors) { tell(text) }
      while let descriptor = lines.nextDescriptor() {
        watched += 1
        do throws(LinuxError) {
          try host.poller.add(descriptor, for: .readable, token: Desk.panelToken + watched % 256)
        } catch { tell("buttons: \(error.text)") }
      }
      drain(at: now)
    }
    for chain in chains where chain.lamps == nil {
      if let refusal = chain.refusal {
        tell(refusal)
        continue
      }
      do throws(GPIOError) {
        chain.lamps = try APA102Chain(chain.path)
        for index in lights.indices {
          switchLamp(LightChange(light: index, isLit: player.isLit(light: index)), on: chain)
        }
      } catch {
        tell(error.text)
        if error.mayPass { mayPass = true } else { chain.refusal = error.text }
      }
    }
    lookAt = now + .milliseconds(Limits.panelLookMilliseconds)
    retryAt = mayPass ? now + .milliseconds(Limits.panelRetryMilliseconds) : .never
    guard !told.isEmpty, lines.isComplete, !chains.contains(where: { $0.lamps == nil }) else { return }
    told = []
    texts.append((.notice, "all buttons and lights are there again"))
  }

  /// Takes in what the poller saw, and the time.
  func handle(at now: Instant) {
    guard !isEmpty else { return }
    for index in host.foreign.indices {
      let token = host.foreign[index].token
      if token >= Desk.panelToken, token < Desk.panelToken + 256 {
        drain(at: now)
        break
      }
    }
    if lookAt <= now {
      drain(at: now)
      lookAt = now + .milliseconds(Limits.panelLookMilliseconds)
    }
    if panel.pollTimeout() <= now { panel.handleTimeout(at: now) }
    if retryAt <= now { open(at: now) }
  }

  /// What a person wants, or nil.
  func nextCommand() -> StationCommand? {
    while let event = panel.pollEvent() {
      switch event {
      case .pressed(let button):
        if let command = StationCommand(buttons[button], isPressed: true) { return command }
      case .released(let button):
        if let command = StationCommand(buttons[button], isPressed: false) { return command }
      case .stuck(let line):
        stuckLines.append(line)
        texts.append(
          (
            .warning,
            "the button on \(lines.name(line)) has been pressed for \(Limits.stuckButtonMilliseconds / 1000) s: it is stuck, or"
              + " its active level is the other one; it counts as let go"
          ))
      case .freed(let line):
        stuckLines.removeAll { $0 == line }
        texts.append((.notice, "the button on \(lines.name(line)) is free again"))
      case .edgesLost(let line):
        texts.append((.warning, "edges of the button on \(lines.name(line)) were lost; its level was read"))
      }
    }
    return nil
  }

  /// Lets the lights show `facts`. In every turn; costs nothing when nothing has changed.
  func show(_ facts: Indication, at now: Instant) {
    guard !lights.isEmpty else { return }
    player.handleTimeout(at: now)
    for index in lights.indices {
      player.set(Indicators.pattern(of: lights[index].role, facts), light: index, at: now)
    }
    while let change = player.pollChange() { switchLamp(change) }
    for chain in chains {
      guard let error = chain.lamps?.flush() else { continue }
      tell(error.text)
      chain.lamps = nil
      retryAt = min(retryAt, now + .milliseconds(Limits.panelRetryMilliseconds))
    }
  }

  // MARK: Private

  private func drain(at now: Instant) {
    while let event = lines.nextEvent(at: now) {
      switch event {
      case .edge(let edge): panel.handle(edge)
      case .gone(let line):
        panel.handleLoss(line: line, at: now)
        tell("the chip of the line \(lines.name(line)) has gone; it is looked for")
        retryAt = min(retryAt, now + .milliseconds(Limits.panelRetryMilliseconds))
      }
    }
  }

  private func switchLamp(_ change: LightChange) {
    let light = lights[change.light]
    switch light.driver {
    case .line:
      if let error = lines.set(lampLines[change.light], isActive: change.isLit) {
        tell(error.text)
        retryAt = host.now + .milliseconds(Limits.panelRetryMilliseconds)
      }
    case .apa102: for chain in chains { switchLamp(change, on: chain) }
    }
  }

  private func switchLamp(_ change: LightChange, on chain: Chain) {
    let light = lights[change.light]
    guard case .apa102(let path, let index) = light.driver, chain.path.utf8.elementsEqual(path.utf8) else { return }
    chain.lamps?.set(index, change.isLit ? light.colour : Colour(red: 0, green: 0, blue: 0))
  }

  /// Each problem is told once, not at every attempt, until all is well again.
  private func tell(_ text: String) {
    if !missing.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { missing.append(text) }
    guard !told.contains(where: { $0.utf8.elementsEqual(text.utf8) }) else { return }
    if told.count >= Limits.panelProblemsMax { told.removeFirst() }
    told.append(text)
    texts.append((.warning, text))
  }
}
