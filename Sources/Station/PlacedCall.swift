// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A call that goes out by HTTP: one connection of the service, and the client's side of the exchange at `/call`, or at a media
// server's WHIP or WHEP endpoint.
//
//   CallClient ─ answered, failed, ended ─►  PlacedCall  ─ create, describe, close ─► VOIPService
//              ◄─ place, candidates, hang up             ◄─ candidates, state ───────
//
// HANDLE   handle(_: VOIPEvent …), handleClient
// COMMANDS begin, hangUp
// QUESTIONS phase, wasUp, connection

import Config
public import Core
public import Peer
public import VOIP
public import Web

/// The calling side of one call by HTTP. Owned by the loop thread.
public struct PlacedCall: Sendable {
  /// How far a call is.
  public enum Phase: Equatable, Sendable {
    /// Being set up.
    case calling
    /// Voice can flow.
    case up
    /// Being ended by us: the far side is told.
    case ending
    /// Over, because of this.
    case over(PlacedCallEnd)
  }

  /// How far the call is.
  public private(set) var phase = Phase.calling
  /// Whether voice could ever flow.
  public private(set) var wasUp = false
  /// The signaling; the hall moves its bytes.
  public var client: CallClient
  /// The connection, once `begin` has made it.
  public private(set) var connection: ConnectionID?

  /// Whether the far side has answered, and its answer is of use.
  public private(set) var isAnswered = false

  private let label: String
  private let direction: VoiceDirection
  private let pins: [Fingerprint]
  private var lines: [LogLine] = []

  /// A call to `url` that has not begun, of the intercom called `name`; empty: it does not say. `wantsReturn`: it wants a
  /// call back that the far side had placed. `authority` is the digest of the authority that its https certificate must
  /// come from; nil: the usual ones. `pins`: the certificates of which one must be the far side's; none: any is taken. Log
  /// lines begin with `label`.
  ///
  /// `endpoint` is by which rules, and `token` what is shown as a bearer token; nil: none.
  public init(
    to url: HTTPURL, _ endpoint: CallEndpoint = .call, token: String? = nil, name: String = "",
    wantsReturn: Bool = false, authority: Fingerprint? = nil,
    pins: [Fingerprint] = [], label: String = "call"
  ) {
    client = CallClient(
      to: url, endpoint, name: name, wantsReturn: wantsReturn, authority: authority, token: token)
    direction =
      switch endpoint {
      case .call: .bothWays
      case .whip: .onlySends
      case .whep: .onlyReceives
      }
    self.pins = pins
    self.label = label
  }

  // MARK: Commands

  /// Makes the connection; the offer follows once its sockets are there (`place`).
  public mutating func begin<Channel: SecureChannel & ~Copyable>(
    with peer: String, service: inout VOIPService<Channel>, at now: Instant
  ) throws(VOIPError) {
    connection = try service.createConnection(roomID: "call", userID: peer, at: now)
  }

