// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the doctor looks at, one room of the house after the other.

import Config
import Core
import Linux

/// The doctor's checks for one configuration. Each opens what it looks at and closes it again.
struct DoctorChecks {
  let settings: Settings
  /// Whether the service runs: what it holds is then no fault.
  let isServiceRunning: Bool

  /// Less is not enough for a certificate and what the system itself writes.
  private static let diskBytesMin: Int64 = 1 << 20
  /// Less will soon be too little.
  private static let diskBytesTight: Int64 = 16 << 20
  /// 2025-01-01: before this program was written. A board without a clock of its own begins in 1970, or where it
  /// stopped.
  private static let plausibleSeconds: Int64 = 1_735_689_600

  // MARK: The machine

  func machine() -> [Finding] {
    var findings: [Finding] = []
    if let complaint = Board.complaint(settings) {
      findings.append(.failure("board", complaint, nil))
    } else if let wanted = settings.board, Board.model == nil {
      findings.append(
        .warning("board", "the configuration is for a \(wanted), and this machine does not tell its model", nil))
    } else {
      findings.append(.fine("board", Board.model ?? "this machine does not tell its model"))
    }
    if Machine.isRoot {
      findings.append(
        .warning(
          "user", "root, who may do what the service's own user may not",
          "for what the service sees: sudo -u intercom intercom doctor"))
    }
    findings += groups()
    findings.append(clock())
    return findings
  }

  private func groups() -> [Finding] {
    guard !Machine.isRoot else { return [] }
    var findings: [Finding] = []
    var wanted: [(name: String, why: String)] = []
    if usesSoundCard { wanted.append(("audio", "sound cards")) }
    if !linesWanted.isEmpty { wanted.append(("gpio", "buttons and lights")) }
    let own = Machine.groups
    for (name, why) in wanted {
      guard let number = Machine.group(named: name) else {
        findings.append(
          .warning("group \(name)", "there is none", "\(why) may then be root's only: groupadd --system \(name)"))
        continue
      }
      if own.contains(number) {
        findings.append(.fine("group \(name)", "this user is a member"))
      } else {
        findings.append(
          .warning("group \(name)", "this user is no member, and may not reach \(why)", "usermod -aG \(name) USER"))
      }
    }
    return findings
  }

  private func clock() -> Finding {
    guard Clock.wallSeconds() >= Self.plausibleSeconds else {
      return .warning(
        "clock", "it is set before the year 2025, so the log's times are wrong; calls do not depend on it",
        "let a time service set it: timedatectl set-ntp true")
    }
    guard let isSynchronized = Machine.isClockSynchronized else { return .fine("clock", "the year is plausible") }
    return isSynchronized
      ? .fine("clock", "kept right by a time service")
      : .warning("clock", "no time service keeps it right", "timedatectl set-ntp true")
  }

  // MARK: Sound

  func sound() -> [Finding] {
    var findings: [Finding] = []
    let cards = SoundCards.list()
    if usesSoundCard {
      if cards.isEmpty {
        // What is to be opened fails below, or needs no card, as null does.
        findings.append(
          .warning(
            "sound cards", "none" + (ALSA.lastError.isEmpty ? "" : " (\(ALSA.lastError))"),
            "plug one in, or enable the board's overlay in config.txt; without rights cards are not seen either"))
      } else {
        findings.append(.fine("sound cards", Self.text(cards)))
      }
    }
    if case .alsa(let name) = settings.audio.input { findings.append(open(name, .capture)) }
    if case .alsa(let name) = settings.audio.output { findings.append(open(name, .playback)) }
    return findings + mixers()
  }

