// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Two voice services call each other over loopback; docs/how-to/use-voipservice.md explains every line.

import Core
import Host
import VOIP

var settings = HostSettings()
settings.input = .tone(hertz: 440)
settings.service = VOIPConfiguration(iceServers: [], processing: .none, allowsLoopback: true)
let caller = try ServiceHost(settings: settings)
let callee = try ServiceHost(settings: settings)
caller.service.enableMicrophone()
callee.service.enableMicrophone()
let toCallee = try caller.service.createConnection(roomID: "example", userID: "callee", at: caller.now)
let toCaller = try callee.service.createConnection(roomID: "example", userID: "caller", at: callee.now)
let offer = try caller.service.createOffer(on: toCallee, at: caller.now)
try callee.service.setRemoteDescription(.offer, offer, on: toCaller, at: callee.now)
let answer = try callee.service.createAnswer(on: toCaller, at: callee.now)
try caller.service.setRemoteAnswer(answer, on: toCallee, at: caller.now)

let deadline = caller.now + .seconds(20)
while caller.service.state.outputLevel < 50 || callee.service.state.outputLevel < 50 {  // the tone's level is 66
  precondition(caller.now < deadline, "nobody was heard")
  for (side, far, id) in [(caller, callee, toCaller), (callee, caller, toCallee)] {
    let now = try side.wait(until: side.now + .milliseconds(5))
    while let event = side.nextEvent() {
      if case .localCandidate(_, let candidate) = event {
        try far.service.addRemoteCandidate(candidate, on: id, at: now)
      }
    }
  }
}
print("Both hear the other; quality \(caller.service.connectionQuality(of: toCallee)) of 100.")
caller.service.closeConnection(toCallee, at: caller.now)
caller.flush(at: caller.now)
caller.finish()
callee.finish()
