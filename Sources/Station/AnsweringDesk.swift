// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Calls that come in by HTTP: each session at `/call`, `/whip` or `/whep` is a connection of the service.
//
//   WebServer ─ offer, trickle, ended ─►  AnsweringDesk  ─ create, describe, close ─► VOIPService
//             ◄─ answer, refuse, end ───                 ◄─ gathered, state ────────
//
// HANDLE   take, handle(_: CallEvent …), handle(_: VOIPEvent …), handleTimeout
// COMMANDS hold, accept, refuse, hangUp
// POLL     pollEvent, pollLine, pollTimeout
//
// The desk carries out; whether a call rings, is answered or refused is the call model's to say. The connection is there
// while it rings, so that an offer of no use is refused at once and candidates are gathered by the time somebody
// answers; checks begin with the answer. The answer carries all our candidates, because this side cannot send more later
// (RFC 9725 section 4.3): host candidates are there at once, and server-reflexive ones are waited for only for
// `Limits.answerPatienceMilliseconds`, and not at all while no server's name is resolved.

public import Core
public import Peer
public import VOIP
public import Web

/// What a call that came in has come to.
public enum DeskEvent: Sendable {
  /// Voice can flow.
  case up(ConnectionID)
  /// The far side is not heard for now (true), or heard again.
  case interrupted(ConnectionID, Bool)
  /// The call is over, not by us; or its caller took the offer back.
  case over(ConnectionID, CallOver)
}

/// The called side of calls by HTTP. Owned by the loop thread.
public struct AnsweringDesk: Sendable {
  private struct Call {
    let session: CallSessionID
    let connection: ConnectionID
    var isAccepted = false
    var isAnswered = false
    var isGathered = false
    var answerDue = Instant.never
  }

  private var calls: [Call] = []
  private var events: [DeskEvent] = []
  private var lines: [LogLine] = []

  /// A desk without calls.
  public init() {}

  // MARK: Handle

  /// Makes a connection for an offer. Nil: it was of no use and has been refused.
  public mutating func take<Channel: SecureChannel & ~Copyable>(
    _ offer: [UInt8], _ session: CallSessionID, from caller: String, web: inout WebServer,
    service: inout VOIPService<Channel>, at now: Instant
  ) -> ConnectionID? {
    let id: ConnectionID
    do throws(VOIPError) {
      id = try service.createConnection(roomID: "call", userID: caller, at: now)
    } catch {
      web.refuse(session, .busy(retryAfterSeconds: Self.retryAfterSeconds), detail: Self.sentence(error), at: now)
      lines.append(LogLine(.notice, "a call was refused: \(error.text)"))
      return nil
    }
    note(.information, id, "comes in")
    do throws(VOIPError) {
      switch web.caller(of: session)?.endpoint {
      case .whip: try service.restrictAnswer(to: .onlyReceives, on: id)
      case .whep: try service.restrictAnswer(to: .onlySends, on: id)
      case .call, nil: break
      }
      try service.setRemoteDescription(.offer, String(decoding: offer, as: UTF8.self), on: id, at: now)
      calls.append(Call(session: session, connection: id))
      return id
    } catch {
      web.refuse(session, Self.refusal(error), detail: Self.sentence(error), at: now)
      note(.notice, id, "was refused: \(error.text)")
      service.closeConnection(id, at: now)
      return nil
    }
  }

