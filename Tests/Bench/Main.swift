// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What an instruction counter runs: `Bench call SECONDS` and `Bench parts SECONDS`.
//
// Both work on the same sound, and both do what is to be counted inside the function `benchSteady`, so that starting
// up, the handshake and the first seconds are outside of it. They are linked as the product is, but with names.

import Linux

/// Seconds that pass before anything is counted.
let warmUpSeconds = 2

/// The function that an instruction counter is switched on by. `context` is the load, unretained.
@inline(never)
func benchSteady(_ context: UnsafeMutableRawPointer, _ isCall: Bool, _ end: Int) -> Bool {
  isCall
    ? Unmanaged<CallLoad>.fromOpaque(context).takeUnretainedValue().run(until: end)
    : Unmanaged<PartsLoad>.fromOpaque(context).takeUnretainedValue().run(until: end)
}

@main
struct Bench {
  static func main() {
    let words = Program.arguments
    guard words.count == 3, let seconds = Int(words[2]), (1...600).contains(seconds) else {
      print("usage: Bench call|parts SECONDS")
      Program.exit(64)
    }
    let sound = PreparedSound(seconds: 10)
    switch words[1] {
    case "call":
      let load = CallLoad(sound: sound)
      finish(load.run(until: warmUpSeconds) && steady(load, isCall: true, until: warmUpSeconds + seconds))
    default:
      let load = PartsLoad(sound: sound)
      finish(load.run(until: warmUpSeconds) && steady(load, isCall: false, until: warmUpSeconds + seconds))
    }
  }

  private static func steady(_ load: AnyObject, isCall: Bool, until end: Int) -> Bool {
    benchSteady(Unmanaged.passUnretained(load).toOpaque(), isCall, end)
  }

  private static func finish(_ isDone: Bool) {
    if !isDone { print("the call did not come up, or fell silent") }
    Program.exit(isDone ? 0 : 1)
  }
}
