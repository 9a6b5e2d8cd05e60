// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The call model's decisions, one by one, in virtual time.

import Config
import Core
import Station
import Testing

@Suite("The call model")
struct CallModelTests {
  private func watched(_ change: (inout Settings) -> Void = { _ in }) -> WatchedModel {
    WatchedModel(callSettings(change))
  }

  /// A call to `peer` that is up.
  private func connected(to peer: String, _ change: (inout Settings) -> Void = { _ in }) -> WatchedModel {
    var watched = watched(change)
    watched.tell(.call([peer]))
    let number = watched.model.numbers[0]
    watched.tell(.answered(number))
    watched.tell(.up(number))
    #expect(watched.model.state == .connected)
    return watched
  }

  @Test("of several that are called the first that answers has the call, and the others are given up")
  func firstAnswerWins() {
    var watched = watched()
    watched.tell(.call([]))
    let numbers = watched.model.numbers
    #expect(numbers.count == 2 && watched.sounding == .ringback)
    watched.tell(.answered(numbers[1]))
    #expect(watched.model.state == .connecting && watched.placed == [numbers[1].number])
    #expect(watched.model.party?.peer == "zulu")
    #expect(watched.faults.isEmpty, "\(watched.faults)")
  }

  @Test("an unknown peer, none at all, and more than can be called are refused with a sentence")
  func wrongPeers() {
    var model = watched { settings in
      for name in ["b", "c"] {
        settings.peers.append(settings.peers[0])
        settings.peers[settings.peers.count - 1].name = name
      }
    }.model
    #expect(throws: CommandRefusal.noSuchPeer) { try model.call(["nobody"], at: .zero) }
    #expect(throws: CommandRefusal.tooManyPeers) { try model.call([], at: .zero) }
    #expect(throws: CommandRefusal.nothingRings) { try model.answer(at: .zero) }
    #expect(throws: CommandRefusal.noCall) { try model.hangUp(at: .zero) }
    #expect(model.state == .idle)
  }

  @Test("a call rings as long as the setting says, both ways, and no longer")
  func ringTimeout() {
    var watched = watched { $0.call.ringTimeoutSeconds = 7 }
    for input in [Input.offer(.stranger), .call(["alpha"])] {
      let began = watched.now
      watched.tell(input)
      #expect(watched.model.pollTimeout() == began + .seconds(7))
      watched.tell(.deadline)
      #expect(watched.model.state == .idle && watched.waiting.isEmpty && watched.placed.isEmpty)
    }
  }

  @Test("who answers by itself: the peer's own word goes before the general one", arguments: [true, false])
  func autoAnswer(general: Bool) {
    var watched = watched {
      $0.call.answer = general ? .auto : .ring
      $0.peers[0].autoAnswer = !general
    }
    watched.tell(.offer(.alpha))
    #expect(watched.model.state == (general ? .ringing : .connecting))
    watched.tell(.hangUp)
    watched.tell(.offer(.zulu))
    #expect(watched.model.state == (general ? .connecting : .ringing))
    watched.tell(.hangUp)
    watched.tell(.offer(.nobody))
    #expect(watched.model.state == (general ? .connecting : .ringing))
  }

  @Test("a peer is known by its name and, where its URL holds an address, by that")
  func recognition() {
    let model = watched().model
    #expect(model.party(named: "alpha", at: .v4(10, 0, 0, 1)).peer == "alpha")
    #expect(model.party(named: "alpha", at: .v4(10, 0, 0, 2)).peer == nil)
    #expect(model.party(named: "zulu", at: .v4(10, 0, 0, 2)).peer == "zulu")
    #expect(model.party(named: "Zulu", at: .v4(10, 0, 0, 2)).peer == nil)
    let nameless = model.party(named: "", at: .v4(10, 0, 0, 2))
    #expect(!nameless.isSame(as: nameless))
  }

  @Test("whoever is not to be disturbed is busy, but not for a call that was lost")
  func doNotDisturb() {
    var watched = watched()
    watched.tell(.disturb(true))
    watched.tell(.offer(.alpha))
    #expect(watched.model.state == .idle)
    watched.tell(.disturb(false))
    watched.tell(.offer(.alpha))
    watched.tell(.answer)
    watched.tell(.up(watched.model.numbers[0]))
    watched.tell(.disturb(true))
    watched.tell(.over(watched.model.numbers[0], .lost))
    watched.tell(.offer(.alpha))
    #expect(watched.answered.count == 1 && watched.model.state == .reconnecting)
  }

  @Test("a second caller is busy; the one that the call is with takes its old call's place")
  func busy() {
    var watched = watched { $0.call.answer = .auto }
    watched.tell(.offer(.zulu))
    let first = watched.model.numbers[0]
    watched.tell(.up(first))
    watched.tell(.offer(.alpha))
    #expect(watched.model.numbers == [first])
    watched.tell(.offer(.zulu))
    #expect(watched.model.numbers != [first] && watched.answered.count == 1)
    watched.tell(.up(watched.model.numbers[0]))
    #expect(watched.model.state == .connected && watched.faults.isEmpty)
  }

