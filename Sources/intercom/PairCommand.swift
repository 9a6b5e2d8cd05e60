// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom pair` and `intercom paired`: letting browsers, programs and devices in, by the running service.

import Core
import Linux
import Web

/// `intercom pair`: shows a code, and says who has used it.
enum PairCommand {
  static func run(_ options: Command.PairOptions) -> Int32 {
    let path = ControlCommand.path(options.socket, config: options.config)
    let before: [Int64]
    let opened: JSONValue
    switch ask(.paired, path) {
    case .success(let list): before = numbers(list)
    case .failure(let failure): return failure.code
    }
    switch ask(.pair(options.isAdmin ? .admin : .talk), path) {
    case .success(let answer): opened = answer
    case .failure(let failure): return failure.code
    }
    let seconds = Int(opened["expires_s"]?.integer ?? 0)
    print("The code is \(opened["code"]?.string ?? "?"). It lives \(seconds) s and lets one in.")
    print("Enter it at \(opened["url"]?.string ?? "?")")
    return options.isWaiting ? wait(Clock.now() + .seconds(seconds), before: before, path) : ExitCode.done
  }

  /// Looks twice a second whether somebody is there who was not before.
  private static func wait(_ deadline: Instant, before: [Int64], _ path: String) -> Int32 {
    while Clock.now() < deadline {
      Clock.sleep(until: Clock.now() + .milliseconds(500))
      guard case .success(let answer) = ask(.paired, path) else { return ExitCode.unavailable }
      for entry in answer["paired"]?.array ?? [] {
        guard let number = entry["id"]?.integer, !before.contains(number) else { continue }
        let name = entry["name"]?.string ?? ""
        print("Paired: \"\(name)\" as \(entry["role"]?.string ?? ""), number \(number).")
        return ExitCode.done
      }
      guard answer["open_s"]?.integer != nil else { break }
    }
    Terminal.complain("intercom: nobody was paired, and the code is no longer valid")
    return ExitCode.failed
  }

  private static func numbers(_ answer: JSONValue) -> [Int64] {
    (answer["paired"]?.array ?? []).map { $0["id"]?.integer ?? 0 }
  }

  /// What the service answers; on failure the exit code, after saying why.
  static func ask(_ request: ControlRequest, _ path: String) -> Result<JSONValue, ExitFailure> {
    let line: [UInt8]
    do throws(ControlCommand.Failure) {
      line = try ControlCommand.ask(request, at: path)
    } catch { return .failure(ExitFailure(code: ControlCommand.complain(error))) }
    guard let answer = ControlCommand.read(line) else {
      Terminal.complain("intercom: the service's answer cannot be understood; are both of the same version?")
      return .failure(ExitFailure(code: ExitCode.failed))
    }
    guard answer.isOK else {
      Terminal.complain("intercom: \(answer.text)")
      return .failure(ExitFailure(code: ExitCode.failed))
    }
    return .success(answer.object)
  }
}

/// `intercom paired`: the list, a line each.
enum PairedCommand {
  static func text(of answer: JSONValue) -> String {
    guard let list = answer["paired"]?.array, !list.isEmpty else {
      return "Nobody is paired; intercom pair lets somebody in."
    }
    var text = ""
    for entry in list {
      let kind = entry["device"]?.bool == true ? "intercom" : "browser"
      if !text.utf8.isEmpty { text += "\n" }
      text += "\(entry["id"]?.integer ?? 0)  \(entry["role"]?.string ?? "")  \(kind)  "
      text += "\"\(entry["name"]?.string ?? "")\", seen \(age(entry["last_seen"]?.integer ?? 0))"
    }
    return text
  }

  /// How long ago, as coarse as it is kept.
  private static func age(_ seen: Int64) -> String {
    let days = (Clock.wallSeconds() - seen) / 86_400
    if seen == 0 || days < 0 { return "at a time that is not known" }
    return days == 0 ? "within a day" : "\(days) days ago"
  }
}
