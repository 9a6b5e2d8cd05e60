// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// `intercom run`: the device. Calls come and go, and a person commands it, until it is told to end.

import Host
import Linux

/// `intercom run`.
enum RunCommand {
  static func run(config: String?) -> Int32 {
    let configuration: Configuration
    switch Configuration.load(config) {
    case .success(let loaded): configuration = loaded
    case .failure(let failure): return failure.code
    }
    do throws(HostError) {
      return try Running(configuration, path: config).run()
    } catch {
      Terminal.complain("intercom: \(error.text)")
      if case .system(_, let cause) = error, cause.errno == LinuxError.addressInUse {
        Terminal.complain("intercom: another program uses that port; stop it, or set [web] listen to another one")
      }
      return error.exitCode
    }
  }
}
