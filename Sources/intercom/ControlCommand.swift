// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The commands that ask a running service by its control socket: status, mute, unmute, call, and so on.

import Config
import Core
import Linux
import Web

/// One request to the running service.
enum ControlCommand {
  /// Why the service could not be asked.
  enum Failure: Error {
    /// Nobody listens at the path.
    case noService(path: String, LinuxError)
    /// The service is there and may not be used, or does not answer as it should.
    case broken(path: String, String)
  }

  /// Asks, prints the answer, and answers the exit code.
  static func run(_ options: Command.ControlOptions) -> Int32 {
    do throws(Failure) {
      return show(try ask(options.request, options), isJSON: options.isJSON)
    } catch { return complain(error) }
  }

  /// Hands a call to the service; nil: no service answers, and the caller places it by itself.
  static func handOver(_ options: Command.ControlOptions) -> Int32? {
    do throws(Failure) {
      return show(try ask(options.request, options), isJSON: options.isJSON)
    } catch {
      if case .noService = error, options.socket == nil { return nil }
      return complain(error)
    }
  }

  /// Where the service is looked for: as asked, else by the configuration, else where the unit puts it.
  static func path(_ socket: String?, config: String?) -> String {
    if let socket { return socket }
    let file = config ?? Configuration.standardPath
    guard let bytes = try? Files.read(file, limitBytes: Limits.configurationBytesMax + 1),
      let settings = bytes.withByteView({ try? Settings.read($0, file: file) })
    else { return ControlPath.standard }
    return settings.control.path ?? ControlPath.standard
  }

  /// Sends a request and waits for the line that answers it.
  static func ask(_ request: ControlRequest, _ options: Command.ControlOptions) throws(Failure) -> [UInt8] {
    try ask(request, at: path(options.socket, config: options.config))
  }

  /// Sends a request to the service at `path` and waits for the line that answers it.
  static func ask(_ request: ControlRequest, at path: String) throws(Failure) -> [UInt8] {
    var session = try ControlSession(path: path)
    return try session.ask(request)
  }

  /// What the service answered; nil when it is no answer.
  static func read(_ line: [UInt8]) -> ControlAnswer? {
    line.withByteView { view in
      do throws(ControlProblem) { return try ControlAnswer.parse(view) } catch { return nil }
    }
  }

  private static func show(_ line: [UInt8], isJSON: Bool) -> Int32 {
    guard let answer = read(line) else {
      Terminal.complain("intercom: the service's answer cannot be understood; are both of the same version?")
      return ExitCode.failed
    }
    if isJSON {
      print(String(decoding: line, as: UTF8.self))
    } else if !answer.isOK {
      Terminal.complain("intercom: \(answer.text)")
    } else if let status = answer.status {
      print(StatusText.text(of: status))
    } else if answer.object["paired"] != nil {
      print(PairedCommand.text(of: answer.object))
    } else {
      print(answer.text)
    }
    return answer.isOK ? ExitCode.done : ExitCode.failed
  }

  static func complain(_ failure: Failure) -> Int32 {
    switch failure {
    case .noService(let path, _):
      Terminal.complain(
        "intercom: no service answers at \(path); start it: systemctl start intercom, or intercom run --config FILE")
      return ExitCode.unavailable
    case .broken(let path, let why):
      Terminal.complain("intercom: \(path): \(why)")
      return ExitCode.unavailable
    }
  }
}
