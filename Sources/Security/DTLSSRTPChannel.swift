// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// DTLS-SRTP over mbedTLS and libsrtp: fills the seam SecureChannel.
//
// DESIGN. A DTLS 1.2 handshake (RFC 6347) with use_srtp (RFC 5764) as a machine without I/O; when both Finished
// messages are checked, the exported keys go into two SRTP sessions and are wiped. The far certificate is compared
// with the description's fingerprint while it is read, before the key exchange is answered (RFC 5763 section 5): a
// stranger costs no key. After that the association stays, for close_notify and because a far side that missed our
// last flight asks for it again.
//
// Calls, in this order (see SecureChannel): `init`, `start` once, then `handleHandshake`, `handleTimeout`, `close` as
// things happen; after each `pollTransmit` until false, `pollEvent` until nil, `pollTimeout`. Questions:
// `droppedDatagrams`.
//
// Datagrams that come before `start` are kept (Limits.dtlsEarlyDatagramsMax, more are dropped and counted): a far
// side that has read our answer may be quicker than whoever brings it to us. A server ignores what it cannot read
// until a ClientHello has been answered; after that, and as client, what the library calls an error ends the
// handshake.
//
// Retransmission: the first after Limits.dtlsRetransmissionMillisecondsFirst, doubling up to …Max (RFC 6347 section
// 4.2.4), from the third transmission on in pieces of 508 bytes (section 4.1.1.1), the whole handshake bounded by
// Limits.dtlsHandshakeMillisecondsMax. The randomness is the library's own, from the kernel: in virtual time the
// order of events repeats, the bytes do not. The library puts the wall clock into four bytes of its hello; nothing
// depends on it.
//
// Left out: cookies as server (ICE has seen the address answer), DTLS 1.3 and SRTP's GCM profiles (not in the
// library), master key identifiers, renegotiation, rekeying.

import CMbedTLS
public import Core
public import Peer

/// One DTLS association and its SRTP sessions; owned by the loop thread.
public struct DTLSSRTPChannel: SecureChannel, ~Copyable {
  /// A key and certificate, made or restored once.
  public typealias Identity = DTLSIdentity

  private enum State: BitwiseCopyable { case idle, handshaking, established, ended }

  private let identity: DTLSIdentity
  private var handle: OpaquePointer?
  private var state = State.idle
  private var role = DTLSRole.client
  /// When a handshake without a result is over.
  private var handshakeDeadline = Instant.never
  /// At most `.established` and what ended it.
  private var events = FixedList<2, SecureChannelEvent>(filler: .established)
  private var outbound: SRTPSession?
  private var inbound: SRTPSession?
  /// What came before `start`, in order.
  private var early: [[UInt8]] = []
  private var earlyDropped = 0

  /// A channel that has not begun.
  public init(identity: DTLSIdentity) { self.identity = identity }

  deinit {
    if let handle { cmbedtls_channel_free(handle) }
  }

  /// Our certificate's SHA-256 digest.
  public static func fingerprint(of identity: DTLSIdentity) -> Fingerprint { identity.fingerprint }

  // MARK: Handle

  /// Begins the handshake; allocates about 60 KB until it is over. Calling it twice is a broken promise; after
  /// `close` it does nothing.
  public mutating func start(role: DTLSRole, remoteFingerprint: Fingerprint, at now: Instant) {
    guard state != .ended else { return }
    precondition(state == .idle, "a secure channel starts once")
    var settings = cmbedtls_channel_settings()
    settings.is_server = role == .server ? 1 : 0
    settings.datagram_bytes_max = Int32(Limits.dtlsRecordBytesMax)
    settings.retransmission_first = UInt32(Limits.dtlsRetransmissionMillisecondsFirst)
    settings.retransmission_max = UInt32(Limits.dtlsRetransmissionMillisecondsMax)
    switch remoteFingerprint.algorithm {
    case .sha256: settings.hash = CMBEDTLS_SHA256
    case .sha384: settings.hash = CMBEDTLS_SHA384
    case .sha512: settings.hash = CMBEDTLS_SHA512
    }
    withUnsafeMutableBytes(of: &settings.digest) { digest in
      for index in 0..<remoteFingerprint.algorithm.byteCount { digest[index] = remoteFingerprint.bytes[index] }
    }
    var code: Int32 = 0
    handle = cmbedtls_channel_make(identity.handle, &settings, &code)
    self.role = role
    guard handle != nil else { return end(.failed(.unavailable(code: code))) }
    state = .handshaking
    handshakeDeadline = now + .milliseconds(Limits.dtlsHandshakeMillisecondsMax)
    step(at: now)
    let kept = early
    early = []
    guard role == .server else { return }
    for datagram in kept { datagram.withByteView { handleHandshake($0, at: now) } }
  }

