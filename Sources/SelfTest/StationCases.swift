// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The call model's actions word for word, and the lights' truth table.

import Config
import Core
import Station

/// What a model wants done, in words.
private func actions(_ model: inout CallModel) -> String {
  var text = ""
  while let action = model.pollAction() {
    switch action {
    case .place(let number, let peer, _): text += "place \(number.number) \(peer); "
    case .ringPages(let number): text += "ring pages \(number.number); "
    case .ringPagesOver(let number): text += "pages over \(number.number); "
    case .answer(let number): text += "answer \(number.number); "
    case .refuse(let number, let why):
      text += "refuse \(number.number) \(why == .busy ? "busy" : why == .refused ? "refused" : "late"); "
    case .hangUp(let number): text += "hang up \(number.number); "
    case .playTone(let tone): text += "\(name(tone)); "
    case .stopTone: text += "quiet; "
    case .remember(let call): text += "remember \(call.bytes.text)"
    case .forget: text += "forget; "
    case .log: break
    }
  }
  return text + model.summary
}

private func name(_ tone: Tone) -> String {
  switch tone {
  case .ring: "ring"
  case .ringback: "ringback"
  case .connected: "tone of a call"
  case .lost: "tone of a loss"
  case .busy: "busy tone"
  case .error: "error tone"
  case .muteOn, .muteOff, .talkPermit, .waiting, .chime: "another tone"
  }
}

private func settings() -> Settings {
  var settings = Settings(name: "mike")
  for name in ["alpha", "zulu"] {
    var peer = PeerSetting()
    peer.name = name
    peer.url = CallURL(host: "10.0.0.1", port: 8080, path: "/call")
    settings.peers.append(peer)
  }
  return settings
}

let stationCases: [SelfTestCase] = [
  SelfTestCase("the call model calls, connects, loses and gets back, rings, and refuses, word for word") { check in
    var model = CallModel(settings(), randomness: Randomness(seed: 1))
    var now = Instant.zero
    func expect(_ wanted: String) {
      let found = actions(&model)
      check.expect(found.utf8.elementsEqual(wanted.utf8), "found: \(found); wanted: \(wanted)")
    }
    do throws(CommandRefusal) { try model.call([], at: now) } catch { check.expect(false, "the call is refused") }
    expect("place 1 alpha; place 2 zulu; ringback; calling alpha zulu, all")
    model.answered(CallNumber(2), at: now)
    expect("hang up 1; quiet; connecting placed zulu")
    model.up(CallNumber(2), at: now)
    expect("tone of a call; remember placed zulu\nconnected placed zulu, remembered")
    model.over(CallNumber(2), .lost, at: now)
    expect("tone of a loss; waiting, lost placed zulu, remembered")
    now = model.pollTimeout()
    check.expect(now <= .zero + .milliseconds(Limits.redialMillisecondsFirst), "the first redial is late")
    model.handleTimeout(at: now)
    expect("place 3 zulu; redialling placed zulu, lost placed zulu, remembered")
    model.failed(CallNumber(3), .refused, at: now)
    expect("forget; busy tone; idle")
    let caller = model.party(named: "alpha", at: .v4(10, 0, 0, 1))
    check.equal(Int(model.offer(from: caller, at: now).number), 4, "the offer's number")
    expect("ring; ringing taken alpha")
    _ = model.offer(from: model.party(named: "", at: .v4(10, 0, 0, 9)), at: now)
    expect("refuse 5 busy; ringing taken alpha")
    model.handleTimeout(at: now + .seconds(30))
    expect("refuse 4 late; quiet; idle")
  },
  SelfTestCase("each light shows what is true") { check in
    let patterns: [LightPattern] = [.off, .blinkSlow, .blinkFast, .blinkSlow, .solid, .doubleBlink]
    for (state, pattern) in zip(CallState.allCases, patterns) {
      var facts = Indication()
      (facts.state, facts.isTalking) = (state, true)
      check.expect(Indicators.pattern(of: .link, facts) == pattern, "link")
      let goesOut = state == .connected
      check.expect((Indicators.pattern(of: .talk, facts) == .solid) == goesOut, "talk")
      facts.isMuted = true
      check.expect(Indicators.pattern(of: .talk, facts) == .off, "talk while muted")
      check.expect(Indicators.pattern(of: .mute, facts) == .solid, "mute")
      facts.isTalkingWhileMuted = true
      check.expect(Indicators.pattern(of: .mute, facts) == .blinkFast, "talking while muted")
    }
  },
]
