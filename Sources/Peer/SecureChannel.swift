// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The seam between a connection and what keeps it secret: the DTLS handshake (RFC 6347, RFC 5763) and SRTP (RFC 3711)
// behind one machine without I/O. `Security` fills it with mbedTLS and libsrtp; `ClearChannel` is the plain twin.

public import Core

/// Which side of the DTLS handshake we are (RFC 5763 section 5).
public enum DTLSRole: Sendable, BitwiseCopyable {
  /// We send the ClientHello (`a=setup:active`).
  case client
  /// We wait for it (`a=setup:passive`).
  case server
}

/// What a secure channel tells its connection.
public enum SecureChannelEvent: Sendable, BitwiseCopyable {
  /// The far certificate's fingerprint matched and the media keys are in place.
  case established
  /// The channel is over; it sends and accepts nothing any more.
  case failed(SecureChannelFailure)
  /// The far side said goodbye (close_notify).
  case closedByPeer
}

/// Why a secure channel is over.
public enum SecureChannelFailure: Error, Sendable, BitwiseCopyable {
  /// The far certificate is not the one the description named; no key was used.
  case fingerprintMismatch
  /// The handshake was refused, by us or by the far side; `code` is the library's number.
  case handshake(code: Int32)
  /// The far side offered no SRTP profile that we have.
  case noCommonProfile
  /// The handshake's last retransmission got no answer.
  case timeout
  /// The library could not make its contexts; `code` is its number.
  case unavailable(code: Int32)
}

/// What became of a packet that was to be protected or unprotected in place.
public enum SecureResult: Sendable, BitwiseCopyable {
  /// The datagram now holds the result.
  case done
  /// There are no keys yet, or not any more.
  case notReady
  /// The packet's tag is wrong, or it is no such packet.
  case refused
  /// The packet's number was seen before, or is older than the window (RFC 3711 section 3.3.2).
  case replayed
}

/// DTLS-SRTP as a machine without I/O, owned by the loop thread.
///
/// Order of calls: `init`; `start` once, as soon as role and fingerprint are known; `handleHandshake` and
/// `handleTimeout` as things happen; after each of these `pollTransmit` until false, `pollEvent` until nil, then
/// `pollTimeout`. After `.established` the four packet calls work. Handshake calls may allocate; the four packet calls
/// never do.
public protocol SecureChannel: ~Copyable {
  /// Our certificate and private key, shared by every channel of a program.
  associatedtype Identity

  /// A channel that has not begun. May allocate.
  init(identity: Identity)

  /// The fingerprint to put into descriptions (SHA-256).
  static func fingerprint(of identity: Identity) -> Fingerprint

  /// Begins the handshake in `role`; only a certificate with `remoteFingerprint` will do.
  mutating func start(role: DTLSRole, remoteFingerprint: Fingerprint, at: Instant)

  /// Takes in one received DTLS datagram (RFC 7983: first byte 20 ... 63).
  mutating func handleHandshake(_ bytes: ByteView, at: Instant)

  /// Takes in that the moment of `pollTimeout` has come.
  mutating func handleTimeout(at: Instant)

  /// Says goodbye: a close_notify comes out of `pollTransmit`, and no packet call works any more.
  mutating func close(at: Instant)

  /// Puts the next DTLS datagram to be sent into `datagram` (bytes only, not the endpoints); false when there is none.
  mutating func pollTransmit(into datagram: inout Datagram) -> Bool

  /// The next event, or nil.
  mutating func pollEvent() -> SecureChannelEvent?

  /// When `handleTimeout` is due, or nil.
  func pollTimeout() -> Instant?

  /// Encrypts the RTP packet in `packet` in place; it grows by at most `Limits.datagramTailBytes`.
  mutating func protectRTP(_ packet: inout Datagram) -> SecureResult
  /// Decrypts the SRTP packet in `packet` in place.
  mutating func unprotectRTP(_ packet: inout Datagram) -> SecureResult
  /// Encrypts the compound RTCP packet in `packet` in place.
  mutating func protectRTCP(_ packet: inout Datagram) -> SecureResult
  /// Decrypts the SRTCP packet in `packet` in place.
  mutating func unprotectRTCP(_ packet: inout Datagram) -> SecureResult
}