  /// Takes in one received DTLS datagram.
  public mutating func handleHandshake(_ bytes: ByteView, at now: Instant) {
    switch state {
    case .idle:
      if early.count < Limits.dtlsEarlyDatagramsMax, bytes.count <= Limits.datagramBytesMax {
        early.append(bytes.array())
      } else {
        earlyDropped += 1
      }
    case .handshaking, .established:
      guard let handle, bytes.count <= Datagram.capacity else { return }
      cmbedtls_channel_put(handle, bytes.base?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count))
      step(at: now)
    case .ended:
      break
    }
  }

  /// Takes in that the moment of `pollTimeout` has come.
  public mutating func handleTimeout(at now: Instant) {
    guard state == .handshaking else { return }
    if now >= handshakeDeadline {
      end(.failed(.timeout))
    } else {
      step(at: now)
    }
  }

  /// Says goodbye when established, and gives up else.
  public mutating func close(at now: Instant) {
    guard state != .ended else { return }
    end(nil)
  }

  // MARK: Poll

  /// Puts the next DTLS datagram to be sent into `datagram`; false when there is none.
  public mutating func pollTransmit(into datagram: inout Datagram) -> Bool {
    guard let handle else { return false }
    let storage = datagram.storage
    let count = cmbedtls_channel_take(
      handle, storage.base?.assumingMemoryBound(to: UInt8.self), Int32(storage.count))
    guard count > 0 else { return false }
    datagram.setCount(Int(count))
    return true
  }

  /// The next event, or nil.
  public mutating func pollEvent() -> SecureChannelEvent? {
    events.isEmpty ? nil : events.remove(at: 0)
  }

  /// When `handleTimeout` is due, or nil.
  public func pollTimeout() -> Instant? {
    guard state == .handshaking, let handle else { return nil }
    let retransmission = cmbedtls_channel_deadline(handle)
    guard retransmission >= 0 else { return handshakeDeadline }
    return min(handshakeDeadline, Instant(nanoseconds: retransmission))
  }

  // MARK: Packets

  /// Encrypts the RTP packet in place; it grows by 10 bytes.
  public mutating func protectRTP(_ packet: inout Datagram) -> SecureResult {
    outbound?.protectRTP(&packet) ?? .notReady
  }

  /// Decrypts the SRTP packet in place.
  public mutating func unprotectRTP(_ packet: inout Datagram) -> SecureResult {
    inbound?.unprotectRTP(&packet) ?? .notReady
  }

  /// Encrypts the compound RTCP packet in place; it grows by 14 bytes.
  public mutating func protectRTCP(_ packet: inout Datagram) -> SecureResult {
    outbound?.protectRTCP(&packet) ?? .notReady
  }

  /// Decrypts the SRTCP packet in place.
  public mutating func unprotectRTCP(_ packet: inout Datagram) -> SecureResult {
    inbound?.unprotectRTCP(&packet) ?? .notReady
  }

  // MARK: Questions

  /// Datagrams dropped: too many before `start`, unreadable before the ClientHello, or ours when too many waited to
  /// be sent.
  public var droppedDatagrams: Int {
    guard let handle else { return earlyDropped }
    return earlyDropped + Int(cmbedtls_channel_dropped(handle))
  }

  // MARK: Private

  /// Lets the library go as far as it can.
  private mutating func step(at now: Instant) {
    guard let handle else { return }
    while state == .handshaking || state == .established {
      let result = cmbedtls_channel_step(handle, now.nanoseconds)
      switch result {
      case CMBEDTLS_WAITING: return
      case CMBEDTLS_ESTABLISHED: establish(handle)
      case CMBEDTLS_CLOSED_BY_PEER: end(.closedByPeer)
      case CMBEDTLS_WRONG_CERTIFICATE: end(.failed(.fingerprintMismatch))
      case CMBEDTLS_NO_PROFILE: end(.failed(.noCommonProfile))
      case CMBEDTLS_TIMEOUT: end(.failed(.timeout))
      default: end(.failed(.handshake(code: result)))
      }
    }
  }

  /// Puts the media keys in place (RFC 5764 section 4.2).
  private mutating func establish(_ handle: OpaquePointer) {
    var keys = SRTPKeyBlock()
    let code = keys.export(from: handle)
    guard code == 0 else { return end(.failed(.handshake(code: code))) }
    do throws(SRTPError) {
      outbound = try keys.session(.outbound, role: role)
      inbound = try keys.session(.inbound, role: role)
      state = .established
      events.append(.established)
    } catch {
      switch error {
      case .badKeySize: end(.failed(.unavailable(code: 0)))
      case .unavailable(let code): end(.failed(.unavailable(code: code)))
      }
    }
    keys.forget()
  }

  /// Ends the channel: what is queued may still be sent, all else is freed.
  private mutating func end(_ event: SecureChannelEvent?) {
    state = .ended
    outbound = nil
    inbound = nil
    early = []
    if let handle { cmbedtls_channel_finish(handle) }
    if let event { events.append(event) }
  }
}
