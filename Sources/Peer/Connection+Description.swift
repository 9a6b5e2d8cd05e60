// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Descriptions and candidates: in and out, both sides of an exchange.

public import Core
import ICE
import SDP

extension Connection where Channel: ~Copyable {
  // MARK: Local side

  /// Adds a bound UDP socket: a host candidate at once, others when STUN servers answer.
  public mutating func addLocalAddress(_ base: Endpoint, at now: Instant) {
    agent.addLocalAddress(base, at: now)
    settle(at: now)
  }

  /// Says that all sockets were added.
  public mutating func endLocalAddresses(at now: Instant) {
    agent.endLocalAddresses(at: now)
    settle(at: now)
  }

  /// Adds a STUN server.
  public mutating func addServer(_ server: Endpoint, at now: Instant) {
    agent.addServer(server, at: now)
    settle(at: now)
  }

  /// Says that further STUN servers will be added, until `endServers`: gathering goes on, and its end is told once more.
  public mutating func expectServers() { agent.expectServers() }

  /// Says that no more STUN servers will be added.
  public mutating func endServers(at now: Instant) {
    agent.endServers(at: now)
    settle(at: now)
  }

  /// Our offer, with the candidates there are; `direction` is which way voice is to flow. Throws `.wrongOrder` when a
  /// description was set before.
  public mutating func createOffer(
    direction: VoiceDirection = .bothWays, at now: Instant
  ) throws(PeerError) -> String {
    guard case .idle = negotiation.step, state == .new else { throw .wrongOrder }
    agent.setRole(.controlling)
    negotiation.parameters.sends = direction != .onlyReceives
    negotiation.parameters.receives = direction != .onlySends
    let offer = SDPOffer.make(negotiation.parameters)
    negotiation.step = .offered(offer)
    return offer.text
  }

  /// Our answer to the offer that was set, with the candidates there are. Throws `.wrongOrder` without one.
  public mutating func createAnswer(at now: Instant) throws(PeerError) -> String {
    guard case .remoteOffered(let offer) = negotiation.step, state == .new else { throw .wrongOrder }
    let (answer, audio) = try Self.refusing { () throws(SDPError) in
      try SDPAnswer.make(to: offer, negotiation.parameters)
    }
    try begin(audio, at: now)
    return answer.text
  }

  /// What each fragment of our candidates begins with (RFC 8840 section 9). Throws `.wrongOrder` before there is an
  /// offer.
  public func fragmentHead() throws(PeerError) -> String {
    guard case .offered(let offer) = negotiation.step, let section = offer.sections.first else { throw .wrongOrder }
    return TrickleFragment(
      mid: section.mid ?? "", payloadType: SDPOffer.opusPayloadType,
      usernameFragment: negotiation.parameters.usernameFragment, password: negotiation.parameters.password,
      candidates: [], hasAllCandidates: false
    ).text
  }

  // MARK: Far side

  /// The fingerprint that a connection would hold the far side's certificate to, were `bytes` its description; nil when
  /// there is none of use.
  public static func fingerprint(in bytes: ByteView) -> Fingerprint? {
    do throws(SDPError) { return try SessionDescription(parsing: bytes).certificateFingerprint } catch { return nil }
  }

  /// Says, before an offer is set, which way voice may flow in answer to it, and that it may hold one media section only:
  /// the rules of WHIP and WHEP (RFC 9725 section 4.4).
  public mutating func restrictAnswer(to direction: VoiceDirection) {
    negotiation.isStrict = true
    negotiation.parameters.sends = direction != .onlyReceives
    negotiation.parameters.receives = direction != .onlySends
  }

