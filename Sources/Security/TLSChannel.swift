// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// One end of a TLS 1.2 or 1.3 connection (RFC 5246, RFC 8446) over mbedTLS, without a socket and without a clock.
//
//   socket ─ put ─▶ ┌────────────┐ ─ read ──▶ HTTP
//                   │ TLSChannel │
//   socket ◀ pollOutput ─────────┘ ◀─ write ─ HTTP
//
// HANDLE    put, putEnd, step           COMMANDS  write, finish
// POLL      read, pollOutput            QUESTIONS state, wantsInput, hasOutput
//
// After `put` call `step` while the handshake lasts, and `read` until it answers 0 from then on; then send what there is
// to be sent. `step` is a piece of work of milliseconds that cannot be interrupted: the channel may be handed to another
// thread for it (docs/decisions/handshake-thread.md) as long as one thread at a time touches it.
//
// DESIGN. Memory: 26 KB for records once the handshake is done, some 15 KB more before that, and what waits to be sent
// (one record; before that a flight of at most 32 KB). The client looks at the certificate itself
// when the library's handshake is done and before a byte of ours is written: trust may be a digest, and names that an
// authority may not speak for have to be found here, because the library does not know name constraints.
//
// Left out: session tickets and resumption (docs/decisions/handshake-thread.md), client certificates, renegotiation,
// post-handshake key updates (browsers ask for none below 2²⁴ records).

import CMbedTLS
public import Core

/// One TLS connection; one thread at a time.
public struct TLSChannel: ~Copyable, @unchecked Sendable {
  /// How far it is.
  public enum State: Equatable, Sendable, BitwiseCopyable {
    /// No byte of HTTP can pass yet.
    case handshaking
    /// Both ways are open.
    case established
    /// The far side has said goodbye: it sends no more; writing goes on.
    case closedByPeer
    /// Over, because of this; an alert may wait to be sent.
    case failed(TLSError)
    /// Over, because `finish` was called; a goodbye may wait to be sent.
    case finished
  }

  private let handle: OpaquePointer
  /// Kept as long as the library reads them.
  private let identity: TLSIdentity?
  private let authorities: TLSAuthorities?
  /// How far it is.
  public private(set) var state = State.handshaking

  /// The server's end, which speaks as `identity`.
  public init(server identity: TLSIdentity) throws(TLSError) {
    var code: Int32 = 0
    let made = cmbedtls_tls_make_server(identity.handle, &code)
    guard let made else { throw .unavailable(code: code) }
    handle = made
    self.identity = identity
    authorities = nil
  }

  /// The client's end, to the server called `host`: a name or an address as text, without brackets.
  public init(client host: String, trust: TLSTrust) throws(TLSError) {
    var settings = cmbedtls_tls_trust()
    var kept: TLSAuthorities?
    switch trust {
    case .bundle(let authorities):
      settings.kind = CMBEDTLS_TLS_TRUST_BUNDLE
      settings.authorities = authorities.handle
      kept = authorities
    case .authority(let fingerprint):
      settings.kind = CMBEDTLS_TLS_TRUST_AUTHORITY
      settings.pin(fingerprint)
    case .leaf(let fingerprint):
      settings.kind = CMBEDTLS_TLS_TRUST_LEAF
      settings.pin(fingerprint)
    }
    var code: Int32 = 0
    let isAddress = IPAddress(host) != nil
    let made = host.withByteView { name in
      cmbedtls_tls_make_client(
        name.base?.assumingMemoryBound(to: UInt8.self), Int32(name.count), isAddress ? 1 : 0, &settings, &code)
    }
    guard let made else { throw .unavailable(code: code) }
    handle = made
    identity = nil
    authorities = kept
  }

  deinit { cmbedtls_tls_free(handle) }

  // MARK: Handle

