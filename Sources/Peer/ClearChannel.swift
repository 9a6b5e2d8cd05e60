// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The plain twin of a secure channel: same calls, same events, same growth of packets, no secrecy whatever. For tests
// and bring-up; deterministic, no C.
//
// DESIGN. One greeting each way with the sender's fingerprint in it; the client repeats its own on the schedule of
// DTLS, the server answers each. A packet keeps its bytes and gets a trailer of SRTP's size, so that a packet that
// was not protected, was protected for somebody else, was changed, or comes twice is noticed as it would be:
//
//   greeting   22 "CLR" kind(1: client, 2: server) algorithm digest(32)      goodbye   21 "CLR" 3
//
//   RTP   packet | index (4) | check (6)           RTCP   packet | index (4) | zeros (4) | check (6)
//
// The check is a plain hash (FNV-1a) of who sends, the packet and the index.

public import Core

/// A secure channel that is not secure.
public struct ClearChannel: SecureChannel, ~Copyable {
  /// A made-up certificate digest.
  public struct Identity: Sendable, BitwiseCopyable {
    /// The digest.
    public let fingerprint: Fingerprint

    /// The identity number `seed`; equal numbers are equal identities.
    public init(seed: UInt64) {
      var chance = Randomness(seed: seed)
      let bytes = (0..<32).map { _ in chance.uint8() }
      let digest = bytes.withByteView { Fingerprint(algorithm: .sha256, bytes: $0) }
      guard let digest else { preconditionFailure("a SHA-256 digest has 32 bytes") }
      fingerprint = digest
    }
  }

  private enum State: BitwiseCopyable { case idle, handshaking, established, ended }

  private let identity: Identity
  private var remote: Fingerprint
  private var state = State.idle
  private var role = DTLSRole.client
  private var greetingsDue = 0
  private var goodbyeDue = false
  private var retransmission = Instant.never
  private var delay = Instant.Span.milliseconds(Limits.dtlsRetransmissionMillisecondsFirst)
  private var handshakeDeadline = Instant.never
  private var events = FixedList<2, SecureChannelEvent>(filler: .established)
  private var sent: UInt32 = 0
  private var received = ClearReplayWindow()
  /// A greeting that came before `start`.
  private var earlyGreeting: Fingerprint?

  /// A channel that has not begun.
  public init(identity: Identity) {
    self.identity = identity
    remote = identity.fingerprint
  }

  /// The made-up digest.
  public static func fingerprint(of identity: Identity) -> Fingerprint { identity.fingerprint }

  // MARK: Handle

  /// Begins the greeting.
  public mutating func start(role: DTLSRole, remoteFingerprint: Fingerprint, at now: Instant) {
    guard state != .ended else { return }
    precondition(state == .idle, "a secure channel starts once")
    self.role = role
    remote = remoteFingerprint
    state = .handshaking
    handshakeDeadline = now + .milliseconds(Limits.dtlsHandshakeMillisecondsMax)
    if role == .client {
      greetingsDue = 1
      retransmission = now + delay
    } else if let early = earlyGreeting {
      meet(early)
    }
  }

  /// Takes in a greeting or a goodbye.
  public mutating func handleHandshake(_ bytes: ByteView, at now: Instant) {
    guard state != .ended, bytes.count >= 5, bytes[1..<4].elementsEqual("CLR") else { return }
    if bytes[0] == Self.goodbye, bytes[4] == 3, bytes.count == 5 {
      if state != .idle { end(.closedByPeer) }
      return
    }
    guard bytes[0] == Self.greeting, bytes.count == 38 else { return }
    guard let algorithm = Fingerprint.Algorithm(rawValue: bytes[5]) else { return }
    guard let fingerprint = Fingerprint(algorithm: algorithm, bytes: bytes.dropFirst(6)) else { return }
    if state == .idle {
      if bytes[4] == 1 { earlyGreeting = fingerprint }
    } else if bytes[4] == (role == .server ? 1 : 2) {
      meet(fingerprint)
    }
  }

  /// Repeats the greeting, or gives up.
  public mutating func handleTimeout(at now: Instant) {
    guard state == .handshaking else { return }
    if now >= handshakeDeadline { return end(.failed(.timeout)) }
    guard now >= retransmission else { return }
    greetingsDue = 1
    delay = min(delay * 2, .milliseconds(Limits.dtlsRetransmissionMillisecondsMax))
    retransmission = now + delay
  }

  /// Says goodbye.
  public mutating func close(at now: Instant) {
    guard state != .ended else { return }
    if state == .established { goodbyeDue = true }
    end(nil)
  }

  // MARK: Poll

  /// Puts the next greeting or goodbye into `datagram`; false when there is none.
  public mutating func pollTransmit(into datagram: inout Datagram) -> Bool {
    if greetingsDue > 0 {
      greetingsDue -= 1
      let kind: UInt8 = role == .client ? 1 : 2
      let fingerprint = identity.fingerprint
      return datagram.write { writer in
        writer.uint8(Self.greeting)
        writer.text("CLR")
        writer.uint8(kind)
        writer.uint8(fingerprint.algorithm.rawValue)
        for index in 0..<32 { writer.uint8(fingerprint.bytes[index]) }
      }
    }
    guard goodbyeDue else { return false }
    goodbyeDue = false
    return datagram.write { writer in
      writer.uint8(Self.goodbye)
      writer.text("CLR")
      writer.uint8(3)
    }
  }