  /// The controls of each card that has some to be set: whether they are there, and may be.
  private func mixers() -> [Finding] {
    var findings: [Finding] = []
    var done: [String] = []
    for first in settings.mixer where !done.contains(where: { $0.utf8.elementsEqual(first.card.utf8) }) {
      done.append(first.card)
      let subject = "mixer of card \(first.card)"
      let wanted = settings.mixer.filter { $0.card.utf8.elementsEqual(first.card.utf8) }
      do throws(LinuxError) {
        let controls = try SoundMixer(card: first.card).controls()
        var missing = ""
        for setting in wanted
        where MixerControl.find(setting.control, for: MixerValue.list(setting.value)[0], in: controls) == nil {
          missing += (missing.utf8.isEmpty ? "" : ", ") + setting.control
        }
        findings.append(
          missing.utf8.isEmpty
            ? .fine(subject, "has all controls that are to be set: \(wanted.count)")
            : .failure(
              subject, "has no control \(missing)",
              "intercom devices lists those it has; kernels and boards differ in their names"))
      } catch { findings.append(.failure(subject, error.text, SoundRemedy.text(error.errno))) }
    }
    return findings
  }

  private func open(_ name: String, _ direction: ALSAStream.Direction) -> Finding {
    let subject = direction == .capture ? "sound input alsa:\(name)" : "sound output alsa:\(name)"
    let period = settings.audio.periodMilliseconds * Limits.sampleRate / 1000
    do throws(LinuxError) {
      let stream = try ALSAStream(name, direction, settings: ALSASettings(periodSamples: period))
      return .fine(subject, "opens: " + stream.figures.text)
    } catch {
      switch error.errno {
      case LinuxError.busy where isServiceRunning: return .fine(subject, "in use, as the service runs")
      default:
        let detail = ALSA.lastError.isEmpty ? "" : " (\(ALSA.lastError))"
        let remedy = SoundRemedy.text(error.errno)
        return .failure(subject, error.text + detail, remedy.utf8.isEmpty ? nil : remedy)
      }
    }
  }

  private var usesSoundCard: Bool {
    if case .alsa = settings.audio.input { return true }
    if case .alsa = settings.audio.output { return true }
    return false
  }

  private static func text(_ cards: [SoundCard]) -> String {
    var text = ""
    for card in cards { text += (text.utf8.isEmpty ? "" : ", ") + "\(card.id) (\(card.name))" }
    return text.utf8.isEmpty ? "no cards" : text
  }

  // MARK: Buttons and lights

  func lines() -> [Finding] {
    var findings: [Finding] = []
    let wanted = linesWanted
    if !wanted.isEmpty {
      let directory = GPIODirectory.read()
      if directory.chips.isEmpty {
        findings.append(
          directory.refused > 0
            ? .failure(
              "GPIO chips", "\(directory.refused) may not be opened", "the user has to be a member of the group gpio")
            : .failure(
              "GPIO chips", "none",
              "it is another board than the configuration is for, or its kernel lacks the driver"))
      } else {
        for line in wanted { findings.append(finding(line, directory)) }
      }
    }
    var devices: [String] = []
    for light in settings.lights {
      guard case .apa102(let device, _) = light.driver else { continue }
      if !devices.contains(where: { $0.utf8.elementsEqual(device.utf8) }) { devices.append(device) }
    }
    for device in devices { findings.append(finding(spi: device)) }
    return findings
  }

  /// Lines of buttons and lights, each once.
  private var linesWanted: [String] {
    var lines: [String] = []
    func add(_ line: String) {
      if !lines.contains(where: { $0.utf8.elementsEqual(line.utf8) }) { lines.append(line) }
    }
    for button in settings.buttons { add(button.line) }
    for light in settings.lights { if case .line(let line) = light.driver { add(line) } }
    return lines
  }

  private func finding(_ line: String, _ directory: GPIODirectory) -> Finding {
    let subject = "GPIO line \(line)"
    let place: GPIOPlace
    do throws(GPIOError) { place = try directory.find(line) } catch {
      return .failure(subject, error.text, "intercom devices lists chips; is this the board of the configuration?")
    }
    guard let facts = directory.facts(of: place), facts.isUsed else {
      return .fine(subject, "free, " + directory.text(of: place))
    }
    guard isServiceRunning, facts.consumer.utf8.elementsEqual("intercom".utf8) else {
      return .failure(subject, directory.text(of: place), "another program or an overlay in config.txt holds it")
    }
    return .fine(subject, "in use, as the service runs, " + directory.text(of: place))
  }