  /// Takes bytes from the socket; answers how many, fewer when `step` or `read` must go first.
  public mutating func put(_ bytes: ByteView) -> Int {
    guard wantsInput else { return 0 }
    return Int(
      cmbedtls_tls_put(
        handle, bytes.base?.assumingMemoryBound(to: UInt8.self), Int32(clamping: bytes.count)))
  }

  /// The socket's end of file.
  public mutating func putEnd() { cmbedtls_tls_put_end(handle) }

  /// Goes on with the handshake as far as the bytes there are allow: the first call of a client makes its hello.
  public mutating func step() {
    guard state == .handshaking else { return }
    settle(cmbedtls_tls_step(handle))
  }

  // MARK: Commands

  /// Encrypts the beginning of `bytes`; answers how many, 0 while what was written before waits to be sent or the
  /// handshake lasts.
  public mutating func write(_ bytes: ByteView) -> Int {
    guard state == .established || state == .closedByPeer, !bytes.isEmpty else { return 0 }
    let result = cmbedtls_tls_write(
      handle, bytes.base?.assumingMemoryBound(to: UInt8.self), Int32(clamping: bytes.count))
    guard result < 0 else { return Int(result) }
    settle(result)
    return 0
  }

  /// Says goodbye (close_notify) when the handshake is done; nothing but `pollOutput` is of use from then on.
  public mutating func finish() {
    if case .failed = state { return }
    guard state != .finished else { return }
    cmbedtls_tls_finish(handle)
    state = .finished
  }

  // MARK: Poll

  /// Decrypts into `bytes`; answers how many, 0 when more has to be put first or the state has changed.
  public mutating func read(into bytes: MutableByteView) -> Int {
    guard state == .established, bytes.count > 0 else { return 0 }
    var count: Int32 = 0
    let result = cmbedtls_tls_read(
      handle, bytes.base?.assumingMemoryBound(to: UInt8.self), Int32(clamping: bytes.count), &count)
    settle(result)
    return Int(count)
  }

  /// Hands the bytes to be sent on the socket to `send`, which answers how many it took; not called when there are none.
  public mutating func pollOutput(_ send: (ByteView) -> Int) {
    var count: Int32 = 0
    guard let bytes = cmbedtls_tls_output(handle, &count), count > 0 else { return }
    let taken = send(ByteView(UnsafeRawPointer(bytes), count: Int(count)))
    cmbedtls_tls_sent(handle, Int32(clamping: taken))
  }

  // MARK: Questions

  /// Whether `put` takes bytes now.
  public var wantsInput: Bool {
    switch state {
    case .handshaking, .established: cmbedtls_tls_room(handle) > 0
    case .closedByPeer, .failed, .finished: false
    }
  }
  /// Whether there are bytes to be sent on the socket.
  public var hasOutput: Bool {
    var count: Int32 = 0
    _ = cmbedtls_tls_output(handle, &count)
    return count > 0
  }
  /// Whether TLS 1.3 was agreed, else 1.2; once established.
  public var isTLS13: Bool { cmbedtls_tls_is_13(handle) == 1 }

  // MARK: Private

  private mutating func settle(_ result: Int32) {
    switch result {
    case CMBEDTLS_TLS_WAITING: break
    case CMBEDTLS_TLS_ESTABLISHED: state = .established
    case CMBEDTLS_TLS_CLOSED_BY_PEER: state = .closedByPeer
    default: state = .failed(TLSError(result: result, alert: cmbedtls_tls_alert(handle)))
    }
  }
}

extension cmbedtls_tls_trust {
  /// Takes over the digest that is wanted.
  fileprivate mutating func pin(_ fingerprint: Fingerprint) {
    switch fingerprint.algorithm {
    case .sha256: hash = CMBEDTLS_SHA256
    case .sha384: hash = CMBEDTLS_SHA384
    case .sha512: hash = CMBEDTLS_SHA512
    }
    withUnsafeMutableBytes(of: &digest) { bytes in
      for index in 0..<fingerprint.algorithm.byteCount { bytes[index] = fingerprint.bytes[index] }
    }
  }
}
