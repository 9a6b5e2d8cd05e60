// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Setting connections up and ending them.

public import Core
public import Peer

/// Which half of an offer/answer exchange a description is (RFC 9429 section 4.1.8).
public enum DescriptionKind: Sendable {
  /// The first half.
  case offer
  /// The second half.
  case answer
}

extension VOIPService where Channel: ~Copyable {
  /// Makes a connection to `userID` in `roomID` (each 1 ... `Limits.nameBytesMax` bytes, for whoever reads events and
  /// states). `.socketsWanted` follows; nothing is sent before a description is set.
  ///
  /// Throws `.badName`, `.tooManyConnections`.
  public mutating func createConnection(roomID: String, userID: String, at now: Instant) throws(VOIPError)
    -> ConnectionID
  {
    for name in [roomID, userID] {
      guard (1...Limits.nameBytesMax).contains(name.utf8.count) else { throw .badName }
    }
    guard let free = lines.indices.first(where: { lines[$0] == nil }) else { throw .tooManyConnections }
    for index in lookups.indices where lookups[index] == .wanted {
      lookups[index] = .awaited
      events.append(.resolve(index: index))
    }
    let id = ConnectionID(number: memory.nextNumber)
    memory.nextNumber += 1
    var connection = Connection<Channel>(
      configuration: ConnectionConfiguration(
        frameMilliseconds: configuration.frameSamples / 48, allowsLoopback: configuration.allowsLoopback,
        expectsServers: awaitsServers, bitrateMax: configuration.bitrate),
      identity: identity, randomness: randomness.split(), clock: clock, at: now)
    for server in servers { connection.addServer(server, at: now) }
    lines[free] = Line(
      id: id, talker: Talker(free), roomID: roomID, userID: userID,
      policy: sendingPolicy(remoteMax: nil),
      frameSamples: configuration.frameSamples, connection: connection)
    events.append(.socketsWanted(id))
    return id
  }

  /// Adds a socket bound at `base` (a local address and the port the kernel gave), as `.socketsWanted` asked.
  public mutating func addLocalAddress(_ base: Endpoint, on id: ConnectionID, at now: Instant) {
    line(id)?.connection.addLocalAddress(base, at: now)
  }

  /// Says that all sockets have been added.
  public mutating func endLocalAddresses(on id: ConnectionID, at now: Instant) {
    line(id)?.connection.endLocalAddresses(at: now)
  }

  /// Says what the name of `iceServers[index]` resolved to; it serves connections there are and those to come.
  public mutating func serverResolved(index: Int, to endpoints: [Endpoint], at now: Instant) {
    for server in endpoints where servers.count < Limits.stunServersMax && !servers.contains(server) {
      servers.append(server)
      for line in lines.indices { lines[line]?.connection.addServer(server, at: now) }
    }
    lookupEnded(index, .done, at: now)
  }

  /// Says that the name of `iceServers[index]` could not be resolved. Counted, reported as an event, and nothing else:
  /// calls go on. The next connection has it looked up again, for the network may be there by then.
  public mutating func serverUnresolved(index: Int, at now: Instant) {
    memory.failedLookups += 1
    events.append(.error(.serverUnresolved(index: index), nil))
    lookupEnded(index, .wanted, at: now)
  }

  /// Adds STUN servers that became known in the middle of the call `id`: gathering goes on, `.resolve` follows for each, and
  /// at last another `.gatheringComplete`. They stay: connections to come ask them too. False when none was added, because
  /// they are known already or would be more than `Limits.stunServersMax`.
  public mutating func addICEServers(_ servers: [ICEServer], on id: ConnectionID) -> Bool {
    guard let line = line(id) else { return false }
    var hasAdded = false
    for server in servers where !configuration.iceServers.contains(server) {
      guard configuration.iceServers.count < Limits.stunServersMax else { break }
      configuration.iceServers.append(server)
      lookups.append(.awaited)
      events.append(.resolve(index: lookups.count - 1))
      hasAdded = true
    }
    if hasAdded { line.connection.expectServers() }
    return hasAdded
  }

