// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The model's actions carried out: calls placed, answered and ended, and the model told what has become of them.

import Config
import Core
import Peer
import VOIP
import Web

extension Station {
  mutating func perform<Channel: SecureChannel & ~Copyable>(
    _ action: CallAction, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch action {
    case .place(let number, let peer, let isReturn): place(number, peer, isReturn, service: &service, at: now)
    case .answer(let number):
      answerInRoom(number, service: &service, at: now)
      if let id = connection(of: number) { desk.accept(id, web: &web, service: &service, at: now) }
    case .refuse(let number, let why):
      refuseInRoom(number, why, at: now)
      guard let id = connection(of: number) else { return }
      let (refusal, detail) = Self.refusal(why)
      desk.refuse(id, refusal, detail: detail, web: &web, service: &service, at: now)
      forget(number)
    case .hangUp(let number):
      hangUpInRoom(number, service: &service, at: now)
      if let id = connection(of: number) {
        desk.hangUp(id, web: &web, service: &service, at: now)
        forget(number)
      }
      guard let index = slots.firstIndex(where: { $0?.number == number }) else { return }
      slots[index]?.isSettled = true
      slots[index]?.call.hangUp(service: &service, at: now)
    case .ringPages(let number):
      let id = "\(rings.uint32())"
      pagesRing = (id, number)
      outputs.append(.ringPages(id))
    case .ringPagesOver(let number):
      guard let ring = pagesRing, ring.number == number else { return }
      pagesRing = nil
      outputs.append(.ringPagesOver(ring.id))
    case .playTone(let tone): outputs.append(.playTone(tone))
    case .stopTone: outputs.append(.stopTone)
    case .remember(let call): outputs.append(.remember(call))
    case .forget: outputs.append(.forget)
    case .log(let line): lines.append(line)
    }
  }

  mutating func place<Channel: SecureChannel & ~Copyable>(
    _ number: CallNumber, _ peer: String, _ isReturn: Bool, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if placeInRoom(number, peer, service: &service, at: now) { return }
    guard let setting = settings.peers.first(where: { sameBytes($0.name, peer) }), let index = freeSlot(),
      let url = Self.url(setting.url)
    else { return model.failed(number, .unreachable, at: now) }
    var call = PlacedCall(
      to: url, name: settings.name, wantsReturn: isReturn, authority: setting.authority, pins: pins.pins(of: peer),
      label: "call to \(peer)")
    do throws(VOIPError) {
      try call.begin(with: peer, service: &service, at: now)
      slots[index] = Slot(number: number, call: call)
    } catch {
      lines.append(LogLine(.warning, "\(peer) cannot be called: \(error.text)"))
      model.failed(number, .unreachable, at: now)
    }
  }

  /// A slot without a call; else that of a call that is being ended, whose DELETE then is not waited for.
  func freeSlot() -> Int? {
    slots.firstIndex { $0 == nil } ?? slots.firstIndex { $0?.isSettled == true }
  }

  mutating func proceed<Channel: SecureChannel & ~Copyable>(
    slot index: Int, service: inout VOIPService<Channel>, at now: Instant
  ) -> Bool {
    guard var slot = slots[index] else { return false }
    var hasMoved = false
    switch slot.step {
    case .begun:
      slot.step = .socketsAwaited
      hasMoved = true
    case .socketsAwaited:
      slot.step = .placed
      hasMoved = true
      if slot.call.phase == .calling { offer(&slot, service: &service, at: now) }
    case .placed: break
    }
    if slot.call.client.pollTimeout() <= now { slot.call.client.handleTimeout(at: now) }
    slot.call.handleClient(service: &service, at: now)
    if tell(&slot, at: now) { hasMoved = true }
    while let line = slot.call.pollLine() { lines.append(line) }
    if case .over = slot.call.phase, slot.isSettled, slot.call.client.isDone {
      slots[index] = nil
      return true
    }
    slots[index] = slot
    return hasMoved
  }

  mutating func offer<Channel: SecureChannel & ~Copyable>(
    _ slot: inout Slot, service: inout VOIPService<Channel>, at now: Instant
  ) {
    do throws(VOIPError) { try slot.call.place(service: &service, at: now) } catch {
      lines.append(LogLine(.warning, "no offer could be made: \(error.text)"))
      slot.call.hangUp(service: &service, at: now)
      slot.isSettled = true
      model.failed(slot.number, .unreachable, at: now)
    }
  }

  /// Tells the model what a placed call has come to.
  mutating func tell(_ slot: inout Slot, at now: Instant) -> Bool {
    guard !slot.isSettled else { return false }
    var hasMoved = false
    if slot.call.isAnswered, !slot.isAnswerTold {
      slot.isAnswerTold = true
      hasMoved = true
      model.answered(slot.number, at: now)
    }
    if slot.call.wasUp, !slot.isUpTold {
      slot.isUpTold = true
      hasMoved = true
      model.up(slot.number, at: now)
    }
    guard case .over(let end) = slot.call.phase else { return hasMoved }
    slot.isSettled = true
    switch end {
    case .hungUp, .farSideHungUp: model.over(slot.number, .hungUp, at: now)
    case .refused(let error):
      lines.append(LogLine(.information, error.text))
      model.failed(slot.number, Self.failure(error), at: now)
    case .badAnswer: model.failed(slot.number, .unreachable, at: now)
    case .certificateChanged:
      counters.changedCertificates += 1
      model.failed(slot.number, .untrusted, at: now)
    case .lost: model.over(slot.number, .lost, at: now)
    }
    return true
  }

  mutating func take(_ event: DeskEvent, at now: Instant) {
    switch event {
    case .up(let id): if let number = number(of: id) { model.up(number, at: now) }
    case .interrupted(let id, let isInterrupted):
      if let number = number(of: id) { model.interrupted(number, isInterrupted) }
    case .over(let id, let how):
      guard let number = number(of: id) else { return }
      forget(number)
      model.over(number, how, at: now)
    }
  }

  /// The call `number` is over; its caller may come back by its session.
  mutating func forget(_ number: CallNumber) {
    guard let index = incoming.firstIndex(where: { $0.number == number }) else { return }
    let call = incoming.remove(at: index)
    if past.count >= Limits.callTokensKeptMax { past.removeFirst() }
    past.append(call)
  }

  func connection(of number: CallNumber) -> ConnectionID? {
    incoming.first { $0.number == number }?.connection
  }

  func number(of id: ConnectionID) -> CallNumber? { incoming.first { $0.connection == id }?.number }

  mutating func note(_ line: LogLine) { lines.append(line) }

  mutating func drainLines() {
    while let line = desk.pollLine() { lines.append(line) }
  }
}