  private func finding(spi device: String) -> Finding {
    let subject = "lights \(device)"
    do throws(LinuxError) {
      try Machine.checkAccess(device, [.read, .write])
      return .fine(subject, "there, and may be used")
    } catch {
      return .failure(
        subject, error.text,
        error.errno == LinuxError.notFound
          ? "enable SPI: dtparam=spi=on in config.txt" : "the user has to be a member of the group spi")
    }
  }

  // MARK: Real time

  func realTime() -> [Finding] {
    let priority = settings.audio.priority == 0 ? nil : Int32(settings.audio.priority)
    let grant: RealTimeGrant
    do throws(LinuxError) {
      grant = try RealTime.probe(priority: priority, processor: settings.audio.processor)
    } catch { return [.failure("real time", error.text, "the machine has no room for another thread")] }
    var text = grant.text
    if !Machine.isRoot {
      text += "; limits: priority \(Machine.realTimePriorityLimit), locked memory "
      text += Machine.memoryLockLimitBytes.map { "\($0 / 1024) KiB" } ?? "unlimited"
    }
    return [
      grant.isComplete
        ? .fine("real time", text)
        : .warning(
          "real time", text,
          "the service has its own limits in the unit; by hand, raise them in /etc/security/limits.d")
    ]
  }

  // MARK: Storage

  func storage() -> [Finding] {
    guard let folder = settings.stateDirectory else {
      return [
        .warning(
          "state directory", "none is named: the service has that of its unit, what is started by hand has none",
          "state_directory = \"/var/lib/intercom\" in the configuration")
      ]
    }
    do throws(LinuxError) {
      try Machine.checkAccess(folder, [.read, .write, .execute])
    } catch {
      return [
        .failure(
          "state directory", "\(folder): \(error.text)",
          error.errno == LinuxError.notFound
            ? "the service makes it at its first start; by hand: mkdir -m 700 \(folder)"
            : "it belongs to the service's user: chown intercom: \(folder)")
      ]
    }
    let free: Int64
    do throws(LinuxError) { free = try Machine.freeBytes(below: folder) } catch {
      return [.warning("state directory", "\(folder): \(error.text)", nil)]
    }
    let text = "\(folder) may be written, \(free >> 20) MiB free"
    if free < Self.diskBytesMin { return [.failure("state directory", text, "the disk is full: make room")] }
    if free < Self.diskBytesTight { return [.warning("state directory", text, "the disk is nearly full: make room")] }
    return [.fine("state directory", text)]
  }

  // MARK: Network

  func network() -> [Finding] {
    var findings = [port()]
    for (interface, isOn) in Machine.wirelessPowerSave() {
      findings.append(
        isOn
          ? .warning(
            "Wi-Fi \(interface)", "saves power, which delays packets by tens of milliseconds",
            "iw dev \(interface) set power_save off")
          : .fine("Wi-Fi \(interface)", "does not save power"))
    }
    return findings
  }

  private func port() -> Finding {
    let listen = settings.web.listen
    do throws(LinuxError) {
      _ = try TCPListener(bindingTo: listen)
      return isServiceRunning && listen.port != 0
        ? .warning("port \(listen.text)", "free, though the service runs", "does it run with another configuration?")
        : .fine("port \(listen.text)", "free")
    } catch {
      switch error.errno {
      case LinuxError.addressInUse where isServiceRunning:
        return .fine("port \(listen.text)", "in use, as the service runs")
      case LinuxError.addressInUse:
        return .failure(
          "port \(listen.text)", error.text, "another program uses it: stop that, or set [web] listen to another one")
      case LinuxError.addressNotAvailable:
        return .failure("port \(listen.text)", error.text, "the address of [web] listen is none of this machine's")
      default: return .failure("port \(listen.text)", error.text, "ports below 1024 are root's")
      }
    }
  }
}
