// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The call model's transitions: every state that can be reached, and long walks of chance.

import Config
import Core
import Foundation
import Station
import Testing

@Suite("The call model's states")
struct CallModelCheckTests {
  /// Every state that can be reached from idle, breadth first; answers their number and the transitions between them.
  private func explore(
    _ settings: Settings, room: AnswerPolicy? = nil
  ) -> (states: Int, transitions: [String: Set<String>]) {
    var seen: Set<String> = []
    var queue = [WatchedModel(settings, room: room)]
    seen.insert(queue[0].key)
    var transitions: [String: Set<String>] = [:]
    var next = 0
    while next < queue.count, queue.count < 20_000 {
      let here = queue[next]
      next += 1
      for input in here.inputs(whole: true) {
        var there = here
        there.tell(input)
        guard there.faults.isEmpty else {
          Issue.record("\(here.model.summary) - \(input): \(there.faults)")
          return (seen.count, transitions)
        }
        let row = "| `\(here.model.state.text)` | \(input.kind) |"
        if here.makesSense(input), there.model.state != here.model.state {
          transitions[row, default: []].insert(there.model.state.text)
        }
        if seen.insert(there.key).inserted { queue.append(there) }
      }
    }
    #expect(queue.count < 20_000, "the states do not end")
    return (seen.count, transitions)
  }

  /// Whether it rings, whether a lost call is placed again, whether callers wait.
  static let policies: [(AnswerPolicy, Bool, BusyPolicy)] = [
    (.ring, true, .refuse), (.auto, true, .refuse), (.ring, false, .refuse), (.auto, false, .refuse),
    (.ring, true, .wait), (.auto, true, .wait),
  ]

  @Test(
    "whatever happens in whichever state, one call, honest tones, and every offer is answered once", arguments: policies
  )
  func breadthFirst(answer: AnswerPolicy, redial: Bool, busy: BusyPolicy) {
    let (states, transitions) = explore(
      callSettings {
        $0.call.answer = answer
        $0.call.redial = redial
        $0.call.busy = busy
      })
    print("\(states) states, \(transitions.count) kinds of transitions")
    #expect(states > 30)
  }

  @Test("the same holds in a room whose other member comes, calls and goes", arguments: AnswerPolicy.allCases)
  func room(answer: AnswerPolicy) {
    let (states, transitions) = explore(callSettings { $0.peers.removeLast() }, room: answer)
    print("\(states) states, \(transitions.count) kinds of transitions")
    #expect(states > 30)
  }

  @Test("the table in docs/explanation/calls.md lists every transition that there is, and no other")
  func table() throws {
    var all: [String: Set<String>] = [:]
    for (answer, redial, busy) in Self.policies {
      let (_, some) = explore(
        callSettings {
          $0.call.answer = answer
          $0.call.redial = redial
          $0.call.busy = busy
        })
      all.merge(some) { $0.union($1) }
    }
    let rows = Set(all.map { "\($0.key) \($0.value.sorted().joined(separator: ", ")) |" })
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("docs/explanation/calls.md"), encoding: .utf8)
    let written = Set(page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { String($0) })
    #expect(rows == written, "\(rows.sorted().joined(separator: "\n"))")
  }

  @Test("a hundred thousand words of chance, time in between, break nothing", arguments: [11, 22, 33, 44] as [UInt64])
  func walk(seed: UInt64) {
    var chance = Randomness(seed: seed)
    var watched = WatchedModel(
      callSettings {
        $0.call.answer = seed % 2 == 0 ? .ring : .auto
        $0.call.busy = seed > 22 ? .wait : .refuse
        ($0.peers[0].autoAnswer, $0.peers[1].autoAnswer) = (true, false)
      }, seed: seed)
    var visits: [CallState: Int] = [:]
    for step in 0..<25_000 {
      let inputs = watched.inputs(whole: false)
      let input = inputs[chance.below(inputs.count)]
      // Hanging up is what anybody can do at any time; as often as all the rest it would hide the rest.
      if case .hangUp = input, chance.chance(percent: 80) { continue }
      watched.now += .milliseconds(chance.below(50))
      if watched.model.pollTimeout() <= watched.now { watched.tell(.deadline) }
      watched.tell(input)
      visits[watched.model.state, default: 0] += 1
      guard watched.faults.isEmpty else {
        Issue.record("seed \(seed), step \(step), \(input): \(watched.faults)")
        return
      }
    }
    for state in CallState.allCases { #expect(visits[state, default: 0] > 20, "seed \(seed): \(state.text)") }
  }
}