  /// Whether the address of a STUN server is known, so that waiting for its answer makes sense.
  public var knowsServers: Bool { !servers.isEmpty }

  private var awaitsServers: Bool { lookups.contains(.awaited) }

  private mutating func lookupEnded(_ index: Int, _ lookup: Lookup, at now: Instant) {
    precondition(lookups.indices.contains(index), "a name is resolved that is no ICE server's")
    lookups[index] = lookup
    guard !awaitsServers else { return }
    for line in lines.indices { lines[line]?.connection.endServers(at: now) }
  }

  /// An offer of one audio section (SDP), with the candidates known so far; `direction` is which way voice is to flow.
  ///
  /// Throws `.unknownConnection`, `.connection(.wrongOrder)` when a description was set before.
  public mutating func createOffer(
    direction: VoiceDirection = .bothWays, on id: ConnectionID, at now: Instant
  ) throws(VOIPError) -> String {
    let line = try existing(id)
    do throws(PeerError) {
      return try line.connection.createOffer(direction: direction, at: now)
    } catch { throw .connection(error) }
  }

  /// Says, before an offer is set, which way voice may flow in answer to it, and that it may hold one media section only:
  /// the rules of WHIP and WHEP (RFC 9725 section 4.4).
  ///
  /// Throws `.unknownConnection`.
  public mutating func restrictAnswer(to direction: VoiceDirection, on id: ConnectionID) throws(VOIPError) {
    try existing(id).connection.restrictAnswer(to: direction)
  }

  /// The answer (SDP) to the offer that `setRemoteDescription` set, with the candidates known so far.
  ///
  /// Throws `.unknownConnection`, `.connection(.wrongOrder)` when no offer was set.
  public mutating func createAnswer(on id: ConnectionID, at now: Instant) throws(VOIPError) -> String {
    let line = try existing(id)
    do throws(PeerError) { return try line.connection.createAnswer(at: now) } catch { throw .connection(error) }
  }

  /// Sets the far side's description (SDP, at most `Limits.sdpBytesMax` bytes).
  ///
  /// Throws `.unknownConnection`; `.connection(.description)` says what is wrong with it, and the connection stays as
  /// it was.
  public mutating func setRemoteDescription(
    _ kind: DescriptionKind, _ description: String, on id: ConnectionID, at now: Instant
  ) throws(VOIPError) {
    let line = try existing(id)
    var failure: PeerError?
    description.withByteView { bytes in
      do throws(PeerError) {
        switch kind {
        case .offer: try line.connection.setRemoteOffer(bytes, at: now)
        case .answer: try line.connection.setRemoteAnswer(bytes, at: now)
        }
      } catch { failure = error }
    }
    if let failure { throw .connection(failure) }
  }

  /// What the far side's certificate must be, by the description that was set: the handshake proves it. Nil before that,
  /// or when there is no such connection.
  public func remoteFingerprint(of id: ConnectionID) -> Fingerprint? { line(id)?.connection.remoteFingerprint }

  /// What `remoteFingerprint(of:)` would be, were `description` the far side's; nil when it is of no use. For whoever
  /// wants to know who calls before a connection is made.
  public static func fingerprint(in description: String) -> Fingerprint? {
    description.withByteView { Connection<Channel>.fingerprint(in: $0) }
  }

  /// Sets the far side's answer: `setRemoteDescription(.answer, …)`.
  public mutating func setRemoteAnswer(_ answer: String, on id: ConnectionID, at now: Instant) throws(VOIPError) {
    try setRemoteDescription(.answer, answer, on: id, at: now)
  }