  @Test("a first call that fails is reported and not placed again; one that was up is, until somebody hangs up")
  func redial() {
    var first = watched()
    first.tell(.call(["alpha"]))
    first.tell(.failed(first.model.numbers[0], .unreachable))
    #expect(first.model.state == .idle && first.model.pollTimeout() == .never)

    var watched = connected(to: "alpha")
    watched.tell(.over(watched.model.numbers[0], .lost))
    var bounds: [Int] = []
    for redial in 0..<200 {
      let delay = (watched.model.pollTimeout() - watched.now).milliseconds
      bounds.append(delay)
      #expect(delay <= min(Limits.redialMillisecondsFirst << min(redial, 16), Limits.redialMillisecondsMax))
      watched.tell(.deadline)
      #expect(watched.placed.count == 1 && watched.model.state == .reconnecting)
      watched.tell(.failed(watched.model.numbers[0], redial % 2 == 0 ? .unreachable : .busy))
    }
    // Full jitter: anything from nothing to the bound.
    let late = bounds.dropFirst(10)
    #expect(late.min()! < Limits.redialMillisecondsMax / 10 && late.max()! > Limits.redialMillisecondsMax * 9 / 10)
    watched.tell(.deadline)
    watched.tell(.answered(watched.model.numbers[0]))
    watched.tell(.up(watched.model.numbers[0]))
    #expect(watched.model.state == .connected)
    watched.tell(.over(watched.model.numbers[0], .lost))
    watched.tell(.hangUp)
    #expect(watched.model.state == .idle && watched.model.pollTimeout() == .never && watched.remembered == nil)
  }

  @Test("a person who refuses the redial ends the call; without [call] redial a lost call is over")
  func noRedial() {
    var refused = connected(to: "alpha")
    refused.tell(.over(refused.model.numbers[0], .lost))
    refused.tell(.deadline)
    refused.tell(.failed(refused.model.numbers[0], .refused))
    #expect(refused.model.state == .idle && refused.remembered == nil)
    var none = connected(to: "alpha") { $0.call.redial = false }
    none.tell(.over(none.model.numbers[0], .lost))
    #expect(none.model.state == .idle)
  }

  @Test("the called side answers the return of a lost call without ringing for a minute, and then it rings again")
  func returns() {
    var watched = watched()
    watched.tell(.offer(.zulu))
    watched.tell(.answer)
    watched.tell(.up(watched.model.numbers[0]))
    watched.tell(.over(watched.model.numbers[0], .lost))
    #expect(watched.model.state == .reconnecting)
    #expect(watched.model.pollTimeout() == watched.now + .milliseconds(Limits.callReturnMilliseconds))
    var back = watched
    back.tell(.offer(.alpha))
    #expect(back.answered.isEmpty)
    back.tell(.offer(.zulu))
    #expect(back.answered.count == 1)
    watched.tell(.deadline)
    watched.tell(.offer(.zulu))
    #expect(watched.model.state == .ringing)
  }