  /// The next event, or nil.
  public mutating func pollEvent() -> SecureChannelEvent? {
    events.isEmpty ? nil : events.remove(at: 0)
  }

  /// When `handleTimeout` is due, or nil.
  public func pollTimeout() -> Instant? {
    state == .handshaking ? min(retransmission, handshakeDeadline) : nil
  }

  // MARK: Packets

  /// Appends index and check; the packet grows by 10 bytes.
  public mutating func protectRTP(_ packet: inout Datagram) -> SecureResult { protect(&packet, padding: 0) }
  /// Checks and removes them.
  public mutating func unprotectRTP(_ packet: inout Datagram) -> SecureResult { unprotect(&packet, padding: 0) }
  /// Appends index, zeros and check; the packet grows by 14 bytes.
  public mutating func protectRTCP(_ packet: inout Datagram) -> SecureResult { protect(&packet, padding: 4) }
  /// Checks and removes them.
  public mutating func unprotectRTCP(_ packet: inout Datagram) -> SecureResult { unprotect(&packet, padding: 4) }

  // MARK: Private

  private mutating func meet(_ fingerprint: Fingerprint) {
    guard fingerprint == remote else {
      if state == .handshaking { end(.failed(.fingerprintMismatch)) }
      return
    }
    if role == .server { greetingsDue = 1 }
    guard state == .handshaking else { return }
    state = .established
    retransmission = .never
    events.append(.established)
  }

  private mutating func end(_ event: SecureChannelEvent?) {
    state = .ended
    greetingsDue = 0
    if let event { events.append(event) }
  }

  private mutating func protect(_ packet: inout Datagram, padding: Int) -> SecureResult {
    guard state == .established else { return .notReady }
    let count = packet.count
    guard count >= 8, count + padding + 10 <= Datagram.capacity else { return .refused }
    let index = sent
    sent &+= 1
    packet.setCount(count + padding + 10)
    let bytes = packet.mutableBytes
    for place in 0..<4 { bytes[count + place] = UInt8(truncatingIfNeeded: index >> UInt32(24 - place * 8)) }
    for place in 0..<padding { bytes[count + 4 + place] = 0 }
    let check = Self.check(from: identity.fingerprint, to: remote, bytes.readOnly.prefix(count + 4 + padding))
    for place in 0..<6 {
      bytes[count + 4 + padding + place] = UInt8(truncatingIfNeeded: check >> UInt64(40 - place * 8))
    }
    return .done
  }

  private mutating func unprotect(_ packet: inout Datagram, padding: Int) -> SecureResult {
    guard state == .established else { return .notReady }
    let count = packet.count - padding - 10
    guard count >= 8 else { return .refused }
    let bytes = packet.bytes
    let check = Self.check(from: remote, to: identity.fingerprint, bytes.prefix(count + 4 + padding))
    for place in 0..<6 {
      let expected = UInt8(truncatingIfNeeded: check >> UInt64(40 - place * 8))
      guard bytes[count + 4 + padding + place] == expected else { return .refused }
    }
    var index: UInt32 = 0
    for place in 0..<4 { index = index << 8 | UInt32(bytes[count + place]) }
    guard received.accept(index) else { return .replayed }
    packet.setCount(count)
    return .done
  }

  /// FNV-1a over both digests and the bytes.
  private static func check(from sender: Fingerprint, to receiver: Fingerprint, _ bytes: ByteView) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let prime: UInt64 = 0x100_0000_01B3
    for index in 0..<32 { hash = (hash ^ UInt64(sender.bytes[index])) &* prime }
    for index in 0..<receiver.algorithm.byteCount { hash = (hash ^ UInt64(receiver.bytes[index])) &* prime }
    // Plain memory: every byte of every packet of hundreds of calls in tests without an optimizer passes here.
    for byte in UnsafeRawBufferPointer(start: bytes.base, count: bytes.count) { hash = (hash ^ UInt64(byte)) &* prime }
    return hash
  }

  /// First byte of a greeting: a DTLS handshake record's (RFC 7983 section 7).
  private static let greeting: UInt8 = 22
  /// First byte of a goodbye: a DTLS alert's.
  private static let goodbye: UInt8 = 21
}

/// The last 64 indices seen, as SRTP's replay list (RFC 3711 section 3.3.2).
struct ClearReplayWindow: BitwiseCopyable {
  private var next: UInt32 = 0
  /// Bit n: index next − 1 − n was seen.
  private var seen: UInt64 = 0

  /// Whether `index` is new; it is then noted.
  mutating func accept(_ index: UInt32) -> Bool {
    if index >= next {
      let shift = UInt64(index - next) + 1
      seen = shift >= 64 ? 1 : seen << shift | 1
      next = index &+ 1
      return true
    }
    let back = next - 1 - index
    guard back < 64, seen & 1 << UInt64(back) == 0 else { return false }
    seen |= 1 << UInt64(back)
    return true
  }
}
