// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom doctor`: what is wrong on this machine, and what helps.

import Config
import Core
import Linux
import Web

/// One thing that was looked at.
struct Finding {
  /// How bad it is.
  enum Weight {
    /// As it should be.
    case fine
    /// It works, and could be better.
    case warning
    /// It does not work.
    case failure
  }

  let weight: Weight
  /// What was looked at.
  let subject: String
  /// What was found.
  let text: String
  /// What helps; nil: nothing has to.
  let remedy: String?

  /// All is well.
  static func fine(_ subject: String, _ text: String) -> Finding {
    Finding(weight: .fine, subject: subject, text: text, remedy: nil)
  }

  /// It could be better.
  static func warning(_ subject: String, _ text: String, _ remedy: String?) -> Finding {
    Finding(weight: .warning, subject: subject, text: text, remedy: remedy)
  }

  /// It does not work.
  static func failure(_ subject: String, _ text: String, _ remedy: String?) -> Finding {
    Finding(weight: .failure, subject: subject, text: text, remedy: remedy)
  }

  /// The finding as lines for a person.
  var lines: String {
    var text =
      switch weight {
      case .fine: "ok    "
      case .warning: "warn  "
      case .failure: "FAIL  "
      }
    text += "\(subject): \(self.text)"
    if let remedy { text += "\n        \(remedy)" }
    return text
  }
}

/// `intercom doctor`.
enum DoctorCommand {
  static func run(config: String?) -> Int32 {
    var warnings = 0
    var failures = 0
    let findings = look(config: config)
    for finding in findings {
      print(finding.lines)
      switch finding.weight {
      case .fine: break
      case .warning: warnings += 1
      case .failure: failures += 1
      }
    }
    print("\(findings.count) checks: \(failures) failed, \(warnings) warnings")
    return failures == 0 ? ExitCode.done : ExitCode.failed
  }

  /// Everything there is to look at, in the order of causes: a wrong configuration explains what follows.
  private static func look(config: String?) -> [Finding] {
    var findings: [Finding] = []
    var settings = Settings(name: Program.hostName)
    let reading = ConfigurationReading(config)
    switch reading {
    case .read(let read, .file(let file)):
      settings = read
      findings.append(.fine("configuration", file))
    case .read(let read, .defaults):
      settings = read
      findings.append(.fine("configuration", "there is no \(Configuration.standardPath): the defaults hold"))
    case .unreadable, .wrong:
      for line in reading.problems { findings.append(.failure("configuration", line, nil)) }
      findings.append(
        .failure(
          "configuration", "what follows is looked at with the defaults", "mend it until intercom check is silent"))
    }
    let service = ServiceFound(settings)
    findings.append(service.finding)
    let checks = DoctorChecks(settings: settings, isServiceRunning: service.isRunning)
    findings += checks.machine() + checks.sound() + checks.lines() + checks.realTime() + checks.storage()
    findings += checks.network()
    return findings
  }
}

/// The running service, if there is one.
struct ServiceFound {
  /// Whether it answers, or is there and may not be asked.
  let isRunning: Bool
  /// What to say of it.
  let finding: Finding

  /// Asks by the control socket that `settings` name.
  init(_ settings: Settings) {
    let path = settings.control.path ?? ControlPath.standard
    do throws(ControlCommand.Failure) {
      let answer = ControlCommand.read(try ControlCommand.ask(.status, at: path))
      isRunning = true
      let state = answer?.status?["state"]?.string
      finding = .fine("service", "answers at \(path)" + (state.map { ", state: \($0)" } ?? ""))
    } catch {
      switch error {
      case .noService:
        isRunning = false
        finding = .warning("service", "none answers at \(path)", "systemctl start intercom")
      case .broken(_, let why):
        isRunning = true
        finding = .warning("service", "\(path): \(why)", "journalctl -u intercom says more")
      }
    }
  }
}
