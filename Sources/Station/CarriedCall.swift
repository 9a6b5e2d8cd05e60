// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A call whose signaling somebody else carries: one connection of the service, and messages in and out.
//
//   carrier ─ offer, answer, candidate, bye ─────────►  CarriedCall  ─ create, describe, close ─► VOIPService
//           ◄─ offer, answer, candidate, state, bye ──               ◄─ candidates, state ───────
//
// HANDLE    handle(_: StdioMessage …), handle(_: VOIPEvent …)
// COMMANDS  begin, offer, hangUp
// POLL      pollMessage, pollLine
// QUESTIONS phase, wasUp, connection
//
// ORDER OF CALLS. `begin`; once the events of the service that follow it have been dealt with (its sockets are there),
// `offer` on the side that offers; then whatever comes. The role is said at the beginning and not guessed from what
// comes first, so that two sides that offer at once find out.
//
// THE LAST MESSAGE is `bye`, unless one has come in: whoever carries the call always learns that it is over.

public import Core
public import Peer
public import VOIP
public import Web

/// Why a message was refused. The call goes on as if it had not come.
public enum CarriedCallError: Error, Sendable {
  /// An offer came to the side that offers, or a second one.
  case offerUnexpected
  /// An answer came to the side that answers, or a second one.
  case answerUnexpected
  /// The service refused what the message holds.
  case refused(VOIPError)

  /// A sentence for people, without its full stop. Allocates.
  public var text: String {
    switch self {
    case .offerUnexpected: "no offer is expected here: this side has offered itself, or has answered one"
    case .answerUnexpected: "no answer is expected here: this side has not offered, or was answered"
    case .refused(let error): error.text
    }
  }
}

/// One call whose signaling somebody else carries. Owned by the loop thread.
public struct CarriedCall: Sendable {
  /// How far the call is.
  public private(set) var phase = PlacedCall.Phase.calling
  /// Whether voice could ever flow.
  public private(set) var wasUp = false
  /// The connection, once `begin` has made it.
  public private(set) var connection: ConnectionID?

  private var messages: [StdioMessage] = []
  private var lines: [LogLine] = []
  private var step = Step.nothing
  /// The mid of our audio section, once we have described it.
  private var mid: String?
  private var isGathered = false
  private var hasByeCome = false
  private var failure: PeerError?

  private enum Step {
    case nothing
    case offered
    case described
  }

  /// A call that has not begun.
  public init() {}

  // MARK: Commands