  /// Sets the far side's offer. Throws what is wrong with it; the connection then stays as it was.
  public mutating func setRemoteOffer(_ bytes: ByteView, at now: Instant) throws(PeerError) {
    guard case .idle = negotiation.step, state == .new else { throw .wrongOrder }
    let offer = try Self.refusing { () throws(SDPError) in try SessionDescription(parsing: bytes) }
    guard !negotiation.isStrict || offer.sections.count <= 1 else { throw .description(.tooManyStreams) }
    // Whether it can be answered is found out now, so that whoever sent it is told at once.
    let (_, audio) = try Self.refusing { () throws(SDPError) in try SDPAnswer.make(to: offer, negotiation.parameters) }
    guard Self.credentials(of: audio) != nil else { throw .description(.malformedICECredentials) }
    guard audio.sends || audio.receives else { throw .description(.inactive) }
    remoteFingerprint = audio.remoteFingerprint
    agent.setRole(audio.isICEControlling ? .controlling : .controlled)
    negotiation.step = .remoteOffered(offer)
  }

  /// Sets the far side's answer to our offer; checks begin. Throws what is wrong with it; the connection then stays as
  /// it was.
  public mutating func setRemoteAnswer(_ bytes: ByteView, at now: Instant) throws(PeerError) {
    guard case .offered(let offer) = negotiation.step, state == .new else { throw .wrongOrder }
    let answer = try Self.refusing { () throws(SDPError) in try SessionDescription(parsing: bytes) }
    let audio = try Self.refusing { () throws(SDPError) in try SDPAnswer.read(answer, to: offer) }
    guard audio.sends || audio.receives else { throw .description(.inactive) }
    try begin(audio, at: now)
  }

  /// Adds a candidate of the far side, `candidate:…` with or without `a=`; false when it cannot be used.
  public mutating func addRemoteCandidate(_ text: String, at now: Instant) -> Bool {
    let candidate: Candidate
    do throws(CandidateError) { candidate = try Candidate(text) } catch {
      counters.unusableCandidates += 1
      return false
    }
    guard agent.addRemoteCandidate(candidate, at: now) else {
      counters.unusableCandidates += 1
      return false
    }
    settle(at: now)
    return true
  }

  /// Says that the far side has no more candidates.
  public mutating func endRemoteCandidates(at now: Instant) {
    agent.endRemoteCandidates(at: now)
    settle(at: now)
  }

  /// Adds the candidates of a fragment (RFC 8840). Throws when it is malformed, or `.wrongOrder` when its credentials
  /// are not those of the description (an ICE restart, which is not there yet).
  public mutating func addRemoteFragment(_ bytes: ByteView, at now: Instant) throws(PeerError) {
    let fragment = try Self.refusing { () throws(SDPError) in try TrickleFragment(parsing: bytes) }
    guard let audio = negotiation.audio else { throw .wrongOrder }
    if let name = fragment.usernameFragment, name != audio.remoteUsernameFragment { throw .restartRefused }
    for candidate in fragment.candidates(for: audio.mid) { _ = addRemoteCandidate(candidate, at: now) }
    if fragment.hasAllCandidates(for: audio.mid) { endRemoteCandidates(at: now) }
  }

  // MARK: Private

  /// Both descriptions are set: the agent may check, the channel knows its role.
  private mutating func begin(_ audio: NegotiatedAudio, at now: Instant) throws(PeerError) {
    guard let credentials = Self.credentials(of: audio) else { throw .description(.malformedICECredentials) }
    negotiation.audio = audio
    remoteFingerprint = audio.remoteFingerprint
    negotiation.step = .stable
    agent.setRemote(credentials: credentials, isLite: audio.remoteIsICELite, at: now)
    for candidate in audio.remoteCandidates { _ = addRemoteCandidate(candidate, at: now) }
    if audio.remoteHasAllCandidates { agent.endRemoteCandidates(at: now) }
    settle(at: now)
  }

  private static func credentials(of audio: NegotiatedAudio) -> ICECredentials? {
    ICECredentials(usernameFragment: audio.remoteUsernameFragment, password: audio.remotePassword)
  }

  private static func refusing<Result>(_ body: () throws(SDPError) -> Result) throws(PeerError) -> Result {
    do throws(SDPError) { return try body() } catch { throw .description(error) }
  }
}