  @Test("the call in progress survives a restart, on both sides, and its file is read back")
  func restart() throws {
    let placed = try #require(connected(to: "zulu").remembered)
    #expect(RememberedCall(placed.bytes)?.peer == "zulu" && RememberedCall(placed.bytes)?.isPlaced == true)
    var again = watched()
    again.model.resume(placed, at: again.now)
    #expect(again.model.state == .reconnecting)
    again.tell(.deadline)
    #expect(again.placed.count == 1)

    var called = watched()
    called.model.resume(RememberedCall(peer: "zulu", isPlaced: false), at: called.now)
    called.tell(.offer(.zulu))
    #expect(called.answered.count == 1)

    var gone = watched()
    gone.model.resume(RememberedCall(peer: "somebody else", isPlaced: true), at: gone.now)
    #expect(gone.model.state == .idle)
    for text in ["", "placed \n", "placed zulu", "called zulu\n", "placed a\nb\n"] {
      #expect(RememberedCall(Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("a called side that has started again calls back for a minute, and it stays the other side's call")
  func callsBack() throws {
    var called = watched()
    called.model.resume(RememberedCall(peer: "zulu", isPlaced: false), at: called.now)
    let began = called.now
    #expect(called.model.state == .reconnecting)
    #expect(called.model.pollTimeout() <= began + .milliseconds(Limits.redialMillisecondsFirst))
    var back = called
    back.tell(.deadline)
    #expect(back.placed.count == 1)
    back.tell(.answered(back.model.numbers[0]))
    back.tell(.up(back.model.numbers[0]))
    #expect(back.model.state == .connected && back.remembered?.isPlaced == false)
    back.tell(.over(back.model.numbers[0], .lost))
    #expect(back.model.pollTimeout() == back.now + .milliseconds(Limits.callReturnMilliseconds))
    #expect(back.faults.isEmpty, "\(back.faults)")

    // Nobody is there: for a minute, and no longer.
    var alone = called
    while alone.model.state != .idle, alone.now < began + .seconds(600) {
      alone.tell(.deadline)
      if let number = alone.model.numbers.first { alone.tell(.failed(number, .unreachable)) }
    }
    #expect(alone.now == began + .milliseconds(Limits.callReturnMilliseconds) && alone.faults.isEmpty)

    // It is over there.
    called.tell(.deadline)
    called.tell(.failed(called.model.numbers[0], .refused))
    #expect(called.model.state == .idle && called.remembered == nil)

    var silent = watched { $0.call.redial = false }
    silent.model.resume(RememberedCall(peer: "zulu", isPlaced: false), at: silent.now)
    #expect(silent.model.pollTimeout() == silent.now + .milliseconds(Limits.callReturnMilliseconds))
  }

  @Test("a return takes the place of the call that is not known to be dead, or lost, and rings nowhere else")
  func isCalledBack() {
    var idle = watched { $0.call.answer = .auto }
    idle.tell(.offer(.zuluBack))
    #expect(idle.model.state == .idle && idle.waiting.isEmpty)
    #expect(idle.model.refusal(of: Caller.zuluBack.party(idle.model), at: idle.now) == .noCall)

    for isLost in [false, true] {
      var watched = connected(to: "zulu")
      watched.now += .seconds(10)
      if isLost { watched.tell(.over(watched.model.numbers[0], .lost)) }
      watched.tell(.offer(.zuluBack))
      #expect(watched.answered.count == 1 && watched.model.state == .reconnecting)
      watched.tell(.up(watched.model.numbers[0]))
      #expect(watched.remembered?.isPlaced == true && watched.faults.isEmpty, "\(watched.faults)")
      watched.tell(.over(watched.model.numbers[0], .lost))
      watched.tell(.deadline)
      #expect(watched.placed.count == 1, "whose call it is has changed")
    }
  }

  /// Two intercoms that call each other at once; their words reach each other in an order of chance.
  @Test("two that call each other at once have one call, in whichever order their words arrive")
  func glare() {
    for seed in 0..<500 as Range<UInt64> {
      var chance = Randomness(seed: seed)
      var sides = [WatchedModel(callSettings { $0.name = "alpha" }), WatchedModel(callSettings { $0.name = "zulu" })]
      sides[0].tell(.call(["zulu"]))
      sides[1].tell(.call(["alpha"]))
      /// What is under way to each side; each call's words keep their order, as on a TCP connection.
      var wires: [[Word]] = [[.offer], [.offer]]
      var answers: [[Word]] = [[], []]
      var offers: [CallNumber?] = [nil, nil]
      let placed = sides.map { $0.model.numbers[0] }
      for _ in 0..<40 {
        let side = chance.below(2)
        let isAnswer = chance.chance(percent: 50)
        let word = isAnswer ? pop(&answers[side]) : pop(&wires[side])
        guard let word else { continue }
        var before = sides[side]
        switch word {
        case .offer:
          let known = Set(before.model.numbers.map { $0.number })
          sides[side].tell(.offer(side == 0 ? .zulu : .alpha))
          offers[side] = sides[side].model.numbers.first { !known.contains($0.number) }
          if offers[side] == nil { answers[1 - side].append(.refused) }
        case .takenBack: if let offer = offers[side] { sides[side].tell(.over(offer, .hungUp)) }
        case .answered:
          if sides[side].placed.contains(placed[side].number) { sides[side].tell(.answered(placed[side])) }
        case .refused: sides[side].tell(.failed(placed[side], .busy))
        }
        before.now = sides[side].now
        // What this side did is on its way to the other.
        if let offer = offers[side], before.waiting.contains(offer.number) || word == .offer {
          if sides[side].answered.contains(offer.number), !before.answered.contains(offer.number) {
            answers[1 - side].append(.answered)
          } else if !sides[side].waiting.contains(offer.number), word != .takenBack {
            answers[1 - side].append(.refused)
          }
        }
        if before.placed.contains(placed[side].number), !sides[side].placed.contains(placed[side].number),
          word != .refused
        {
          wires[1 - side].append(.takenBack)
        }
      }
      let states = sides.map { $0.model.state }
      #expect(states == [.connecting, .connecting], "seed \(seed)")
      #expect(sides.allSatisfy { $0.faults.isEmpty }, "seed \(seed)")
      // The call of the lower name stands.
      #expect(sides[0].placed == sides[0].answered && sides[1].placed.isEmpty, "seed \(seed)")
    }
  }

  private enum Word { case offer, takenBack, answered, refused }

  private func pop(_ words: inout [Word]) -> Word? { words.isEmpty ? nil : words.removeFirst() }

  @Test("a peer that cannot be called back is answered when its own call waits here already")
  func oneWay() {
    var watched = watched()
    watched.tell(.call(["zulu"]))
    let own = watched.model.numbers[0]
    watched.tell(.offer(.zulu))
    #expect(watched.waiting.count == 1 && watched.model.state == .calling)
    watched.tell(.failed(own, .unreachable))
    #expect(watched.model.state == .connecting && watched.answered.count == 1 && watched.placed.isEmpty)
  }
}
