// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The program's entry: reads the command line and hands over to a command.

import Linux
import Rooms

@main
struct Intercom {
  static func main() {
    SignalReader.ignoreBrokenPipe()
    CrashHandler.install(build: BuildInfo.commit, forJournal: !Program.isTerminal(2))
    Program.exit(run(Command(Array(Program.arguments.dropFirst()))))
  }

  /// Runs a command; answers the exit code.
  private static func run(_ command: Command) -> Int32 {
    switch command {
    case .run(let config): return RunCommand.run(config: config)
    case .call(let options):
      if let request = options.handedOver, let code = ControlCommand.handOver(request) { return code }
      if options.isStdio { return StdioCommand.run(options) }
      return RoomURL.isRoom(options.target) ? RoomCallCommand.run(options) : CallCommand.run(options)
    case .rooms(let options): return RoomsCommand.run(options)
    case .control(let options): return ControlCommand.run(options)
    case .trust(let options): return TrustCommand.run(options)
    case .pair(let options): return options.url == nil ? PairCommand.run(options) : PairDeviceCommand.run(options)
    case .meters(let options): return MetersCommand.run(options)
    case .doctor(let config): return DoctorCommand.run(config: config)
    case .check(let options): return CheckCommand.run(options)
    case .devices: return DevicesCommand.run()
    case .selftest: return SelfTestCommand.run()
    case .soundCheck(let config): return SoundCheckCommand.run(config: config)
    case .version: return VersionCommand.run()
    case .help(let text):
      print(text)
      return ExitCode.done
    case .misused(let text):
      Terminal.complain("intercom: \(text)")
      return ExitCode.usage
    }
  }
}
