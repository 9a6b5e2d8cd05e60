// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What an instruction counter runs: `Bench LOAD SECONDS`.
//
//   call       a plain call                       parts     what it cannot do without, alone
//   processed  with echo, noise and gain          processor that alone
//   copies     losing packets, with copies        whole     both
//   cycles     both, the caller's cycles alone    crowd     processed, with as many far sides as there may be
//
// All work on the same sound, and do what is to be counted inside the function `benchSteady` (`cycles`: `benchCycle`), so
// that starting up, the handshake and the first seconds are outside of it. They are linked as the product is, but with
// names. Prints what was allocated meanwhile; `cycles` also prints for each cycle whether it encoded and decoded.

import Linux

/// The function that an instruction counter is switched on by. `context` is the load, unretained.
@inline(never)
func benchSteady(_ context: UnsafeMutableRawPointer, _ isCall: Bool, _ end: Int) -> Bool {
  isCall
    ? Unmanaged<CallLoad>.fromOpaque(context).takeUnretainedValue().run(until: end)
    : Unmanaged<PartsLoad>.fromOpaque(context).takeUnretainedValue().run(until: end)
}

/// One cycle of the caller's; `context` is the load, unretained.
@inline(never)
func benchCycle(_ context: UnsafeMutableRawPointer) -> Int {
  Unmanaged<CallLoad>.fromOpaque(context).takeUnretainedValue().callerCycle()
}

@main
struct Bench {
  static func main() {
    let words = Program.arguments
    guard words.count == 3, let seconds = Int(words[2]), (1...600).contains(seconds) else { refuse() }
    let sound = PreparedSound(seconds: 10)
    if words[1] == "parts" || words[1] == "processor" {
      let load = PartsLoad(sound: sound, isProcessor: words[1] == "processor")
      finish(load.run(until: 2) && steady(load, isCall: false, until: 2 + seconds))
    }
    guard let plan = CallPlan.named(words[1]) else { refuse() }
    let load = CallLoad(sound: sound, plan: plan)
    guard load.run(until: plan.warmUpSeconds) else { finish(false) }
    let before = (BuildInfo.allocations, load.copiesSent)
    load.countsCycles = words[1] == "cycles"
    let isDone = steady(load, isCall: true, until: plan.warmUpSeconds + seconds)
    let made = BuildInfo.allocations - before.0
    print("allocations \(made)")
    print("copies \(load.copiesSent - before.1)")
    for kind in load.kinds { print("cycle \(kind.encodes ? 1 : 0) \(kind.decodes ? 1 : 0)") }
    finish(isDone)
  }

  private static func steady(_ load: AnyObject, isCall: Bool, until end: Int) -> Bool {
    benchSteady(Unmanaged.passUnretained(load).toOpaque(), isCall, end)
  }

  private static func refuse() -> Never {
    print("usage: Bench call|processed|copies|whole|cycles|crowd|parts|processor SECONDS")
    Program.exit(64)
  }

  private static func finish(_ isDone: Bool) -> Never {
    if !isDone { print("the call did not come up, or fell silent") }
    Program.exit(isDone ? 0 : 1)
  }
}