  /// Adds a candidate of the far side: the value of an `a=candidate` line, with or without `a=`; an empty text means
  /// that no more will come (RFC 8838 section 8.2).
  ///
  /// Throws `.unknownConnection`; `.badCandidate` for one that cannot be used (malformed, TCP, a `.local` name), which
  /// harms nothing.
  public mutating func addRemoteCandidate(_ candidate: String, on id: ConnectionID, at now: Instant) throws(VOIPError) {
    let line = try existing(id)
    guard !candidate.isEmpty else { return line.connection.endRemoteCandidates(at: now) }
    guard line.connection.addRemoteCandidate(candidate, at: now) else { throw .badCandidate }
  }

  /// Adds the candidates of a fragment that the far side sent by HTTP (RFC 8840, `application/trickle-ice-sdpfrag`);
  /// ones that cannot be used are passed over.
  ///
  /// Throws `.unknownConnection`, `.connection` when the fragment is malformed or belongs to another ICE generation.
  public mutating func addRemoteFragment(_ fragment: String, on id: ConnectionID, at now: Instant) throws(VOIPError) {
    let line = try existing(id)
    var failure: PeerError?
    fragment.withByteView { bytes in
      do throws(PeerError) { try line.connection.addRemoteFragment(bytes, at: now) } catch { failure = error }
    }
    if let failure { throw .connection(failure) }
  }

  /// What each fragment of our candidates begins with, line ends included (RFC 8840 section 9): credentials, section,
  /// identifier.
  ///
  /// Throws `.unknownConnection`, `.connection(.wrongOrder)` before there is an offer.
  public mutating func fragmentHead(on id: ConnectionID) throws(VOIPError) -> String {
    let line = try existing(id)
    do throws(PeerError) { return try line.connection.fragmentHead() } catch { throw .connection(error) }
  }

  /// Ends the connection: says goodbye (RTCP BYE, DTLS close_notify), then `.connectionStateChanged(.closed)` and
  /// `.socketsDone`. Until the last of them its figures can be asked for.
  public mutating func closeConnection(_ id: ConnectionID, at now: Instant) {
    guard let line = line(id) else { return }
    line.connection.close(at: now)
  }

  // MARK: Within the service

  func line(_ id: ConnectionID) -> Line<Channel>? {
    for index in lines.indices {
      if let line = lines[index], line.id == id { return line }
    }
    return nil
  }

  func existing(_ id: ConnectionID) throws(VOIPError) -> Line<Channel> {
    guard let line = line(id) else { throw .unknownConnection }
    return line
  }

  mutating func note(_ event: ConnectionEvent, of line: Line<Channel>) {
    switch event {
    case .localCandidate(let candidate): events.append(.localCandidate(line.id, candidate))
    case .gatheringComplete: events.append(.gatheringComplete(line.id))
    case .stateChanged(let connectionState):
      events.append(.connectionStateChanged(line.id, connectionState))
      if connectionState == .connected, line.connection.receivesVoice { listen(to: line) }
      if connectionState == .connecting {
        line.policy = sendingPolicy(remoteMax: line.connection.remoteBitrateMax)
      }
      if connectionState == .closed || connectionState == .failed { line.isClosing = true }
      updateSending()
    case .voiceEnded:
      guard line.isTalking else { return }
      line.isTalking = false
      events.append(.remoteAudio(line.id, talking: false))
    case .failed(let error): events.append(.error(.connection(error), line.id))
    }
  }

  /// A policy for a far side that wants `remoteMax` bits of Opus a second at most.
  private func sendingPolicy(remoteMax: Int?) -> SendingPolicy {
    SendingPolicy(
      bitrateMax: min(configuration.bitrate, remoteMax ?? .max), frameMilliseconds: configuration.frameSamples / 48)
  }

  mutating func removeClosed() {
    for index in lines.indices {
      if let line = lines[index], line.isClosing { remove(line) }
    }
  }

  private mutating func remove(_ line: Line<Channel>) {
    if line.isHeard {
      line.isHeard = false
      command(.removeTalker(line.talker))
      if line.isTalking { events.append(.remoteAudio(line.id, talking: false)) }
    }
    lines[line.talker.index] = nil
    events.append(.socketsDone(line.id))
    updateSending()
  }
}
