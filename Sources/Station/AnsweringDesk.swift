// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Calls that come in by HTTP: each session of the `/call` resource is a connection of the service.
//
//   WebServer ─ offer, trickle, ended ─►  AnsweringDesk  ─ create, describe, close ─► VOIPService
//             ◄─ answer, refuse, end ───                 ◄─ gathered, state ────────
//
// HANDLE   handle(_: WebEvent …), handle(_: VOIPEvent …), handleTimeout
// POLL     pollLine, pollTimeout
//
// Every call is answered at once, as many as the service has room for; ringing and the rest of the call model come with
// a later release. The answer carries all our candidates, because this side cannot send more later (RFC 9725 section
// 4.3): host candidates are there at once, and server-reflexive ones are waited for only for
// `Limits.answerPatienceMilliseconds`, and not at all while no server's name is resolved.

public import Core
public import Peer
public import VOIP
public import Web

/// The called side of calls by HTTP. Owned by the loop thread.
public struct AnsweringDesk: Sendable {
  private struct Call {
    let session: CallSessionID
    let connection: ConnectionID
    var answerDue: Instant?
  }

  private var calls: [Call] = []
  private var lines: [LogLine] = []
  private var callsSoFar = 0

  /// A desk without calls.
  public init() {}

  // MARK: Handle

  /// Takes in what a caller wants.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: CallEvent, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .offer(let session, let offer): take(offer, session, web: &web, service: &service, at: now)
    case .trickle(let session, let fragment): take(fragment: fragment, session, web: &web, service: &service, at: now)
    case .ended(let session, let end):
      guard let index = calls.firstIndex(where: { $0.session == session }) else { return }
      note(.information, calls[index].connection, Self.text(end))
      service.closeConnection(calls[index].connection, at: now)
      calls.remove(at: index)
    }
  }

  /// Takes in what the service says of a connection; others' are passed over.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: VOIPEvent, web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .gatheringComplete(let id):
      if let index = index(of: id) { answer(index, web: &web, service: &service, at: now) }
    case .connectionStateChanged(let id, let state):
      guard let index = index(of: id) else { return }
      note(.information, id, state.text)
      guard state == .closed || state == .failed else { return }
      if calls[index].answerDue != nil {
        web.refuse(calls[index].session, .unacceptable, detail: "The call could not be set up.", at: now)
      }
      web.end(calls[index].session, at: now)
      calls.remove(at: index)
    case .remoteAudio(let id, let talking):
      if index(of: id) != nil { note(.information, id, talking ? "the far side is heard" : "the far side is gone") }
    case .error(let error, let id):
      guard let id else { return lines.append(LogLine(.warning, error.text)) }
      if index(of: id) != nil { note(.warning, id, error.text) }
    case .microphoneWanted, .socketsWanted, .socketsDone, .resolve, .localCandidate: break
    }
  }

  /// Takes in that the moment of `pollTimeout` has come.
  public mutating func handleTimeout<Channel: SecureChannel & ~Copyable>(
    web: inout WebServer, service: inout VOIPService<Channel>, at now: Instant
  ) {
    while let index = calls.firstIndex(where: { $0.answerDue.map { $0 <= now } ?? false }) {
      answer(index, web: &web, service: &service, at: now)
    }
  }

  // MARK: Poll

  /// The next line for the log, or nil.
  public mutating func pollLine() -> LogLine? { lines.isEmpty ? nil : lines.removeFirst() }

  /// When `handleTimeout` is due; `.never` when nothing is awaited.
  public func pollTimeout() -> Instant {
    var earliest = Instant.never
    for call in calls {
      if let due = call.answerDue { earliest = min(earliest, due) }
    }
    return earliest
  }

  /// Calls that are being set up or are up.
  public var callCount: Int { calls.count }

  // MARK: Private

  private mutating func take<Channel: SecureChannel & ~Copyable>(
    _ offer: [UInt8], _ session: CallSessionID, web: inout WebServer, service: inout VOIPService<Channel>,
    at now: Instant
  ) {
    callsSoFar += 1
    let id: ConnectionID
    do throws(VOIPError) {
      id = try service.createConnection(roomID: "call", userID: "caller \(callsSoFar)", at: now)
    } catch {
      web.refuse(session, .busy(retryAfterSeconds: 10), detail: Self.sentence(error), at: now)
      lines.append(LogLine(.notice, "a call was refused: \(error.text)"))
      return
    }
    note(.information, id, "comes in")
    do throws(VOIPError) {
      try service.setRemoteDescription(.offer, String(decoding: offer, as: UTF8.self), on: id, at: now)
      let patience = service.knowsServers ? Limits.answerPatienceMilliseconds : 0
      calls.append(Call(session: session, connection: id, answerDue: now + .milliseconds(patience)))
    } catch {
      web.refuse(session, Self.refusal(error), detail: Self.sentence(error), at: now)
      note(.notice, id, "was refused: \(error.text)")
      service.closeConnection(id, at: now)
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
    guard calls[index].answerDue != nil else { return }
    calls[index].answerDue = nil
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