  /// Makes the connection; its sockets follow.
  public mutating func begin<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) throws(VOIPError) {
    connection = try service.createConnection(roomID: "call", userID: "far side", at: now)
  }

  /// Offers, with the candidates there are; those found later follow one by one.
  public mutating func offer<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) throws(VOIPError) {
    guard let connection, step == .nothing else { throw .wrongOrder }
    let offer = try service.createOffer(on: connection, at: now)
    step = .offered
    describe(.offer(offer), offer)
  }

  /// Ends the call: goodbye to the far side's media and to whoever carries the call.
  public mutating func hangUp<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard phase == .calling || phase == .up else { return }
    end(.hungUp)
    guard let connection else { return phase = .over(.hungUp) }
    service.closeConnection(connection, at: now)
  }

  // MARK: Handle

  /// Takes in a message of the far side.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ message: StdioMessage, service: inout VOIPService<Channel>, at now: Instant
  ) throws(CarriedCallError) {
    guard let connection, phase == .calling || phase == .up else { return }
    do throws(VOIPError) {
      switch message {
      case .offer(let offer):
        guard step == .nothing else { throw .wrongOrder }
        try service.setRemoteDescription(.offer, offer, on: connection, at: now)
        let answer = try service.createAnswer(on: connection, at: now)
        step = .described
        describe(.answer(answer), answer)
      case .answer(let answer):
        guard step == .offered else { throw .wrongOrder }
        try service.setRemoteAnswer(answer, on: connection, at: now)
        step = .described
      case .candidate(let candidate, _): try service.addRemoteCandidate(candidate, on: connection, at: now)
      case .bye(let reason):
        note(.information, reason.isEmpty ? "the far side says bye" : "the far side says bye: \(reason)")
        hasByeCome = true
        end(.farSideHungUp)
        service.closeConnection(connection, at: now)
      case .state: break  // A carrier that hands on every line hands on the far side's states too.
      }
    } catch { throw refusal(of: message, error) }
  }

  /// Takes in what the service says of the connection.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: VOIPEvent, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .localCandidate(let id, let candidate):
      if id == connection, let mid { messages.append(.candidate(candidate, mid: mid)) }
    case .gatheringComplete(let id):
      guard id == connection else { return }
      isGathered = true
      endCandidates()
    case .connectionStateChanged(let id, let state):
      if id == connection { follow(state, quality: service.connectionQuality(of: id)) }
    case .remoteAudio(let id, let talking):
      if id == connection, talking { note(.information, "the far side is heard") }
    case .error(let error, let id):
      guard id == nil || id == connection, !error.isOfSoundDevice else { return }
      note(.warning, error.text)
      if case .connection(let reason) = error { failure = reason }
    case .microphoneWanted, .socketsWanted, .socketsDone, .resolve: break
    }
  }

  // MARK: Poll

  /// The next message for whoever carries the call, or nil.
  public mutating func pollMessage() -> StdioMessage? { messages.isEmpty ? nil : messages.removeFirst() }

  /// The next line for the log, or nil.
  public mutating func pollLine() -> LogLine? { lines.isEmpty ? nil : lines.removeFirst() }

  // MARK: Private

  /// Candidates so far are in the description; the end of candidates is a message in any case.
  private mutating func describe(_ message: StdioMessage, _ description: String) {
    messages.append(message)
    mid = Self.audioMid(of: description)
    if isGathered { endCandidates() }
  }

  private mutating func endCandidates() {
    if let mid { messages.append(.candidate("", mid: mid)) }
  }

  private mutating func follow(_ state: ConnectionState, quality: Int) {
    note(.information, state.text)
    var told = StdioState(state.text)
    if state == .connected { told.quality = quality }
    if state == .failed { told.detail = failure?.text }
    messages.append(.state(told))
    switch state {
    case .connected:
      wasUp = true
      if phase == .calling { phase = .up }
    case .failed, .closed:
      if phase != .ending { end(failure.map { .lost($0) } ?? .farSideHungUp) }
      guard let ending else { return }
      phase = .over(ending)
      if !hasByeCome { messages.append(.bye(reason: ending.text)) }
    case .new, .connecting, .disconnected: break
    }
  }

  /// Why the call is ending or over.
  private var ending: PlacedCallEnd?

  private mutating func end(_ reason: PlacedCallEnd) {
    phase = .ending
    ending = reason
  }

  private func refusal(of message: StdioMessage, _ error: VOIPError) -> CarriedCallError {
    guard case .wrongOrder = error else { return .refused(error) }
    if case .offer = message { return .offerUnexpected }
    if case .answer = message { return .answerUnexpected }
    return .refused(error)
  }

  /// The mid of the audio section that a description of ours accepts; empty when it has none.
  static func audioMid(of description: String) -> String {
    var isAudio = false
    for line in description.utf8.split(separator: 0x0A) {
      let bytes = line.last == 0x0D ? line.dropLast() : line
      if bytes.starts(with: "m=".utf8) { isAudio = bytes.starts(with: "m=audio ".utf8) && !isRefused(bytes) }
      if isAudio, bytes.starts(with: "a=mid:".utf8) { return String(decoding: bytes.dropFirst(6), as: UTF8.self) }
    }
    return ""
  }

  private static func isRefused(_ line: Substring.UTF8View) -> Bool { line.starts(with: "m=audio 0 ".utf8) }

  private mutating func note(_ weight: LineWeight, _ text: String) { lines.append(LogLine(weight, "call: \(text)")) }
}