  /// Sends the offer with the candidates there are; call it after the events of `begin` have been dealt with.
  /// Candidates found later follow in one piece.
  public mutating func place<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) throws(VOIPError) {
    guard let connection else { throw .wrongOrder }
    let offer = try service.createOffer(direction: direction, on: connection, at: now)
    client.place(offer: Array(offer.utf8), fragmentHead: try service.fragmentHead(on: connection), at: now)
    isPlaced = true
    if isGathered { client.endCandidates(at: now) }
  }

  /// Ends the call: goodbye to the far side's media, DELETE to its signaling.
  public mutating func hangUp<Channel: SecureChannel & ~Copyable>(service: inout VOIPService<Channel>, at now: Instant)
  {
    guard phase == .calling || phase == .up else { return }
    phase = .ending
    if let connection { service.closeConnection(connection, at: now) }
    client.hangUp(at: now)
  }

  // MARK: Handle

  /// Takes in what the service says of the connection.
  public mutating func handle<Channel: SecureChannel & ~Copyable>(
    _ event: VOIPEvent, service: inout VOIPService<Channel>, at now: Instant
  ) {
    switch event {
    case .localCandidate(let id, let candidate):
      if id == connection, isPlaced { _ = client.addCandidate(candidate, at: now) }
    case .gatheringComplete(let id):
      guard id == connection else { return }
      isGathered = true
      if isPlaced { client.endCandidates(at: now) }
    case .connectionStateChanged(let id, let state):
      if id == connection { follow(state, at: now) }
    case .remoteAudio(let id, let talking):
      if id == connection, talking { note(.information, "the far side is heard") }
    case .error(let error, let id):
      guard id == nil || id == connection, !error.isOfSoundDevice else { return }
      note(.warning, error.text)
      if case .connection(let reason) = error { failure = reason }
    case .microphoneWanted, .socketsWanted, .socketsDone, .resolve: break
    }
  }

  /// Takes in what the signaling says; call it after every change of `client`.
  public mutating func handleClient<Channel: SecureChannel & ~Copyable>(
    service: inout VOIPService<Channel>, at now: Instant
  ) {
    while let event = client.pollEvent() {
      switch event {
      case .answered(let answer): take(answer, service: &service, at: now)
      case .failed(let error):
        if let connection { service.closeConnection(connection, at: now) }
        phase = .over(.refused(error))
      case .waiting(let seconds): note(.notice, "there is no stream yet; asking again in \(seconds) s")
      case .iceServers(let named): take(named, service: &service, at: now)
      case .tokenWithheld(let url):
        note(.notice, "redirected to \(url.authority.text), another server, where the token is not shown")
      case .trickleFailed(let error): note(.notice, "further candidates did not get through: \(error.text)")
      case .ended: if phase == .ending { phase = .over(.hungUp) }
      }
    }
  }

  /// The next line for the log, or nil.
  public mutating func pollLine() -> LogLine? { lines.isEmpty ? nil : lines.removeFirst() }

  // MARK: Private

  private var isPlaced = false
  private var isGathered = false
  private var failure: PeerError?

  private mutating func take<Channel: SecureChannel & ~Copyable>(
    _ answer: [UInt8], service: inout VOIPService<Channel>, at now: Instant
  ) {
    guard phase == .calling, let connection else { return }
    do throws(VOIPError) {
      try service.setRemoteAnswer(String(decoding: answer, as: UTF8.self), on: connection, at: now)
    } catch {
      note(.warning, "the answer was refused: \(error.text)")
      return giveUp(.badAnswer(error), service: &service, at: now)
    }
    // Nothing has been sent yet that the far side's certificate was to protect.
    guard isTrusted(service.remoteFingerprint(of: connection)) else {
      note(.warning, "the answer was refused: the far side's certificate has changed, it is not the one pinned here")
      return giveUp(.certificateChanged, service: &service, at: now)
    }
    isAnswered = true
  }

  /// Asks the STUN servers that a media server names, unless the configuration wants none (RFC 9725 section 4.6).
  private mutating func take<Channel: SecureChannel & ~Copyable>(
    _ named: NamedICEServers, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if let relay = named.relay {
      note(.notice, "the server names the relay \(relay), which is not used: TURN is not there yet")
    }
    guard !named.stun.isEmpty else { return }
    var isAsking = false
    if service.configuration.iceServers.isEmpty {
      note(.notice, "the server names STUN servers, which are not asked: [ice] servers is empty")
    } else if let connection {
      let servers = named.stun.compactMap { ICEServerSetting($0) }.map { ICEServer(host: $0.host, port: $0.port) }
      isAsking = service.addICEServers(servers, on: connection)
      if isAsking { note(.information, "asking the STUN servers that the server names too") }
    }
    if isAsking { isGathered = false } else if isGathered { client.endCandidates(at: now) }
  }

  private func isTrusted(_ fingerprint: Fingerprint?) -> Bool {
    guard let fingerprint else { return pins.isEmpty }
    return pins.isEmpty || pins.contains(fingerprint)
  }

  private mutating func giveUp<Channel: SecureChannel & ~Copyable>(
    _ end: PlacedCallEnd, service: inout VOIPService<Channel>, at now: Instant
  ) {
    if let connection { service.closeConnection(connection, at: now) }
    client.hangUp(at: now)
    phase = .over(end)
  }

  private mutating func follow(_ state: ConnectionState, at now: Instant) {
    note(.information, state.text)
    switch state {
    case .connected:
      wasUp = true
      if phase == .calling { phase = .up }
    case .failed, .closed:
      guard phase == .calling || phase == .up else { return }
      client.hangUp(at: now)
      phase = .over(failure.map { .lost($0) } ?? .farSideHungUp)
    case .new, .connecting, .disconnected: break
    }
  }

  private mutating func note(_ weight: LineWeight, _ text: String) {
    lines.append(LogLine(weight, "\(label): \(text)"))
  }
}

/// Why a placed call is over.
public enum PlacedCallEnd: Equatable, Sendable {
  /// We hung up.
  case hungUp
  /// The far side hung up.
  case farSideHungUp
  /// The far side could not be reached, or refused.
  case refused(CallClientError)
  /// The far side's answer is of no use.
  case badAnswer(VOIPError)
  /// The far side's answer names another certificate than the one that is pinned.
  case certificateChanged
  /// The connection could not be made, or broke.
  case lost(PeerError)

  /// A sentence for people. Allocates.
  public var text: String {
    switch self {
    case .hungUp: "hung up"
    case .farSideHungUp: "the far side hung up"
    case .refused(let error): error.text
    case .badAnswer(let error): error.text
    case .certificateChanged: "the far side's certificate has changed: it is not the one pinned here"
    case .lost(let error): error.text
    }
  }

  /// Whether both are the same kind of end.
  public static func == (left: PlacedCallEnd, right: PlacedCallEnd) -> Bool {
    switch (left, right) {
    case (.hungUp, .hungUp), (.farSideHungUp, .farSideHungUp), (.refused, .refused), (.badAnswer, .badAnswer),
      (.lost, .lost), (.certificateChanged, .certificateChanged):
      true
    default: false
    }
  }
}