  /// Takes in what the caller of a call wants that was taken.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: CallEvent, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .offer: break  // `take`s it.
    case .trickle(let session, let fragment): take(fragment: fragment, session, web: &web, service: &service, at: now)
    case .ended(let session, let end):
      guard let index = calls.firstIndex(where: { $0.session == session }) else { return }
      let call = calls.remove(at: index)
      note(.information, call.connection, Self.text(end))
      service.closeConnection(call.connection, at: now)
      events.append(.over(call.connection, .hungUp))
    }
  }

  /// Takes in what the service says of a connection; others' are passed over.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: VOIPEvent, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .gatheringComplete(let id):
      guard let index = index(of: id) else { return }
      calls[index].isGathered = true
      if calls[index].isAccepted { answer(index, web: &web, service: &service, at: now) }
    case .connectionStateChanged(let id, let state):
      guard let index = index(of: id) else { return }
      note(.information, id, state.text)
      follow(state, index, web: &web, at: now)
    case .remoteAudio(let id, let talking):
      if index(of: id) != nil { note(.information, id, talking ? "the far side is heard" : "the far side is gone") }
    case .error(let error, let id):
      // Whoever drives the sound devices says what is wrong with them, and what helps.
      if error.isOfSoundDevice { return }
      guard let id else { return lines.append(LogLine(.warning, error.text)) }
      if index(of: id) != nil { note(.warning, id, error.text) }
    case .microphoneWanted, .socketsWanted, .socketsDone, .resolve, .localCandidate: break
    }
  }

  /// Takes in that the moment of `pollTimeout` has come.
  public mutating func handleTimeout<Channel: SecureChannel & ~Copyable>(
    web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    while let index = calls.firstIndex(where: { $0.answerDue <= now }) {
      answer(index, web: &web, service: &service, at: now)
    }
  }

  // MARK: Commands

  /// Lets the caller wait until `moment`.
  public mutating func hold(_ id: ConnectionID, until moment: Instant, web: inout WebServer) {
    if let index = index(of: id) { web.hold(calls[index].session, until: moment) }
  }

  /// Answers the call as soon as our candidates are there.
  public mutating func accept<Channel: SecureChannel & ~Copyable>(
    _ id: ConnectionID, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard let index = index(of: id), !calls[index].isAccepted else { return }
    calls[index].isAccepted = true
    let patience = service.knowsServers ? Limits.answerPatienceMilliseconds : 0
    calls[index].answerDue = now + .milliseconds(patience)
    if calls[index].isGathered { answer(index, web: &web, service: &service, at: now) }
  }

  /// Refuses the call; `detail` is one sentence for a person.
  public mutating func refuse<Channel: SecureChannel & ~Copyable>(
    _ id: ConnectionID, _ why: CallRefusal, detail: String, web: inout WebServer, service: inout VOIPService<Channel>,
    at now: Instant
  ) {
    guard let index = index(of: id) else { return }
    let call = calls.remove(at: index)
    web.refuse(call.session, why, detail: detail, at: now)
    web.end(call.session, at: now)
    note(.information, id, "was refused")
    service.closeConnection(id, at: now)
  }

  /// Ends the call.
  public mutating func hangUp<Channel: SecureChannel & ~Copyable>(
    _ id: ConnectionID, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard let index = index(of: id) else { return }
    let call = calls.remove(at: index)
    note(.information, id, "hung up")
    web.end(call.session, at: now)
    service.closeConnection(id, at: now)
  }

  // MARK: Poll

  /// What a call has come to, or nil.
  public mutating func pollEvent() -> DeskEvent? { events.isEmpty ? nil : events.removeFirst() }

  /// The next line for the log, or nil.
  public mutating func pollLine() -> LogLine? { lines.isEmpty ? nil : lines.removeFirst() }

  /// When `handleTimeout` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant {
    var earliest = Instant.never
    for call in calls { earliest = min(earliest, call.answerDue) }
    return earliest
  }

  /// Calls that ring, are being set up or are up.
  public var callCount: Int { calls.count }

  /// After how many seconds a caller that found us busy may try again.
  static let retryAfterSeconds = 10

  // MARK: Private

  private mutating func follow(_ state: ConnectionState, _ index: Int, web: inout WebServer, at now: Instant) {
    let call = calls[index]
    switch state {
    case .new, .connecting: break
    case .connected:
      events.append(.up(call.connection))
      events.append(.interrupted(call.connection, false))
    case .disconnected: events.append(.interrupted(call.connection, true))
    case .closed, .failed:
      if !call.isAnswered {
        web.refuse(call.session, .unacceptable, detail: "The call could not be set up.", at: now)
      }
      web.endedByCaller(call.session, at: now)
      calls.remove(at: index)
      events.append(.over(call.connection, state == .closed ? .hungUp : .lost))
    }
  }

  private mutating func take<Channel: SecureChannel & ~Copyable>(
    fragment: [UInt8], _ session: CallSessionID, web: inout WebServer, service: inout VOIPService<Channel>,
    at now: Instant
  ) {
    guard let call = calls.first(where: { $0.session == session }) else {
      web.refuse(session, .unacceptable, detail: "The call is over.", at: now)
      return
    }
    do throws(VOIPError) {
      try service.addRemoteFragment(String(decoding: fragment, as: UTF8.self), on: call.connection, at: now)
      web.acceptTrickle(session, at: now)
    } catch {
      web.refuse(session, Self.refusal(error), detail: Self.sentence(error), at: now)
      note(.notice, call.connection, "candidates were refused: \(error.text)")
    }
  }

  private mutating func answer<Channel: SecureChannel & ~Copyable>(
    _ index: Int, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    calls[index].answerDue = .never
    guard !calls[index].isAnswered else { return }
    calls[index].isAnswered = true
    let call = calls[index]
    do throws(VOIPError) {
      let answer = try service.createAnswer(on: call.connection, at: now)
      if web.answer(call.session, Array(answer.utf8), at: now) { return }
      note(.notice, call.connection, "the caller did not wait for the answer")
    } catch {
      web.refuse(call.session, .unacceptable, detail: Self.sentence(error), at: now)
      note(.warning, call.connection, "no answer could be made: \(error.text)")
    }
    calls.remove(at: index)
    service.closeConnection(call.connection, at: now)
    events.append(.over(call.connection, .lost))
  }

  private func index(of id: ConnectionID) -> Int? { calls.firstIndex { $0.connection == id } }

  private mutating func note(_ weight: LineWeight, _ id: ConnectionID, _ text: String) {
    lines.append(LogLine(weight, "call \(id.number): \(text)"))
  }

  private static func refusal(_ error: VOIPError) -> CallRefusal {
    if case .connection(let reason) = error, reason.isMalformed { return .malformed }
    return .unacceptable
  }

  private static func sentence(_ error: VOIPError) -> String { "Refused: \(error.text)." }

  private static func text(_ end: CallEnd) -> String {
    switch end {
    case .deleted: "the caller hung up"
    case .callerGone: "the caller went away before the answer"
    case .answerTimedOut: "the answer took too long"
    }
  }
}
